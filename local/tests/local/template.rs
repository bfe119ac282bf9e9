//! The local front and the queue must have the numbers that `template.yaml` deploys. CORS and routes are compared in `checks/stack`.

use std::time::Duration;

use local::front::{FUNCTION_TIMEOUT, INTEGRATION_TIMEOUT, THROTTLING};
use local::queue::{BATCH_SIZE, MAX_RECEIVE_COUNT, TIMEOUT, deployed};

const TEMPLATE: &str = include_str!("../../../template.yaml");

/// The lines of one resource of the template, without their indentation.
fn resource(name: &str) -> Vec<&'static str> {
    let heading = format!("  {name}:");
    let lines = TEMPLATE.lines().skip_while(|line| *line != heading).skip(1);
    lines.take_while(|line| line.is_empty() || line.starts_with("   ")).map(str::trim).collect()
}

#[test]
fn function_timeout_is_that_of_the_template() {
    let function = resource("GatewayFunction");
    let timeouts: Vec<_> = function.iter().filter_map(|line| line.strip_prefix("Timeout: ")).collect();
    assert_eq!(timeouts, [FUNCTION_TIMEOUT.as_secs().to_string()]);
}

#[test]
fn integration_timeout_is_api_gateways_default() {
    let api = resource("GatewayApi").join("\n");
    assert!(api.contains("x-amazon-apigateway-integration:"), "the resource is found");
    let is_default = !api.to_lowercase().contains("timeoutinmillis");
    assert!(is_default, "the template sets a timeout of its own: INTEGRATION_TIMEOUT must follow it");
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
    assert_eq!(INTEGRATION_TIMEOUT, Duration::from_secs(30));
    assert!(FUNCTION_TIMEOUT < INTEGRATION_TIMEOUT, "the function answers before API Gateway gives up");
}

#[test]
fn the_queue_of_events_has_the_numbers_of_the_template() {
    let rows = [
        ("MeetingEventsQueue", "maxReceiveCount: ", MAX_RECEIVE_COUNT.to_string()),
        ("NotificationsMapping", "BatchSize: ", BATCH_SIZE.to_string()),
        ("NotificationsFunction", "Timeout: ", TIMEOUT.as_secs().to_string()),
        (
            "NotificationsMapping",
            "MaximumBatchingWindowInSeconds: ",
            deployed::BATCHING_WINDOW.as_secs().to_string(),
        ),
        (
            "NotificationsMapping",
            "ScalingConfig: ",
            format!("{{ MaximumConcurrency: {} }}", deployed::CONCURRENCY),
        ),
        ("MeetingEventsQueue", "VisibilityTimeout: ", deployed::VISIBILITY_TIMEOUT.as_secs().to_string()),
    ];
    for (name, setting, played) in rows {
        let values: Vec<_> =
            resource(name).iter().filter_map(|line| line.strip_prefix(setting)).map(str::to_owned).collect();
        assert_eq!(values, [played], "{name} {setting}");
    }
}

#[test]
fn throttling_is_that_of_the_template() {
    for (name, played) in [("ThrottlingRate", THROTTLING.a_second), ("ThrottlingBurst", THROTTLING.burst)] {
        let parameter = resource(name);
        let defaults: Vec<_> = parameter.iter().filter_map(|line| line.strip_prefix("Default: ")).collect();
        assert_eq!(defaults, [played.to_string()], "{name}");
    }
}
