//! A meeting event of Chime, read from a message's body.

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// The kind of event that tells what happens in meetings.
const MEETING_STATE_CHANGE: &str = "Chime Meeting State Change";

/// A meeting event: the members of its envelope, and those of its detail that the log shows.
///
/// The detail's members are not checked: Chime may add types of events, and all of them pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeetingEvent {
    /// The kind of event, such as `Chime Meeting State Change`.
    pub detail_type: String,
    /// The detail, byte for byte as it was sent.
    pub detail: String,
    /// When it happened (RFC 3339).
    pub time: Option<String>,
    /// The ARNs of what it is about.
    pub resources: Vec<String>,
    /// The type of event, such as `chime:MeetingStarted`.
    pub event_type: Option<String>,
    /// When it happened, in milliseconds since 1970.
    pub timestamp: Option<u64>,
    /// The meeting's id.
    pub meeting_id: Option<String>,
    /// The attendee's id.
    pub attendee_id: Option<String>,
    /// The region that hosts the meeting's media.
    pub media_region: Option<String>,
    /// Whether the attendee is a machine, such as a recorder. `None` for an event that names no attendee's user.
    pub is_machine: Option<bool>,
}

/// Why a message is not a meeting event. The text quotes nothing of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// The body is not JSON.
    #[error("the message is not JSON")]
    NotJson,
    /// The body is JSON, but not an envelope of EventBridge.
    #[error(
        "the message is not an event: it must be an object with `detail-type`, a text, and `detail`, an object, and `time` \
         and `resources` must be a text and a list of texts where they are there"
    )]
    NotAnEvent,
    /// The detail already has the member that the bus's consumers read the gateway's own members from.
    #[error("`detail` has the member `meetingGateway`, which the gateway adds itself")]
    HasOwnMember,
}

#[derive(Deserialize)]
struct Envelope<'b> {
    #[serde(rename = "detail-type")]
    detail_type: String,
    #[serde(borrow)]
    detail: &'b RawValue,
    time: Option<String>,
    resources: Option<Vec<String>>,
}

/// The members of a detail that the log shows. A member of another type counts as missing.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Detail<'b> {
    #[serde(default, deserialize_with = "lenient")]
    event_type: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    timestamp: Option<u64>,
    #[serde(default, deserialize_with = "lenient")]
    meeting_id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    attendee_id: Option<String>,
    #[serde(borrow, default)]
    external_user_id: Option<&'b RawValue>,
    #[serde(default, deserialize_with = "lenient")]
    media_region: Option<String>,
    #[serde(borrow, default, deserialize_with = "any")]
    meeting_gateway: Option<&'b RawValue>,
}

/// Reads any value, `null` too.
fn any<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

/// Reads a value, or `None` from one of another type.
fn lenient<'de, T: serde::de::DeserializeOwned, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    let value = <&RawValue>::deserialize(deserializer)?;
    Ok(serde_json::from_str(value.get()).ok())
}

impl MeetingEvent {
    /// Reads a message's body.
    ///
    /// # Errors
    /// When it is not an event.
    pub fn read(body: &str) -> Result<Self, EventError> {
        let envelope: Envelope<'_> = serde_json::from_str(body).map_err(|error| match error.classify() {
            serde_json::error::Category::Data => EventError::NotAnEvent,
            _ => EventError::NotJson,
        })?;
        let detail = envelope.detail.get();
        if !detail.starts_with('{') {
            return Err(EventError::NotAnEvent);
        }
        let members: Detail<'_> = serde_json::from_str(detail).map_err(|_| EventError::NotAnEvent)?;
        if members.meeting_gateway.is_some() {
            return Err(EventError::HasOwnMember);
        }
        Ok(MeetingEvent {
            detail_type: envelope.detail_type,
            detail: detail.to_owned(),
            time: envelope.time,
            resources: envelope.resources.unwrap_or_default(),
            event_type: members.event_type,
            timestamp: members.timestamp,
            meeting_id: members.meeting_id,
            attendee_id: members.attendee_id,
            media_region: members.media_region,
            is_machine: members.external_user_id.map(is_machine),
        })
    }
}

impl MeetingEvent {
    /// Whether it is about the state of a meeting, as its types of events are.
    #[must_use]
    pub fn is_of_meeting(&self) -> bool {
        self.detail_type == MEETING_STATE_CHANGE
    }

    /// Whether it says that the meeting has ended.
    #[must_use]
    pub fn is_end_of_meeting(&self) -> bool {
        self.is_of_meeting() && self.event_type.as_deref() == Some("chime:MeetingEnded")
    }
}

/// Chime's own attendees, such as recorders, have names that begin with `aws:`, in any case (model).
fn is_machine(external_user_id: &RawValue) -> bool {
    let begins = |text: &str| text.get(..4).is_some_and(|prefix| prefix.eq_ignore_ascii_case("aws:"));
    // A text that can't be decoded, such as one with half a surrogate pair, is looked at as it is written.
    match serde_json::from_str::<String>(external_user_id.get()) {
        Ok(text) => begins(&text),
        Err(_) => begins(external_user_id.get().trim_start_matches('"')),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn joined() -> Value {
        json!({
            "version": "0", "source": "aws.chime", "account": "111122223333", "region": "us-east-1",
            "detail-type": "Chime Meeting State Change", "time": "2026-11-25T10:00:00Z",
            "detail": {
                "version": "0", "eventType": "chime:AttendeeJoined", "timestamp": 1_764_064_800_000_u64,
                "meetingId": "eb81e378-37db-4b5a-8e57-88904f2c1152", "attendeeId": "a-1",
                "externalUserId": "anna", "externalMeetingId": "standup", "mediaRegion": "us-east-1",
            },
        })
    }

    fn read(event: &Value) -> Result<MeetingEvent, EventError> {
        MeetingEvent::read(&event.to_string())
    }

    #[test]
    fn reads_an_event_as_chime_sends_it() {
        let event = read(&joined()).unwrap();
        assert_eq!(event.event_type.as_deref(), Some("chime:AttendeeJoined"));
        assert_eq!(event.timestamp, Some(1_764_064_800_000));
        assert_eq!(event.is_machine, Some(false));
        assert_eq!(event.resources, Vec::<String>::new(), "Chime leaves them out");
        assert_eq!(serde_json::from_str::<Value>(&event.detail).unwrap(), joined()["detail"]);
    }

    #[test]
    fn unknown_types_and_members_pass() {
        let changes = [
            ("/detail-type", json!("Chime Media Pipeline State Change")),
            ("/detail/eventType", json!("chime:SomethingNew")),
            ("/detail/eventType", json!(7)),
            ("/detail/timestamp", json!("soon")),
            ("/detail/meetingId", Value::Null),
            ("/detail", json!({})),
            ("/time", Value::Null),
        ];
        for (pointer, value) in changes {
            let mut event = joined();
            *event.pointer_mut(pointer).unwrap() = value;
            assert!(read(&event).is_ok(), "{event}");
        }
    }

    #[test]
    fn rejects_what_is_no_event_and_quotes_nothing_of_it() {
        for (body, expected, why) in [
            ("secret", EventError::NotJson, "not JSON"),
            ("", EventError::NotJson, "empty"),
            (r#""secret""#, EventError::NotAnEvent, "a text"),
            ("[]", EventError::NotAnEvent, "a list"),
            (r#"{"detail":{}}"#, EventError::NotAnEvent, "no detail-type"),
            (r#"{"detail-type":"secret"}"#, EventError::NotAnEvent, "no detail"),
            (r#"{"detail-type":"a","detail":"secret"}"#, EventError::NotAnEvent, "a detail that is a text"),
            (
                r#"{"detail-type":"a","detail":{},"time":7}"#,
                EventError::NotAnEvent,
                "a time that is a number",
            ),
            (r#"{"detail-type":"a","detail":{},"resources":"b"}"#, EventError::NotAnEvent, "one resource"),
            (r#"{"detail-type":"a","detail-type":"b","detail":{}}"#, EventError::NotAnEvent, "a repeat"),
            (r#"{"detail-type":"a","detail":{"meetingGateway":1}}"#, EventError::HasOwnMember, "our member"),
            (r#"{"detail-type":"a","detail":{"meetingGateway":null}}"#, EventError::HasOwnMember, "null too"),
        ] {
            let error = MeetingEvent::read(body).expect_err(why);
            assert_eq!(error, expected, "{why}");
            assert!(!error.to_string().contains("secret"), "{why}");
        }
    }

    #[test]
    fn a_user_whose_name_begins_with_aws_is_a_machine() {
        for (name, expected) in [
            ("aws:MediaPipeline-1", true),
            ("AWS:x", true),
            ("aws", false),
            ("anna", false),
            ("éaws:", false),
        ] {
            let mut event = joined();
            event["detail"]["externalUserId"] = json!(name);
            assert_eq!(read(&event).unwrap().is_machine, Some(expected), "{name}");
        }
        let half_a_pair = joined().to_string().replace(r#""anna""#, r#""aws:\ud800""#);
        assert_eq!(MeetingEvent::read(&half_a_pair).unwrap().is_machine, Some(true));
    }
}
