//! What must hold for any bytes on the path from an Authorization header to a decision.

use std::time::{Duration, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use meeting_gateway::auth::bearer::{BearerSettings, IssuerSettings, KeySet, TokenUse, decide};
use meeting_gateway::auth::{Caller, ClaimNames};
use meeting_gateway::settings::Settings;
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use serde_json::Value;

const ISSUER: &str = "https://issuer.example";
const AUDIENCE: &str = "meetings-client";
const NOW: u64 = 1_800_000_000;
const HEADER: &str = r#"{"alg":"EdDSA","kid":"k1"}"#;
const PAYLOAD: &str =
    r#"{"iss":"https://issuer.example","aud":"meetings-client","sub":"u","exp":1800000300,"tenant":"acme"}"#;

/// Checks the decision on a header's value, a token's header and payload, a payload or a key set: the first byte says which
/// of them the other bytes are. Returns whether the token is accepted.
///
/// # Panics
/// When something that must hold does not.
pub fn check(data: &[u8]) -> bool {
    let Some((kind, rest)) = data.split_first() else { return false };
    match kind % 4 {
        0 => std::str::from_utf8(rest).is_ok_and(|value| check_decision(value, &keys())),
        1 => {
            let end = rest.iter().position(|byte| *byte == 0).unwrap_or(rest.len());
            let (header, payload) = rest.split_at(end);
            check_decision(&signed(header, payload.get(1..).unwrap_or_default()), &keys())
        }
        2 => check_decision(&signed(HEADER.as_bytes(), rest), &keys()),
        _ => KeySet::parse(rest)
            .is_ok_and(|keys| check_decision(&signed(HEADER.as_bytes(), PAYLOAD.as_bytes()), &keys)),
    }
}

/// Decides, and compares the decision with another reading of the same token.
fn check_decision(authorization: &str, keys: &KeySet) -> bool {
    let issuer = issuer();
    match decide(Some(authorization), &[(&issuer, keys)], UNIX_EPOCH + Duration::from_secs(NOW)) {
        Ok(caller) => {
            check_accepted(authorization, &caller);
            true
        }
        Err(error) => {
            let text = error.to_string();
            assert!(
                text.len() < 200 && text.is_ascii() && !text.contains(char::is_control),
                "log line: {text:?}"
            );
            false
        }
    }
}

/// Checks an accepted token as `serde_json` alone reads it.
fn check_accepted(authorization: &str, caller: &Caller) {
    let token = authorization.split_once(' ').unwrap().1.trim_start();
    let segments: Vec<&str> = token.split('.').collect();
    let part = |index: usize| -> Value {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(segments[index]).unwrap()).unwrap()
    };
    let (header, claims) = (part(0), part(1));
    assert_eq!(
        (segments.len(), header["alg"].as_str(), header["kid"].as_str()),
        (3, Some("EdDSA"), Some("k1"))
    );
    assert!(header.get("crit").is_none() && header.get("b64").is_none());
    assert_eq!(claims["iss"], ISSUER);
    assert!(claims["exp"].as_f64().unwrap() > (NOW - 30) as f64);
    for start in ["nbf", "iat"] {
        assert!(claims.get(start).is_none_or(|time| time.as_f64().unwrap() <= (NOW + 30) as f64));
    }
    let audience = claims.get("aud").unwrap_or(&claims["client_id"]);
    assert!(
        audience == AUDIENCE
            || audience.as_array().is_some_and(|list| list.iter().any(|one| one == AUDIENCE))
    );
    assert!(claims.get("token_use").is_none_or(|used| used == "access"));
    assert!(!caller.subject().is_empty() && claims["sub"] == caller.subject());
    assert!(!caller.tenant().is_empty() && claims["tenant"] == caller.tenant());
}

fn signed(header: &[u8], payload: &[u8]) -> String {
    let input = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
    let signature = key().sign(input.as_bytes());
    format!("Bearer {input}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
}

fn key() -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap()
}

fn keys() -> KeySet {
    let x = URL_SAFE_NO_PAD.encode(key().public_key().as_ref());
    KeySet::parse(format!(r#"{{"keys":[{{"kty":"OKP","crv":"Ed25519","kid":"k1","x":"{x}"}}]}}"#).as_bytes())
        .unwrap()
}

fn issuer() -> IssuerSettings {
    let lookup = |name: &str| match name {
        "JWT_ISSUER" => Some(ISSUER.to_owned()),
        "JWT_AUDIENCE" => Some(AUDIENCE.to_owned()),
        _ => None,
    };
    let names = ClaimNames { tenant: "tenant".into(), groups: "groups".into(), ..ClaimNames::default() };
    let mut settings = BearerSettings::read(&Settings::new(&lookup), &names, &mut Vec::new()).unwrap();
    let issuer = settings.issuers.remove(0);
    assert_eq!(issuer.token_use, TokenUse::Access);
    issuer
}
