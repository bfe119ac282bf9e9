//! A tenant's merged policy, which decides requests.

use std::fmt;
use std::sync::Arc;

use super::document::{AnyOf, EachRight, Name};
use super::right::RightName;
use crate::model::{Capabilities, Limits, Member, Members, TagKey, TagValue, TenantId, Wrap};

/// One tenant's policy. Tenants with the same rules share them.
#[derive(Debug, Clone)]
pub(super) struct TenantPolicy {
    /// Never empty, and no two tenants share one.
    pub(super) tenant_ids: TenantIds,
    pub(super) members: Arc<Members<Ruled>>,
    pub(super) capabilities: Arc<Capabilities<Ruled>>,
    pub(super) tags: TagRules,
    pub(super) callers: Arc<CallerRules>,
    pub(super) limits: Limits,
}

/// A tenant's labels at Chime. Only a loaded policy makes them, so no code can use another tenant's by mistake.
///
/// ```compile_fail,E0423
/// # use meeting_gateway::{model::TenantId, policy::TenantIds};
/// fn forge(ids: Vec<TenantId>) -> TenantIds {
///     TenantIds(ids)
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantIds(pub(super) Vec<TenantId>);

impl TenantIds {
    /// The ids.
    pub fn iter(&self) -> impl Iterator<Item = &TenantId> {
        self.0.iter()
    }

    /// The first. A loaded policy has at least one.
    #[must_use]
    pub fn first(&self) -> Option<&TenantId> {
        self.0.first()
    }

    /// Whether one of them is that text.
    #[must_use]
    pub fn contains(&self, text: &str) -> bool {
        self.0.iter().any(|id| id.as_str() == text)
    }

    /// Ids for tests.
    #[cfg(test)]
    pub(crate) fn for_tests(ids: &[&str]) -> Self {
        TenantIds(ids.iter().map(|id| TenantId::parse(id).unwrap()).collect())
    }
}

/// The rule for one member.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Rule<M: Member> {
    /// Always this value.
    Fixed(M),
    /// What is sent when the caller does not ask for a value, and what the caller may ask for.
    Open { default: Option<M>, allowed: Option<M::Bound> },
}

/// A rule for each member.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ruled;

impl Wrap for Ruled {
    type Of<M: Member> = Rule<M>;
}

impl<M: Member> Rule<M> {
    /// Whether the policy says anything about the member.
    pub(super) fn is_written(&self) -> bool {
        !matches!(self, Rule::Open { default: None, allowed: None })
    }

    /// What is sent when the caller does not ask for a value.
    pub(super) fn sent_when_unasked(&self) -> Option<M> {
        match self {
            Rule::Fixed(value) => Some(value.clone()),
            Rule::Open { default, allowed } => {
                default.clone().or_else(|| allowed.as_ref().and_then(M::sent_under))
            }
        }
    }
}

/// Rules for tags, by key. No default key is also fixed.
#[derive(Debug, Clone, Default)]
pub(super) struct TagRules {
    pub(super) fixed: Vec<(TagKey, TagValue)>,
    pub(super) default: Vec<(TagKey, TagValue)>,
    pub(super) allowed: Vec<TagKey>,
}

/// Who has each right.
#[derive(Debug, Clone)]
pub(super) struct CallerRules(pub(super) EachRight<Holders>);

/// Who has a right. Displayed in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Holders {
    /// No caller.
    Nobody,
    /// Callers who have these. Without any list, every caller.
    Having(Arc<AnyOf>),
}

impl fmt::Display for Holders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Holders::Having(any_of) = self else { return f.write_str("nobody") };
        let AnyOf { any_scope, any_group } = &**any_of;
        let one_of = |kind: &str, names: &Option<Vec<Name>>| {
            let names = names.as_ref()?.iter().map(|name| format!("`{}`", name.as_str()));
            Some(format!("one of the {kind} {}", names.collect::<Vec<_>>().join(", ")))
        };
        let needs: Vec<String> =
            one_of("scopes", any_scope).into_iter().chain(one_of("groups", any_group)).collect();
        match needs.is_empty() {
            true => f.write_str("every caller"),
            false => write!(f, "callers with {}", needs.join(" and ")),
        }
    }
}

impl CallerRules {
    /// Who has that right.
    pub(super) fn holders(&self, right: RightName) -> &Holders {
        self.0.of(right)
    }
}
