//! A message of the queue, and what became of it.

use serde::Serialize;
use serde_json::value::RawValue;
use uuid::Uuid;

/// A message of the queue.
#[derive(Debug, Clone, Serialize)]
pub struct Message {
    /// SQS's id of the message
    pub id: String,
    /// the meeting whose queue it was sent to
    pub meeting_id: String,
    /// `chime:MeetingStarted` and so on; none of a message that is no event
    pub event_type: Option<String>,
    /// the attendee, where it is about one
    pub attendee_id: Option<String>,
    /// when it happened, in milliseconds since 1970; none of a message that is no event
    pub timestamp: Option<i64>,
    /// the text, as Chime sent it
    pub body: String,
    /// what became of it
    pub state: MessageState,
    /// how often the function got it
    pub deliveries: u32,
    /// the log lines that the function wrote for it, the first one first, each with its members in their order
    pub lines: Vec<Box<RawValue>>,
}

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MessageState {
    /// it is held back
    Held,
    /// it is on its way to the function
    Waiting,
    /// the function handled it
    Delivered,
    /// the function failed at it; it is delivered again
    Failed,
    /// it was dropped while it was held
    Dropped,
    /// the function failed at it too often
    DeadLetter,
}

impl MessageState {
    /// As it is written in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Dropped => "dropped",
            Self::DeadLetter => "dead-letter",
        }
    }
}

/// Why nothing was done with a message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueueError {
    /// There is no message with that id.
    #[error("there is no message {0}")]
    Unknown(String),
    /// It waits for the function, or is with it.
    #[error("message {0} is on its way already")]
    OnItsWay(String),
    /// Only held messages are dropped.
    #[error("only a held message can be dropped, and {id} is {}", .state.name())]
    NotHeld {
        /// the message
        id: String,
        /// what became of it
        state: MessageState,
    },
}

/// What is sent to the queue.
#[derive(Debug)]
pub(crate) struct NewMessage {
    pub(crate) meeting_id: String,
    pub(crate) event_type: Option<String>,
    pub(crate) attendee_id: Option<String>,
    pub(crate) timestamp: Option<i64>,
    pub(crate) body: String,
}

impl From<NewMessage> for Message {
    fn from(new: NewMessage) -> Self {
        let NewMessage { meeting_id, event_type, attendee_id, timestamp, body } = new;
        Self {
            id: Uuid::new_v4().to_string(),
            meeting_id,
            event_type,
            attendee_id,
            timestamp,
            body,
            state: MessageState::Waiting,
            deliveries: 0,
            lines: Vec::new(),
        }
    }
}
