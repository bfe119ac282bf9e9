//! Why a request has no caller.

use super::token_error::TokenError;

/// Why a request has no [`Caller`](super::Caller).
///
/// The client learns only which variant it is; the text goes to the log. No text holds any part of a token.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthenticationError {
    /// There was no credential at all: 401 without an `error` attribute (RFC 6750, section 3.1).
    #[error("no credentials")]
    NoCredentials,
    /// The claims that API Gateway handed over name no subject: 401 `invalid_token`.
    #[error("{0}")]
    InvalidCredentials(String),
    /// The bearer token is invalid: 401 `invalid_token`.
    #[error(transparent)]
    InvalidToken(#[from] TokenError),
    /// The credential is valid, but names no tenant that it may act for: 403.
    #[error(transparent)]
    NoTenant(#[from] TenantError),
    /// The keys to verify the token with could not be fetched, and never were: 503.
    #[error("the keys of the token's issuer are unavailable, retry in {retry_after} s")]
    KeysUnavailable {
        /// Seconds until a retry makes sense.
        retry_after: u32,
    },
}

/// Why valid credentials name no tenant. `claim` is the claim's name, from the settings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "`claim` is documented once, above")]
pub enum TenantError {
    /// There is no such claim.
    #[error("the tenant's claim `{claim}` is missing")]
    Missing { claim: String },
    /// The claim is there and is not a plain string: an array of tenants names none. `found` says what it is.
    #[error("the tenant's claim `{claim}` must be a string, not {found}")]
    NotAString { claim: String, found: &'static str },
    /// The claim is the empty string.
    #[error("the tenant's claim `{claim}` is empty")]
    Empty { claim: String },
    /// The settings do not let this token's issuer speak for the tenant that the token names.
    #[error("the claim `{claim}` names a tenant that the token's issuer may not speak for")]
    NotTheIssuers { claim: String },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_names_the_claim_that_was_at_fault() {
        let claim = || "custom:tenant_id".to_owned();
        for (error, text) in [
            (TenantError::Missing { claim: claim() }, "the tenant's claim `custom:tenant_id` is missing"),
            (
                TenantError::NotAString { claim: claim(), found: "an array" },
                "the tenant's claim `custom:tenant_id` must be a string, not an array",
            ),
            (TenantError::Empty { claim: claim() }, "the tenant's claim `custom:tenant_id` is empty"),
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
            (AuthenticationError::InvalidToken(TokenError::BadSignature), "the signature does not hold"),
            (
                AuthenticationError::KeysUnavailable { retry_after: 7 },
                "the keys of the token's issuer are unavailable, retry in 7 s",
            ),
        ] {
            assert_eq!(error.to_string(), text);
        }
    }
}
