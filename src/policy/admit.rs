//! Admission: checks the caller's right before the request is read.

use std::borrow::Cow;
use std::marker::PhantomData;

use super::document::Name;
use super::load::{NoPolicyError, Policies};
use super::right::{Right, RightName};
use super::rules::{Holders, TenantIds, TenantPolicy};
use crate::auth::Caller;
use crate::log_text::bounded;
use crate::model::Limits;

/// A caller who has the right to an operation, with the policy of the caller's tenant.
///
/// Only [`Policies::admit`] makes one, from a [`Caller`], and [`Admitted::also`] one for a further right:
///
/// ```
/// # use meeting_gateway::{auth::Caller, policy::{Create, Policies}};
/// fn admit(policies: &Policies, caller: &Caller) {
///     let _ = policies.admit::<Create>(caller);
/// }
/// ```
///
/// ```compile_fail,E0308
/// # use meeting_gateway::{auth::Caller, policy::{Create, Policies}};
/// fn admit(policies: &Policies, claims: &str) {
///     let _ = policies.admit::<Create>(claims);
/// }
/// ```
///
/// ```compile_fail,E0451
/// # use meeting_gateway::policy::{Admitted, Create};
/// fn forge<'p>(admitted: Admitted<'p, Create>) -> Admitted<'p, Create> {
///     Admitted { ..admitted }
/// }
/// ```
#[derive(Debug)]
pub struct Admitted<'p, R> {
    pub(super) caller: &'p Caller,
    pub(super) policy: Cow<'p, TenantPolicy>,
    right: PhantomData<R>,
}

impl<R> Admitted<'_, R> {
    /// The caller.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        self.caller
    }

    /// The TenantIds of the caller's tenant.
    #[must_use]
    pub fn tenant_ids(&self) -> &TenantIds {
        &self.policy.tenant_ids
    }

    /// How many meetings the tenant, and each of its callers, may have open at a time.
    #[must_use]
    pub fn limits(&self) -> Limits {
        self.policy.limits
    }

    /// The same caller with the right to another operation. `None` when the caller lacks it.
    #[must_use]
    pub fn also<A: Right>(&self) -> Option<Admitted<'_, A>> {
        let policy = Cow::Borrowed(&*self.policy);
        let holds_one = A::ANY_OF.iter().any(|right| self.holds(*right));
        holds_one.then_some(Admitted { caller: self.caller, policy, right: PhantomData })
    }

    /// Whether the caller has that right.
    #[must_use]
    pub fn holds(&self, right: RightName) -> bool {
        missing(right, self.policy.callers.holders(right), self.caller).is_none()
    }
}

/// Why a caller has no right to an operation, whatever the request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AdmissionError {
    /// The policy has nothing for the caller's tenant. The text may quote the tenant's name, which may have any length.
    #[error("{}", bounded(.0))]
    NoSuchTenant(String),
    /// The caller lacks the right to the operation, or each of several of which one is enough.
    #[error("the caller lacks {}", listed(.0))]
    Lacking(Vec<MissingRight>),
}

/// A right that a caller lacks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MissingRight {
    /// The tenant's policy gives it to nobody.
    #[error("the right {}, which nobody has", .0.as_str())]
    Nobodys(RightName),
    /// The tenant's policy requires a scope or a group that the caller lacks.
    #[error("the right {}: none of the scopes {scopes:?} or none of the groups {groups:?}", right.as_str())]
    Requires {
        /// The right.
        right: RightName,
        /// Scopes of which one is needed, when the caller has none of them.
        scopes: Vec<String>,
        /// Groups of which one is needed, when the caller has none of them.
        groups: Vec<String>,
    },
}

fn listed(missing: &[MissingRight]) -> String {
    missing.iter().map(MissingRight::to_string).collect::<Vec<_>>().join("; ")
}

impl Policies {
    /// Checks that the policy of the caller's tenant gives the caller the right to an operation.
    ///
    /// # Errors
    /// When the tenant has no policy, or the caller lacks the right.
    pub fn admit<'p, R: Right>(&'p self, caller: &'p Caller) -> Result<Admitted<'p, R>, AdmissionError> {
        let policy = self.policy_of(caller.tenant()).map_err(|error| {
            AdmissionError::NoSuchTenant(match error {
                NoPolicyError::Unlisted => "the policy does not list the tenant".to_owned(),
                NoPolicyError::UnusableName(why) => {
                    format!("an unlisted tenant of that name is not admitted: {why}")
                }
            })
        })?;
        let mut lacks = Vec::new();
        for right in R::ANY_OF {
            match missing(*right, policy.callers.holders(*right), caller) {
                None => return Ok(Admitted { caller, policy, right: PhantomData }),
                Some(missing) => lacks.push(missing),
            }
        }
        Err(AdmissionError::Lacking(lacks))
    }
}

/// What the caller lacks of a right. `None` when the caller has it.
pub(super) fn missing(right: RightName, holders: &Holders, caller: &Caller) -> Option<MissingRight> {
    let Holders::Having(any_of) = holders else { return Some(MissingRight::Nobodys(right)) };
    let scopes = lacking(any_of.any_scope.as_deref(), caller.scopes());
    let groups = lacking(any_of.any_group.as_deref(), caller.groups());
    let has_it = scopes.is_empty() && groups.is_empty();
    (!has_it).then_some(MissingRight::Requires { right, scopes, groups })
}

/// The required names, when the caller has none of them.
fn lacking(any_of: Option<&[Name]>, has: &[String]) -> Vec<String> {
    let Some(names) = any_of else { return Vec::new() };
    if names.iter().any(|name| has.iter().any(|held| held == name.as_str())) {
        return Vec::new();
    }
    names.iter().map(|name| name.as_str().to_owned()).collect()
}
