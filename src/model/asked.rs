//! What a caller asked for in one member of a body.

use super::member::{Group, Make, Member, Wrap};
use crate::finding::Findings;
use crate::json::{Json, KnownMembers, ReadJson};

/// What a caller asked for in one member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked<T> {
    /// Nothing.
    Absent,
    /// A value that breaks the model, with a finding. The policy still checks whether the caller may ask for the
    /// member, so that the caller gets all findings at once.
    Invalid,
    /// A valid value.
    Value(T),
}

/// What a caller asked for in each member that a policy decides.
#[derive(Debug, Clone, Copy)]
pub struct Requested;

impl Wrap for Requested {
    type Of<M: Member> = Asked<M>;
}

/// Reads the members of a body. `members` is `None` when the body is not an object.
pub(super) struct Reader<'r, 'j, 'a, 'p> {
    pub(super) members: Option<&'r KnownMembers<'j, 'a, 'p>>,
    pub(super) findings: &'r mut Findings,
}

impl Reader<'_, '_, '_, '_> {
    pub(super) fn ask<T: ReadJson>(&mut self, name: &'static str) -> Asked<T> {
        self.members.map_or(Asked::Absent, |members| ask(members, name, self.findings))
    }
}

impl<G: Group> Make<G, Requested> for Reader<'_, '_, '_, '_> {
    fn make<M: Member<Group = G>>(&mut self) -> Asked<M> {
        self.ask(M::NAME)
    }
}

/// Reads one member. An invalid value adds a finding.
pub(super) fn ask<T: ReadJson>(
    members: &KnownMembers<'_, '_, '_>,
    name: &'static str,
    findings: &mut Findings,
) -> Asked<T> {
    if members.get(name).is_none() {
        return Asked::Absent;
    }
    members.read(name, findings).map_or(Asked::Invalid, Asked::Value)
}

/// The items of a list with `min` to `max` of them. A list of another length adds a finding and has none.
pub(super) fn items<'j, 'a>(
    members: &KnownMembers<'j, 'a, '_>,
    name: &'static str,
    (min, max): (usize, usize),
    findings: &mut Findings,
) -> &'j [Json<'a>] {
    use crate::json::ErrorSink as _;
    let path = members.path_of(name);
    let Some(json) = members.get(name) else {
        if min > 0 {
            findings.add(&path, &"is required");
        }
        return &[];
    };
    match json.as_array() {
        None => findings.add(&path, &format_args!("must be an array, not {}", json.kind())),
        Some(items) if items.len() < min => {
            findings.add(&path, &format_args!("must have at least {min} item"))
        }
        Some(items) if items.len() > max => {
            findings.add(&path, &format_args!("may have at most {max} items"))
        }
        Some(items) => return items,
    }
    &[]
}
