//! Keys over time: cached, refreshed, rotated, withdrawn, with a failing endpoint and with a flood of forged tokens.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::json;

use super::endpoint::{Answer, Endpoint};
use super::fetching::{authorization, connector, discovered};
use super::minting::{Signer, jwk_set};
use super::{NOW, at, claims_with};
use crate::auth::bearer::{BearerSettings, KeySet, KeySource, Verifier};
use crate::auth::{AuthenticationError, TokenError};

// In seconds, as docs/security.md promises; deliberately not the constants of the code.
const HOUR: u64 = 3_600;
const DAY: u64 = 86_400;
const PAUSE: u64 = 10;
const MAX_PAUSE: u64 = 60;

/// The outcome of a request.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Accepted,
    /// 401 for an unknown key.
    UnknownKey,
    /// 503, with the seconds to wait.
    Unavailable(u32),
}

/// An issuer with one key, and a verifier that trusts it.
struct World {
    endpoint: Endpoint,
    verifier: Verifier,
    signer: Signer,
}

impl World {
    fn new() -> Self {
        let signer = Signer::es256("k1");
        let endpoint = Endpoint::start(Answer::Body(jwk_set([&signer.jwk])));
        let verifier = Verifier::new(BearerSettings { issuers: vec![discovered(&endpoint)] }, connector());
        World { endpoint, verifier, signer }
    }

    /// Sends a new token of the signer, so many seconds after [`NOW`].
    async fn present(&self, signer: &Signer, seconds: u64) -> Outcome {
        let mut claims = claims_with("iss", json!(self.endpoint.issuer()));
        claims["exp"] = json!(NOW + seconds + 60);
        let value = format!("Bearer {}", signer.token(&claims));
        match self.verifier.authenticate_at(Some(&value), at(NOW + seconds)).await {
            Ok(_) => Outcome::Accepted,
            Err(AuthenticationError::InvalidToken(TokenError::UnknownKey)) => Outcome::UnknownKey,
            Err(AuthenticationError::KeysUnavailable { retry_after }) => Outcome::Unavailable(retry_after),
            Err(other) => panic!("{other}"),
        }
    }

    async fn present_own(&self, seconds: u64) -> Outcome {
        self.present(&self.signer, seconds).await
    }

    /// The Authorization value of a token that is valid at the actual time, which the prefetch uses.
    fn authorization_now(&self) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let mut claims = claims_with("iss", json!(self.endpoint.issuer()));
        (claims["exp"], claims["nbf"], claims["iat"]) = (json!(now + 60), json!(now), json!(now));
        format!("Bearer {}", self.signer.token(&claims))
    }

    fn publish(&self, signers: &[&Signer]) {
        self.endpoint.set_keys(Answer::Body(jwk_set(signers.iter().map(|signer| &signer.jwk))));
    }

    fn fail(&self) {
        self.endpoint.set_keys(Answer::Status(500));
    }
}

#[tokio::test]
async fn request_after_the_prefetch_fetches_nothing() {
    let world = World::new();
    world.verifier.prefetch().await;
    assert_eq!(world.endpoint.key_requests(), 1);
    for _ in 0..3 {
        assert!(world.verifier.authenticate(Some(&world.authorization_now())).await.is_ok());
    }
    assert_eq!(world.endpoint.key_requests(), 1);
}

#[tokio::test]
async fn request_during_the_prefetch_waits_for_it() {
    let world = World::new();
    world.endpoint.set_delay(Duration::from_millis(100));
    let value = world.authorization_now();
    let ((), decision) = tokio::join!(world.verifier.prefetch(), async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        world.verifier.authenticate(Some(&value)).await
    });
    assert!(decision.is_ok(), "{decision:?}");
    assert_eq!(world.endpoint.key_requests(), 1);
}

#[tokio::test]
async fn fetches_keys_again_after_an_hour() {
    let world = World::new();
    assert_eq!(world.present_own(0).await, Outcome::Accepted);
    let successor = Signer::es256("k2");
    world.publish(&[&successor]);
    assert_eq!(world.present_own(HOUR - 1).await, Outcome::Accepted, "withdrawn, but not noticed yet");
    assert_eq!(world.endpoint.key_requests(), 1);
    assert_eq!(world.present_own(HOUR).await, Outcome::UnknownKey);
    assert_eq!(world.endpoint.key_requests(), 2);
    assert_eq!(world.present(&successor, HOUR).await, Outcome::Accepted);
}

#[tokio::test]
async fn accepts_first_token_of_a_rotated_key() {
    let world = World::new();
    assert_eq!(world.present_own(0).await, Outcome::Accepted);
    let successor = Signer::es256("k2");
    world.publish(&[&world.signer, &successor]);
    assert_eq!(world.present(&successor, PAUSE).await, Outcome::Accepted);
    assert_eq!(world.present_own(PAUSE).await, Outcome::Accepted, "the old key is still accepted");
    assert_eq!(world.endpoint.key_requests(), 2);
}

#[tokio::test]
async fn flood_of_unknown_keys_causes_one_fetch_in_ten_seconds() {
    let world = World::new();
    assert_eq!(world.present_own(0).await, Outcome::Accepted);
    for second in 0..PAUSE {
        for forged in 0..20 {
            let forger = Signer::es256(&format!("forged-{second}-{forged}"));
            assert_eq!(world.present(&forger, second).await, Outcome::UnknownKey);
        }
    }
    assert_eq!(world.endpoint.key_requests(), 1, "the first fetch was less than ten seconds ago");
    for forged in 0..20 {
        let forger = Signer::es256(&format!("forged-again-{forged}"));
        assert_eq!(world.present(&forger, PAUSE).await, Outcome::UnknownKey);
    }
    assert_eq!(world.endpoint.key_requests(), 2);
    assert_eq!(world.present_own(PAUSE).await, Outcome::Accepted, "valid tokens are still accepted");
}

#[tokio::test]
async fn concurrent_requests_share_one_fetch() {
    let world = World::new();
    world.endpoint.set_delay(Duration::from_millis(100));
    let verifier = Arc::new(world.verifier);
    let mut requests = tokio::task::JoinSet::new();
    for _ in 0..30 {
        let (verifier, value) = (Arc::clone(&verifier), authorization(&world.signer, &world.endpoint));
        requests.spawn(async move { verifier.authenticate_at(Some(&value), at(NOW)).await.is_ok() });
    }
    assert_eq!(requests.join_all().await, [true; 30]);
    assert_eq!(world.endpoint.key_requests(), 1);
}

#[tokio::test]
async fn uses_old_keys_for_a_day_while_the_endpoint_fails() {
    let world = World::new();
    assert_eq!(world.present_own(0).await, Outcome::Accepted);
    world.fail();
    assert_eq!(world.present_own(HOUR).await, Outcome::Accepted);
    assert_eq!(world.present_own(DAY - 1).await, Outcome::Accepted);
    assert!(matches!(world.present_own(DAY).await, Outcome::Unavailable(_)));
    world.publish(&[&world.signer]);
    assert_eq!(world.present_own(DAY + MAX_PAUSE).await, Outcome::Accepted);
}

#[tokio::test]
async fn retries_failing_endpoint_after_10_20_40_and_then_every_60_seconds() {
    let world = World::new();
    assert_eq!(world.present_own(0).await, Outcome::Accepted);
    world.fail();
    let mut fetched_at = Vec::new();
    let mut before = world.endpoint.key_requests();
    for second in HOUR..HOUR + 260 {
        assert_eq!(world.present_own(second).await, Outcome::Accepted);
        let after = world.endpoint.key_requests();
        if after > before {
            fetched_at.push(second - HOUR);
        }
        before = after;
    }
    assert_eq!(fetched_at, [0, 10, 30, 70, 130, 190, 250]);
}

#[tokio::test]
async fn unknown_key_is_401_while_any_key_is_known_even_if_the_endpoint_fails() {
    let world = World::new();
    assert_eq!(world.present_own(0).await, Outcome::Accepted);
    world.fail();
    let forger = Signer::es256("forged");
    assert_eq!(world.present(&forger, PAUSE).await, Outcome::UnknownKey);
    assert_eq!(world.present(&forger, HOUR * 5).await, Outcome::UnknownKey);
}

#[tokio::test]
async fn is_503_with_retry_after_until_keys_are_fetched() {
    let world = World::new();
    world.fail();
    world.verifier.prefetch().await;
    assert_eq!(world.endpoint.key_requests(), 1);
    assert_eq!(world.present_own(0).await, Outcome::Unavailable(10));
    assert_eq!(world.endpoint.key_requests(), 2, "the first request retries at once");
    assert_eq!(world.present_own(4).await, Outcome::Unavailable(6));
    assert_eq!(world.present_own(9).await, Outcome::Unavailable(1));
    assert_eq!(world.endpoint.key_requests(), 2, "the requests after it do not");
    assert_eq!(world.present_own(10).await, Outcome::Unavailable(20));
    world.publish(&[&world.signer]);
    assert_eq!(world.present_own(30).await, Outcome::Accepted);
}

/// Key sets without a usable key.
fn useless_key_sets() -> [(String, &'static str); 3] {
    let mut encrypting = Signer::es256("k1").jwk;
    encrypting["use"] = json!("enc");
    [
        (r#"{"keys":[]}"#.to_owned(), "an empty key set"),
        (jwk_set([&encrypting]), "no key for signatures"),
        (jwk_set([&json!({"kty": "oct", "kid": "k1", "k": "AAAA"})]), "a shared secret"),
    ]
}

#[tokio::test]
async fn key_set_without_usable_key_does_not_replace_the_old_keys() {
    for (useless, why) in useless_key_sets() {
        let world = World::new();
        assert_eq!(world.present_own(0).await, Outcome::Accepted);
        world.endpoint.set_keys(Answer::Body(useless));
        assert_eq!(world.present_own(HOUR).await, Outcome::Accepted, "{why}");
        assert_eq!(world.endpoint.key_requests(), 2, "{why}: it was fetched");
        assert_eq!(world.present_own(HOUR + PAUSE).await, Outcome::Accepted, "{why}");
        assert_eq!(
            world.endpoint.key_requests(),
            3,
            "{why}: the next attempt is after ten seconds, not an hour"
        );
        assert_eq!(world.present_own(HOUR + 2 * PAUSE).await, Outcome::Accepted, "{why}");
        assert_eq!(world.endpoint.key_requests(), 3, "{why}: the one after that is twenty seconds later");
        assert_eq!(world.present_own(DAY - 1).await, Outcome::Accepted, "{why}");
        assert!(matches!(world.present_own(DAY).await, Outcome::Unavailable(_)), "{why}");
        world.publish(&[&world.signer]);
        assert_eq!(world.present_own(DAY + MAX_PAUSE).await, Outcome::Accepted, "{why}");
    }
}

#[tokio::test]
async fn key_set_without_usable_key_is_503_until_keys_are_fetched() {
    for (useless, why) in useless_key_sets() {
        let world = World::new();
        world.endpoint.set_keys(Answer::Body(useless));
        world.verifier.prefetch().await;
        assert_eq!(world.present_own(0).await, Outcome::Unavailable(10), "{why}");
        world.publish(&[&world.signer]);
        assert_eq!(world.present_own(PAUSE).await, Outcome::Accepted, "{why}");
    }
}

#[tokio::test]
async fn key_missing_from_a_new_set_is_withdrawn() {
    let world = World::new();
    assert_eq!(world.present_own(0).await, Outcome::Accepted);
    let successor = Signer::es256("k2");
    world.publish(&[&successor]);
    assert_eq!(world.present_own(HOUR).await, Outcome::UnknownKey);
    assert_eq!(world.present(&successor, HOUR).await, Outcome::Accepted);
}

#[tokio::test]
async fn clock_that_is_set_back_makes_keys_old() {
    let world = World::new();
    assert_eq!(world.present_own(HOUR * 10).await, Outcome::Accepted);
    assert_eq!(world.present_own(HOUR * 10 - 30).await, Outcome::Accepted);
    assert_eq!(world.endpoint.key_requests(), 1, "concurrent requests differ by a little");
    assert_eq!(world.present_own(0).await, Outcome::Accepted);
    assert_eq!(world.endpoint.key_requests(), 2);
}

#[tokio::test]
async fn each_issuer_has_its_own_keys_and_fetches() {
    let signers = [Signer::es256("first"), Signer::es256("second")];
    let endpoints = [0, 1].map(|index: usize| Endpoint::start(Answer::Body(jwk_set([&signers[index].jwk]))));
    let issuers = endpoints.iter().map(discovered).collect();
    let verifier = Verifier::new(BearerSettings { issuers }, connector());
    for (signer, endpoint) in signers.iter().zip(&endpoints) {
        let value = authorization(signer, endpoint);
        assert!(verifier.authenticate_at(Some(&value), at(NOW)).await.is_ok());
    }
    assert_eq!(endpoints.each_ref().map(Endpoint::key_requests), [1, 1]);
    let crossed = authorization(&signers[0], &endpoints[1]);
    let decision = verifier.authenticate_at(Some(&crossed), at(NOW + PAUSE)).await;
    assert_eq!(decision, Err(AuthenticationError::InvalidToken(TokenError::UnknownKey)));
    assert_eq!(endpoints.each_ref().map(Endpoint::key_requests), [1, 2]);
}

#[tokio::test]
async fn keys_from_a_file_are_never_fetched() {
    let world = World::new();
    let mut settings = discovered(&world.endpoint);
    let keys = KeySet::parse(jwk_set([&world.signer.jwk]).as_bytes()).unwrap();
    settings.keys = KeySource::File(Arc::new(keys));
    let verifier = Verifier::new(BearerSettings { issuers: vec![settings] }, connector());
    verifier.prefetch().await;
    let value = authorization(&world.signer, &world.endpoint);
    assert!(verifier.authenticate_at(Some(&value), at(NOW)).await.is_ok());
    let forged = authorization(&Signer::es256("forged"), &world.endpoint);
    let decision = verifier.authenticate_at(Some(&forged), at(NOW)).await;
    assert_eq!(decision, Err(AuthenticationError::InvalidToken(TokenError::UnknownKey)));
    assert!(world.endpoint.requests().is_empty());
}

#[tokio::test]
async fn token_refused_before_the_key_lookup_causes_no_fetch() {
    let world = World::new();
    let stranger = world.signer.token(&claims_with("iss", json!("https://stranger.example")));
    let unsigned = authorization(&world.signer, &world.endpoint).replace("Bearer ", "Bearer x");
    for value in [format!("Bearer {stranger}"), unsigned, "Bearer".to_owned(), String::new()] {
        assert!(world.verifier.authenticate_at(Some(&value), at(NOW)).await.is_err());
    }
    assert!(world.endpoint.requests().is_empty());
}
