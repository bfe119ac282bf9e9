//! Keys over time: kept, refreshed, rotated, withdrawn, and what a failing endpoint or a flood of forged tokens does.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::json;

use super::endpoint::{Answer, Endpoint};
use super::fetching::{authorization, connector, discovered};
use super::minting::{Signer, jwk_set};
use super::{NOW, at, claims_with};
use crate::auth::AuthenticationError;
use crate::auth::bearer::{BearerSettings, KeySet, KeySource, TokenError, Verifier};

// Seconds; what docs/security.md promises, and not read off the code.
const HOUR: u64 = 3_600;
const DAY: u64 = 86_400;
const PAUSE: u64 = 10;
const MAX_PAUSE: u64 = 60;

/// What became of a request.
#[derive(Debug, PartialEq, Eq)]
enum Became {
    Accepted,
    /// 401 for a key that nobody knows.
    UnknownKey,
    /// 503, with the seconds to wait.
    Unavailable(u32),
}

/// One issuer with one key and a verifier that trusts it.
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

    /// Presents a fresh token of the signer so many seconds after [`NOW`].
    async fn present(&self, signer: &Signer, seconds: u64) -> Became {
        let mut claims = claims_with("iss", json!(self.endpoint.issuer()));
        claims["exp"] = json!(NOW + seconds + 60);
        let value = format!("Bearer {}", signer.token(&claims));
        match self.verifier.authenticate_at(Some(&value), at(NOW + seconds)).await {
            Ok(_) => Became::Accepted,
            Err(AuthenticationError::InvalidToken(TokenError::UnknownKey)) => Became::UnknownKey,
            Err(AuthenticationError::KeysUnavailable { retry_after }) => Became::Unavailable(retry_after),
            Err(other) => panic!("{other}"),
        }
    }

    async fn present_own(&self, seconds: u64) -> Became {
        self.present(&self.signer, seconds).await
    }

    /// The Authorization value of a token that is good at the true time, which is the prefetch's.
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
async fn after_the_prefetch_a_request_fetches_nothing() {
    let world = World::new();
    world.verifier.prefetch().await;
    assert_eq!(world.endpoint.key_requests(), 1);
    for _ in 0..3 {
        assert!(world.verifier.authenticate(Some(&world.authorization_now())).await.is_ok());
    }
    assert_eq!(world.endpoint.key_requests(), 1);
}

#[tokio::test]
async fn a_request_that_comes_during_the_prefetch_waits_for_it() {
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
async fn keys_serve_for_an_hour_and_are_then_fetched_before_they_are_used() {
    let world = World::new();
    assert_eq!(world.present_own(0).await, Became::Accepted);
    let successor = Signer::es256("k2");
    world.publish(&[&successor]);
    assert_eq!(world.present_own(HOUR - 1).await, Became::Accepted, "withdrawn, and not yet known to be");
    assert_eq!(world.endpoint.key_requests(), 1);
    assert_eq!(world.present_own(HOUR).await, Became::UnknownKey);
    assert_eq!(world.endpoint.key_requests(), 2);
    assert_eq!(world.present(&successor, HOUR).await, Became::Accepted);
}

#[tokio::test]
async fn a_rotated_key_is_accepted_with_its_first_token() {
    let world = World::new();
    assert_eq!(world.present_own(0).await, Became::Accepted);
    let successor = Signer::es256("k2");
    world.publish(&[&world.signer, &successor]);
    assert_eq!(world.present(&successor, PAUSE).await, Became::Accepted);
    assert_eq!(world.present_own(PAUSE).await, Became::Accepted, "the old one serves beside it");
    assert_eq!(world.endpoint.key_requests(), 2);
}

#[tokio::test]
async fn a_flood_of_unknown_keys_causes_one_fetch_in_ten_seconds() {
    let world = World::new();
    assert_eq!(world.present_own(0).await, Became::Accepted);
    for second in 0..PAUSE {
        for forged in 0..20 {
            let forger = Signer::es256(&format!("forged-{second}-{forged}"));
            assert_eq!(world.present(&forger, second).await, Became::UnknownKey);
        }
    }
    assert_eq!(world.endpoint.key_requests(), 1, "the first fetch was less than ten seconds ago");
    for forged in 0..20 {
        let forger = Signer::es256(&format!("forged-again-{forged}"));
        assert_eq!(world.present(&forger, PAUSE).await, Became::UnknownKey);
    }
    assert_eq!(world.endpoint.key_requests(), 2);
    assert_eq!(world.present_own(PAUSE).await, Became::Accepted, "and honest tokens pass meanwhile");
}

#[tokio::test]
async fn requests_side_by_side_share_one_fetch() {
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
async fn old_keys_outlive_a_failing_endpoint_by_a_day_and_no_longer() {
    let world = World::new();
    assert_eq!(world.present_own(0).await, Became::Accepted);
    world.fail();
    assert_eq!(world.present_own(HOUR).await, Became::Accepted);
    assert_eq!(world.present_own(DAY - 1).await, Became::Accepted);
    assert!(matches!(world.present_own(DAY).await, Became::Unavailable(_)));
    world.publish(&[&world.signer]);
    assert_eq!(world.present_own(DAY + MAX_PAUSE).await, Became::Accepted);
}

#[tokio::test]
async fn a_failing_endpoint_is_tried_again_after_10_20_40_and_then_every_60_seconds() {
    let world = World::new();
    assert_eq!(world.present_own(0).await, Became::Accepted);
    world.fail();
    let mut fetched_at = Vec::new();
    let mut before = world.endpoint.key_requests();
    for second in HOUR..HOUR + 260 {
        assert_eq!(world.present_own(second).await, Became::Accepted);
        let after = world.endpoint.key_requests();
        if after > before {
            fetched_at.push(second - HOUR);
        }
        before = after;
    }
    assert_eq!(fetched_at, [0, 10, 30, 70, 130, 190, 250]);
}

#[tokio::test]
async fn an_unknown_key_is_401_while_some_key_is_known_even_when_the_endpoint_fails() {
    let world = World::new();
    assert_eq!(world.present_own(0).await, Became::Accepted);
    world.fail();
    let forger = Signer::es256("forged");
    assert_eq!(world.present(&forger, PAUSE).await, Became::UnknownKey);
    assert_eq!(world.present(&forger, HOUR * 5).await, Became::UnknownKey);
}

#[tokio::test]
async fn it_is_503_while_no_key_was_ever_had_and_says_when_to_come_again() {
    let world = World::new();
    world.fail();
    world.verifier.prefetch().await;
    assert_eq!(world.endpoint.key_requests(), 1);
    assert_eq!(world.present_own(0).await, Became::Unavailable(10));
    assert_eq!(world.endpoint.key_requests(), 2, "the first request tries again at once");
    assert_eq!(world.present_own(4).await, Became::Unavailable(6));
    assert_eq!(world.present_own(9).await, Became::Unavailable(1));
    assert_eq!(world.endpoint.key_requests(), 2, "and those after it wait");
    assert_eq!(world.present_own(10).await, Became::Unavailable(20));
    world.publish(&[&world.signer]);
    assert_eq!(world.present_own(30).await, Became::Accepted);
}

/// Key sets that verify nothing.
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
async fn key_set_without_usable_key_counts_as_failed_fetch_and_keeps_the_old_keys_for_a_day() {
    for (useless, why) in useless_key_sets() {
        let world = World::new();
        assert_eq!(world.present_own(0).await, Became::Accepted);
        world.endpoint.set_keys(Answer::Body(useless));
        assert_eq!(world.present_own(HOUR).await, Became::Accepted, "{why}");
        assert_eq!(world.endpoint.key_requests(), 2, "{why}: it was fetched");
        assert_eq!(world.present_own(HOUR + PAUSE).await, Became::Accepted, "{why}");
        assert_eq!(
            world.endpoint.key_requests(),
            3,
            "{why}: the next try comes after ten seconds, not an hour"
        );
        assert_eq!(world.present_own(HOUR + 2 * PAUSE).await, Became::Accepted, "{why}");
        assert_eq!(world.endpoint.key_requests(), 3, "{why}: and the one after that twenty later");
        assert_eq!(world.present_own(DAY - 1).await, Became::Accepted, "{why}");
        assert!(matches!(world.present_own(DAY).await, Became::Unavailable(_)), "{why}");
        world.publish(&[&world.signer]);
        assert_eq!(world.present_own(DAY + MAX_PAUSE).await, Became::Accepted, "{why}");
    }
}

#[tokio::test]
async fn key_set_without_usable_key_is_503_while_no_key_was_ever_held() {
    for (useless, why) in useless_key_sets() {
        let world = World::new();
        world.endpoint.set_keys(Answer::Body(useless));
        world.verifier.prefetch().await;
        assert_eq!(world.present_own(0).await, Became::Unavailable(10), "{why}");
        world.publish(&[&world.signer]);
        assert_eq!(world.present_own(PAUSE).await, Became::Accepted, "{why}");
    }
}

#[tokio::test]
async fn key_left_out_of_a_new_set_with_usable_keys_is_withdrawn() {
    let world = World::new();
    assert_eq!(world.present_own(0).await, Became::Accepted);
    let successor = Signer::es256("k2");
    world.publish(&[&successor]);
    assert_eq!(world.present_own(HOUR).await, Became::UnknownKey);
    assert_eq!(world.present(&successor, HOUR).await, Became::Accepted);
}

#[tokio::test]
async fn a_clock_that_is_set_back_makes_keys_old_not_young() {
    let world = World::new();
    assert_eq!(world.present_own(HOUR * 10).await, Became::Accepted);
    assert_eq!(world.present_own(HOUR * 10 - 30).await, Became::Accepted);
    assert_eq!(world.endpoint.key_requests(), 1, "requests side by side differ by a little");
    assert_eq!(world.present_own(0).await, Became::Accepted);
    assert_eq!(world.endpoint.key_requests(), 2);
}

#[tokio::test]
async fn each_issuer_is_asked_on_its_own_account() {
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
async fn shipped_keys_are_never_fetched() {
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
async fn a_token_that_fails_before_its_key_is_looked_up_causes_no_fetch() {
    let world = World::new();
    let stranger = world.signer.token(&claims_with("iss", json!("https://stranger.example")));
    let unsigned = authorization(&world.signer, &world.endpoint).replace("Bearer ", "Bearer x");
    for value in [format!("Bearer {stranger}"), unsigned, "Bearer".to_owned(), String::new()] {
        assert!(world.verifier.authenticate_at(Some(&value), at(NOW)).await.is_err());
    }
    assert!(world.endpoint.requests().is_empty());
}
