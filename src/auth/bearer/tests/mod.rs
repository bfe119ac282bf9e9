//! Which bearer tokens are accepted, and why the others are refused.

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

use super::{Discovery, IssuerSettings, KeySet, KeySource, TokenUse, verify};
use crate::auth::{AuthenticationError, Caller, ClaimNames, TokenError};
use minting::{Signer, jwk_set};

const ISSUER: &str = "https://issuer.example/pool";
const AUDIENCE: &str = "meetings-client";

/// The time of every test, in seconds since 1970: a day in 2027.
const NOW: u64 = 1_800_000_000;

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

/// An issuer that may speak for any tenant, with Cognito's claim names.
fn issuer() -> IssuerSettings {
    IssuerSettings {
        issuer: ISSUER.to_owned(),
        audiences: vec![AUDIENCE.to_owned(), "second-client".to_owned()],
        keys: KeySource::Discovered(Discovery::of_issuer(ISSUER).unwrap()),
        claim_names: ClaimNames::default(),
        tenants: None,
        token_use: TokenUse::Access,
    }
}

/// Claims that pass every check and have everything that a caller can have.
fn claims() -> Value {
    json!({
        "iss": ISSUER, "sub": "user-1", "aud": AUDIENCE, "exp": NOW + 300, "nbf": NOW - 10, "iat": NOW - 10,
        "custom:tenant_id": "acme", "scope": "meetings:create meetings:read", "cognito:groups": ["hosts", "members"],
    })
}

/// The claims with one changed.
fn claims_with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

/// The claims with one removed.
fn claims_without(name: &str) -> Value {
    let mut claims = claims();
    claims.as_object_mut().unwrap().remove(name).unwrap();
    claims
}

/// Verifies at [`NOW`] with one issuer, which publishes the signer's key.
fn decide(token: &str, issuer: &IssuerSettings, signer: &Signer) -> Result<Caller, AuthenticationError> {
    let keys = KeySet::parse(jwk_set([&signer.jwk]).as_bytes()).unwrap();
    verify(token, &[(issuer, &keys)], at(NOW))
}

/// The outcome for a token, short enough for a table.
fn outcome(decision: Result<Caller, AuthenticationError>) -> Result<(), TokenError> {
    match decision {
        Ok(_) => Ok(()),
        Err(AuthenticationError::InvalidToken(cause)) => Err(cause),
        Err(other) => panic!("not refused by a check on the token: {other:?}"),
    }
}
