//! Bearer tokens from the outside: what is accepted, and what is refused for which cause.

mod bit_flips;
mod claim_checks;
mod discovering;
mod endpoint;
mod fetching;
mod forging;
mod issuers;
mod key_checks;
mod key_keeping;
mod minting;
mod token_checks;
mod weak_edwards_keys;
mod wycheproof;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::{Discovery, IssuerSettings, KeySet, KeySource, TokenError, TokenUse, verify};
use crate::auth::{AuthenticationError, Caller, ClaimNames};
use minting::{Signer, jwk_set};

const ISSUER: &str = "https://issuer.example/pool";
const AUDIENCE: &str = "meetings-client";

/// The time at which every test happens, in seconds since 1970; some day in 2027.
const NOW: u64 = 1_800_000_000;

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

fn claim_names() -> ClaimNames {
    ClaimNames::default()
}

/// An issuer that may speak for any tenant, by Cognito's claim names.
fn issuer() -> IssuerSettings {
    IssuerSettings {
        issuer: ISSUER.to_owned(),
        audiences: vec![AUDIENCE.to_owned(), "second-client".to_owned()],
        keys: KeySource::Discovered(Discovery::of_issuer(ISSUER).unwrap()),
        claim_names: claim_names(),
        tenants: None,
        token_use: TokenUse::Access,
    }
}

/// Claims that pass every check, with all that a caller can have.
fn claims() -> Value {
    json!({
        "iss": ISSUER, "sub": "user-1", "aud": AUDIENCE, "exp": NOW + 300, "nbf": NOW - 10, "iat": NOW - 10,
        "custom:tenant_id": "acme", "scope": "meetings:create meetings:read", "cognito:groups": ["hosts", "members"],
    })
}

/// The claims with one of them set to another value.
fn claims_with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

/// The claims without one of them.
fn claims_without(name: &str) -> Value {
    let mut claims = claims();
    claims.as_object_mut().unwrap().remove(name).unwrap();
    claims
}

/// Verifies at [`NOW`] against one issuer, whose keys are those of the signer.
fn decide(token: &str, issuer: &IssuerSettings, signer: &Signer) -> Result<Caller, AuthenticationError> {
    let keys = KeySet::parse(jwk_set([&signer.jwk]).as_bytes()).unwrap();
    verify(token, &[(issuer, &keys)], at(NOW))
}

/// What became of a token, short enough for a table: the cause when a check on the token refused it.
fn outcome(decision: Result<Caller, AuthenticationError>) -> Result<(), TokenError> {
    match decision {
        Ok(_) => Ok(()),
        Err(AuthenticationError::InvalidToken(cause)) => Err(cause),
        Err(other) => panic!("refused for another reason than the token: {other:?}"),
    }
}
