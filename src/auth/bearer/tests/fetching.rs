//! Fetching keys over HTTP: which answers are accepted, and how badly an endpoint can behave.

use std::time::{Duration, Instant};

use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use serde_json::json;

use super::endpoint::{Answer, Endpoint};
use super::minting::{Signer, jwk_set};
use super::{NOW, at, claims_with, issuer};
use crate::auth::AuthenticationError;
use crate::auth::bearer::{
    BearerSettings, Discovery, FETCH_TIMEOUT, IssuerSettings, KeySource, MAX_KEY_SET_LENGTH, SecureUrl,
    Verifier,
};

/// The binary's connector: rustls with ring.
pub(super) fn connector() -> SharedHttpConnector {
    SharedHttpConnector::new(Connector::builder().tls_provider(Provider::Rustls(CryptoMode::Ring)).build())
}

/// An issuer whose keys are discovered at this endpoint.
pub(super) fn discovered(endpoint: &Endpoint) -> IssuerSettings {
    let mut settings = issuer();
    settings.issuer = endpoint.issuer();
    settings.keys = KeySource::Discovered(Discovery::of_issuer(&settings.issuer).unwrap());
    settings
}

/// The Authorization value of a token of the endpoint's issuer that is valid at [`NOW`].
pub(super) fn authorization(signer: &Signer, endpoint: &Endpoint) -> String {
    format!("Bearer {}", signer.token(&claims_with("iss", json!(endpoint.issuer()))))
}

/// Whether a new verifier accepts a valid token.
async fn accepts(endpoint: &Endpoint, settings: IssuerSettings, signer: &Signer) -> bool {
    let verifier = Verifier::new(BearerSettings { issuers: vec![settings] }, connector());
    match verifier.authenticate_at(Some(&authorization(signer, endpoint)), at(NOW)).await {
        Ok(_) => true,
        Err(AuthenticationError::KeysUnavailable { .. }) => false,
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test]
async fn fetches_keys_by_discovery_or_from_a_configured_address() {
    let signer = Signer::es256("k1");
    let endpoint = Endpoint::start(Answer::Body(jwk_set([&signer.jwk])));
    assert!(accepts(&endpoint, discovered(&endpoint), &signer).await);
    assert_eq!(endpoint.requests(), ["/.well-known/openid-configuration", "/keys"]);

    let mut settings = discovered(&endpoint);
    settings.keys = KeySource::Uri(SecureUrl::parse(&endpoint.keys_address()).unwrap());
    assert!(accepts(&endpoint, settings, &signer).await);
    assert_eq!(endpoint.requests().len(), 3, "no discovery if the address is configured");
}

#[tokio::test]
async fn accepts_only_the_configuration_of_the_issuer_itself() {
    let signer = Signer::es256("k1");
    let endpoint = Endpoint::start(Answer::Body(jwk_set([&signer.jwk])));
    let (own, keys) = (endpoint.issuer(), endpoint.keys_address());
    for (text, accepted, why) in [
        (json!({"issuer": own, "jwks_uri": keys, "more": 1}).to_string(), true, "the issuer's own"),
        (json!({"issuer": "https://other.example", "jwks_uri": keys}).to_string(), false, "another issuer's"),
        (json!({"issuer": format!("{own}/"), "jwks_uri": keys}).to_string(), false, "an additional slash"),
        (json!({"issuer": [own], "jwks_uri": keys}).to_string(), false, "an array"),
        (json!({"jwks_uri": keys}).to_string(), false, "no issuer"),
        (json!({"issuer": own}).to_string(), false, "without keys"),
        (
            json!({"issuer": own, "jwks_uri": "http://issuer.example/keys"}).to_string(),
            false,
            "keys without https",
        ),
        (json!({"issuer": own, "jwks_uri": "/keys"}).to_string(), false, "keys at a relative address"),
        (format!(r#"{{"issuer":"{own}","jwks_uri":"{keys}","issuer":"x"}}"#), false, "a repeated member"),
        ("<html>".to_owned(), false, "not JSON"),
    ] {
        endpoint.set_configuration(Answer::Body(text));
        assert_eq!(accepts(&endpoint, discovered(&endpoint), &signer).await, accepted, "{why}");
    }
}

#[tokio::test]
async fn accepts_only_status_200_within_the_size_limit() {
    let signer = Signer::es256("k1");
    let keys = jwk_set([&signer.jwk]);
    let padded = |length: usize| format!("{keys}{}", " ".repeat(length - keys.len()));
    let endpoint = Endpoint::start(Answer::Body(keys.clone()));
    for (answer, accepted, why) in [
        (Answer::Body(padded(MAX_KEY_SET_LENGTH)), true, "the maximum size"),
        (Answer::Body(padded(MAX_KEY_SET_LENGTH + 1)), false, "a byte larger"),
        (Answer::Unannounced(padded(MAX_KEY_SET_LENGTH)), true, "the maximum size, without content length"),
        (Answer::Unannounced(padded(MAX_KEY_SET_LENGTH + 1)), false, "a byte larger, without content length"),
        (Answer::StatusWithBody(200, keys.clone()), true, "keys"),
        (Answer::StatusWithBody(206, keys.clone()), false, "keys, as partial content"),
        (Answer::StatusWithBody(302, keys.clone()), false, "keys, in a redirection"),
        (Answer::StatusWithBody(404, keys.clone()), false, "keys, in an error"),
        (Answer::Status(500), false, "an error"),
        (Answer::Body("{}".to_owned()), false, "not a key set"),
        (Answer::Body(r#"{"keys":[]}"#.to_owned()), false, "a key set without keys"),
        (Answer::HangUp, false, "no answer"),
    ] {
        endpoint.set_keys(answer);
        assert_eq!(accepts(&endpoint, discovered(&endpoint), &signer).await, accepted, "{why}");
    }
}

#[tokio::test]
async fn does_not_follow_redirections() {
    let signer = Signer::es256("k1");
    let target = Endpoint::start(Answer::Body(jwk_set([&signer.jwk])));
    let endpoint = Endpoint::start(Answer::Redirect(target.keys_address()));
    assert!(!accepts(&endpoint, discovered(&endpoint), &signer).await);
    endpoint
        .set_configuration(Answer::Redirect(format!("{}/.well-known/openid-configuration", target.issuer())));
    assert!(!accepts(&endpoint, discovered(&endpoint), &signer).await);
    assert!(target.requests().is_empty());
}

#[tokio::test]
async fn stalling_endpoint_costs_at_most_the_time_limit() {
    let signer = Signer::es256("k1");
    for stalling in [Answer::Silence, Answer::Drip] {
        let endpoint = Endpoint::start(stalling.clone());
        let verifier = Verifier::new(BearerSettings { issuers: vec![discovered(&endpoint)] }, connector());
        let began = Instant::now();
        verifier.prefetch().await;
        let took = began.elapsed();
        assert!(took < FETCH_TIMEOUT + Duration::from_millis(500), "{stalling:?}: {took:?}");
        assert!(took >= FETCH_TIMEOUT, "ended before the limit: {took:?}");
        // The first request retries.
        endpoint.set_keys(Answer::Body(jwk_set([&signer.jwk])));
        let decision = verifier.authenticate_at(Some(&authorization(&signer, &endpoint)), at(NOW)).await;
        assert!(decision.is_ok(), "{decision:?}");
    }
}

#[tokio::test]
async fn does_not_wait_for_a_body_whose_content_length_is_too_large() {
    let endpoint = Endpoint::start(Answer::Announced(MAX_KEY_SET_LENGTH + 1));
    let began = Instant::now();
    assert!(!accepts(&endpoint, discovered(&endpoint), &Signer::es256("k1")).await);
    assert!(began.elapsed() < FETCH_TIMEOUT / 2, "{:?}", began.elapsed());
}

#[tokio::test]
async fn several_silent_issuers_cost_the_start_the_same_as_one() {
    let endpoints = [(); 3].map(|()| Endpoint::start(Answer::Silence));
    let issuers = endpoints.iter().map(discovered).collect();
    let verifier = Verifier::new(BearerSettings { issuers }, connector());
    let began = Instant::now();
    verifier.prefetch().await;
    assert!(began.elapsed() < FETCH_TIMEOUT + Duration::from_millis(500), "{:?}", began.elapsed());
}

#[tokio::test]
async fn replaces_a_dead_pooled_connection() {
    let signer = Signer::es256("k1");
    let endpoint = Endpoint::start(Answer::Body(jwk_set([&signer.jwk])));
    endpoint.answer_once_per_connection();
    assert!(
        accepts(&endpoint, discovered(&endpoint), &signer).await,
        "the second request needs a new connection"
    );
}
