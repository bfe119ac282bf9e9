//! Every interleaving of the machines, with a table and a Chime that fail as they may, and usage against a second description.

#![expect(clippy::arithmetic_side_effects, reason = "a test that overflows fails")]

mod actor;
mod count;
mod room;
mod search;
mod slots;
mod table;
mod usage;
mod world;
