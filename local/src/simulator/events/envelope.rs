//! An event in the form in which Chime sends it: EventBridge's envelope, without the `id` that its documentation shows in
//! older examples.

use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

use crate::simulator::attendees::Attendee;
use crate::simulator::meetings::{ACCOUNT, Meeting};

/// The `detail-type` of what happens to meetings. There is another one, `Chime Media Pipeline State Change`.
pub(super) const MEETING_STATE_CHANGE: &str = "Chime Meeting State Change";

/// The eventTypes whose example in the developer guide has `networkType`.
const WITH_NETWORK_TYPE: &[&str] = &[
    "chime:AttendeeJoined",
    "chime:AttendeeLeft",
    "chime:AttendeeDropped",
    "chime:AttendeeContentJoined",
    "chime:AttendeeContentLeft",
    "chime:AttendeeContentDropped",
];

const SECONDS: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");

/// What an event says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct EventText<'e> {
    pub(super) detail_type: &'e str,
    pub(super) event_type: &'e str,
    /// whom it is about; none of an event about the meeting
    pub(super) person: Option<Person<'e>>,
    /// when it happened, in milliseconds since 1970
    pub(super) timestamp: i64,
}

/// The attendee of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Person<'e> {
    pub(super) attendee_id: &'e str,
    pub(super) external_user_id: &'e str,
    /// none of an attendee that nobody created through Chime's API
    pub(super) capabilities: Option<&'e Value>,
}

impl<'e> From<&'e Attendee> for Person<'e> {
    fn from(attendee: &'e Attendee) -> Self {
        Self {
            attendee_id: attendee.id(),
            external_user_id: attendee.external_user_id(),
            capabilities: attendee.body.get("Capabilities"),
        }
    }
}

impl EventText<'_> {
    /// The text of the message.
    pub(super) fn in_envelope(&self, meeting: &Meeting) -> String {
        let mut envelope = json!({
            "version": "0",
            "source": "aws.chime",
            "account": ACCOUNT,
            "region": meeting.region,
            "detail-type": self.detail_type,
            "time": self.time(),
            "detail": self.detail(meeting),
        });
        // Chime sends events with an empty `resources` and events without it. Here a meeting's have it.
        if self.person.is_none() {
            insert(&mut envelope, "resources", json!([]));
        }
        envelope.to_string()
    }

    fn detail(&self, meeting: &Meeting) -> Value {
        let of_meeting = |name: &str| meeting.body.get(name).cloned().unwrap_or(Value::Null);
        let mut detail = json!({
            "version": "0",
            "eventType": self.event_type,
            "timestamp": self.timestamp,
            "meetingId": meeting.id(),
            "externalMeetingId": of_meeting("ExternalMeetingId"),
            "mediaRegion": of_meeting("MediaRegion"),
        });
        if let Some(person) = &self.person {
            insert(&mut detail, "attendeeId", json!(person.attendee_id));
            insert(&mut detail, "externalUserId", json!(person.external_user_id));
            if WITH_NETWORK_TYPE.contains(&self.event_type) {
                insert(&mut detail, "networkType", json!("Voip"));
            }
            if self.event_type == "chime:AttendeeCapabilitiesUpdated" {
                // Texts, as in the developer guide: "1" is a success.
                insert(&mut detail, "success", json!("1"));
                insert(&mut detail, "attendeeCapabilities", in_lower_case(person.capabilities));
            }
        }
        detail
    }

    fn time(&self) -> String {
        let seconds = self.timestamp.div_euclid(1000);
        let time = OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        // The format has no part that can fail.
        time.format(SECONDS).unwrap_or_default()
    }
}

fn insert(object: &mut Value, name: &str, value: Value) {
    if let Value::Object(members) = object {
        members.insert(name.to_owned(), value);
    }
}

/// `Audio` of the API is `audio` in an event.
fn in_lower_case(capabilities: Option<&Value>) -> Value {
    let members = capabilities.and_then(Value::as_object).into_iter().flatten();
    Value::Object(members.map(|(kind, value)| (kind.to_lowercase(), value.clone())).collect::<Map<_, _>>())
}
