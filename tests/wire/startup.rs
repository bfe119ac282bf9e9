//! Start: every wrong setting at once, by name, and no service until all are right.

use local::runtime_api::Outcome;
use serde_json::json;

use crate::harness::Stack;

#[tokio::test]
async fn every_wrong_setting_is_named_at_once_and_the_init_fails() {
    let (outcome, written) = Stack::with()
        .setting("AUTH_MODE", "none")
        .setting("POLICY_FILE", "/nowhere/policy.json")
        .setting("NOTIFICATIONS_QUEUE_ARN", "arn:aws:sqs:eu-west-1:111122223333:events.fifo")
        .setting("GATEWAY_NAME", "")
        .setting("AWS_ENDPOINT_URL_CHIME_SDK_MEETINGS", "localhost:3001")
        .setting("RUST_LOG", "loud=very")
        .start_in_vain()
        .await;
    assert!(matches!(outcome, Outcome::Exited(status) if !status.success()), "{outcome:?}");
    for setting in [
        "AUTH_MODE",
        "POLICY_FILE",
        "NOTIFICATIONS_QUEUE_ARN",
        "GATEWAY_NAME",
        "AWS_ENDPOINT_URL_CHIME_SDK_MEETINGS",
        "RUST_LOG",
    ] {
        assert!(written.contains(setting), "{setting} is named: {written}");
    }
    assert!(written.contains("FIFO") && written.contains("eu-west-1"), "both faults of the queue: {written}");
}

#[tokio::test]
async fn each_setting_that_is_required_is_missed_by_name() {
    for setting in [
        "AUTH_MODE",
        "POLICY_FILE",
        "NOTIFICATIONS_QUEUE_ARN",
        "GATEWAY_NAME",
        "AWS_REGION",
        "JWT_ISSUER",
        "JWT_AUDIENCE",
    ] {
        let (outcome, written) = Stack::with().setting(setting, "").start_in_vain().await;
        assert!(matches!(outcome, Outcome::Exited(_)), "{setting}: {outcome:?}");
        assert!(written.contains(setting), "{setting}: {written}");
    }
}

#[tokio::test]
async fn an_optional_setting_that_is_empty_counts_as_unset() {
    let mut stack = Stack::with();
    for setting in [
        "TENANT_CLAIM",
        "SCOPE_CLAIM",
        "GROUPS_CLAIM",
        "TOKEN_USE",
        "JWKS_URI",
        "JWKS_FILE",
        "JWT_ISSUERS",
        "RUST_LOG",
        "AWS_LAMBDA_LOG_LEVEL",
    ] {
        stack = stack.setting(setting, "");
    }
    let stack = stack.start().await;
    assert_eq!(stack.create("acme", &json!({ "ExternalMeetingId": "standup" })).await.status, 201);
}

#[tokio::test]
async fn an_empty_endpoint_does_not_end_the_process() {
    let stack = Stack::with().setting("AWS_ENDPOINT_URL_CHIME_SDK_MEETINGS", "").start().await;
    // A request that is refused before Chime would be called: the real endpoint is not for tests.
    assert_eq!(stack.create("acme", &json!({})).await.status, 400);
}

#[tokio::test]
async fn a_policy_with_five_faults_never_serves_and_has_five_pointers() {
    let policy = json!({
        "Everyone": { "Fixed": { "TenantIds": ["${tenant}"] }, "Default": { "MediaRegion": "us-east-1" } },
        "Tenants": {
            "a1": { "Fixed": { "Tags": { "meetinggateway": "x" } } },
            "b2": { "Allowed": { "MediaRegion": ["eu-central-1"] } },
            "c3": { "Fixed": { "MediaRegion": "us-east-1" }, "Allowed": { "MediaRegion": ["us-east-1"] } },
            "d4": { "Fixed": { "TenantIds": ["a1"] } },
            "e5": { "Colour": "red" }
        }
    });
    let (outcome, written) = Stack::with().policy(&policy).start_in_vain().await;
    assert!(matches!(outcome, Outcome::Exited(_)), "{outcome:?}");
    for pointer in [
        "#/Tenants/a1/Fixed/Tags/meetinggateway",
        "#/Tenants/b2/Allowed/MediaRegion",
        "#/Tenants/c3/Allowed/MediaRegion",
        "#/Tenants/d4",
        "#/Tenants/e5/Colour",
    ] {
        assert!(written.contains(pointer), "{pointer}: {written}");
    }
    assert_eq!(written.matches("POLICY_FILE names").count(), 5, "five faults and no more: {written}");
}
