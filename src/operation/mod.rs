//! The operations of the gateway: a table with a row for each, and a file for each.
//!
//! To add one: a row in [`OPERATIONS`] and a file beside `create_meeting.rs`.

mod create_meeting;
mod route;
mod row;
mod table;

pub use route::{Route, find};
pub use row::{Call, Operation, PathParameters, Success};
pub use table::OPERATIONS;
