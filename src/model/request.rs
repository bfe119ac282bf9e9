//! The bodies that create meetings: the valid members, and a finding for each invalid one.

use super::asked::{Asked, Reader, Requested, ask};
use super::attendee::{ATTENDEES, AttendeeRequest, read_attendees};
use super::member::Members;
use super::values::{
    ExternalMeetingId, IdempotencyKey, MAX_ATTENDEES_AT_CREATION, MAX_TAGS, RoomId, TagKey, TagValue,
};
use crate::finding::{Finding, Findings};
use crate::json::{ErrorSink as _, Json, KnownMembers, Names, Path};

/// One tag of a request with a valid key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedTag {
    /// Index in the caller's list, from 0.
    pub index: usize,
    /// The key.
    pub key: TagKey,
    /// The value.
    pub value: Asked<TagValue>,
}

/// The caller's part of a CreateMeetingWithAttendees request.
#[derive(Debug)]
pub struct MeetingWithAttendeesRequest {
    pub(crate) meeting: MeetingRequest,
    pub(crate) attendees: Vec<AttendeeRequest>,
}

/// The caller's part of a CreateMeeting request.
#[derive(Debug)]
pub struct MeetingRequest {
    /// Where in the body its members stand.
    pub(crate) place: &'static Path<'static>,
    pub(crate) external_meeting_id: Asked<ExternalMeetingId>,
    pub(crate) members: Members<Requested>,
    pub(crate) tags: Vec<AskedTag>,
    pub(crate) idempotency_key: Option<IdempotencyKey>,
    // INVARIANT (findings travel): every invalid member has a finding here, and only a request without findings becomes
    // a plan.
    pub(crate) findings: Findings,
}

/// The header with the idempotency key, as findings name it.
pub const IDEMPOTENCY_KEY_HEADER: &str = "Idempotency-Key";

/// The members that a caller may set, and those that only the gateway sets.
const NAMES: Names<'_> = Names { offered: &[Members::NAMES, OTHER_NAMES], reserved: RESERVED };
const NAMES_WITH_ATTENDEES: Names<'_> =
    Names { offered: &[Members::NAMES, OTHER_NAMES, &[ATTENDEES]], reserved: RESERVED };
const OTHER_NAMES: &[&str] = &["ClientRequestToken", "ExternalMeetingId", "Tags"];
const RESERVED: &[&str] = &["NotificationsConfiguration", "TenantIds"];

/// The same for the meeting of a room.
const NAMES_IN_ROOM: Names<'_> = Names { offered: &[Members::NAMES, &["Tags"]], reserved: RESERVED_IN_ROOM };
const RESERVED_IN_ROOM: &[&str] =
    &["NotificationsConfiguration", "TenantIds", "ExternalMeetingId", "ClientRequestToken"];

/// Members that the meeting of a room can't have, and why.
const NOT_IN_ROOM: [(&str, &str); 2] = [
    ("ExternalMeetingId", "must be left out: the ExternalMeetingId of a room's meeting is the room's name"),
    (
        "ClientRequestToken",
        "must be left out: whoever asks for a room, and however often, gets the same meeting",
    ),
];

/// The member of a room's body that has the meeting.
pub(super) const MEETING: &str = "Meeting";

/// Where the members of a room's meeting stand.
const IN_ROOM: &Path<'static> = &Path::Below(&Path::Root, MEETING);

impl MeetingWithAttendeesRequest {
    /// Reads a body and the value of the `Idempotency-Key` header.
    #[must_use]
    pub fn read(body: &Json<'_>, idempotency_header: Option<&str>) -> Self {
        let mut attendees = Vec::new();
        let meeting =
            MeetingRequest::read_with(body, idempotency_header, NAMES_WITH_ATTENDEES, |members, findings| {
                attendees = read_attendees(members, MAX_ATTENDEES_AT_CREATION, findings);
            });
        MeetingWithAttendeesRequest { meeting, attendees }
    }
}

impl MeetingRequest {
    /// Reads a body and the value of the `Idempotency-Key` header.
    #[must_use]
    pub fn read(body: &Json<'_>, idempotency_header: Option<&str>) -> Self {
        Self::read_with(body, idempotency_header, NAMES, |_, _| ())
    }

    /// Reads the meeting of a room, whose ExternalMeetingId is the room's name. An absent one is like an empty object.
    pub(super) fn read_in_room(meeting: Option<&Json<'_>>, room: &RoomId) -> Self {
        let (mut findings, mut nested, mut unknown) = <(Findings, Findings, Findings)>::default();
        let read = |json| KnownMembers::sorted(json, IN_ROOM, NAMES_IN_ROOM, &mut nested, &mut unknown);
        let members = meeting.and_then(read);
        let members = members.as_ref();
        let decided = read_decided(members, nested, &mut findings);
        let tags = read_tags(members, &mut findings);
        for (name, detail) in NOT_IN_ROOM {
            if let Some(members) = members.filter(|members| members.get(name).is_some()) {
                findings.add(&members.path_of(name), &detail);
            }
        }
        refuse_reserved(members, &mut findings);
        findings.append(unknown);
        MeetingRequest {
            place: IN_ROOM,
            external_meeting_id: Asked::Value(room.into()),
            members: decided,
            tags,
            idempotency_key: None,
            findings,
        }
    }

    fn read_with(
        body: &Json<'_>,
        idempotency_header: Option<&str>,
        names: Names<'_>,
        read_others: impl FnOnce(&KnownMembers<'_, '_, '_>, &mut Findings),
    ) -> Self {
        let (mut findings, mut nested, mut unknown) = <(Findings, Findings, Findings)>::default();
        let members = KnownMembers::sorted(body, &Path::Root, names, &mut nested, &mut unknown);
        let members = members.as_ref();
        let external_meeting_id = Reader { members, findings: &mut findings }.ask("ExternalMeetingId");
        if let (Some(members), Asked::Absent) = (members, &external_meeting_id) {
            findings.add(&members.path_of("ExternalMeetingId"), &"is required");
        }
        let decided = read_decided(members, nested, &mut findings);
        let key = members.and_then(|members| members.read("ClientRequestToken", &mut findings));
        let tags = read_tags(members, &mut findings);
        if let Some(members) = members {
            read_others(members, &mut findings);
        }
        refuse_reserved(members, &mut findings);
        // Added last: when there are more findings than are listed, those of known members come first.
        findings.append(unknown);
        let mut request = MeetingRequest {
            place: &Path::Root,
            external_meeting_id,
            members: decided,
            tags,
            idempotency_key: None,
            findings,
        };
        request.take_key(key, idempotency_header);
        request
    }

    /// The key may be in the body, the header or both. Two keys must be equal.
    fn take_key(&mut self, in_body: Option<IdempotencyKey>, header: Option<&str>) {
        let in_header = header.and_then(|value| match read_key_header(value) {
            Ok(key) => Some(key),
            Err(detail) => {
                self.findings.push(Finding::in_header(IDEMPOTENCY_KEY_HEADER, detail));
                None
            }
        });
        if let (Some(body), Some(header)) = (&in_body, &in_header)
            && body != header
        {
            let detail = "differs from the member `ClientRequestToken`: a request has one idempotency key";
            self.findings.push(Finding::in_header(IDEMPOTENCY_KEY_HEADER, detail));
        }
        self.idempotency_key = in_body.or(in_header);
    }
}

/// Reads the header's value: a bare key, or one in double quotes, the string of a structured field (RFC 8941).
fn read_key_header(value: &str) -> Result<IdempotencyKey, String> {
    let value = value.trim_matches([' ', '\t']);
    let bare = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(value);
    IdempotencyKey::parse(bare)
}

/// Reads the members that a policy decides. `nested` are the findings of the groups that they stand in.
fn read_decided(
    members: Option<&KnownMembers<'_, '_, '_>>,
    nested: Findings,
    findings: &mut Findings,
) -> Members<Requested> {
    let decided = Members::make(&mut Reader { members, findings });
    findings.append(nested);
    decided
}

fn refuse_reserved(members: Option<&KnownMembers<'_, '_, '_>>, findings: &mut Findings) {
    for name in RESERVED {
        if let Some(members) = members.filter(|members| members.get(name).is_some()) {
            let pointer = members.path_of(name).to_string();
            findings.push(Finding::breaks_policy(pointer, "is set only by the gateway"));
        }
    }
}

fn read_tags(members: Option<&KnownMembers<'_, '_, '_>>, findings: &mut Findings) -> Vec<AskedTag> {
    let tags = members.and_then(|members| Some((members.get("Tags")?, members.path_of("Tags"))));
    let Some((json, path)) = tags else { return Vec::new() };
    let Some(items) = json.as_array() else {
        findings.add(&path, &format_args!("must be an array, not {}", json.kind()));
        return Vec::new();
    };
    if items.len() > MAX_TAGS {
        findings.add(&path, &format_args!("may have at most {MAX_TAGS} items"));
        return Vec::new();
    }
    let mut tags: Vec<AskedTag> = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let path = Path::Item(&path, index);
        let mut unknown = Findings::default();
        let names = Names::new(&[&["Key", "Value"]]);
        let Some(members) = KnownMembers::of(item, &path, names, &mut unknown) else {
            findings.append(unknown);
            continue;
        };
        let key = ask(&members, "Key", findings);
        let value = ask(&members, "Value", findings);
        findings.append(unknown);
        if value == Asked::Absent {
            findings.add(&members.path_of("Value"), &"is required");
        }
        match key {
            Asked::Absent => findings.add(&members.path_of("Key"), &"is required"),
            Asked::Invalid => {}
            Asked::Value(key) if tags.iter().any(|other| other.key.same_to_iam(&key)) => {
                let detail = "is also the key of another tag; keys that differ only in case count as one";
                findings.add(&members.path_of("Key"), &detail);
            }
            Asked::Value(key) => tags.push(AskedTag { index, key, value }),
        }
    }
    tags
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{FindingKind, Place};

    fn read(body: &str) -> MeetingRequest {
        MeetingRequest::read(&Json::parse(body.as_bytes()).unwrap(), None)
    }

    fn pointers(request: &MeetingRequest) -> Vec<String> {
        let mut found: Vec<String> = request
            .findings
            .listed()
            .iter()
            .map(|finding| match &finding.place {
                Place::Member(pointer) => pointer.clone(),
                Place::Header(name) | Place::Parameter(name) => (*name).to_owned(),
            })
            .collect();
        found.sort();
        found
    }

    #[test]
    fn only_the_external_meeting_id_is_required() {
        let request = read(r#"{"ExternalMeetingId":"standup"}"#);
        assert_eq!(request.findings.listed(), []);
        assert_eq!(request.members.media_region, Asked::Absent);
    }

    #[test]
    fn reports_each_broken_rule_of_the_model_at_its_member() {
        for (body, expected, why) in [
            ("{}", vec!["#/ExternalMeetingId"], "required"),
            ("[]", vec!["#"], "not an object"),
            (r#"{"ExternalMeetingId":null}"#, vec!["#/ExternalMeetingId"], "null is invalid"),
            (
                r#"{"ExternalMeetingId":"ab","MediaRegion":null}"#,
                vec!["#/MediaRegion"],
                "null, though optional",
            ),
            (r#"{"ExternalMeetingId":"ab","MeetingFeatures":null}"#, vec!["#/MeetingFeatures"], "null group"),
            (
                r#"{"ExternalMeetingId":"ab","externalMeetingId":"ab"}"#,
                vec!["#/externalMeetingId"],
                "names have a case",
            ),
            (
                r#"{"ExternalMeetingId":"ab","ExternalMeetingId":"ab"}"#,
                vec!["#/ExternalMeetingId"],
                "repeated",
            ),
            (r#"{"ExternalMeetingId":"ab","Tags":{}}"#, vec!["#/Tags"], "not a list"),
            (
                r#"{"ExternalMeetingId":"ab","Tags":[{"Key":"a","Value":"1"},{"Key":"A","Value":"2"}]}"#,
                vec!["#/Tags/1/Key"],
                "IAM compares keys without case",
            ),
            (r#"{"ExternalMeetingId":"ab","Tags":[{"Key":"a"}]}"#, vec!["#/Tags/0/Value"], "a tag has both"),
            (
                r#"{"ExternalMeetingId":"ab","MeetingFeatures":{"Video":{"MaxResolution":"4K"},"Audio":{"Echo":1}}}"#,
                vec!["#/MeetingFeatures/Audio/Echo", "#/MeetingFeatures/Video/MaxResolution"],
                "an unknown member and an invalid value",
            ),
            (
                r#"{"ExternalMeetingId":"a","MediaRegion":1,"Nope":0,"ClientRequestToken":"?"}"#,
                vec!["#/ClientRequestToken", "#/ExternalMeetingId", "#/MediaRegion", "#/Nope"],
                "all at once",
            ),
        ] {
            let request = read(body);
            assert_eq!(pointers(&request), expected, "{body}: {why}");
            assert!(
                request.findings.listed().iter().all(|finding| finding.kind == FindingKind::BreaksModel),
                "{body}"
            );
        }
    }

    #[test]
    fn refuses_the_gateways_own_members_even_when_null() {
        for member in RESERVED {
            let request = read(&format!(r#"{{"ExternalMeetingId":"ab","{member}":null}}"#));
            assert_eq!(pointers(&request), [format!("#/{member}")]);
            assert_eq!(request.findings.listed()[0].kind, FindingKind::BreaksPolicy);
        }
    }

    #[test]
    fn allows_50_tags_but_not_51() {
        let body = |count: usize| {
            let tags: Vec<String> = (0..count).map(|n| format!(r#"{{"Key":"k{n}","Value":""}}"#)).collect();
            format!(r#"{{"ExternalMeetingId":"ab","Tags":[{}]}}"#, tags.join(","))
        };
        assert_eq!(pointers(&read(&body(50))), [""; 0]);
        assert_eq!(pointers(&read(&body(51))), ["#/Tags"]);
    }

    #[test]
    fn the_idempotency_key_may_be_in_the_body_or_the_header_but_must_be_one() {
        let body = Json::parse(br#"{"ExternalMeetingId":"ab","ClientRequestToken":"key-1"}"#).unwrap();
        let silent = Json::parse(br#"{"ExternalMeetingId":"ab"}"#).unwrap();
        for (json, header, key, findings, why) in [
            (&silent, None, None, 0, "no key"),
            (&body, None, Some("key-1"), 0, "the member"),
            (&silent, Some("key-1"), Some("key-1"), 0, "the header"),
            (&silent, Some("\"key-1\""), Some("key-1"), 0, "the header as a structured field's string"),
            (&body, Some("\"key-1\""), Some("key-1"), 0, "both, and the same"),
            (&body, Some("key-2"), Some("key-1"), 1, "both, and different"),
            (&silent, Some("key 1"), None, 1, "an invalid key"),
            (&silent, Some("\"key-1"), None, 1, "an open quote"),
            (&silent, Some(""), None, 1, "an empty header"),
        ] {
            let request = MeetingRequest::read(json, header);
            assert_eq!(request.idempotency_key.as_ref().map(IdempotencyKey::as_str), key, "{why}");
            assert_eq!(request.findings.len(), findings, "{why}");
        }
    }

    #[test]
    fn lists_findings_of_known_members_before_those_of_unknown_ones() {
        let unknown: String = (0..100).map(|number| format!(r#","x{number}":0"#)).collect();
        let bad_tags = format!(r#""Tags":[{}]"#, ["{}"; 50].join(","));
        for (body, pointer, why) in [
            (
                format!(r#"{{{bad_tags}}}"#),
                "#/ExternalMeetingId",
                "required, before a hundred errors of tags",
            ),
            (
                format!(r#"{{"a":0{unknown},"MeetingFeatures":5}}"#),
                "#/MeetingFeatures",
                "a group that is not an object",
            ),
            (
                format!(r#"{{"a":0{unknown},"MeetingFeatures":{{"Video":{{"Nope":1}}}}}}"#),
                "#/MeetingFeatures/Video/Nope",
                "unknown in a known group",
            ),
            (
                format!(r#"{{"MeetingFeatures":{{"a":0{unknown}}}}}"#),
                "#/ExternalMeetingId",
                "required, before a hundred unknown members of a group",
            ),
        ] {
            let found = pointers(&read(&body));
            assert!(found.iter().any(|other| other == pointer), "{why}: {found:?}");
        }
    }
}
