//! The token issuer, its tokens verified by ring from its own JWKS.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use local::issuer::{Algorithm, Issuer, IssuerError, JwksBehaviour, MintOptions, TokenRequest};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde_json::{Value, json};

use crate::exchange::{Connection, exchange};
use crate::simulator::ANY_PORT;

fn decode(text: &str) -> Vec<u8> {
    BASE64_URL_SAFE_NO_PAD.decode(text).unwrap()
}

/// The header and claims of a token, if the key of the JWKS with the header's `kid` verifies its signature.
fn verify(token: &str, jwks: &Value) -> Option<(Value, Value)> {
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let (header, claims) = signed.split_once('.').unwrap();
    let header: Value = serde_json::from_slice(&decode(header)).unwrap();
    let key = jwks["keys"].as_array().unwrap().iter().find(|key| key["kid"] == header["kid"])?;
    let part = |name: &str| decode(key[name].as_str().unwrap());
    let verified = match key["kty"].as_str().unwrap() {
        "RSA" => RsaPublicKeyComponents { n: part("n"), e: part("e") }.verify(
            &RSA_PKCS1_2048_8192_SHA256,
            signed.as_bytes(),
            &decode(signature),
        ),
        _ => UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, [vec![4], part("x"), part("y")].concat())
            .verify(signed.as_bytes(), &decode(signature)),
    };
    verified.ok()?;
    Some((header, serde_json::from_slice(&decode(claims)).unwrap()))
}

#[tokio::test]
async fn discovery_names_nothing_that_is_not_served() {
    let issuer = Issuer::start(ANY_PORT).unwrap();
    let discovery =
        exchange(issuer.address(), "GET", "/.well-known/openid-configuration", &[], b"").await.json();
    let members = discovery.as_object().unwrap();
    let urls = members.iter().filter(|(name, _)| name.ends_with("_uri") || name.ends_with("_endpoint"));
    let urls: Vec<&str> = urls.map(|(_, url)| url.as_str().unwrap()).collect();
    assert_eq!(urls.len(), 1, "{discovery}");
    for url in urls {
        let path = url.strip_prefix(&issuer.issuer_url()).unwrap();
        assert_eq!(exchange(issuer.address(), "GET", path, &[], b"").await.status, 200, "{url}");
    }
    assert_eq!(discovery["response_types_supported"], json!([]), "there is no authorization endpoint");
}

#[tokio::test]
async fn discovery_leads_to_the_keys_and_they_verify_both_algorithms() {
    let issuer = Issuer::start_with_published_rsa_key().unwrap();
    let discovery =
        exchange(issuer.address(), "GET", "/.well-known/openid-configuration", &[], b"").await.json();
    assert_eq!(discovery["issuer"], issuer.issuer_url());
    assert_eq!(issuer.issuer_url(), format!("http://{}", issuer.address()));
    let path = discovery["jwks_uri"].as_str().unwrap().strip_prefix(&issuer.issuer_url()).unwrap().to_owned();
    let jwks = exchange(issuer.address(), "GET", &path, &[], b"").await.json();
    for algorithm in [Algorithm::Rs256, Algorithm::Es256] {
        let options = MintOptions { algorithm, ..MintOptions::default() };
        let token = issuer.mint(&json!({ "sub": "ann" }), &options).unwrap();
        let (header, claims) = verify(&token, &jwks).unwrap();
        assert_eq!((&header["alg"], &claims), (&json!(algorithm.name()), &json!({ "sub": "ann" })));
    }
    assert_eq!(discovery["id_token_signing_alg_values_supported"], json!(["RS256", "ES256"]));
    assert_eq!((issuer.jwks_fetches(), issuer.discovery_fetches()), (1, 1));
}

#[tokio::test]
async fn an_issuer_on_a_chosen_address_has_no_published_private_key() {
    let (one, two) = (Issuer::start(ANY_PORT).unwrap(), Issuer::start(ANY_PORT).unwrap());
    let discovery =
        exchange(one.address(), "GET", "/.well-known/openid-configuration", &[], b"").await.json();
    assert_eq!(discovery["id_token_signing_alg_values_supported"], json!(["ES256"]));
    let jwks = exchange(one.address(), "GET", "/.well-known/jwks.json", &[], b"").await.json();
    let types: Vec<&Value> = jwks["keys"].as_array().unwrap().iter().map(|key| &key["kty"]).collect();
    assert_eq!(types, ["EC"]);
    assert_ne!(one.jwks(), two.jwks(), "each makes its own key");
    let rs256 = MintOptions { algorithm: Algorithm::Rs256, ..MintOptions::default() };
    assert!(matches!(one.mint(&json!({}), &rs256), Err(IssuerError::NoKeyFor(Algorithm::Rs256))));
}

#[tokio::test]
async fn the_token_endpoint_makes_a_token_for_anyone() {
    let issuer = Issuer::start(ANY_PORT).unwrap();
    let path = "/token?tenant=acme&groups=hosts,members&sub=ann&scope=a+b&expires_in=60";
    let answer = exchange(issuer.address(), "GET", path, &[], b"").await;
    assert_eq!(answer.status, 200);
    let (_, claims) = verify(&answer.text(), &issuer.jwks()).unwrap();
    let expected = json!({
        "iss": issuer.issuer_url(), "sub": "ann", "aud": "local", "client_id": "local", "token_use": "access",
        "custom:tenant_id": "acme", "cognito:groups": ["hosts", "members"], "scope": "a b",
        "iat": claims["iat"], "exp": claims["iat"].as_u64().unwrap() + 60, "jti": claims["jti"],
    });
    assert_eq!(claims, expected);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    assert!(now.abs_diff(claims["iat"].as_u64().unwrap()) < 60);

    let json =
        exchange(issuer.address(), "GET", "/token", &[("accept", "application/json")], b"").await.json();
    let (_, claims) = verify(json["access_token"].as_str().unwrap(), &issuer.jwks()).unwrap();
    assert!(claims.get("custom:tenant_id").is_none() && claims.get("cognito:groups").is_none());
    assert_eq!(json["expires_in"], 12 * 60 * 60);

    for (query, reason) in
        [("tennant=acme", "unknown parameter `tennant`"), ("expires_in=soon", "`soon` is not a number")]
    {
        let answer = exchange(issuer.address(), "GET", &format!("/token?{query}"), &[], b"").await;
        assert_eq!(answer.status, 400);
        assert!(answer.text().contains(reason), "{}", answer.text());
    }
}

#[tokio::test]
async fn headers_can_be_forged_to_order() {
    let issuer = Issuer::start(ANY_PORT).unwrap();
    let token = |options: &MintOptions| issuer.mint(&json!({}), options).unwrap();
    let header =
        |token: &str| -> Value { serde_json::from_slice(&decode(token.split('.').next().unwrap())).unwrap() };

    let other_kid = MintOptions { kid: Some("other".to_owned()), ..MintOptions::default() };
    assert_eq!(header(&token(&other_kid))["kid"], "other");

    let overrides = json!({ "alg": "none", "kid": null, "crit": ["exp"] });
    let overridden = MintOptions { header: overrides.as_object().unwrap().clone(), ..MintOptions::default() };
    assert_eq!(header(&token(&overridden)), json!({ "typ": "JWT", "alg": "none", "crit": ["exp"] }));

    let unknown = MintOptions { signing_key: Some("es256-9".to_owned()), ..MintOptions::default() };
    assert!(matches!(issuer.mint(&json!({}), &unknown), Err(IssuerError::UnknownKey(_))));
}

#[tokio::test]
async fn rotation_publishes_new_keys_and_withdrawal_removes_the_old_ones() {
    let issuer = Issuer::start_with_published_rsa_key().unwrap();
    let old_kid = issuer.newest_kid(Algorithm::Es256);
    let old_token = issuer.token(&TokenRequest::new("acme", &[])).unwrap();
    issuer.rotate().unwrap();
    let new_token = issuer.token(&TokenRequest::new("acme", &[])).unwrap();
    assert_ne!(issuer.newest_kid(Algorithm::Es256), old_kid);
    assert!(verify(&old_token, &issuer.jwks()).is_some() && verify(&new_token, &issuer.jwks()).is_some());

    issuer.withdraw_old_keys();

    assert!(verify(&old_token, &issuer.jwks()).is_none() && verify(&new_token, &issuer.jwks()).is_some());
    assert_eq!(issuer.jwks()["keys"].as_array().unwrap().len(), 2);
    let with_old_key = MintOptions { signing_key: Some(old_kid), ..MintOptions::default() };
    assert!(verify(&issuer.mint(&json!({}), &with_old_key).unwrap(), &issuer.jwks()).is_none());
}

#[tokio::test]
async fn the_keys_endpoint_fails_in_every_way_and_recovers() {
    let issuer = Issuer::start(ANY_PORT).unwrap();
    let path = "/.well-known/jwks.json";
    let fetch = async || Connection::open(issuer.address()).await.exchange("GET", path, &[], b"").await;

    issuer.set_jwks_behaviour(JwksBehaviour::Fail(503));
    assert_eq!(fetch().await.unwrap().status, 503);
    issuer.set_jwks_behaviour(JwksBehaviour::Oversize(2_000_000));
    let answer = fetch().await.unwrap();
    assert_eq!((answer.body.len(), answer.json()), (2_000_000, issuer.jwks()));
    issuer.set_jwks_behaviour(JwksBehaviour::Body("{}".to_owned()));
    assert_eq!(fetch().await.unwrap().text(), "{}");
    issuer.set_jwks_behaviour(JwksBehaviour::Close);
    assert!(fetch().await.is_err());
    issuer.set_jwks_behaviour(JwksBehaviour::Delay(Duration::from_millis(200)));
    let began = Instant::now();
    assert_eq!(fetch().await.unwrap().json(), issuer.jwks());
    assert!(began.elapsed() >= Duration::from_millis(200));
    issuer.set_jwks_behaviour(JwksBehaviour::Serve);
    assert_eq!(fetch().await.unwrap().json(), issuer.jwks());
    assert_eq!(issuer.jwks_fetches(), 6);

    issuer.set_discovery_document(Some(json!({ "issuer": "https://elsewhere.example" })));
    let document =
        exchange(issuer.address(), "GET", "/.well-known/openid-configuration", &[], b"").await.json();
    assert_eq!(document, json!({ "issuer": "https://elsewhere.example" }));
}
