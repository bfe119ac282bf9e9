//! From credentials to a [`Caller`]: the claims that API Gateway's authorizer verified, or a bearer token that the
//! function verifies itself. There is no third way.

pub mod authorizer;
mod caller;

pub mod bearer;

pub(crate) use caller::bounded;
pub use caller::{Caller, LoggedCaller};

use crate::config::Settings;

/// The names of the claims that an identity is read from.
///
/// Each is a plain member name (`custom:tenant_id`, `https://example.com/tenant`) or, when it begins with `/`, a JSON
/// pointer into the claims (`/organisation/id`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimNames {
    /// The claim that names the tenant.
    pub tenant: String,
    /// The claim that lists the scopes.
    pub scope: String,
    /// The claim that lists the groups.
    pub groups: String,
    /// The claim that names the caller, unique within the issuer.
    pub subject: String,
}

impl ClaimNames {
    /// Reads `TENANT_CLAIM`, `SCOPE_CLAIM`, `GROUPS_CLAIM` and `SUBJECT_CLAIM`, each of which has a default.
    #[must_use]
    pub fn read(settings: &Settings<'_>) -> Self {
        let default = ClaimNames::default();
        ClaimNames {
            tenant: settings.get("TENANT_CLAIM").unwrap_or(default.tenant),
            scope: settings.get("SCOPE_CLAIM").unwrap_or(default.scope),
            groups: settings.get("GROUPS_CLAIM").unwrap_or(default.groups),
            subject: settings.get("SUBJECT_CLAIM").unwrap_or(default.subject),
        }
    }
}

/// The names that the settings have when nothing is set.
impl Default for ClaimNames {
    fn default() -> Self {
        ClaimNames {
            tenant: "custom:tenant_id".to_owned(),
            scope: "scope".to_owned(),
            groups: "cognito:groups".to_owned(),
            subject: "sub".to_owned(),
        }
    }
}

/// Why a request has no [`Caller`].
///
/// The client learns only the variant's kind; the text goes to the log. No text holds any part of a token.
#[derive(Debug, PartialEq, Eq)]
pub enum AuthenticationError {
    /// There was no credential at all: 401 without an `error` attribute (RFC 6750, section 3.1).
    NoCredentials,
    /// What API Gateway handed over does not hold: 401 `invalid_token`; the cause is for the log.
    InvalidCredentials(String),
    /// There was a bearer token and it does not hold: 401 `invalid_token`; the cause is for the log.
    InvalidToken(bearer::TokenError),
    /// The credential holds, but names no tenant that it may act for: 403.
    NoTenant(TenantError),
    /// The keys to check the token with could not be had, and never have been: 503, retry after that many seconds.
    KeysUnavailable {
        /// Seconds until trying again makes sense.
        retry_after: u32,
    },
}

impl std::fmt::Display for AuthenticationError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            AuthenticationError::NoCredentials => f.write_str("no credentials"),
            AuthenticationError::InvalidCredentials(cause) => f.write_str(cause),
            AuthenticationError::InvalidToken(cause) => cause.fmt(f),
            AuthenticationError::NoTenant(cause) => cause.fmt(f),
            AuthenticationError::KeysUnavailable { retry_after } => {
                write!(f, "no key of the token's issuer could be had, next try in {retry_after} s")
            }
        }
    }
}

impl std::error::Error for AuthenticationError {}

/// Why credentials that hold name no tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TenantError {
    /// There is no such claim.
    Missing {
        /// The claim's name, from the settings.
        claim: String,
    },
    /// The claim is there and is not a plain string: an array of tenants names none.
    NotAString {
        /// The claim's name, from the settings.
        claim: String,
        /// What it is instead, such as `an array`.
        found: &'static str,
    },
    /// The claim is the empty string.
    Empty {
        /// The claim's name, from the settings.
        claim: String,
    },
    /// The settings do not let this token's issuer speak for the tenant that the token names.
    NotTheIssuers {
        /// The claim's name, from the settings.
        claim: String,
    },
}

impl std::fmt::Display for TenantError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            TenantError::Missing { claim } => write!(f, "there is no claim `{claim}` to name the tenant"),
            TenantError::NotAString { claim, found } => {
                write!(f, "the claim `{claim}` must be a string to name the tenant, and is {found}")
            }
            TenantError::Empty { claim } => write!(f, "the claim `{claim}` names the tenant and is empty"),
            TenantError::NotTheIssuers { claim } => {
                write!(f, "the claim `{claim}` names a tenant that the token's issuer may not speak for")
            }
        }
    }
}

impl std::error::Error for TenantError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_names_the_claim_that_was_at_fault() {
        let claim = || "custom:tenant_id".to_owned();
        for (error, text) in [
            (
                TenantError::Missing { claim: claim() },
                "there is no claim `custom:tenant_id` to name the tenant",
            ),
            (
                TenantError::NotAString { claim: claim(), found: "an array" },
                "the claim `custom:tenant_id` must be a string to name the tenant, and is an array",
            ),
            (
                TenantError::Empty { claim: claim() },
                "the claim `custom:tenant_id` names the tenant and is empty",
            ),
            (
                TenantError::NotTheIssuers { claim: claim() },
                "the claim `custom:tenant_id` names a tenant that the token's issuer may not speak for",
            ),
        ] {
            assert_eq!(error.to_string(), text);
            assert_eq!(AuthenticationError::NoTenant(error).to_string(), text);
        }
    }

    #[test]
    fn the_log_tells_refusals_apart() {
        for (error, text) in [
            (AuthenticationError::NoCredentials, "no credentials"),
            (
                AuthenticationError::InvalidCredentials("the caller has no subject".to_owned()),
                "the caller has no subject",
            ),
            (
                AuthenticationError::InvalidToken(bearer::TokenError::BadSignature),
                "the signature does not hold",
            ),
            (
                AuthenticationError::KeysUnavailable { retry_after: 7 },
                "no key of the token's issuer could be had, next try in 7 s",
            ),
        ] {
            assert_eq!(error.to_string(), text);
        }
    }
}
