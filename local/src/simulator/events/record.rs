//! The record of an event that was handed to a queue.

use std::sync::Arc;

use parking_lot::Mutex;
use serde::{Serialize, Serializer};

use super::envelope::EventText;
use crate::queue::NewMessage;
use crate::simulator::meetings::Meeting;

/// An event as it was handed over, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecordedEvent {
    /// the ARN of the queue
    pub queue: String,
    /// the meeting
    pub meeting_id: String,
    /// `chime:MeetingStarted` and so on; none of a message that is no event
    pub event_type: Option<String>,
    /// the attendee, where it is about one
    pub attendee_id: Option<String>,
    /// `detail.timestamp`: milliseconds since 1970; none of a message that is no event
    pub timestamp: Option<i64>,
    /// the text of the message
    pub body: String,
    /// what became of it
    #[serde(flatten)]
    pub delivery: Delivery,
}

/// What became of an event.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(tag = "delivery", rename_all = "lowercase")]
pub enum Delivery {
    /// it is yet to be sent, or is sent again
    #[default]
    Waiting,
    /// SQS has it
    Sent {
        /// the id that SQS gave it
        message_id: String,
    },
    /// SQS did not take it, however often it was sent
    Failed {
        /// why, the last time
        error: String,
    },
}

impl RecordedEvent {
    /// The same for the queue that is played here.
    pub(super) fn message(&self) -> NewMessage {
        let Self { meeting_id, event_type, attendee_id, timestamp, body, .. } = self.clone();
        NewMessage { meeting_id, event_type, attendee_id, timestamp, body }
    }

    pub(super) fn of(text: &EventText<'_>, meeting: &Meeting) -> Self {
        Self {
            event_type: Some(text.event_type.to_owned()),
            attendee_id: text.person.as_ref().map(|person| person.attendee_id.to_owned()),
            timestamp: Some(text.timestamp),
            ..Self::of_text(&text.in_envelope(meeting), meeting)
        }
    }

    /// A message that is no event.
    pub(super) fn of_text(body: &str, meeting: &Meeting) -> Self {
        Self {
            queue: meeting.queue.clone().unwrap_or_default(),
            meeting_id: meeting.id().to_owned(),
            event_type: None,
            attendee_id: None,
            timestamp: None,
            body: body.to_owned(),
            delivery: Delivery::Waiting,
        }
    }
}

/// An event whose delivery is still to be noted.
#[derive(Debug, Clone)]
pub(crate) struct Entry(Arc<Mutex<RecordedEvent>>);

impl Entry {
    pub(super) fn new(event: RecordedEvent) -> Self {
        Self(Arc::new(Mutex::new(event)))
    }

    pub(crate) fn read(&self) -> RecordedEvent {
        self.0.lock().clone()
    }

    pub(super) fn note(&self, delivery: Delivery) {
        self.0.lock().delivery = delivery;
    }

    /// Keeps it from being sent, unless it is on its way.
    pub(super) fn withdraw(&self) {
        self.note(Delivery::Failed { error: "the simulator was reset".to_owned() });
    }

    pub(super) fn is_waiting(&self) -> bool {
        self.0.lock().delivery == Delivery::Waiting
    }
}

impl Serialize for Entry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.lock().serialize(serializer)
    }
}
