//! The local front must have the timeouts that `template.yaml` deploys. CORS and routes are compared in `checks/stack`.

use std::time::Duration;

use local::front::{FUNCTION_TIMEOUT, INTEGRATION_TIMEOUT};

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
