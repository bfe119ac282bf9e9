//! The policy document as it is written: a block for everyone and one for each tenant.

use super::lists::{Allowed, Reading, Values};
use super::template::Template;
use crate::json::{Json, KnownMembers, MemberError, Names, Path, ReadJson, read_list};

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
    /// the member gets: the policy's, else Chime's own default (HD, FHD, 250, Ipv4Only).
    pub(super) allowed: Option<Allowed>,
    /// Who within the tenant may create meetings. Absent: every authenticated caller of the tenant.
    pub(super) callers: Option<Callers>,
}

/// Who may create meetings. With both members, both must hold.
#[derive(Debug, Default)]
pub(super) struct Callers {
    /// At least one of these scopes.
    pub(super) any_scope: Option<Vec<Name>>,
    /// At least one of these groups.
    pub(super) any_group: Option<Vec<Name>>,
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
        let names = Names::new(&[&["Fixed", "Default", "Allowed", "Callers"]]);
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
        }
    }

    /// The templates of `Fixed`'s TenantIds.
    pub(super) fn tenant_ids(&self) -> Option<&[Template]> {
        self.fixed.as_ref()?.tenant_ids.as_deref()
    }

    /// Whether the block has tags and TenantIds only, and no other members.
    pub(super) fn leaves_members_alone(&self) -> bool {
        let has_members =
            |values: &Option<Values>| values.as_ref().is_some_and(|values| values.members.is_some());
        self.allowed.is_none() && !has_members(&self.default) && !has_members(&self.fixed)
    }
}

impl Callers {
    fn read(json: &Json<'_>, path: &Path<'_>, errors: &mut Vec<MemberError>) -> Option<Callers> {
        let members = KnownMembers::of(json, path, Names::new(&[&["AnyScope", "AnyGroup"]]), errors)?;
        let mut read = |name| {
            let path = members.path_of(name);
            let list = read_list(members.get(name)?, &path, errors)?;
            if list.is_empty() {
                let detail = "is an empty list, which no caller can satisfy: leave the member out instead";
                errors.push(MemberError::at(&path, detail));
            }
            Some(list)
        };
        Some(Callers { any_scope: read("AnyScope"), any_group: read("AnyGroup") })
    }
}
