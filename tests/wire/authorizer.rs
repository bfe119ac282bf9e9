//! Callers by the claims of API Gateway's authorizer, at the running gateway, and how the log names them.

use local::simulator::Fault;
use serde_json::{Value, json};

use crate::harness::{Answer, GATEWAY_NAME, Stack, post};

/// An event whose JWT authorizer verified these claims.
fn verified(claims: &Value) -> Value {
    let mut event = post("not-read", &json!({ "ExternalMeetingId": "standup" }).to_string());
    event["requestContext"]["authorizer"] = json!({ "jwt": { "claims": claims } });
    event
}

async fn authorizer_stack(subject_claim: &str) -> Stack {
    Stack::with().setting("AUTH_MODE", "authorizer").setting("SUBJECT_CLAIM", subject_claim).start().await
}

#[tokio::test]
async fn a_group_whose_name_has_a_space_is_not_its_last_word() {
    let stack = authorizer_stack("").await;
    for (issuer, groups, status, why) in [
        ("https://issuer.example.com", "[not hosts]", 403, "one group with a space"),
        ("https://issuer.example.com", "[Former hosts]", 403, "one group with a space"),
        ("https://issuer.example.com", "[hosts]", 201, "one group"),
        (
            "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Example",
            "[former hosts]",
            201,
            "two groups",
        ),
    ] {
        let claims =
            json!({ "iss": issuer, "sub": "ann", "custom:tenant_id": "acme", "cognito:groups": groups });
        assert_eq!(stack.invoke(&verified(&claims)).await.status, status, "{issuer} {groups}: {why}");
    }
}

/// One person's repeated key gives the same request to Chime, another person's key gives another.
#[tokio::test]
async fn two_people_never_share_an_idempotency_key() {
    let lambda = |context: Value| {
        let body = json!({ "ExternalMeetingId": "standup", "ClientRequestToken": "key-1" });
        let mut event = post("not-read", &body.to_string());
        event["requestContext"]["authorizer"] = json!({ "lambda": context });
        event
    };
    let person = |principal: &str, user: Value| {
        lambda(json!({ "principalId": principal, "sub": user, "user": { "id": user },
            "custom:tenant_id": "acme", "cognito:groups": ["hosts"] }))
    };
    let stack = authorizer_stack("").await;
    for (event, status, why) in [
        (person("everybody", json!("ann")), 201, "a subject"),
        (person("everybody", json!("bob")), 201, "another under the same principal"),
        (person("everybody", json!(null)), 401, "a null subject does not fall back to the principal"),
        (person("everybody", json!(7)), 401, "nor does a number"),
    ] {
        assert_eq!(stack.invoke(&event).await.status, status, "{why}");
    }
    let tokens: Vec<Value> =
        stack.creations().into_iter().map(|sent| sent["ClientRequestToken"].clone()).collect();
    assert_eq!(tokens.len(), 2);
    assert_ne!(tokens[0], tokens[1]);

    let stack = authorizer_stack("/user/id").await;
    assert_eq!(
        stack.invoke(&person("everybody", json!("ann"))).await.status,
        201,
        "SUBJECT_CLAIM is a pointer"
    );
    let stack = authorizer_stack("principalId").await;
    assert_eq!(
        stack.invoke(&person("ann", json!(null))).await.status,
        201,
        "SUBJECT_CLAIM names the principal"
    );
}

/// The log's lines for requests, as JSON.
fn request_lines(stack: &Stack) -> Vec<Value> {
    let log = stack.function.standard_output();
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter(|line| line["status"].is_u64()).collect()
}

#[tokio::test]
async fn exactly_the_lines_after_authentication_name_tenant_and_caller() {
    let stack = authorizer_stack("").await;
    // printf 'meeting-gateway\0ann' | sha256sum
    let caller = "f1d36bdb469fbc6e";
    assert_eq!(GATEWAY_NAME, "meeting-gateway");
    let claims =
        |tenant: &str| json!({ "sub": "ann", "custom:tenant_id": tenant, "cognito:groups": "[hosts]" });
    let long = "t".repeat(4_000);
    for (event, status, tenant, why) in [
        (verified(&claims("acme")), 201, Some("acme"), "a meeting"),
        (verified(&claims("nobody")), 403, Some("nobody"), "an unlisted tenant"),
        (verified(&claims(&long)), 403, Some(long.as_str()), "an unlisted tenant with a name of 4 KB"),
        (verified(&json!({ "sub": "ann" })), 403, None, "no tenant, and so no caller"),
        (verified(&json!({})), 401, None, "nobody"),
    ] {
        assert_eq!(stack.invoke(&event).await.status, status, "{why}");
        let line = request_lines(&stack).pop().expect("a line");
        assert_eq!(line["status"], status, "{why}");
        let shown = line["tenant"].as_str();
        match tenant {
            Some(tenant) if tenant.len() > 256 => {
                let shown = shown.expect("a tenant");
                assert!(shown.starts_with(&tenant[..256]) && shown.ends_with("… (4000 bytes)"), "{shown}");
            }
            tenant => assert_eq!(shown, tenant, "{why}"),
        }
        assert_eq!(line["caller"].as_str(), tenant.map(|_| caller), "{why}");
        assert!(line.to_string().len() < 1_500, "{why}: {line}");
    }
}

#[tokio::test]
async fn an_error_line_names_the_caller_who_meets_a_full_quota() {
    let stack = authorizer_stack("").await;
    stack.simulator.inject(Fault::exception("LimitExceededException").expect("the simulator knows it"), 1);
    let claims = json!({ "sub": "ann", "custom:tenant_id": "acme", "cognito:groups": "[hosts]" });
    let answer: Answer = stack.invoke(&verified(&claims)).await;
    assert_eq!(answer.status, 429);
    let line = request_lines(&stack).pop().expect("a line");
    assert_eq!((&line["level"], &line["tenant"]), (&json!("ERROR"), &json!("acme")));
    assert!(line["caller"].is_string(), "{line}");
}
