//! The log line of a meeting event, which is also its metrics.

use std::borrow::Cow;

use serde::Serialize;

use super::batch::Message;
use super::meeting_event::MeetingEvent;
use super::message_error::MessageError;
use super::tenant_event::TenantEvent;
use crate::log_text::bounded;
use crate::telemetry::{Level, Line, Measured, Metric};

/// Events that were handed over. One that SQS delivers again counts again.
const EVENTS: Metric = Metric::of_service("Events");
/// Messages that could not be read or handed over. One that SQS delivers again counts again.
const EVENTS_FAILED: Metric = Metric::of_service("EventsFailed");

const MEETINGS_STARTED: Metric = Metric::of_service("MeetingsStarted");
const MEETINGS_ENDED: Metric = Metric::of_service("MeetingsEnded");
const ATTENDEES_ADDED: Metric = Metric::of_service("AttendeesAdded");
const ATTENDEES_JOINED: Metric = Metric::of_service("AttendeesJoined");
const ATTENDEES_LEFT: Metric = Metric::of_service("AttendeesLeft");
const ATTENDEES_DROPPED: Metric = Metric::of_service("AttendeesDropped");

/// Every metric of the function.
pub const METRICS: &[&Metric] = &[
    &EVENTS, &EVENTS_FAILED, &MEETINGS_STARTED, &MEETINGS_ENDED, &ATTENDEES_ADDED, &ATTENDEES_JOINED,
    &ATTENDEES_LEFT, &ATTENDEES_DROPPED,
];

/// The types of events that have a metric of their own.
const COUNTED: &[(&str, &Metric)] = &[
    ("chime:MeetingStarted", &MEETINGS_STARTED),
    ("chime:MeetingEnded", &MEETINGS_ENDED),
    ("chime:AttendeeAdded", &ATTENDEES_ADDED),
    ("chime:AttendeeJoined", &ATTENDEES_JOINED),
    ("chime:AttendeeLeft", &ATTENDEES_LEFT),
    ("chime:AttendeeDropped", &ATTENDEES_DROPPED),
];

/// What the lines of an invocation have in common.
#[derive(Debug, Clone, Copy)]
pub(super) struct Invocation<'i> {
    pub(super) service: &'i str,
    pub(super) is_cold_start: bool,
    pub(super) function_request_id: &'i str,
    pub(super) xray_trace_id: Option<&'i str>,
}

/// The members of the line, besides those of every line. Texts of the message are bounded in length.
#[derive(Serialize)]
struct Members<'m> {
    message_id: &'m str,
    #[serde(skip_serializing_if = "Option::is_none")]
    receive_count: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<Cow<'m, str>>,
    #[serde(flatten)]
    event: Option<EventMembers<'m>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_bus_id: Option<&'m str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<String>,
}

#[derive(Serialize)]
struct EventMembers<'m> {
    detail_type: Cow<'m, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_type: Option<Cow<'m, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_time_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    meeting_id: Option<Cow<'m, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attendee_id: Option<Cow<'m, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    media_region: Option<Cow<'m, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    machine: Option<bool>,
}

impl<'m> Members<'m> {
    fn of(message: &'m Message, event: Option<&'m MeetingEvent>, tenant: Option<&'m str>) -> Self {
        Members {
            message_id: &message.message_id,
            receive_count: message.receive_count(),
            tenant: tenant.map(bounded),
            event: event.map(EventMembers::from),
            event_bus_id: None,
            cause: None,
        }
    }
}

impl<'m> From<&'m MeetingEvent> for EventMembers<'m> {
    fn from(event: &'m MeetingEvent) -> Self {
        EventMembers {
            detail_type: bounded(&event.detail_type),
            event_type: event.event_type.as_deref().map(bounded),
            event_time_ms: event.timestamp,
            meeting_id: event.meeting_id.as_deref().map(bounded),
            attendee_id: event.attendee_id.as_deref().map(bounded),
            media_region: event.media_region.as_deref().map(bounded),
            machine: event.is_machine,
        }
    }
}

impl<'i> Invocation<'i> {
    /// The line of an event that was handed over, with its id on the bus.
    pub(super) fn handled(self, event: &TenantEvent<'_>, event_bus_id: Option<&str>) -> String {
        let mut measured = Measured::default();
        measured.count(&EVENTS);
        if let Some(metric) = metric_of(&event.event) {
            measured.count(metric);
        }
        let members = Members::of(event.message, Some(&event.event), event.tenant.as_deref());
        self.line(Level::Info, "event handled", Members { event_bus_id, ..members }, measured)
    }

    /// The line of a message that is no event.
    pub(super) fn unread(self, message: &Message, error: &MessageError) -> String {
        self.failed_line(Members::of(message, None, None), error)
    }

    /// The line of an event that was not handed over.
    pub(super) fn failed(self, event: &TenantEvent<'_>, error: &MessageError) -> String {
        self.failed_line(Members::of(event.message, Some(&event.event), event.tenant.as_deref()), error)
    }

    fn failed_line(self, members: Members<'_>, error: &MessageError) -> String {
        let mut measured = Measured::default();
        measured.count(&EVENTS_FAILED);
        self.line(
            Level::Error,
            "event failed",
            Members { cause: Some(error.to_string()), ..members },
            measured,
        )
    }

    fn line(self, level: Level, text: &'static str, members: Members<'_>, measured: Measured) -> String {
        let line = Line {
            level,
            message: text,
            service: self.service,
            cold_start: self.is_cold_start,
            function_request_id: self.function_request_id,
            xray_trace_id: self.xray_trace_id,
            members,
            measured,
        };
        line.text(std::time::SystemTime::now())
    }
}

/// The metric of the event's type. Machines are not people, so their attendees do not count.
fn metric_of(event: &MeetingEvent) -> Option<&'static Metric> {
    let event_type = event.event_type.as_deref()?;
    let (_, metric) = COUNTED.iter().find(|(counted, _)| *counted == event_type)?;
    let counts = event.is_of_meeting() && event.is_machine != Some(true);
    counts.then_some(*metric)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const MEETING_STATE_CHANGE: &str = "Chime Meeting State Change";

    #[test]
    fn counts_people_by_the_type_of_event() {
        for (detail_type, event_type, user, expected, why) in [
            (MEETING_STATE_CHANGE, "chime:MeetingStarted", "", Some("MeetingsStarted"), "a meeting"),
            (MEETING_STATE_CHANGE, "chime:MeetingEnded", "", Some("MeetingsEnded"), "its end"),
            (MEETING_STATE_CHANGE, "chime:AttendeeAdded", "anna", Some("AttendeesAdded"), "a person"),
            (MEETING_STATE_CHANGE, "chime:AttendeeJoined", "anna", Some("AttendeesJoined"), "joined"),
            (MEETING_STATE_CHANGE, "chime:AttendeeLeft", "anna", Some("AttendeesLeft"), "left"),
            (MEETING_STATE_CHANGE, "chime:AttendeeDropped", "anna", Some("AttendeesDropped"), "dropped"),
            (MEETING_STATE_CHANGE, "chime:AttendeeJoined", "aws:recorder", None, "a machine"),
            (MEETING_STATE_CHANGE, "chime:AttendeeVideoStarted", "anna", None, "a type without a metric"),
            ("Chime Media Pipeline State Change", "chime:MeetingStarted", "", None, "another kind"),
        ] {
            let detail = if user.is_empty() {
                json!({ "eventType": event_type })
            } else {
                json!({ "eventType": event_type, "externalUserId": user })
            };
            let event = json!({ "detail-type": detail_type, "detail": detail });
            let event = MeetingEvent::read(&event.to_string()).unwrap();
            assert_eq!(metric_of(&event).map(|metric| metric.name), expected, "{why}");
        }
    }
}
