//! The hosts at which the gateway calls Chime when no endpoint is set.
//!
//! No test sends AWS a request. A small library that is loaded into the process finds AWS's hosts on loopback, where the
//! simulator shows a certificate for one name alone: a call to another host fails in the handshake.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use serde_json::json;

use crate::connections::throw_away_certificate;
use crate::harness::{PATIENCE, Stack};

/// Compiles the library with `cc`, which also links every Rust binary on Linux.
fn hosts_on_loopback(name: &str) -> PathBuf {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/wire/hosts_on_loopback.c");
    let library = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.so"));
    let mut compiler = Command::new("cc");
    compiler.args(["-shared", "-fPIC", "-o"]).arg(&library).arg(source).arg("-ldl");
    assert!(compiler.status().expect("a C compiler is there").success(), "{source} compiles");
    library
}

/// Checks that a meeting is created at that host, over the connection that init opens.
async fn assert_called_at(host: &str, region: &str, variables: &[(&str, &str)]) {
    let partition = if region.starts_with("us-gov-") { "aws-us-gov" } else { "aws" };
    let policy = json!({
        "Everyone": { "Fixed": { "TenantIds": ["${tenant}"] }, "Default": { "MediaRegion": region } },
        "Tenants": { "acme": {} }
    });
    let (tls, trusted) = throw_away_certificate(host, host);
    let queue = format!("arn:{partition}:sqs:{region}:111122223333:events");
    let mut stack = Stack::with()
        .policy(&policy)
        .setting("AWS_REGION", region)
        .setting("NOTIFICATIONS_QUEUE_ARN", &queue)
        .setting("SSL_CERT_FILE", &trusted)
        .chime_at_its_own_host(tls, hosts_on_loopback(host));
    for (name, value) in variables {
        stack = stack.setting(name, value);
    }
    let stack = stack.start().await;
    assert_eq!(stack.function.wait_until_ready(PATIENCE).await, None, "{}", stack.function.standard_output());
    // Init waits half a second at most for the connection, which a busy machine may take longer to open.
    let connected = async {
        while stack.simulator.connections() == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let connected = tokio::time::timeout(PATIENCE, connected).await;
    let written = stack.function.standard_output();
    assert!(connected.is_ok(), "{host} is connected to before any request: {written}");
    let answer = stack.create("acme", &json!({ "ExternalMeetingId": "standup" })).await;
    assert_eq!(answer.status, 201, "{host}: {} {}", answer.text, stack.function.standard_output());
    let request = stack.simulator.requests().remove(0);
    assert_eq!(request.headers["host"], host);
    assert_eq!(request.region.as_deref(), Some(region));
    assert!(stack.simulator.connections() == 1, "{host}: the request used that connection");
}

const FIPS: (&str, &str) = ("AWS_USE_FIPS_ENDPOINT", "true");
const DUAL_STACK: (&str, &str) = ("AWS_USE_DUALSTACK_ENDPOINT", "TRUE");

#[tokio::test]
async fn calls_the_regions_own_host() {
    assert_called_at("meetings-chime.eu-central-1.amazonaws.com", "eu-central-1", &[]).await;
}

#[tokio::test]
async fn calls_the_fips_host() {
    assert_called_at("meetings-chime-fips.us-east-1.amazonaws.com", "us-east-1", &[FIPS]).await;
}

#[tokio::test]
async fn calls_the_fips_host_in_govcloud() {
    assert_called_at("meetings-chime-fips.us-gov-west-1.amazonaws.com", "us-gov-west-1", &[FIPS]).await;
}

#[tokio::test]
async fn calls_the_dual_stack_host() {
    assert_called_at("meetings-chime.eu-central-1.api.aws", "eu-central-1", &[DUAL_STACK]).await;
}

#[tokio::test]
async fn calls_the_host_that_is_fips_and_dual_stack() {
    let variables = [FIPS, DUAL_STACK];
    assert_called_at("meetings-chime-fips.us-gov-east-1.api.aws", "us-gov-east-1", &variables).await;
}

#[tokio::test]
async fn calls_the_regions_own_host_when_endpoint_urls_are_ignored() {
    let host = "meetings-chime.us-west-2.amazonaws.com";
    let nowhere = "http://127.0.0.1:1";
    let variables = [
        ("AWS_ENDPOINT_URL", nowhere),
        ("AWS_ENDPOINT_URL_CHIME_SDK_MEETINGS", nowhere),
        ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"),
    ];
    assert_called_at(host, "us-west-2", &variables).await;
}
