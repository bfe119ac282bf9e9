//! The meeting that the sample events in `events/` name, so that they can be sent as they are.

use serde_json::{Value, json};

use super::attendees::Attendees;
use super::meetings::{Meeting, meeting_body};

/// The meeting of the sample events, a meeting of `acme` in us-east-1.
const MEETING: &str = "5a3b1e00-0000-4000-8000-000000000001";

/// Its attendees: the caller's own, and another person's.
const ATTENDEES: [(&str, &str); 2] = [
    ("5a3b1e00-0000-4000-8000-000000000002", "6f1c0d4e-8a57-4b1e-9a0f-1d2e3c4b5a60"),
    ("5a3b1e00-0000-4000-8000-000000000003", "another-person"),
];

/// The meeting of the sample events, with the tag of the gateway that they are sent to.
pub(super) fn sample_meeting() -> Meeting {
    let members = json!({ "ExternalMeetingId": "sample", "MediaRegion": "us-east-1", "TenantIds": ["acme"] });
    let body = meeting_body(members.as_object().unwrap_or(&serde_json::Map::new()), "us-east-1");
    let made_up = body.get("MeetingId").and_then(Value::as_str).unwrap_or_default().to_owned();
    let text = body.to_string().replace(&made_up, MEETING).replace(&made_up.replace('-', ""), MEETING);
    let mut attendees = Attendees::new(None);
    for (id, user) in ATTENDEES {
        attendees.plant(id, user);
    }
    Meeting {
        body: serde_json::from_str(&text).unwrap_or(Value::Null),
        region: "us-east-1".to_owned(),
        tags: json!([{ "Key": "MeetingGateway", "Value": "meeting-gateway" }]),
        alive: true,
        attendees,
    }
}
