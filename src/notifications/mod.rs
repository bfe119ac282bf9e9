//! Reads the queue of meeting events: the second function of the stack.
//!
//! The path of a batch:
//!
//! 1. [`batch`] reads Lambda's event into messages.
//! 2. [`meeting_event`] reads each message into an event. One that can't be read fails alone.
//! 3. [`bus`] puts the events on an EventBridge bus, if the stack has one.
//! 4. [`event_line`] logs each event once it was handed over, and each message that failed.
//!
//! The answer names the messages that failed. SQS delivers them again, and in the end to the dead-letter queue.

mod batch;
mod bus;
mod event_line;
mod meeting_event;
mod reader;

pub use batch::{Batch, BatchAnswer, InvalidBatchError, Message};
pub use bus::{Bus, BusSettings, PutError};
pub use event_line::METRICS;
pub use meeting_event::{EventError, MeetingEvent};
pub use reader::{Notifications, Read};
