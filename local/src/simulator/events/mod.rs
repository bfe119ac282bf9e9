//! The events of meetings, which Chime sends to the queue that a meeting was created with.

mod delivery;
mod envelope;
mod queues;
mod record;
mod request;

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use tokio::sync::mpsc::UnboundedSender;
use uuid::Uuid;

pub use self::record::{Delivery, RecordedEvent};

use self::delivery::Lanes;
use self::envelope::{EventText, MEETING_STATE_CHANGE, Person};
use self::queues::Queues;
pub(super) use self::record::Entry;
pub(super) use self::request::EventsRequest;
use super::attendees::Attendee;
use super::meetings::Meeting;
use crate::log::Log;
use crate::queue::Queue;

/// The eventTypes of what the simulator itself does. Nobody connects to its meetings, so all others are sent on request.
pub(super) mod event_type {
    pub(crate) const MEETING_STARTED: &str = "chime:MeetingStarted";
    pub(crate) const MEETING_ENDED: &str = "chime:MeetingEnded";
    pub(crate) const ATTENDEE_ADDED: &str = "chime:AttendeeAdded";
    pub(crate) const ATTENDEE_DELETED: &str = "chime:AttendeeDeleted";
    pub(crate) const CAPABILITIES_UPDATED: &str = "chime:AttendeeCapabilitiesUpdated";
}

/// Where the events of a meeting go that was created with a queue.
#[derive(Debug, Clone, Default)]
pub enum EventTarget {
    /// nowhere: nobody is told
    #[default]
    Nowhere,
    /// to the queue of that ARN, at an SQS of this URL
    Sqs(String),
    /// to the queue that is played here, whatever the ARN
    Queue(Queue),
    /// to whoever reads the channel, as sent, whatever the ARN
    Channel(UnboundedSender<RecordedEvent>),
}

/// Every event that was handed to a queue.
#[derive(Debug, Default)]
pub(super) struct Events {
    sender: Option<Sender>,
    entries: Vec<Entry>,
}

#[derive(Debug)]
enum Sender {
    Sqs(Lanes),
    Queue(Queue),
    Channel(UnboundedSender<RecordedEvent>),
}

impl Events {
    /// Events for a target. Must be called inside a Tokio runtime.
    pub(super) fn sent_to(target: EventTarget, log: &Log) -> Self {
        let sender = match target {
            EventTarget::Nowhere => None,
            EventTarget::Sqs(endpoint) => {
                Some(Sender::Sqs(Lanes::start(&Arc::new(Queues::at(&endpoint)), log)))
            }
            EventTarget::Queue(queue) => Some(Sender::Queue(queue)),
            EventTarget::Channel(channel) => Some(Sender::Channel(channel)),
        };
        Self { sender, entries: Vec::new() }
    }

    pub(super) fn are_sent(&self) -> bool {
        self.sender.is_some()
    }

    /// Something happened to a meeting.
    pub(super) fn of_meeting(&mut self, event_type: &str, meeting: &Meeting) {
        self.hand_over(meeting, &EventText { event_type, ..now(None) });
    }

    /// Something happened to an attendee.
    pub(super) fn of_attendee(&mut self, event_type: &str, meeting: &Meeting, attendee: &Attendee) {
        self.hand_over(meeting, &EventText { event_type, ..now(Some(Person::from(attendee))) });
    }

    /// Every event since the start or the last reset, in order.
    pub(super) fn all(&self) -> &[Entry] {
        &self.entries
    }

    /// How many of them are yet to be sent.
    pub(super) fn waiting(&self) -> usize {
        self.entries.iter().filter(|entry| entry.is_waiting()).count()
    }

    /// Forgets all events; those that are not sent yet are not sent.
    pub(super) fn forget(&mut self) {
        for entry in self.entries.drain(..) {
            entry.withdraw();
        }
        if let Some(Sender::Queue(queue)) = &self.sender {
            queue.clear();
        }
    }

    fn hand_over(&mut self, meeting: &Meeting, text: &EventText<'_>) {
        self.push(meeting, RecordedEvent::of(text, meeting));
    }

    /// Sends a message to a meeting's queue, where it has one.
    fn push(&mut self, meeting: &Meeting, event: RecordedEvent) {
        let (Some(sender), Some(_)) = (&self.sender, &meeting.queue) else { return };
        let entry = Entry::new(event);
        match sender {
            Sender::Sqs(lanes) => lanes.send(meeting.id(), entry.clone()),
            Sender::Queue(queue) => {
                let event = entry.read();
                entry.note(match queue.send(&event.queue, event.message()) {
                    Ok(message_id) => Delivery::Sent { message_id },
                    Err(error) => Delivery::Failed { error: error.to_string() },
                });
            }
            Sender::Channel(channel) => {
                entry.note(Delivery::Sent { message_id: Uuid::new_v4().to_string() });
                if channel.send(entry.read()).is_err() {
                    entry.note(Delivery::Failed { error: "nobody reads the channel".to_owned() });
                }
            }
        }
        self.entries.push(entry);
    }
}

/// An event of now, without its type.
fn now(person: Option<Person<'_>>) -> EventText<'_> {
    EventText {
        detail_type: MEETING_STATE_CHANGE,
        event_type: "",
        person,
        timestamp: milliseconds_since_1970(),
    }
}

fn milliseconds_since_1970() -> i64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX)
}
