//! Bearer tokens, verified by the function itself.
//!
//! The checks, in this order; the first that fails decides:
//!
//! 1. The Authorization header: one credential, the scheme `Bearer` in any case, no comma.
//! 2. The token: at most 8 KiB; three segments of canonical base64url; header and payload are JSON objects without
//!    repeated members at any depth.
//! 3. The JOSE header: none of `crit`, `b64`, `jwk`, `jku`, `x5c`, `x5u`, `enc`, `zip`, `epk`, `cty`; an accepted `alg`;
//!    a `kid`; `typ`, if present, is `JWT` or `at+jwt`.
//! 4. The claimed `iss` names a trusted issuer. It only selects the keys.
//! 5. The issuer has exactly one key with this `kid`; the key is trustworthy and for this algorithm.
//! 6. The signature.
//! 7. The claims: `iss` exact; `exp`, `nbf`, `iat`; `token_use`; `aud` or `client_id`; `sub`; `jti`, if present, is a
//!    string; scopes and groups have valid types.
//! 8. The tenant: a plain string, and a tenant that this issuer may speak for.
//!
//! Revoked tokens and ended sessions are not detected: a token is valid until it expires.

mod algorithm;
mod authorization;
mod claims;
mod compact;
mod discovery;
mod edwards_point;
mod fetch;
mod jwk;
mod key_cache;
mod key_error;
mod key_set;
mod rsa_modulus;
mod secure_url;
mod settings;
mod verifier;

pub use algorithm::SignatureAlgorithm;
pub use claims::LEEWAY;
pub use discovery::Discovery;
pub use fetch::FETCH_TIMEOUT;
pub use key_cache::{MAX_FETCH_INTERVAL, MAX_KEY_AGE, MIN_FETCH_INTERVAL, REFRESH_AFTER};
pub use key_error::KeyError;
pub use key_set::{KeySet, KeySetError, MAX_KEY_SET_LENGTH, RejectedKey};
pub use secure_url::SecureUrl;
pub use settings::{BearerSettings, IssuerSettings, KeySource, TokenUse};
pub use verifier::{Verifier, decide, verify};

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "the tests compute with small numbers that they choose")]
mod tests;
