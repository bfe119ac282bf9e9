//! The policy document as it is written: one block for everyone, one for each tenant.

use super::lists::{Allowed, Reading, Values};
use crate::json::{Json, KnownMembers, MemberError, Names, Path, ReadJson, read_list};

/// What becomes of tenants that are not listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum UnlistedTenants {
    /// They are refused.
    #[default]
    Deny,
    /// They get what `Everyone` has.
    Everyone,
}

/// What one tenant, or everyone, has.
#[derive(Debug, Default)]
pub(super) struct Block {
    /// Always sent; a caller may ask for the same value, and for no other.
    pub(super) fixed: Option<Values>,
    /// Sent when the caller is silent; a caller may ask for the same value, and for another only where `Allowed` says so.
    pub(super) default: Option<Values>,
    /// What the caller may ask for. Of a member that is absent here, only the value that silence brings: the policy's, or
    /// Chime's own default (HD, FHD, 250, Ipv4Only) where the policy has none.
    pub(super) allowed: Option<Allowed>,
    /// Who within the tenant may create meetings. Absent: every authenticated caller of the tenant.
    pub(super) callers: Option<Callers>,
}

/// Who may create meetings. Where both members stand, both must hold.
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
            fixed: read("Fixed").and_then(|(json, path)| Values::read_fixed(json, &path, reading)),
            default: read("Default").and_then(|(json, path)| Values::read_default(json, &path, reading)),
            allowed: read("Allowed").and_then(|(json, path)| Allowed::read(json, &path, reading)),
            callers: read("Callers").and_then(|(json, path)| Callers::read(json, &path, reading.errors)),
        }
    }

    /// Whether the block has nothing for any member but tags and TenantIds.
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
                let detail =
                    "is an empty list, which nobody could satisfy: leave the member out to ask for none";
                errors.push(MemberError::at(&path, detail));
            }
            Some(list)
        };
        Some(Callers { any_scope: read("AnyScope"), any_group: read("AnyGroup") })
    }
}
