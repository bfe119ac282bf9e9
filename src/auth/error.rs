//! Why a request has no caller.

use super::token_error::TokenError;

/// Why a request has no [`Caller`](super::Caller).
///
/// The client learns only the variant; the text goes to the log. No text has any part of a token.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthenticationError {
    /// There are no credentials: 401 without an `error` attribute (RFC 6750, section 3.1).
    #[error("no credentials")]
    NoCredentials,
    /// The claims from API Gateway name no subject: 401 `invalid_token`.
    #[error("{0}")]
    InvalidCredentials(String),
    /// The bearer token is invalid: 401 `invalid_token`.
    #[error(transparent)]
    InvalidToken(#[from] TokenError),
    /// The credentials are valid but name no tenant that they may act for: 403.
    #[error(transparent)]
    NoTenant(#[from] TenantError),
    /// There are no keys to verify the token with, because fetching them has failed: 503.
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
    /// The claim is missing.
    #[error("the tenant's claim `{claim}` is missing")]
    Missing { claim: String },
    /// The claim is not a plain string, such as an array of tenants. `found` says what it is.
    #[error("the tenant's claim `{claim}` must be a string, not {found}")]
    NotAString { claim: String, found: &'static str },
    /// The claim is the empty string.
    #[error("the tenant's claim `{claim}` is empty")]
    Empty { claim: String },
    /// The settings do not let the token's issuer speak for the tenant that the token names.
    #[error("the claim `{claim}` names a tenant that the token's issuer may not speak for")]
    NotTheIssuers { claim: String },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_names_the_invalid_claim() {
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
    fn log_tells_causes_apart() {
        for (error, text) in [
            (AuthenticationError::NoCredentials, "no credentials"),
            (
                AuthenticationError::InvalidCredentials("the caller has no subject".to_owned()),
                "the caller has no subject",
            ),
            (AuthenticationError::InvalidToken(TokenError::BadSignature), "the signature is invalid"),
            (
                AuthenticationError::KeysUnavailable { retry_after: 7 },
                "the keys of the token's issuer are unavailable, retry in 7 s",
            ),
        ] {
            assert_eq!(error.to_string(), text);
        }
    }
}
