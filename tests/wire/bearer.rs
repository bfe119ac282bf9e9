//! Bearer tokens at the running gateway, as a client sees them. Each check has unit tests of its own.

use std::time::Duration;

use local::issuer::{Algorithm, JwksBehaviour, MintOptions, TokenRequest};
use serde_json::{Value, json};

use crate::harness::{Answer, PATIENCE, Stack, post};

fn body() -> String {
    json!({ "ExternalMeetingId": "standup" }).to_string()
}

fn claims(stack: &Stack) -> Value {
    TokenRequest::new("acme", &["hosts"]).claims(&stack.issuer.issuer_url())
}

async fn present(stack: &Stack, token: &str) -> Answer {
    stack.invoke(&post(token, &body())).await
}

#[tokio::test]
async fn tokens_of_both_kinds_of_key_are_accepted() {
    let stack = Stack::start().await;
    for algorithm in [Algorithm::Rs256, Algorithm::Es256] {
        let options = MintOptions { algorithm, ..MintOptions::default() };
        let token = stack.issuer.mint(&claims(&stack), &options).unwrap();
        assert_eq!(present(&stack, &token).await.status, 201, "{algorithm:?}");
    }
}

/// What is wrong with a token: its claims and how it is minted.
type Row = (&'static str, fn(&mut Value), fn(&mut MintOptions));

#[tokio::test]
async fn answers_every_cause_with_the_same_401_and_logs_which() {
    let stack = Stack::start().await;
    let rows: [Row; 8] = [
        ("another issuer", |claims| claims["iss"] = json!("http://127.0.0.1:1"), |_| {}),
        (
            "another audience",
            |claims| {
                claims["aud"] = json!("other");
                claims["client_id"] = json!("other");
            },
            |_| {},
        ),
        ("expired", |claims| claims["exp"] = json!(1_000_000_000), |_| {}),
        (
            "no expiry",
            |claims| {
                claims.as_object_mut().unwrap().remove("exp");
            },
            |_| {},
        ),
        ("an ID token", |claims| claims["token_use"] = json!("id"), |_| {}),
        (
            "no subject",
            |claims| {
                claims.as_object_mut().unwrap().remove("sub");
            },
            |_| {},
        ),
        ("an unknown kid", |_| {}, |options| options.kid = Some("nobody".to_owned())),
        (
            "no algorithm",
            |_| {},
            |options| {
                options.header.insert("alg".to_owned(), json!("none"));
            },
        ),
    ];
    let mut bodies = Vec::new();
    for (why, spoil, mint) in rows {
        let (mut claims, mut options) = (claims(&stack), MintOptions::default());
        spoil(&mut claims);
        mint(&mut options);
        let token = stack.issuer.mint(&claims, &options).unwrap();
        let answer = present(&stack, &token).await;
        assert_eq!(answer.status, 401, "{why}: {}", answer.text);
        assert_eq!(answer.header("www-authenticate"), Some(r#"Bearer error="invalid_token""#), "{why}");
        bodies.push(answer.text);
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "the body says nothing of which check failed");
    let log = stack.function.logs_with("request refused", PATIENCE).await.unwrap();
    assert!(log.contains("exp"), "the log names the cause: {log}");
    assert_eq!(stack.simulator.requests().len(), 0);
}

#[tokio::test]
async fn without_a_token_the_challenge_names_no_error() {
    let stack = Stack::start().await;
    let mut event = post("x", &body());
    event["headers"].as_object_mut().unwrap().remove("authorization");
    let answer = stack.invoke(&event).await;
    assert_eq!((answer.status, answer.header("www-authenticate")), (401, Some("Bearer")));
}

#[tokio::test]
async fn ignores_the_events_authorizer() {
    let stack = Stack::start().await;
    let mut event = post("x", &body());
    event["headers"].as_object_mut().unwrap().remove("authorization");
    event["requestContext"]["authorizer"] = json!({ "jwt": { "claims": { "sub": "ann", "custom:tenant_id": "acme", "cognito:groups": "[hosts]" } } });
    assert_eq!(stack.invoke(&event).await.status, 401);
}

#[tokio::test]
async fn a_token_without_a_plain_tenant_is_403() {
    let stack = Stack::start().await;
    for tenant in [Value::Null, json!(["acme"]), json!(7), json!("")] {
        let mut claims = claims(&stack);
        claims["custom:tenant_id"] = tenant.clone();
        let token = stack.issuer.mint(&claims, &MintOptions::default()).unwrap();
        assert_eq!(present(&stack, &token).await.status, 403, "{tenant}");
    }
}

#[tokio::test]
async fn a_rotated_key_is_accepted_at_its_first_token() {
    let stack = Stack::start().await;
    assert_eq!(present(&stack, &stack.token("acme")).await.status, 201);
    stack.issuer.rotate().unwrap();
    assert_eq!(present(&stack, &stack.token("acme")).await.status, 201);
}

#[tokio::test]
async fn answers_503_only_when_no_key_was_ever_fetched() {
    let unreachable = Stack::with().setting("JWKS_URI", "http://127.0.0.1:1/jwks.json").start().await;
    let answer = present(&unreachable, &unreachable.token("acme")).await;
    assert_eq!(answer.status, 503, "{}", answer.text);
    assert!(answer.header("retry-after").is_some());
    let log =
        unreachable.function.logs_with("could not be fetched", PATIENCE).await.expect("the log says why");
    assert!(log.contains("refused"), "{log}");

    let stack = Stack::start().await;
    assert_eq!(present(&stack, &stack.token("acme")).await.status, 201);
    stack.issuer.set_jwks_behaviour(JwksBehaviour::Fail(500));
    assert_eq!(present(&stack, &stack.token("acme")).await.status, 201);
    let options = MintOptions { kid: Some("nobody".to_owned()), ..MintOptions::default() };
    let token = stack.issuer.mint(&claims(&stack), &options).unwrap();
    assert_eq!(
        present(&stack, &token).await.status,
        401,
        "some key is known, so an unknown one is the token's fault"
    );
}

#[tokio::test]
async fn a_silent_keys_endpoint_delays_start_no_longer_than_its_limit() {
    let stack = Stack::start().await;
    stack.issuer.set_jwks_behaviour(JwksBehaviour::Delay(Duration::from_secs(20)));
    let second = Stack::with().setting("JWT_ISSUER", &stack.issuer.issuer_url()).start().await;
    assert_eq!(second.function.wait_until_ready(PATIENCE).await, None, "a failed fetch never fails the init");
    let init = second.function.init_time().expect("it came up");
    assert!(init < Duration::from_secs(3), "{init:?}");
}

#[tokio::test]
async fn rejects_an_issuer_of_another_tenant() {
    let (one, two) = (Stack::start().await, Stack::start().await);
    let issuers = json!([
        { "issuer": one.issuer.issuer_url(), "audiences": ["local"], "tenants": ["acme"] },
        { "issuer": two.issuer.issuer_url(), "audiences": ["local"], "tenants": ["globex", "initech"] },
    ]);
    let stack = Stack::with()
        .setting("JWT_ISSUER", "")
        .setting("JWT_AUDIENCE", "")
        .setting("JWT_ISSUERS", &issuers.to_string())
        .start()
        .await;
    for (issuer, tenant, status) in
        [(&one, "acme", 201), (&two, "initech", 201), (&two, "acme", 403), (&one, "globex", 403)]
    {
        assert_eq!(present(&stack, &issuer.token(tenant)).await.status, status, "{tenant}");
    }
    assert_eq!(stack.simulator.meetings().len(), 2);
}
