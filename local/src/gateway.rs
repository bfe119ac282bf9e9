//! The one place where the gateway itself comes in.

use std::collections::BTreeMap;

use aws_config::SdkConfig;
use local::front::Handler;

/// Makes the function that the HTTP front calls, from the settings that the deployed function would find in its
/// environment.
///
/// # Errors
/// Every setting and every part of the policy document that is at fault.
#[expect(clippy::unnecessary_wraps, reason = "the gateway refuses wrong settings; its place is held here")]
pub(crate) fn handler(settings: &BTreeMap<String, String>, aws: &SdkConfig) -> Result<Handler, String> {
    // WIRE THE GATEWAY IN HERE: read the configuration from `settings`, build the gateway with a Chime client of `aws`
    // and of the setting AWS_ENDPOINT_URL_CHIME_SDK_MEETINGS, and call its `handle` in the closure.
    let _ = (settings, aws);
    Ok(std::sync::Arc::new(|_event, _invocation| {
        Box::pin(async { br#"{"statusCode":503,"body":"the gateway is not wired in"}"#.to_vec() })
    }))
}

/// Every fault of a policy document, each with its pointer.
pub(crate) fn policy_faults(document: &[u8], region: &str) -> Vec<String> {
    // WIRE THE POLICY'S PARSER IN HERE.
    let _ = (document, region);
    vec!["the policy parser is not wired in".to_owned()]
}
