//! Admission: who may create meetings at all, before anything of the request is looked at.

use std::borrow::Cow;

use super::document::Name;
use super::load::{NoPolicy, Policies};
use super::rules::TenantPolicy;
use crate::auth::Caller;

/// A caller who may create meetings, with the policy of the caller's tenant. Made by [`Policies::admit`] alone.
#[derive(Debug)]
pub struct Admitted<'p> {
    pub(super) caller: Caller,
    pub(super) policy: Cow<'p, TenantPolicy>,
}

impl Admitted<'_> {
    /// The caller.
    #[must_use]
    pub fn caller(&self) -> &Caller {
        &self.caller
    }
}

/// Why a caller may not create meetings at all, whatever the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotAdmitted {
    /// The policy has nothing for the caller's tenant. The text is for the log.
    NoSuchTenant(String),
    /// The tenant's policy asks for a scope or a group that the caller lacks.
    Lacking {
        /// Scopes of which one is needed, when none was there.
        scopes: Vec<String>,
        /// Groups of which one is needed, when none was there.
        groups: Vec<String>,
    },
}

impl Policies {
    /// Whether the caller may create meetings at all, and under which policy.
    ///
    /// # Errors
    /// When the tenant has no policy, or the caller lacks a scope or a group that it asks for.
    pub fn admit(&self, caller: Caller) -> Result<Admitted<'_>, NotAdmitted> {
        let policy = self.policy_of(caller.tenant()).map_err(|reason| {
            NotAdmitted::NoSuchTenant(match reason {
                NoPolicy::Unlisted => "the policy does not list the tenant".to_owned(),
                NoPolicy::UnusableName(why) => {
                    format!("an unlisted tenant of that name can't be let in: {why}")
                }
            })
        })?;
        let scopes = lacking(policy.callers.any_scope.as_deref(), caller.scopes());
        let groups = lacking(policy.callers.any_group.as_deref(), caller.groups());
        if !scopes.is_empty() || !groups.is_empty() {
            return Err(NotAdmitted::Lacking { scopes, groups });
        }
        Ok(Admitted { caller, policy })
    }
}

/// The names asked for, when the caller has none of them.
fn lacking(any_of: Option<&[Name]>, has: &[String]) -> Vec<String> {
    let Some(names) = any_of else { return Vec::new() };
    if names.iter().any(|name| has.iter().any(|held| held == name.as_str())) {
        return Vec::new();
    }
    names.iter().map(|name| name.as_str().to_owned()).collect()
}
