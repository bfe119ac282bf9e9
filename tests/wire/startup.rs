//! Start: every wrong setting at once, by name, and no service until all are right.

use local::runtime_api::Outcome;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::harness::{PATIENCE, Stack};

#[tokio::test]
async fn every_wrong_setting_is_named_at_once_and_the_init_fails() {
    let (outcome, written) = Stack::with()
        .setting("AUTH_MODE", "none")
        .setting("POLICY_FILE", "/nowhere/policy.json")
        .setting("NOTIFICATIONS_QUEUE_ARN", "arn:aws:sqs:eu-west-1:111122223333:events.fifo")
        .setting("GATEWAY_NAME", "")
        .setting("AWS_ENDPOINT_URL_CHIME_SDK_MEETINGS", "localhost:3001")
        .setting("AWS_ENDPOINT_URL", "nowhere")
        .setting("REGISTRY_TABLE", "my table")
        .setting("AWS_ENDPOINT_URL_DYNAMODB", "localhost:3003")
        .setting("AWS_USE_FIPS_ENDPOINT", "yes")
        .setting("AWS_USE_DUALSTACK_ENDPOINT", "1")
        .setting("AWS_SDK_UA_APP_ID", "two words")
        .setting("AWS_ACCESS_KEY_ID", "")
        .setting("AWS_SECRET_ACCESS_KEY", " ")
        .setting("RUST_LOG", "loud=very")
        .start_and_fail()
        .await;
    assert!(matches!(outcome, Outcome::Exited(status) if !status.success()), "{outcome:?}");
    for setting in [
        "AUTH_MODE",
        "POLICY_FILE",
        "NOTIFICATIONS_QUEUE_ARN",
        "GATEWAY_NAME",
        "AWS_ENDPOINT_URL_CHIME_SDK_MEETINGS",
        "AWS_ENDPOINT_URL",
        "REGISTRY_TABLE",
        "AWS_ENDPOINT_URL_DYNAMODB",
        "AWS_USE_FIPS_ENDPOINT",
        "AWS_USE_DUALSTACK_ENDPOINT",
        "AWS_SDK_UA_APP_ID",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "RUST_LOG",
    ] {
        let name = format!("\"setting\":\"{setting}\"");
        assert!(written.contains(&name), "{setting} is named: {written}");
    }
    for setting in ["AWS_ENDPOINT_URL", "AWS_USE_FIPS_ENDPOINT"] {
        let name = format!("\"setting\":\"{setting}\"");
        assert_eq!(written.matches(&name).count(), 1, "what two services read is named once: {written}");
    }
    assert!(written.contains("FIFO") && written.contains("eu-west-1"), "both faults of the queue: {written}");
}

#[tokio::test]
async fn names_each_required_setting_that_is_missing() {
    for setting in [
        "AUTH_MODE",
        "POLICY_FILE",
        "NOTIFICATIONS_QUEUE_ARN",
        "GATEWAY_NAME",
        "AWS_REGION",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "JWT_ISSUER",
        "JWT_AUDIENCE",
    ] {
        let (outcome, written) = Stack::with().setting(setting, "").start_and_fail().await;
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
        "AWS_SESSION_TOKEN",
        "AWS_ENDPOINT_URL",
        "AWS_ENDPOINT_URL_DYNAMODB",
        "REGISTRY_TABLE",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
        "AWS_USE_FIPS_ENDPOINT",
        "AWS_USE_DUALSTACK_ENDPOINT",
        "AWS_SDK_UA_APP_ID",
    ] {
        stack = stack.setting(setting, "");
    }
    let stack = stack.start().await;
    assert_eq!(stack.create("acme", &json!({ "ExternalMeetingId": "standup" })).await.status, 201);
}

#[tokio::test]
async fn an_empty_endpoint_does_not_stop_the_process() {
    // The other variable keeps the connection that init opens away from the real endpoint. Nothing listens there.
    let stack = Stack::with()
        .setting("AWS_ENDPOINT_URL_CHIME_SDK_MEETINGS", "")
        .setting("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
        .start()
        .await;
    assert_eq!(stack.create("acme", &json!({})).await.status, 400);
}

#[tokio::test]
async fn reports_all_five_faults_of_a_policy_and_does_not_serve() {
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
    let (outcome, written) = Stack::with().policy(&policy).start_and_fail().await;
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

#[tokio::test]
async fn a_runtime_api_that_closes_between_events_is_not_an_error() {
    for events in [0, 1] {
        let stack = Stack::start().await;
        assert_eq!(stack.function.wait_until_ready(PATIENCE).await, None);
        for _ in 0..events {
            assert_eq!(stack.create("acme", &json!({ "ExternalMeetingId": "standup" })).await.status, 201);
        }
        stack.function.close();
        let ended = stack.function.wait_until_ended(PATIENCE).await;
        let written = stack.function.standard_output();
        assert!(matches!(ended, Some(Outcome::Exited(status)) if status.success()), "{ended:?}: {written}");
        assert!(written.contains("the Runtime API is gone"), "{written}");
        assert!(!written.contains("ERROR"), "{events} event(s): {written}");
    }
}

/// A Runtime API that sends one event and closes its port when the answer comes. Takes the answer only if the flag is set.
async fn runtime_api_of_one_event(takes_answer: bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let address = listener.local_addr().expect("it is bound").to_string();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await?;
        read_request(&mut stream).await?;
        let event = "HTTP/1.1 200 OK\r\nlambda-runtime-aws-request-id: 1\r\nlambda-runtime-deadline-ms: 0\r\n\
                     content-length: 2\r\n\r\n{}";
        stream.write_all(event.as_bytes()).await?;
        read_request(&mut stream).await?;
        drop(listener);
        if takes_answer {
            let taken = b"HTTP/1.1 202 Accepted\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
            stream.write_all(taken).await?;
        }
        std::io::Result::Ok(())
    });
    address
}

/// One read is enough: a request is small and comes in one write.
async fn read_request(stream: &mut TcpStream) -> std::io::Result<()> {
    let mut request = vec![0; 65_536];
    stream.read(&mut request).await.map(drop)
}

#[tokio::test]
async fn a_runtime_api_that_closes_is_an_error_only_if_it_did_not_take_the_answer() {
    for takes_answer in [true, false] {
        let runtime_api = runtime_api_of_one_event(takes_answer).await;
        let (outcome, written) =
            Stack::with().setting("AWS_LAMBDA_RUNTIME_API", &runtime_api).start_and_fail().await;
        assert!(matches!(outcome, Outcome::Exited(status) if status.success() == takes_answer), "{written}");
        assert_eq!(written.contains("the Runtime API is gone"), takes_answer, "{written}");
        assert_eq!(written.contains("the Lambda Runtime API failed"), !takes_answer, "{written}");
    }
}

#[tokio::test]
async fn a_runtime_api_that_does_not_answer_in_http_is_an_error() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let address = listener.local_addr().expect("it is bound").to_string();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await?;
        read_request(&mut stream).await?;
        stream.write_all(b"220 mail.example.com ESMTP\r\n").await
    });
    let (outcome, written) = Stack::with().setting("AWS_LAMBDA_RUNTIME_API", &address).start_and_fail().await;
    assert!(matches!(outcome, Outcome::Exited(status) if !status.success()), "{outcome:?}");
    assert!(written.contains("ERROR") && written.contains("the Lambda Runtime API failed"), "{written}");
}

#[tokio::test]
async fn a_runtime_api_that_is_never_reachable_is_an_error() {
    let nobody = {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port is free");
        listener.local_addr().expect("it is bound").to_string()
    };
    let (outcome, written) = Stack::with().setting("AWS_LAMBDA_RUNTIME_API", &nobody).start_and_fail().await;
    assert!(matches!(outcome, Outcome::Exited(status) if !status.success()), "{outcome:?}");
    assert!(written.contains("ERROR") && written.contains("the Lambda Runtime API failed"), "{written}");
}
