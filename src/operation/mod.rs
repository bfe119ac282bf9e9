//! The gateway's operations. Each has a row in [`OPERATIONS`] and a file like `create_meeting.rs`.

mod create_meeting;
mod route;
mod row;
mod table;

pub use route::{Route, find};
pub use row::{Call, Handler, Operation, PathParameters, Success};
pub use table::OPERATIONS;
