//! The body of a request to join a room: the attendee, and the meeting for when there is none yet.

use super::attendee::{ATTENDEE_NAMES, AttendeeRequest};
use super::request::{MEETING, MeetingRequest};
use super::values::RoomId;
use crate::finding::Findings;
use crate::json::{Json, KnownMembers, Names, Path};

/// The caller's part of a request to join a room.
#[derive(Debug)]
pub struct RoomRequest {
    pub(crate) attendee: AttendeeRequest,
    /// What the caller asks for if the room has no meeting. Without the member `Meeting`, nothing.
    pub(crate) meeting: MeetingRequest,
    /// Whether the body has the member `Meeting`.
    pub(crate) asks_for_meeting: bool,
    /// Findings of the body as a whole.
    pub(crate) findings: Findings,
}

impl RoomRequest {
    /// Reads a body: the members of Join's, and beside them `Meeting` with the members of CreateMeeting's.
    #[must_use]
    pub fn read(body: &Json<'_>, room: &RoomId) -> Self {
        let mut findings = Findings::default();
        let names = Names::new(&[ATTENDEE_NAMES, &[MEETING]]);
        let members = KnownMembers::of(body, &Path::Root, names, &mut findings);
        let meeting = members.as_ref().and_then(|members| members.get(MEETING));
        RoomRequest {
            attendee: AttendeeRequest::of_members(members.as_ref(), None),
            meeting: MeetingRequest::read_in_room(meeting, room),
            asks_for_meeting: meeting.is_some(),
            findings,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Asked;

    fn read(body: &str) -> RoomRequest {
        RoomRequest::read(&Json::parse(body.as_bytes()).unwrap(), &RoomId::parse("standup").unwrap())
    }

    /// Each finding as `400 #/pointer` or `403 #/pointer`.
    fn found(body: &str) -> Vec<String> {
        let request = read(body);
        let all = [&request.attendee.findings, &request.meeting.findings, &request.findings];
        all.into_iter().flat_map(Findings::in_short).collect()
    }

    #[test]
    fn no_member_is_required_and_the_meeting_has_the_rooms_name() {
        for body in ["{}", r#"{"Meeting":{}}"#] {
            let request = read(body);
            assert_eq!(found(body), [""; 0], "{body}");
            let Asked::Value(id) = &request.meeting.external_meeting_id else { panic!("{body}") };
            assert_eq!(id.as_str(), "standup");
            assert_eq!(request.meeting.members.media_region, Asked::Absent);
            assert_eq!(request.meeting.idempotency_key, None);
        }
    }

    #[test]
    fn the_meetings_members_are_read_as_those_of_a_creation() {
        let body = r#"{"ExternalUserId":"ann","Meeting":{"MediaRegion":"eu-west-2","Tags":[{"Key":"a","Value":"b"}]}}"#;
        let request = read(body);
        assert_eq!(found(body), [""; 0]);
        assert!(matches!(&request.attendee.external_user_id, Asked::Value(id) if id.as_str() == "ann"));
        assert!(
            matches!(&request.meeting.members.media_region, Asked::Value(region) if region.as_str() == "eu-west-2")
        );
        assert_eq!(request.meeting.tags.len(), 1);
    }

    #[test]
    fn reports_each_broken_rule_at_its_member_with_the_pointer_of_the_body() {
        for (body, expected, why) in [
            ("[]", vec!["400 #"], "not an object"),
            (r#"{"Meeting":null}"#, vec!["400 #/Meeting"], "null is no value"),
            (r#"{"Meeting":[]}"#, vec!["400 #/Meeting"], "not an object"),
            (r#"{"Meeting":{},"Meeting":{}}"#, vec!["400 #/Meeting"], "repeated"),
            (r#"{"MediaRegion":"eu-west-2"}"#, vec!["400 #/MediaRegion"], "stands beside Meeting, not in it"),
            (
                r#"{"Meeting":{"ExternalUserId":"ann"}}"#,
                vec!["400 #/Meeting/ExternalUserId"],
                "the other way round",
            ),
            (
                r#"{"Meeting":{"ExternalMeetingId":"standup"}}"#,
                vec!["400 #/Meeting/ExternalMeetingId"],
                "it is the room's name, even when that is repeated",
            ),
            (
                r#"{"Meeting":{"ClientRequestToken":"key-1"}}"#,
                vec!["400 #/Meeting/ClientRequestToken"],
                "rooms have no idempotency keys",
            ),
            (
                r#"{"Meeting":{"ClientRequestToken":7}}"#,
                vec!["400 #/Meeting/ClientRequestToken"],
                "one finding, whatever its value",
            ),
            (
                r#"{"Meeting":{"TenantIds":null}}"#,
                vec!["403 #/Meeting/TenantIds"],
                "only the gateway sets it, as in a creation",
            ),
            (
                r#"{"Meeting":{"NotificationsConfiguration":{}}}"#,
                vec!["403 #/Meeting/NotificationsConfiguration"],
                "likewise",
            ),
            (
                r#"{"Meeting":{"MeetingFeatures":{"Video":{"MaxResolution":"4K","X":1}},"Tags":[{"Key":"a"}],"MediaRegion":1}}"#,
                vec![
                    "400 #/Meeting/MediaRegion",
                    "400 #/Meeting/MeetingFeatures/Video/MaxResolution",
                    "400 #/Meeting/MeetingFeatures/Video/X",
                    "400 #/Meeting/Tags/0/Value",
                ],
                "of members, groups and tags",
            ),
            (
                r#"{"ExternalUserId":"?;","Capabilities":{},"Nope":1,"Meeting":{"Nope":1}}"#,
                vec![
                    "400 #/ExternalUserId",
                    "400 #/Capabilities/Audio",
                    "400 #/Capabilities/Video",
                    "400 #/Capabilities/Content",
                    "400 #/Meeting/Nope",
                    "400 #/Nope",
                ],
                "of both parts at once",
            ),
        ] {
            assert_eq!(found(body), expected, "{body}: {why}");
        }
    }
}
