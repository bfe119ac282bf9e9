//! The queue of meeting events, as the page sees and disturbs it.

use bytes::Bytes;
use hyper::Response;
use local::front::PageBody;
use local::queue::{Message, Queue, QueueError};
use serde::Serialize;

use super::Playground;
use super::answer::{Error, empty, json as answer_json};
use super::members::Members;

/// The queue as the page is answered. Not a `Value`, which would sort the members of log lines.
#[derive(Serialize)]
struct Shown {
    holds: bool,
    messages: Vec<Message>,
}

impl Playground {
    /// Whether messages are held, and all that are kept.
    pub(super) fn queue(&self) -> Result<Response<PageBody>, Error> {
        let queue = self.played_queue()?;
        Ok(answer_json(&Shown { holds: queue.holds(), messages: queue.messages() }))
    }

    /// Holds coming messages back, or lets all held ones go in their order.
    pub(super) fn hold_queue(&self, body: &Bytes) -> Result<Response<PageBody>, Error> {
        let queue = self.played_queue()?;
        let mut members = Members::read(body)?;
        let holds = members.required_boolean("holds");
        members.end()?;
        queue.hold(holds);
        self.queue()
    }

    /// Delivers a message, again where it was delivered already, or drops a held one.
    pub(super) fn act_on_message(&self, id: &str, body: &Bytes) -> Result<Response<PageBody>, Error> {
        let queue = self.played_queue()?;
        let mut members = Members::read(body)?;
        let what = members.required_text("do");
        members.end()?;
        match what.as_str() {
            "deliver" => queue.deliver(id)?,
            "drop" => queue.drop_message(id)?,
            other => {
                return Err(Error::bad_request(format!("`do` must be `deliver` or `drop`, not `{other}`")));
            }
        }
        Ok(empty())
    }

    /// Delivers all held messages, the last one first.
    pub(super) fn deliver_reversed(&self) -> Result<Response<PageBody>, Error> {
        self.played_queue()?.deliver_reversed();
        Ok(empty())
    }

    fn played_queue(&self) -> Result<&Queue, Error> {
        self.queue.as_ref().ok_or_else(|| {
            Error::conflict(
                "the queue is not played here: Chime is not simulated, or --sqs-endpoint sends events elsewhere",
            )
        })
    }
}

impl From<QueueError> for Error {
    fn from(error: QueueError) -> Self {
        match error {
            QueueError::Unknown(_) => Self::not_found(error.to_string()),
            QueueError::OnItsWay(_) | QueueError::NotHeld { .. } => Self::conflict(error.to_string()),
        }
    }
}
