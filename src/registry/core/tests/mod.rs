//! Every interleaving of the machines, with a table and a Chime that fail as they may.

mod actor;
mod search;
mod table;
mod world;
