//! The table of operations. Tests compare the template's routes and the list in README with it.

use http::Method;

use super::create_meeting;
use super::row::Operation;
use crate::chime::Repeat;
use crate::policy::{Create, Right};

/// Every operation that the gateway serves.
pub const OPERATIONS: &[Operation] = &[Operation {
    name: "CreateMeeting",
    method: Method::POST,
    path: "/meetings",
    query: None,
    success: 201,
    right: Create::NAME,
    repeat: Repeat::Always,
    serve: |call| Box::pin(async move { create_meeting::serve(call.admit()?, call).await }),
}];
