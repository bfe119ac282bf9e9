//! An event on its way: with its message, its tenant, and what became of it.

use super::batch::Message;
use super::meeting_event::MeetingEvent;
use super::message_error::MessageError;

/// An event, with the message that it is from.
#[derive(Debug)]
pub(super) struct TenantEvent<'m> {
    pub(super) message: &'m Message,
    pub(super) event: MeetingEvent,
    /// The meeting's tenant, where that is known.
    pub(super) tenant: Option<String>,
    /// What became of it so far: its id on the bus, once it has one, or why it is delivered again.
    pub(super) outcome: Result<Option<String>, MessageError>,
}
