//! Every interleaving of the machines, with a table and a Chime that fail as they may.

#![expect(clippy::arithmetic_side_effects, reason = "a test that overflows fails")]

mod actor;
mod search;
mod table;
mod world;
