//! Meetings that are there without a request that made them.

use serde_json::{Map, Value, json};

use super::attendees::Attendees;
use super::meetings::{Meeting, meeting_body};

/// A meeting to add, with all media that Chime gives by default.
#[derive(Debug, Clone, Copy)]
pub struct PlantedMeeting<'p> {
    /// its id
    pub id: &'p str,
    /// the control region that made it, which hosts it as well
    pub region: &'p str,
    /// its TenantIds
    pub tenant_ids: &'p [String],
    /// the value of its tag `MeetingGateway`
    pub gateway_name: &'p str,
    /// its attendees, each with its AttendeeId and its ExternalUserId
    pub attendees: &'p [(&'p str, &'p str)],
}

/// The meeting that the sample events in `events/` name, so that they can be sent as they are: of `acme` in us-east-1, with
/// the caller's own attendee and another person's.
pub(super) fn sample_meeting() -> Meeting {
    Meeting::from(&PlantedMeeting {
        id: "5a3b1e00-0000-4000-8000-000000000001",
        region: "us-east-1",
        tenant_ids: &["acme".to_owned()],
        gateway_name: "meeting-gateway",
        attendees: &[
            ("5a3b1e00-0000-4000-8000-000000000002", "6f1c0d4e-8a57-4b1e-9a0f-1d2e3c4b5a60"),
            ("5a3b1e00-0000-4000-8000-000000000003", "another-person"),
        ],
    })
}

impl From<&PlantedMeeting<'_>> for Meeting {
    fn from(planted: &PlantedMeeting<'_>) -> Self {
        let PlantedMeeting { id, region, tenant_ids, gateway_name, attendees: planted } = *planted;
        let members =
            json!({ "ExternalMeetingId": "sample", "MediaRegion": region, "TenantIds": tenant_ids });
        let body = meeting_body(members.as_object().unwrap_or(&Map::new()), region);
        let made_up = body.get("MeetingId").and_then(Value::as_str).unwrap_or_default().to_owned();
        let text = body.to_string().replace(&made_up, id).replace(&made_up.replace('-', ""), id);
        let mut attendees = Attendees::new(None);
        for (id, user) in planted {
            attendees.plant(id, user);
        }
        Meeting {
            body: serde_json::from_str(&text).unwrap_or(Value::Null),
            region: region.to_owned(),
            tags: json!([{ "Key": "MeetingGateway", "Value": gateway_name }]),
            queue: None,
            alive: true,
            attendees,
        }
    }
}
