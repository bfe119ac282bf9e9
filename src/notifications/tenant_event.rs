//! An event with its message and its tenant.

use super::batch::Message;
use super::meeting_event::MeetingEvent;

/// An event, with the message that it is from, and its tenant where that is known.
#[derive(Debug)]
pub(super) struct TenantEvent<'m> {
    pub(super) message: &'m Message,
    pub(super) event: MeetingEvent,
    pub(super) tenant: Option<String>,
}
