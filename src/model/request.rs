//! CreateMeeting's body, read whole: every member that can be read, and a finding for each that can't.

use super::{
    AttendeeCount, ContentResolution, EchoReduction, ExternalMeetingId, IdempotencyKey, MAX_TAGS,
    MediaRegion, MeetingHostId, NetworkType, PrimaryMeetingId, TagKey, TagValue, VideoResolution,
};
use crate::finding::{Finding, Findings};
use crate::json::{ErrorSink as _, Json, Members, Path, ReadJson};

/// What a caller asked for in one member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked<T> {
    /// Nothing.
    Absent,
    /// A value that breaks the model. There is a finding for it; the policy still says whether the member may be asked
    /// for at all, so that the caller learns everything at once.
    Invalid,
    /// A valid value.
    Value(T),
}

impl<T> Asked<T> {
    /// Whether the caller named the member at all.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        !matches!(self, Asked::Absent)
    }
}

/// One tag of a request, at its place in the list. A tag whose key can't be read is left to its finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedTag {
    /// Place in the caller's list, from 0.
    pub index: usize,
    /// The key.
    pub key: TagKey,
    /// The value, when it is one.
    pub value: Asked<TagValue>,
}

/// A CreateMeeting request as far as the caller may write it.
#[derive(Debug)]
pub struct MeetingRequest {
    pub(crate) external_meeting_id: Asked<ExternalMeetingId>,
    pub(crate) media_region: Asked<MediaRegion>,
    pub(crate) network_type: Asked<NetworkType>,
    pub(crate) meeting_host_id: Asked<MeetingHostId>,
    pub(crate) primary_meeting_id: Asked<PrimaryMeetingId>,
    pub(crate) echo_reduction: Asked<EchoReduction>,
    pub(crate) video_resolution: Asked<VideoResolution>,
    pub(crate) content_resolution: Asked<ContentResolution>,
    pub(crate) attendee_count: Asked<AttendeeCount>,
    pub(crate) tags: Vec<AskedTag>,
    pub(crate) idempotency_key: Option<IdempotencyKey>,
    // INVARIANT (findings travel): whatever could not be read left a finding here, and a plan is made only of a
    // request that has none.
    pub(crate) findings: Findings,
}

/// The name of the header that may carry the idempotency key, as findings show it.
pub const IDEMPOTENCY_KEY_HEADER: &str = "Idempotency-Key";

/// Members that a caller may write, in the order in which messages list them.
const MEMBERS: &[&str] = &[
    "ClientRequestToken",
    "ExternalMeetingId",
    "MediaPlacementNetworkType",
    "MediaRegion",
    "MeetingFeatures",
    "MeetingHostId",
    "PrimaryMeetingId",
    "Tags",
];

/// Members of CreateMeeting that the gateway alone writes.
const GATEWAY_MEMBERS: &[&str] = &["NotificationsConfiguration", "TenantIds"];

impl MeetingRequest {
    /// Reads a body, and the `Idempotency-Key` headers' values beside it.
    #[must_use]
    pub fn read(body: &Json<'_>, idempotency_header: Option<&str>) -> Self {
        let mut findings = Findings::default();
        let mut request = MeetingRequest::silent();
        let mut body_key = None;
        let path = Path::Root;
        if let Some(mut members) = Members::of(body, &path, &mut findings) {
            request.external_meeting_id = ask(&mut members, "ExternalMeetingId", &mut findings);
            if request.external_meeting_id == Asked::Absent {
                findings.add(&Path::Member(&path, "ExternalMeetingId"), &"is required");
            }
            request.media_region = ask(&mut members, "MediaRegion", &mut findings);
            request.network_type = ask(&mut members, "MediaPlacementNetworkType", &mut findings);
            request.meeting_host_id = ask(&mut members, "MeetingHostId", &mut findings);
            request.primary_meeting_id = ask(&mut members, "PrimaryMeetingId", &mut findings);
            body_key = members.read("ClientRequestToken", &mut findings);
            if let Some(features) = members.take("MeetingFeatures") {
                request.read_features(features, &Path::Member(&path, "MeetingFeatures"), &mut findings);
            }
            if let Some(tags) = members.take("Tags") {
                request.tags = read_tags(tags, &Path::Member(&path, "Tags"), &mut findings);
            }
            for member in GATEWAY_MEMBERS {
                if members.take(member).is_some() {
                    let pointer = Path::Member(&path, member).to_string();
                    findings.push(Finding::breaks_policy(pointer, "is set by the gateway alone"));
                }
            }
            // Last: of more findings than are listed, those of known members come first.
            members.finish(MEMBERS, &mut findings);
        }
        request.findings = findings;
        request.take_key(body_key, idempotency_header);
        request
    }

    fn silent() -> Self {
        MeetingRequest {
            external_meeting_id: Asked::Absent,
            media_region: Asked::Absent,
            network_type: Asked::Absent,
            meeting_host_id: Asked::Absent,
            primary_meeting_id: Asked::Absent,
            echo_reduction: Asked::Absent,
            video_resolution: Asked::Absent,
            content_resolution: Asked::Absent,
            attendee_count: Asked::Absent,
            tags: Vec::new(),
            idempotency_key: None,
            findings: Findings::default(),
        }
    }

    fn read_features(&mut self, features: &Json<'_>, path: &Path<'_>, findings: &mut Findings) {
        let Some(mut members) = Members::of(features, path, findings) else { return };
        self.echo_reduction = ask_leaf(&mut members, "Audio", "EchoReduction", findings);
        self.video_resolution = ask_leaf(&mut members, "Video", "MaxResolution", findings);
        self.content_resolution = ask_leaf(&mut members, "Content", "MaxResolution", findings);
        self.attendee_count = ask_leaf(&mut members, "Attendee", "MaxCount", findings);
        members.finish(&["Attendee", "Audio", "Content", "Video"], findings);
    }

    /// One key may come in two places; two that differ are a contradiction that the gateway can't settle.
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

/// Reads the header's value: a bare key, or the same as a structured field's string (RFC 8941) in double quotes.
fn read_key_header(value: &str) -> Result<IdempotencyKey, String> {
    let value = value.trim_matches([' ', '\t']);
    let bare = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(value);
    IdempotencyKey::parse(bare)
}

fn ask<T: ReadJson>(members: &mut Members<'_, '_, '_>, name: &str, findings: &mut Findings) -> Asked<T> {
    let Some(json) = members.take(name) else { return Asked::Absent };
    match T::read_json(json) {
        Ok(value) => Asked::Value(value),
        Err(detail) => {
            findings.add(&Path::Member(members.path(), name), &detail);
            Asked::Invalid
        }
    }
}

/// Reads `MeetingFeatures.<group>.<leaf>`.
fn ask_leaf<T: ReadJson>(
    features: &mut Members<'_, '_, '_>,
    group: &str,
    leaf: &str,
    findings: &mut Findings,
) -> Asked<T> {
    let Some(json) = features.take(group) else { return Asked::Absent };
    let path = Path::Member(features.path(), group);
    let Some(mut members) = Members::of(json, &path, findings) else { return Asked::Absent };
    let asked = ask(&mut members, leaf, findings);
    members.finish(&[leaf], findings);
    asked
}

fn read_tags(json: &Json<'_>, path: &Path<'_>, findings: &mut Findings) -> Vec<AskedTag> {
    let Some(items) = json.as_array() else {
        findings.add(path, &format_args!("must be an array, not {}", json.kind()));
        return Vec::new();
    };
    if items.len() > MAX_TAGS {
        findings.add(path, &format_args!("may have at most {MAX_TAGS} items"));
        return Vec::new();
    }
    let mut tags: Vec<AskedTag> = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let path = Path::Item(path, index);
        let Some(mut members) = Members::of(item, &path, findings) else { continue };
        let key = ask(&mut members, "Key", findings);
        let value = ask(&mut members, "Value", findings);
        members.finish(&["Key", "Value"], findings);
        if value == Asked::Absent {
            findings.add(&Path::Member(&path, "Value"), &"is required");
        }
        match key {
            Asked::Absent => findings.add(&Path::Member(&path, "Key"), &"is required"),
            Asked::Invalid => {}
            Asked::Value(key) if tags.iter().any(|other| other.key.same_to_iam(&key)) => {
                let detail =
                    "is the key of another tag in the list; keys that differ in case only count as one";
                findings.add(&Path::Member(&path, "Key"), &detail);
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
                Place::Header(name) => (*name).to_owned(),
            })
            .collect();
        found.sort();
        found
    }

    #[test]
    fn a_request_may_say_nothing_but_its_external_id() {
        let request = read(r#"{"ExternalMeetingId":"standup"}"#);
        assert_eq!(request.findings.listed(), []);
        assert_eq!(request.media_region, Asked::Absent);
    }

    #[test]
    fn each_broken_rule_of_the_model_is_found_at_its_member() {
        for (body, expected, why) in [
            ("{}", vec!["#/ExternalMeetingId"], "required"),
            ("[]", vec!["#"], "not an object"),
            (r#"{"ExternalMeetingId":null}"#, vec!["#/ExternalMeetingId"], "null is no value"),
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
                "an unknown leaf and a value that is none",
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
    fn the_gateways_own_members_are_refused_and_not_called_unknown_even_when_null() {
        for member in GATEWAY_MEMBERS {
            let request = read(&format!(r#"{{"ExternalMeetingId":"ab","{member}":null}}"#));
            assert_eq!(pointers(&request), [format!("#/{member}")]);
            assert_eq!(request.findings.listed()[0].kind, FindingKind::BreaksPolicy);
        }
    }

    #[test]
    fn fifty_tags_fit_and_fifty_one_do_not() {
        let body = |count: usize| {
            let tags: Vec<String> = (0..count).map(|n| format!(r#"{{"Key":"k{n}","Value":""}}"#)).collect();
            format!(r#"{{"ExternalMeetingId":"ab","Tags":[{}]}}"#, tags.join(","))
        };
        assert_eq!(pointers(&read(&body(50))), [""; 0]);
        assert_eq!(pointers(&read(&body(51))), ["#/Tags"]);
    }

    #[test]
    fn the_idempotency_key_comes_from_either_place_but_only_one_key_is_taken() {
        let body = Json::parse(br#"{"ExternalMeetingId":"ab","ClientRequestToken":"key-1"}"#).unwrap();
        let silent = Json::parse(br#"{"ExternalMeetingId":"ab"}"#).unwrap();
        for (json, header, key, findings, why) in [
            (&silent, None, None, 0, "none at all"),
            (&body, None, Some("key-1"), 0, "the member"),
            (&silent, Some("key-1"), Some("key-1"), 0, "the header"),
            (&silent, Some("\"key-1\""), Some("key-1"), 0, "the header as a structured field's string"),
            (&body, Some("\"key-1\""), Some("key-1"), 0, "both, and the same"),
            (&body, Some("key-2"), Some("key-1"), 1, "both, and different"),
            (&silent, Some("key 1"), None, 1, "a header that is no key"),
            (&silent, Some("\"key-1"), None, 1, "an open quote"),
            (&silent, Some(""), None, 1, "an empty header"),
        ] {
            let request = MeetingRequest::read(json, header);
            assert_eq!(request.idempotency_key.as_ref().map(IdempotencyKey::as_str), key, "{why}");
            assert_eq!(request.findings.len(), findings, "{why}");
        }
    }
}
