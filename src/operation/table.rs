//! The table of operations. Tests compare the template's routes and the list in README with it.

use http::Method;

use super::create_meeting::CreateMeeting;
use super::row::{Handler, Operation};
use crate::chime::Repeat;
use crate::policy::Create;

/// Every operation that the gateway serves.
pub const OPERATIONS: &[Operation] = &[Operation {
    name: "CreateMeeting",
    method: Method::POST,
    path: "/meetings",
    query: None,
    success: 201,
    repeat: Repeat::Always,
    handler: Handler::new::<Create, CreateMeeting>(),
}];
