//! The bodies of requests about attendees: the valid members, and a finding for each invalid one.

use super::asked::{Asked, Requested, ask, items};
use super::member::{Capabilities, Make, Member, OfAttendee};
use super::values::{AttendeeId, ExternalUserId, MAX_ATTENDEES, MAX_EXCLUDED_ATTENDEES};
use crate::finding::Findings;
use crate::json::{ErrorSink as _, Json, KnownMembers, Names, Path};

/// One attendee of a request.
#[derive(Debug)]
pub struct AttendeeRequest {
    /// Index in the caller's list, from 0. `None` when the body is the attendee.
    pub(crate) index: Option<usize>,
    pub(crate) external_user_id: Asked<ExternalUserId>,
    pub(crate) capabilities: Asked<Capabilities<Requested>>,
    // INVARIANT (findings travel): every invalid member has a finding here, and only a request without findings becomes
    // an attendee.
    pub(crate) findings: Findings,
}

/// The attendees of a BatchCreateAttendee request.
#[derive(Debug)]
pub struct AttendeesRequest {
    pub(crate) attendees: Vec<AttendeeRequest>,
    /// Findings of the list itself.
    pub(crate) findings: Findings,
}

/// New capabilities for attendees that exist.
#[derive(Debug)]
pub struct CapabilitiesRequest {
    pub(crate) capabilities: Asked<Capabilities<Requested>>,
    /// The attendees that keep theirs. Empty for a request about one attendee.
    pub(crate) excluded: Vec<AttendeeId>,
    pub(crate) findings: Findings,
}

const CAPABILITIES: &str = "Capabilities";
const EXCLUDED: &str = "ExcludedAttendeeIds";

impl AttendeeRequest {
    /// Reads the body of Join or CreateAttendee.
    #[must_use]
    pub fn read(body: &Json<'_>) -> Self {
        Self::read_at(body, &Path::Root, None)
    }

    fn read_at(json: &Json<'_>, path: &Path<'_>, index: Option<usize>) -> Self {
        let mut unknown = Findings::default();
        let members = KnownMembers::of(json, path, Names::new(&[ATTENDEE_NAMES]), &mut unknown);
        let mut attendee = Self::of_members(members.as_ref(), index);
        attendee.findings.append(unknown);
        attendee
    }

    /// Reads the members of an attendee. `None` is what is not an object, of which the caller of this reports the error.
    pub(super) fn of_members(members: Option<&KnownMembers<'_, '_, '_>>, index: Option<usize>) -> Self {
        let mut findings = Findings::default();
        let (external_user_id, capabilities) = match members {
            None => (Asked::Invalid, Asked::Invalid),
            Some(members) => {
                (ask(members, "ExternalUserId", &mut findings), read_capabilities(members, &mut findings))
            }
        };
        AttendeeRequest { index, external_user_id, capabilities, findings }
    }

    /// The pointer to a member of the attendee.
    pub(crate) fn pointer(&self, member: &str) -> String {
        match self.index {
            None => format!("#/{member}"),
            Some(index) => format!("#/{ATTENDEES}/{index}/{member}"),
        }
    }
}

/// The members of an attendee.
pub(super) const ATTENDEE_NAMES: &[&str] = &["ExternalUserId", CAPABILITIES];

/// The member that lists attendees.
pub(super) const ATTENDEES: &str = "Attendees";

/// Reads a list of 1 to `max` attendees.
pub(super) fn read_attendees(
    members: &KnownMembers<'_, '_, '_>,
    max: usize,
    findings: &mut Findings,
) -> Vec<AttendeeRequest> {
    let path = members.path_of(ATTENDEES);
    let items = items(members, ATTENDEES, (1, max), findings).iter().enumerate();
    items
        .map(|(index, json)| AttendeeRequest::read_at(json, &Path::Item(&path, index), Some(index)))
        .collect()
}

impl AttendeesRequest {
    /// Reads the body of BatchCreateAttendee.
    #[must_use]
    pub fn read(body: &Json<'_>) -> Self {
        let mut findings = Findings::default();
        let members = KnownMembers::of(body, &Path::Root, Names::new(&[&[ATTENDEES]]), &mut findings);
        let attendees =
            members.map_or_else(Vec::new, |members| read_attendees(&members, MAX_ATTENDEES, &mut findings));
        AttendeesRequest { attendees, findings }
    }
}

impl CapabilitiesRequest {
    /// Reads the body of UpdateAttendeeCapabilities.
    #[must_use]
    pub fn read(body: &Json<'_>) -> Self {
        Self::read_with(body, &[CAPABILITIES])
    }

    /// Reads the body of BatchUpdateAttendeeCapabilitiesExcept.
    #[must_use]
    pub fn read_with_excluded(body: &Json<'_>) -> Self {
        Self::read_with(body, &[CAPABILITIES, EXCLUDED])
    }

    fn read_with(body: &Json<'_>, names: &[&'static str]) -> Self {
        let (mut findings, mut unknown) = <(Findings, Findings)>::default();
        let (mut capabilities, mut excluded) = (Asked::Invalid, Vec::new());
        if let Some(members) = KnownMembers::of(body, &Path::Root, Names::new(&[names]), &mut unknown) {
            capabilities = read_capabilities(&members, &mut findings);
            if matches!(capabilities, Asked::Absent) {
                findings.add(&members.path_of(CAPABILITIES), &"is required");
            }
            if names.contains(&EXCLUDED) {
                excluded = read_excluded(&members, &mut findings);
            }
        }
        findings.append(unknown);
        CapabilitiesRequest { capabilities, excluded, findings }
    }
}

fn read_excluded(members: &KnownMembers<'_, '_, '_>, findings: &mut Findings) -> Vec<AttendeeId> {
    let path = members.path_of(EXCLUDED);
    let items = items(members, EXCLUDED, (1, MAX_EXCLUDED_ATTENDEES), findings).iter().enumerate();
    let read = items.filter_map(|(index, json)| {
        let path = Path::Item(&path, index);
        let members = KnownMembers::of(json, &path, Names::new(&[&["AttendeeId"]]), findings)?;
        match ask::<AttendeeId>(&members, "AttendeeId", findings) {
            Asked::Value(id) => return Some(id.in_lower_case()),
            Asked::Absent => findings.add(&members.path_of("AttendeeId"), &"is required"),
            Asked::Invalid => {}
        }
        None
    });
    read.collect()
}

/// Reads `Capabilities`, which has all three members or is absent (model).
fn read_capabilities(
    members: &KnownMembers<'_, '_, '_>,
    findings: &mut Findings,
) -> Asked<Capabilities<Requested>> {
    let Some(json) = members.get(CAPABILITIES) else { return Asked::Absent };
    let path = members.path_of(CAPABILITIES);
    let mut unknown = Findings::default();
    let kinds = Capabilities::NAMES.iter().map(|name| last_step(name)).collect::<Vec<_>>();
    let members = KnownMembers::of(json, &path, Names::new(&[&kinds]), &mut unknown);
    let read = match &members {
        Some(members) => Asked::Value(Capabilities::make(&mut CapabilityReader { members, findings })),
        None => Asked::Invalid,
    };
    findings.append(unknown);
    read
}

/// `Video` of `Capabilities/Video`.
fn last_step(name: &'static str) -> &'static str {
    name.rsplit_once('/').map_or(name, |(_, last)| last)
}

struct CapabilityReader<'r, 'j, 'a, 'p> {
    members: &'r KnownMembers<'j, 'a, 'p>,
    findings: &'r mut Findings,
}

impl Make<OfAttendee, Requested> for CapabilityReader<'_, '_, '_, '_> {
    fn make<M: Member<Group = OfAttendee>>(&mut self) -> Asked<M> {
        let name = last_step(M::NAME);
        match ask(self.members, name, self.findings) {
            Asked::Absent => {
                self.findings.add(&self.members.path_of(name), &"is required");
                Asked::Invalid
            }
            read => read,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Place;

    fn pointers(findings: &Findings) -> Vec<&str> {
        let pointers = findings.listed().iter().filter_map(|finding| match &finding.place {
            Place::Member(pointer) => Some(pointer.as_str()),
            _ => None,
        });
        pointers.collect()
    }

    fn json(text: &str) -> Json<'_> {
        Json::parse(text.as_bytes()).unwrap()
    }

    const ALL: &str = r#"{"Audio":"Send","Video":"Receive","Content":"None"}"#;

    #[test]
    fn an_attendee_may_be_empty_and_every_broken_rule_is_reported_at_its_member() {
        for (body, expected, why) in [
            ("{}".to_owned(), vec![], "nothing is required"),
            (format!(r#"{{"ExternalUserId":"anna#phone","Capabilities":{ALL}}}"#), vec![], "both members"),
            ("[]".to_owned(), vec!["#"], "not an object"),
            (r#"{"ExternalUserId":null}"#.to_owned(), vec!["#/ExternalUserId"], "null"),
            (r#"{"ExternalUserId":"a"}"#.to_owned(), vec!["#/ExternalUserId"], "too short"),
            (r#"{"ExternalUserId":"AWS:x"}"#.to_owned(), vec!["#/ExternalUserId"], "reserved"),
            (r#"{"ClientRequestToken":"abc"}"#.to_owned(), vec!["#/ClientRequestToken"], "unknown here"),
            (r#"{"Capabilities":null}"#.to_owned(), vec!["#/Capabilities"], "null"),
            (
                r#"{"Capabilities":{}}"#.to_owned(),
                vec!["#/Capabilities/Audio", "#/Capabilities/Video", "#/Capabilities/Content"],
                "the model requires all three",
            ),
            (
                r#"{"Capabilities":{"Audio":"None","Video":"send","Content":"None","Text":"None"}}"#
                    .to_owned(),
                vec!["#/Capabilities/Video", "#/Capabilities/Text"],
                "an unknown value and an unknown member",
            ),
        ] {
            assert_eq!(pointers(&AttendeeRequest::read(&json(&body)).findings), expected, "{body}: {why}");
        }
    }

    #[test]
    fn a_batch_has_1_to_100_attendees() {
        let body = |count: usize| format!(r#"{{"Attendees":[{}]}}"#, vec!["{}"; count].join(","));
        for (body, expected, why) in [
            (body(1), vec![], "the minimum"),
            (body(100), vec![], "the maximum"),
            (body(0), vec!["#/Attendees"], "empty"),
            (body(101), vec!["#/Attendees"], "one more"),
            ("{}".to_owned(), vec!["#/Attendees"], "missing"),
            (r#"{"Attendees":{}}"#.to_owned(), vec!["#/Attendees"], "not a list"),
        ] {
            assert_eq!(pointers(&AttendeesRequest::read(&json(&body)).findings), expected, "{why}");
        }
        let body = r#"{"Attendees":[{},{"ExternalUserId":"?;"},7]}"#;
        let request = AttendeesRequest::read(&json(body));
        let found: Vec<&str> =
            request.attendees.iter().flat_map(|attendee| pointers(&attendee.findings)).collect();
        assert_eq!(found, ["#/Attendees/1/ExternalUserId", "#/Attendees/2"]);
    }

    #[test]
    fn new_capabilities_are_required_and_excluded_attendees_have_valid_ids() {
        const ID: &str = "eb81e378-37db-4b5a-8e57-88904f2c1152";
        let excluded = |ids: &str| format!(r#"{{"Capabilities":{ALL},"ExcludedAttendeeIds":[{ids}]}}"#);
        let many = |count| vec![format!(r#"{{"AttendeeId":"{ID}"}}"#); count].join(",");
        for (body, expected, why) in [
            (excluded(&many(1)), vec![], "one"),
            (excluded(&many(250)), vec![], "the maximum"),
            (excluded(&many(251)), vec!["#/ExcludedAttendeeIds"], "one more"),
            (excluded(""), vec!["#/ExcludedAttendeeIds"], "the model requires one"),
            ("{}".to_owned(), vec!["#/Capabilities", "#/ExcludedAttendeeIds"], "both are required"),
            (excluded(r#"{"AttendeeId":"x"}"#), vec!["#/ExcludedAttendeeIds/0/AttendeeId"], "not an id"),
            (excluded("{}"), vec!["#/ExcludedAttendeeIds/0/AttendeeId"], "no id"),
        ] {
            let request = CapabilitiesRequest::read_with_excluded(&json(&body));
            assert_eq!(pointers(&request.findings), expected, "{why}");
        }
        let body = format!(r#"{{"Capabilities":{ALL}}}"#);
        assert!(CapabilitiesRequest::read(&json(&body)).findings.is_empty());
        let request = CapabilitiesRequest::read(&json(r#"{"ExcludedAttendeeIds":[]}"#));
        assert_eq!(pointers(&request.findings), ["#/Capabilities", "#/ExcludedAttendeeIds"]);
    }
}
