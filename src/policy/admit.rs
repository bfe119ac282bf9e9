//! Admission: checks the caller's right before the request is read.

use std::borrow::Cow;
use std::marker::PhantomData;

use super::document::Name;
use super::load::{NoPolicyError, Policies};
use super::right::Right;
use super::rules::{TenantIds, TenantPolicy};
use crate::auth::{Caller, bounded};

/// A caller who has a right, with the policy of the caller's tenant.
///
/// Only [`Policies::admit`] makes one, from a [`Caller`]:
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
}

/// Why a caller has no right to an operation, whatever the request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AdmissionError {
    /// The policy has nothing for the caller's tenant. The text may quote the tenant's name, which may have any length.
    #[error("{}", bounded(.0))]
    NoSuchTenant(String),
    /// The tenant's policy requires a scope or a group that the caller lacks.
    #[error("the caller has none of the scopes {scopes:?} or none of the groups {groups:?}")]
    Lacking {
        /// Scopes of which one is needed, when the caller has none of them.
        scopes: Vec<String>,
        /// Groups of which one is needed, when the caller has none of them.
        groups: Vec<String>,
    },
}

impl Policies {
    /// Checks that the policy of the caller's tenant gives the caller that right.
    ///
    /// # Errors
    /// When the tenant has no policy, or the caller lacks a scope or a group that it requires.
    pub fn admit<'p, R: Right>(&'p self, caller: &'p Caller) -> Result<Admitted<'p, R>, AdmissionError> {
        let policy = self.policy_of(caller.tenant()).map_err(|error| {
            AdmissionError::NoSuchTenant(match error {
                NoPolicyError::Unlisted => "the policy does not list the tenant".to_owned(),
                NoPolicyError::UnusableName(why) => {
                    format!("an unlisted tenant of that name is not admitted: {why}")
                }
            })
        })?;
        let scopes = lacking(policy.callers.any_scope.as_deref(), caller.scopes());
        let groups = lacking(policy.callers.any_group.as_deref(), caller.groups());
        if !scopes.is_empty() || !groups.is_empty() {
            return Err(AdmissionError::Lacking { scopes, groups });
        }
        Ok(Admitted { caller, policy, right: PhantomData })
    }
}

/// The required names, when the caller has none of them.
fn lacking(any_of: Option<&[Name]>, has: &[String]) -> Vec<String> {
    let Some(names) = any_of else { return Vec::new() };
    if names.iter().any(|name| has.iter().any(|held| held == name.as_str())) {
        return Vec::new();
    }
    names.iter().map(|name| name.as_str().to_owned()).collect()
}
