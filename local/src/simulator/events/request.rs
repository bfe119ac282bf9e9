//! Events on request: what people in a meeting do, and messages that a reader of the queue must be able to take.

use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::envelope::{EventText, MEETING_STATE_CHANGE, Person};
use super::record::{Entry, RecordedEvent};
use super::{Events, milliseconds_since_1970};
use crate::simulator::meetings::{Meeting, Meetings};

/// The body of `POST /simulator/events`. The messages are sent in this order.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EventsRequest {
    meeting_id: String,
    events: Vec<Asked>,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// any text; Chime's own begin with `chime:`
    event_type: Option<String>,
    /// an attendee of the meeting, or with `external_user_id` any other
    attendee_id: Option<String>,
    /// makes the attendee one that nobody created: `aws:…` is a machine
    external_user_id: Option<String>,
    detail_type: Option<String>,
    /// how long ago it happened
    #[serde(default)]
    milliseconds_ago: u32,
    /// how often the same message is sent
    #[serde(default = "once")]
    times: u16,
    /// a text in place of an event
    text: Option<String>,
}

const fn once() -> u16 {
    1
}

impl EventsRequest {
    /// A request for events of that meeting.
    ///
    /// # Errors
    /// What is wrong with the events.
    pub(crate) fn of(meeting_id: &str, events: Value) -> Result<Self, String> {
        let events = serde_json::from_value(events).map_err(|error| format!("events: {error}"))?;
        Ok(Self { meeting_id: meeting_id.to_owned(), events })
    }

    /// Sends what was asked for, or nothing of it. Returns the record of each message.
    ///
    /// # Errors
    /// What is wrong with the request.
    pub(crate) fn send(&self, meetings: &Meetings, events: &mut Events) -> Result<Vec<Entry>, String> {
        if !events.are_sent() {
            return Err("events go to no queue here; --sqs-endpoint names one".to_owned());
        }
        let meeting = meetings.all().iter().find(|meeting| meeting.id() == self.meeting_id);
        let meeting = meeting.ok_or_else(|| format!("there is no meeting {}", self.meeting_id))?;
        if meeting.queue.is_none() {
            return Err(format!("meeting {} has no queue", self.meeting_id));
        }
        let messages: Result<Vec<_>, String> =
            self.events.iter().map(|asked| Ok((asked.message(meeting)?, asked.times))).collect();
        let before = events.all().len();
        for (message, times) in messages? {
            for _ in 0..times {
                events.push(meeting, message.clone());
            }
        }
        Ok(events.all().get(before..).unwrap_or_default().to_vec())
    }
}

impl Asked {
    fn message(&self, meeting: &Meeting) -> Result<RecordedEvent, String> {
        match (&self.event_type, &self.text) {
            (Some(event_type), None) => self.event(event_type, meeting),
            (None, Some(text)) => Ok(RecordedEvent::of_text(text, meeting)),
            _ => Err("each of the events has either event_type or text".to_owned()),
        }
    }

    fn event(&self, event_type: &str, meeting: &Meeting) -> Result<RecordedEvent, String> {
        let made_up = Uuid::new_v4().to_string();
        let of_meeting = |id: &str| meeting.attendees.all().iter().find(|attendee| attendee.id() == id);
        let person = match (&self.attendee_id, &self.external_user_id) {
            (None, None) => None,
            (id, Some(user)) => Some(Person {
                attendee_id: id.as_ref().unwrap_or(&made_up),
                external_user_id: user,
                capabilities: None,
            }),
            (Some(id), None) => Some(Person::from(of_meeting(id).ok_or_else(|| {
                format!("{id} is no attendee of the meeting; with external_user_id it need not be")
            })?)),
        };
        let text = EventText {
            detail_type: self.detail_type.as_deref().unwrap_or(MEETING_STATE_CHANGE),
            event_type,
            person,
            timestamp: milliseconds_since_1970().saturating_sub(i64::from(self.milliseconds_ago)),
        };
        Ok(RecordedEvent::of(&text, meeting))
    }
}
