//! The AWS SDKs' own variables: what they change in the requests to Chime, and which of them exclude each other.

use local::runtime_api::Outcome;
use local::simulator::Simulator;
use serde_json::json;

use crate::harness::{PATIENCE, Stack, loopback};

const CHIME_URL: &str = "AWS_ENDPOINT_URL_CHIME_SDK_MEETINGS";

fn a_meeting() -> serde_json::Value {
    json!({ "ExternalMeetingId": "standup" })
}

#[tokio::test]
async fn aws_endpoint_url_applies_to_chime() {
    let elsewhere = Simulator::start(loopback()).expect("a port is free");
    let stack =
        Stack::with().setting(CHIME_URL, "").setting("AWS_ENDPOINT_URL", &elsewhere.endpoint()).start().await;
    let answer = stack.create("acme", &a_meeting()).await;
    assert_eq!((answer.status, elsewhere.requests().len()), (201, 1), "{}", answer.text);
}

#[tokio::test]
async fn chimes_own_endpoint_url_takes_precedence() {
    let elsewhere = Simulator::start(loopback()).expect("a port is free");
    let stack = Stack::with().setting("AWS_ENDPOINT_URL", &elsewhere.endpoint()).start().await;
    assert_eq!(stack.create("acme", &a_meeting()).await.status, 201);
    assert_eq!((stack.simulator.requests().len(), elsewhere.requests().len()), (1, 0));
}

#[tokio::test]
async fn endpoint_urls_count_unless_they_are_ignored() {
    let stack = Stack::with().setting("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "false").start().await;
    assert_eq!(stack.create("acme", &a_meeting()).await.status, 201);
}

#[tokio::test]
async fn app_id_arrives_in_the_user_agent() {
    let stack = Stack::with().setting("AWS_SDK_UA_APP_ID", "product-7").start().await;
    assert_eq!(stack.create("acme", &a_meeting()).await.status, 201);
    let request = stack.simulator.requests().remove(0);
    let user_agent = &request.headers["x-amz-user-agent"];
    assert!(user_agent.split(' ').any(|part| part == "app/product-7"), "{user_agent}");
}

#[tokio::test]
async fn region_and_credentials_sign_the_requests() {
    let queue = "arn:aws:sqs:eu-west-2:111122223333:events";
    let stack = Stack::with()
        .setting("AWS_REGION", "eu-west-2")
        .setting("NOTIFICATIONS_QUEUE_ARN", queue)
        .setting("AWS_ACCESS_KEY_ID", "ASIAEXAMPLE")
        .setting("AWS_SESSION_TOKEN", "a-token-of-the-session")
        .start()
        .await;
    assert_eq!(stack.create("acme", &a_meeting()).await.status, 201);
    let request = stack.simulator.requests().remove(0);
    assert_eq!(request.region.as_deref(), Some("eu-west-2"));
    assert_eq!(request.headers["x-amz-security-token"], "a-token-of-the-session");
    let authorization = &request.headers["authorization"];
    assert!(authorization.starts_with("AWS4-HMAC-SHA256 Credential=ASIAEXAMPLE/"), "{authorization}");
}

#[tokio::test]
async fn profile_files_never_count() {
    let file = format!("{}/profile-with-an-endpoint", env!("CARGO_TARGET_TMPDIR"));
    let profile =
        "[default]\nendpoint_url = http://127.0.0.1:1\nuse_fips_endpoint = true\nsdk_ua_app_id = profile\n";
    std::fs::write(&file, profile).expect("the test's folder is writable");
    // With this variable set, the provider reads the file.
    let stack =
        Stack::with().setting("AWS_CONFIG_FILE", &file).setting("AWS_USE_DUALSTACK_ENDPOINT", "false");
    let stack = stack.start().await;
    assert_eq!(stack.create("acme", &a_meeting()).await.status, 201);
    assert!(!stack.simulator.requests()[0].headers["x-amz-user-agent"].contains("app/"));
}

/// The variables, the one at fault, and a part of the message about it.
#[tokio::test]
async fn combinations_without_an_endpoint_are_start_faults() {
    let fips = "AWS_USE_FIPS_ENDPOINT";
    let dual_stack = "AWS_USE_DUALSTACK_ENDPOINT";
    for (variables, setting, said, why) in [
        (&[(fips, "true")][..], fips, CHIME_URL, "an endpoint for Chime is set, and FIPS is lost with it"),
        (
            &[(fips, "true"), (CHIME_URL, ""), ("AWS_ENDPOINT_URL", "http://127.0.0.1:1")],
            fips,
            "AWS_ENDPOINT_URL",
            "an endpoint for all services is one for Chime",
        ),
        (&[(dual_stack, "true")], dual_stack, CHIME_URL, "the SDK refuses both"),
        (
            &[(fips, "true"), (CHIME_URL, ""), ("AWS_REGION", "eu-central-1")],
            fips,
            "us-gov-west-1",
            "Chime has no FIPS endpoint in Frankfurt",
        ),
        (
            &[(CHIME_URL, ""), ("AWS_REGION", "eu-west-1")],
            "AWS_REGION",
            "eu-west-2",
            "Dublin hosts media only",
        ),
        (
            &[("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"), ("AWS_REGION", "eu-centrl-1")],
            "AWS_REGION",
            "eu-central-1",
            "a region that does not exist, and no endpoint that counts",
        ),
        (
            &[("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "maybe")],
            "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
            "`maybe`",
            "neither true nor false",
        ),
    ] {
        let region = variables.iter().find(|(name, _)| *name == "AWS_REGION").map_or("us-east-1", |(_, v)| v);
        let queue = format!("arn:aws:sqs:{region}:111122223333:events");
        let mut stack = Stack::with().setting("NOTIFICATIONS_QUEUE_ARN", &queue);
        for (name, value) in variables {
            stack = stack.setting(name, value);
        }
        let (outcome, written) = stack.start_and_fail().await;
        assert!(matches!(outcome, Outcome::Exited(status) if !status.success()), "{why}: {outcome:?}");
        let faults: Vec<&str> = written.lines().filter(|line| line.contains("\"setting\":")).collect();
        let [fault] = faults.as_slice() else { panic!("{why}: one fault and no more: {written}") };
        assert!(fault.contains(&format!("\"setting\":\"{setting}\"")), "{why}: {fault}");
        assert!(fault.contains(said), "{why}: {fault}");
    }
}

#[tokio::test]
async fn a_region_without_chime_serves_with_an_endpoint_set() {
    let queue = "arn:aws:sqs:eu-west-1:111122223333:events";
    let stack = Stack::with()
        .setting("AWS_REGION", "eu-west-1")
        .setting("NOTIFICATIONS_QUEUE_ARN", queue)
        .start()
        .await;
    assert_eq!(stack.function.wait_until_ready(PATIENCE).await, None);
    assert_eq!(stack.create("acme", &a_meeting()).await.status, 201);
}
