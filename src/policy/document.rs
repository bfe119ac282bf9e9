//! The policy document as it is written: a block for everyone and one for each tenant.

use std::sync::Arc;

use super::limits::{LIMITS, read_limits};
use super::lists::{Allowed, Reading, Values};
use super::right::RightName;
use super::template::Template;
use crate::json::{Json, KnownMembers, MemberError, Names, Path, ReadJson, read_list};
use crate::model::Limits;

/// What happens to tenants that are not listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum UnlistedTenants {
    /// They are refused.
    #[default]
    Deny,
    /// They get what `Everyone` has.
    Everyone,
}

/// The block of a tenant or of everyone.
#[derive(Debug, Default)]
pub(super) struct Block {
    /// Always sent. A caller may ask for the same value only.
    pub(super) fixed: Option<Values>,
    /// Sent when the caller does not ask for a value. A caller may ask for another value only if `Allowed` has it.
    pub(super) default: Option<Values>,
    /// What the caller may ask for. Without the member here, a caller may ask only for the value that a request without
    /// the member gets: the policy's, else Chime's own default (HD, FHD, 250, Ipv4Only,
    /// SendReceive).
    pub(super) allowed: Option<Allowed>,
    /// Who within the tenant has which right.
    pub(super) callers: Option<Callers>,
    /// How many meetings may be open at a time.
    pub(super) limits: Limits,
}

/// Who has which right.
#[derive(Debug, Default)]
pub(super) struct Callers {
    /// The lists that stand directly in `Callers`, for the rights without an entry. `None` without any.
    pub(super) direct: Option<Arc<AnyOf>>,
    /// The entry of each right.
    pub(super) entries: EachRight<Option<Arc<AnyOf>>>,
}

/// What a caller must have. With both members, both must hold.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct AnyOf {
    /// At least one of these scopes.
    pub(super) any_scope: Option<Vec<Name>>,
    /// At least one of these groups.
    pub(super) any_group: Option<Vec<Name>>,
}

/// A value for each right.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct EachRight<T> {
    create: T,
    join: T,
    moderate: T,
    end: T,
}

impl<T> EachRight<T> {
    /// Makes every value.
    pub(super) fn make(mut make: impl FnMut(RightName) -> T) -> Self {
        EachRight {
            create: make(RightName::Create),
            join: make(RightName::Join),
            moderate: make(RightName::Moderate),
            end: make(RightName::End),
        }
    }

    /// The value for one right.
    pub(super) fn of(&self, right: RightName) -> &T {
        match right {
            RightName::Create => &self.create,
            RightName::Join => &self.join,
            RightName::Moderate => &self.moderate,
            RightName::End => &self.end,
        }
    }
}

/// A scope's or a group's name: any text but the empty one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name(String);

impl Name {
    /// The name.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl ReadJson for Name {
    fn read_json(json: &Json<'_>) -> Result<Self, String> {
        match json {
            Json::String(text) if !text.is_empty() => Ok(Name(text.clone().into_owned())),
            Json::String(_) => Err("must not be empty".to_owned()),
            other => Err(format!("must be a string, not {}", other.kind())),
        }
    }
}

impl ReadJson for UnlistedTenants {
    fn read_json(json: &Json<'_>) -> Result<Self, String> {
        match json.as_str() {
            Some("Deny") => Ok(UnlistedTenants::Deny),
            Some("Everyone") => Ok(UnlistedTenants::Everyone),
            _ => Err("must be one of `Deny`, `Everyone`".to_owned()),
        }
    }
}

impl Block {
    /// Reads a block. Invalid members are reported and left out.
    pub(super) fn read(json: &Json<'_>, path: &Path<'_>, reading: &mut Reading<'_>) -> Block {
        let names = Names::new(&[&["Fixed", "Default", "Allowed", "Callers", LIMITS]]);
        let Some(members) = KnownMembers::of(json, path, names, reading.errors) else {
            return Block::default();
        };
        let read = |name| Some((members.get(name)?, members.path_of(name)));
        Block {
            fixed: read("Fixed")
                .and_then(|(json, path)| Values::read(json, &path, &["Tags", "TenantIds"], reading)),
            default: read("Default").and_then(|(json, path)| Values::read(json, &path, &["Tags"], reading)),
            allowed: read("Allowed").and_then(|(json, path)| Allowed::read(json, &path, reading)),
            callers: read("Callers").and_then(|(json, path)| Callers::read(json, &path, reading.errors)),
            limits: read(LIMITS)
                .map(|(json, path)| read_limits(json, &path, reading))
                .unwrap_or(Limits::NONE),
        }
    }

    /// The templates of `Fixed`'s TenantIds.
    pub(super) fn tenant_ids(&self) -> Option<&[Template]> {
        self.fixed.as_ref()?.tenant_ids.as_deref()
    }

    /// Whether the block says nothing about the members of meetings.
    pub(super) fn leaves_members_alone(&self) -> bool {
        let has_members =
            |values: &Option<Values>| values.as_ref().is_some_and(|values| values.members.is_some());
        self.allowed.is_none() && !has_members(&self.default) && !has_members(&self.fixed)
    }

    /// Whether the block says nothing about the capabilities of attendees.
    pub(super) fn leaves_capabilities_alone(&self) -> bool {
        let has_values =
            |values: &Option<Values>| values.as_ref().is_some_and(|values| values.capabilities.is_some());
        let is_allowed = self.allowed.as_ref().is_some_and(|allowed| allowed.capabilities.is_some());
        !is_allowed && !has_values(&self.default) && !has_values(&self.fixed)
    }
}

impl AnyOf {
    fn read(members: &KnownMembers<'_, '_, '_>, errors: &mut Vec<MemberError>) -> AnyOf {
        let mut read = |name| {
            let path = members.path_of(name);
            let list = read_list(members.get(name)?, &path, errors)?;
            if list.is_empty() {
                let detail = "is an empty list, which no caller can satisfy: leave the member out instead";
                errors.push(MemberError::at(&path, detail));
            }
            Some(list)
        };
        AnyOf { any_scope: read(ANY_SCOPE), any_group: read(ANY_GROUP) }
    }
}

const ANY_SCOPE: &str = "AnyScope";
const ANY_GROUP: &str = "AnyGroup";

/// The names of the rights, as in [`RightName`].
const RIGHTS: &[&str] = &["Create", "Join", "Moderate", "End"];

impl Callers {
    fn read(json: &Json<'_>, path: &Path<'_>, errors: &mut Vec<MemberError>) -> Option<Callers> {
        let names = Names::new(&[&[ANY_SCOPE, ANY_GROUP], RIGHTS]);
        let members = KnownMembers::of(json, path, names, errors)?;
        let has_direct = members.get(ANY_SCOPE).is_some() || members.get(ANY_GROUP).is_some();
        let direct = has_direct.then(|| Arc::new(AnyOf::read(&members, errors)));
        let entries = EachRight::make(|right| {
            let path = members.path_of(right.as_str());
            let names = Names::new(&[&[ANY_SCOPE, ANY_GROUP]]);
            let members = KnownMembers::of(members.get(right.as_str())?, &path, names, errors)?;
            Some(Arc::new(AnyOf::read(&members, errors)))
        });
        Some(Callers { direct, entries })
    }
}
