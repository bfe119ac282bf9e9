//! From credentials to a [`Caller`]: the claims that API Gateway's authorizer verified, or a bearer token that the
//! function verifies itself. There is no third way.

mod caller;

pub mod bearer;

pub use caller::Caller;

/// The names of the claims that an identity is read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimNames {
    /// The claim that names the tenant; a JSON pointer into the claims when it begins with `/`.
    pub tenant: String,
    /// The claim that lists the scopes.
    pub scope: String,
    /// The claim that lists the groups.
    pub groups: String,
}

/// Why a request has no [`Caller`].
///
/// The client learns only the variant's kind; the text goes to the log. No text holds any part of a token.
#[derive(Debug)]
pub enum AuthenticationError {
    /// There was no credential at all: 401 without an `error` attribute (RFC 6750, section 3.1).
    NoCredentials,
    /// There was one and it does not hold: 401 `invalid_token`; the cause is for the log.
    InvalidCredentials(String),
    /// The credential holds, but names no tenant in a plain string: 403.
    NoTenant(String),
    /// The keys to check the token with could not be had, and never have been: 503, retry after that many seconds.
    KeysUnavailable {
        /// Seconds until trying again makes sense.
        retry_after: u32,
    },
}
