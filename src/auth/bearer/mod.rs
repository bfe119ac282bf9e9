//! Bearer tokens, verified by the function itself.
//!
//! The checks, in this order; the first that fails decides:
//!
//! 1. The Authorization header: one credential, of the scheme `Bearer` in any case, no comma.
//! 2. The token: at most 8 KiB; three segments of canonical base64url; header and payload JSON objects without
//!    repeated members at any depth.
//! 3. The JOSE header: none of `crit`, `b64`, `jwk`, `jku`, `x5c`, `x5u`, `enc`, `zip`, `epk`, `cty`; `alg` accepted;
//!    `kid` there; `typ`, when there, `JWT` or `at+jwt`.
//! 4. `iss` as the token claims it names a trusted issuer. It picks the keys and nothing else.
//! 5. The issuer's keys have exactly one of that `kid`, fit to be trusted and meant for that algorithm.
//! 6. The signature.
//! 7. The claims: `iss` exact; `exp`, `nbf`, `iat`; `token_use`; `aud` or `client_id`; `sub`; `jti`, when there, a
//!    string; scopes and groups of a kind that can be read.
//! 8. The tenant: a plain string, and one that this issuer may speak for.
//!
//! Not checked: whether a token was revoked, or a session ended. A token is good until it expires.

mod algorithm;
mod authorization;
mod claims;
mod compact;
mod discovery;
mod edwards_point;
mod fetch;
mod jwk;
mod key_cache;
mod key_set;
mod rsa_modulus;
mod secure_url;
mod settings;
mod signature;
mod verifier;

pub use super::token_error::{Segment, TokenError};
pub use algorithm::SignatureAlgorithm;
pub use claims::LEEWAY;
pub use compact::MAX_TOKEN_LENGTH;
pub use discovery::Discovery;
pub use fetch::{FETCH_TIMEOUT, MAX_BODY_LENGTH};
pub use jwk::KeyError;
pub use key_cache::{MAX_FETCH_INTERVAL, MAX_KEY_AGE, MIN_FETCH_INTERVAL, REFRESH_AFTER};
pub use key_set::{KeySet, KeySetError, LeftOut};
pub use secure_url::SecureUrl;
pub(crate) use settings::check_claim_names;
pub use settings::{BearerSettings, IssuerSettings, KeySource, TokenUse};
pub use verifier::{Verifier, decide, verify};

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "the tests compute with small numbers that they choose")]
mod tests;
