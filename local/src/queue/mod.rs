//! The queue of meeting events as it is played here: Chime's events arrive, and the function `notifications` of the stack reads
//! them in batches, in the order in which they came. What fails is delivered again, and in the end is a dead letter.
//!
//! Whoever tries it out can hold messages back, and then deliver them late, twice, in the reverse order, or never, as a
//! standard queue of SQS may.

mod arn;
mod batch;
pub mod deployed;
mod line;
mod message;
mod reader;
mod shared;

use std::fmt;
use std::sync::Arc;

use meeting_gateway::notifications::Notifications;
use parking_lot::Mutex;
use tokio::sync::{Notify, watch};
use tokio::task::AbortHandle;

pub use self::arn::{InvalidArnError, QueueArn};
pub use self::batch::{BATCH_SIZE, Received, event as batch_event};
pub use self::line::{KEPT_MESSAGES, MAX_RECEIVE_COUNT, RETRY_AFTER};
pub(crate) use self::message::NewMessage;
pub use self::message::{Message, MessageState, QueueError};
pub use self::reader::{TIMEOUT, WriteLines};

use self::line::Line;
use self::reader::Reader;
use self::shared::Shared;
use crate::clock::milliseconds_since_1970;

/// A running queue with its reader. Clones are the same queue; the reader ends with the last one.
#[derive(Clone)]
pub struct Queue(Arc<Running>);

impl Queue {
    /// Starts an empty queue, and the function that reads it. Must be called inside a Tokio runtime.
    #[must_use]
    pub fn new(notifications: Notifications, write_lines: WriteLines) -> Self {
        let shared = Arc::new(Shared {
            line: Mutex::default(),
            arrived: Notify::new(),
            revision: watch::Sender::new(0),
        });
        let reader =
            Reader { shared: Arc::clone(&shared), notifications: Arc::new(notifications), write_lines };
        let reading = tokio::spawn(reader.run()).abort_handle();
        Self(Arc::new(Running { shared, reading }))
    }

    /// Takes a message for the queue of that ARN. Returns the id of the message.
    ///
    /// # Errors
    /// When it is no ARN of a queue, to which Chime could not send.
    pub(crate) fn send(&self, queue: &str, message: NewMessage) -> Result<String, InvalidArnError> {
        let arn = QueueArn::read(queue)?;
        Ok(self.0.shared.change(|line| line.arrive(message.into(), arn, milliseconds_since_1970())))
    }

    /// With `true`, holds back the messages that come from now on; one that failed and would be delivered again is held too. With
    /// `false`, lets all held messages go, in the order in which they came.
    pub fn hold(&self, holds: bool) {
        self.0.shared.change(|line| line.hold(holds));
    }

    /// Whether coming messages are held back.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.0.shared.line.lock().holds()
    }

    /// Delivers a message now: a held one, one that failed before it would be delivered again, a dropped one after all, a
    /// dead letter once more from the beginning, and a delivered one as a repeat.
    ///
    /// # Errors
    /// When there is no such message, or it is on its way already.
    pub fn deliver(&self, id: &str) -> Result<(), QueueError> {
        self.0.shared.change(|line| line.deliver(id))
    }

    /// Drops a held message: it is never delivered.
    ///
    /// # Errors
    /// When there is no such message, or it is not held.
    pub fn drop_message(&self, id: &str) -> Result<(), QueueError> {
        self.0.shared.change(|line| line.drop_message(id))
    }

    /// Delivers all held messages, the last one first.
    pub fn deliver_reversed(&self) {
        self.0.shared.change(Line::deliver_reversed);
    }

    /// The messages, in the order in which they came: the last [`KEPT_MESSAGES`], and all that are neither delivered nor dropped.
    #[must_use]
    pub fn messages(&self) -> Vec<Message> {
        self.0.shared.line.lock().messages()
    }

    /// A number that changes with every change of [`Queue::messages`] and [`Queue::holds`], to wait for the next one.
    #[must_use]
    pub fn revision(&self) -> watch::Receiver<u64> {
        self.0.shared.revision.subscribe()
    }

    /// Forgets all messages, those on their way included.
    pub fn clear(&self) {
        self.0.shared.change(Line::clear);
    }
}

impl fmt::Debug for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queue").field("revision", &*self.0.shared.revision.borrow()).finish_non_exhaustive()
    }
}

struct Running {
    shared: Arc<Shared>,
    reading: AbortHandle,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.reading.abort();
    }
}
