//! The gateway's operations. Each has a row in [`OPERATIONS`] and a file like `create_meeting.rs`.

mod batch_create_attendee;
mod batch_update_attendee_capabilities_except;
mod body;
mod create_attendee;
mod create_meeting;
mod create_meeting_with_attendees;
mod creation;
mod delete_attendee;
mod delete_meeting;
mod delete_room;
mod get_attendee;
mod get_meeting;
mod get_room;
mod join;
mod join_room;
mod list_attendees;
mod new_meeting;
mod registry_chime;
mod registry_driver;
mod route;
mod row;
mod table;
mod update_attendee_capabilities;

pub use route::{Route, find};
pub use row::{Call, Handler, Operation, PathParameters, Success};
pub use table::OPERATIONS;
