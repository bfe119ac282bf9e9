//! Getting the keys over HTTP: what is taken, and what an endpoint cannot make the function do.

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
    BearerSettings, Discovery, FETCH_TIMEOUT, IssuerSettings, KeySource, MAX_BODY_LENGTH, SecureUrl, Verifier,
};

/// The binary's own connector: rustls on ring.
pub(super) fn connector() -> SharedHttpConnector {
    SharedHttpConnector::new(Connector::builder().tls_provider(Provider::Rustls(CryptoMode::Ring)).build())
}

/// An issuer whose keys are discovered at that endpoint.
pub(super) fn discovered(endpoint: &Endpoint) -> IssuerSettings {
    let mut settings = issuer();
    settings.issuer = endpoint.issuer();
    settings.keys = KeySource::Discovered(Discovery::of_issuer(&settings.issuer).unwrap());
    settings
}

/// The Authorization value of an honest token of the endpoint's issuer, at [`NOW`].
pub(super) fn authorization(signer: &Signer, endpoint: &Endpoint) -> String {
    format!("Bearer {}", signer.token(&claims_with("iss", json!(endpoint.issuer()))))
}

/// Whether a verifier that has just been made accepts an honest token, given what the endpoint does.
async fn accepts(endpoint: &Endpoint, settings: IssuerSettings, signer: &Signer) -> bool {
    let verifier = Verifier::new(BearerSettings { issuers: vec![settings] }, connector());
    match verifier.authenticate_at(Some(&authorization(signer, endpoint)), at(NOW)).await {
        Ok(_) => true,
        Err(AuthenticationError::KeysUnavailable { .. }) => false,
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test]
async fn keys_are_found_by_discovery_and_at_an_address_of_the_settings() {
    let signer = Signer::es256("k1");
    let endpoint = Endpoint::start(Answer::Body(jwk_set([&signer.jwk])));
    assert!(accepts(&endpoint, discovered(&endpoint), &signer).await);
    assert_eq!(endpoint.requests(), ["/.well-known/openid-configuration", "/keys"]);

    let mut settings = discovered(&endpoint);
    settings.keys = KeySource::Uri(SecureUrl::parse(&endpoint.keys_address()).unwrap());
    assert!(accepts(&endpoint, settings, &signer).await);
    assert_eq!(endpoint.requests().len(), 3, "no discovery where the address is known");
}

#[tokio::test]
async fn a_configuration_is_taken_only_from_the_issuer_that_was_asked() {
    let signer = Signer::es256("k1");
    let endpoint = Endpoint::start(Answer::Body(jwk_set([&signer.jwk])));
    let (own, keys) = (endpoint.issuer(), endpoint.keys_address());
    for (text, taken, why) in [
        (json!({"issuer": own, "jwks_uri": keys, "more": 1}).to_string(), true, "the issuer's own"),
        (json!({"issuer": "https://other.example", "jwks_uri": keys}).to_string(), false, "another's"),
        (json!({"issuer": format!("{own}/"), "jwks_uri": keys}).to_string(), false, "a slash more"),
        (json!({"issuer": [own], "jwks_uri": keys}).to_string(), false, "an array"),
        (json!({"jwks_uri": keys}).to_string(), false, "nobody's"),
        (json!({"issuer": own}).to_string(), false, "without keys"),
        (
            json!({"issuer": own, "jwks_uri": "http://issuer.example/keys"}).to_string(),
            false,
            "keys not on https",
        ),
        (json!({"issuer": own, "jwks_uri": "/keys"}).to_string(), false, "keys at a relative address"),
        (format!(r#"{{"issuer":"{own}","jwks_uri":"{keys}","issuer":"x"}}"#), false, "a member twice"),
        ("<html>".to_owned(), false, "no JSON"),
    ] {
        endpoint.set_configuration(Answer::Body(text));
        assert_eq!(accepts(&endpoint, discovered(&endpoint), &signer).await, taken, "{why}");
    }
}

#[tokio::test]
async fn only_a_plain_answer_of_a_sane_size_is_taken() {
    let signer = Signer::es256("k1");
    let keys = jwk_set([&signer.jwk]);
    let padded = |length: usize| format!("{keys}{}", " ".repeat(length - keys.len()));
    let endpoint = Endpoint::start(Answer::Body(keys.clone()));
    for (answer, taken, why) in [
        (Answer::Body(padded(MAX_BODY_LENGTH)), true, "as large as may be"),
        (Answer::Body(padded(MAX_BODY_LENGTH + 1)), false, "a byte larger"),
        (Answer::Unannounced(padded(MAX_BODY_LENGTH)), true, "as large as may be, unannounced"),
        (Answer::Unannounced(padded(MAX_BODY_LENGTH + 1)), false, "a byte larger, unannounced"),
        (Answer::StatusWithBody(200, keys.clone()), true, "keys"),
        (Answer::StatusWithBody(206, keys.clone()), false, "keys, as a part of something"),
        (Answer::StatusWithBody(302, keys.clone()), false, "keys, in a redirection"),
        (Answer::StatusWithBody(404, keys.clone()), false, "keys, in a failure"),
        (Answer::Status(500), false, "a failure"),
        (Answer::Body("{}".to_owned()), false, "no key set"),
        (Answer::Body(r#"{"keys":[]}"#.to_owned()), false, "a key set without keys"),
        (Answer::HangUp, false, "no answer"),
    ] {
        endpoint.set_keys(answer);
        assert_eq!(accepts(&endpoint, discovered(&endpoint), &signer).await, taken, "{why}");
    }
}

#[tokio::test]
async fn a_redirection_is_not_followed() {
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
async fn an_endpoint_that_stalls_costs_no_more_than_the_time_limit() {
    let signer = Signer::es256("k1");
    for stalling in [Answer::Silence, Answer::Drip] {
        let endpoint = Endpoint::start(stalling.clone());
        let verifier = Verifier::new(BearerSettings { issuers: vec![discovered(&endpoint)] }, connector());
        let began = Instant::now();
        verifier.prefetch().await;
        let took = began.elapsed();
        assert!(took < FETCH_TIMEOUT + Duration::from_millis(500), "{stalling:?}: {took:?}");
        assert!(took >= FETCH_TIMEOUT, "the limit was not what ended it: {took:?}");
        // The start went on, and the first request tries again.
        endpoint.set_keys(Answer::Body(jwk_set([&signer.jwk])));
        let decision = verifier.authenticate_at(Some(&authorization(&signer, &endpoint)), at(NOW)).await;
        assert!(decision.is_ok(), "{decision:?}");
    }
}

#[tokio::test]
async fn a_body_that_is_announced_to_be_too_large_is_not_waited_for() {
    let endpoint = Endpoint::start(Answer::Announced(MAX_BODY_LENGTH + 1));
    let began = Instant::now();
    assert!(!accepts(&endpoint, discovered(&endpoint), &Signer::es256("k1")).await);
    assert!(began.elapsed() < FETCH_TIMEOUT / 2, "{:?}", began.elapsed());
}

#[tokio::test]
async fn several_silent_issuers_cost_the_start_no_more_than_one() {
    let endpoints = [(); 3].map(|()| Endpoint::start(Answer::Silence));
    let issuers = endpoints.iter().map(discovered).collect();
    let verifier = Verifier::new(BearerSettings { issuers }, connector());
    let began = Instant::now();
    verifier.prefetch().await;
    assert!(began.elapsed() < FETCH_TIMEOUT + Duration::from_millis(500), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_kept_connection_that_died_meanwhile_is_replaced() {
    let signer = Signer::es256("k1");
    let endpoint = Endpoint::start(Answer::Body(jwk_set([&signer.jwk])));
    endpoint.answer_once_per_connection();
    assert!(
        accepts(&endpoint, discovered(&endpoint), &signer).await,
        "the second request needs a new connection"
    );
}
