//! Reads the queue of meeting events: the second function of the stack.
//!
//! The path of a batch:
//!
//! 1. A [`Batch`] is read from Lambda's event, with its messages.
//! 2. A [`MeetingEvent`] is read from each message. One that can't be read fails alone.
//! 3. The registry, if the stack has one, gives the event its tenant, and counts the meeting in the tenant's day.
//! 4. The [`Bus`] of EventBridge gets the events, if the stack has one.
//! 5. The registry's slots of a meeting that has ended are freed.
//! 6. Each event that was handed over, and each message that failed, has a log line.
//!
//! The answer names the messages that failed. SQS delivers them again, and in the end to the dead-letter queue.

mod batch;
mod bus;
mod event_line;
mod meeting_event;
mod meeting_registry;
mod message_error;
mod put_error;
mod reader;
mod tenant_event;

pub use batch::{Batch, BatchAnswer, InvalidBatchError, Message};
pub use bus::{Bus, BusSettings};
pub use event_line::METRICS;
pub use meeting_event::{EventError, MeetingEvent};
pub use put_error::PutError;
pub use reader::{Notifications, Read};
