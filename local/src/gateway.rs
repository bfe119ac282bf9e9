//! The one place where the gateway itself comes in: the same handler that runs in Lambda.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::sync::Arc;

use aws_sdk_chimesdkmeetings::config::SharedCredentialsProvider;
use local::front::Handler;
use meeting_gateway::config::{Config, Settings};
use meeting_gateway::gateway::Invocation;
use meeting_gateway::meeting::Partition;
use meeting_gateway::policy::Policies;
use meeting_gateway::start;

/// Makes the function that the HTTP front calls, from the settings that the deployed function would find in its
/// environment.
///
/// # Errors
/// Every setting and every part of the policy document that is at fault.
pub(crate) async fn handler(
    settings: &BTreeMap<String, String>,
    credentials: SharedCredentialsProvider,
) -> Result<Handler, String> {
    let lookup = |name: &str| settings.get(name).cloned();
    let config = Config::read(&Settings::new(&lookup)).map_err(|error| error.to_string())?;
    // Why a request was refused stands in the log only, here as in Lambda.
    config.log_filter.clone().start();
    let gateway = Arc::new(start::gateway(config, credentials));
    gateway.warm_up().await;
    Ok(Arc::new(move |event, invocation| {
        let gateway = Arc::clone(&gateway);
        Box::pin(async move {
            let deadline = tokio::time::Instant::from_std(invocation.deadline);
            let invocation = Invocation { request_id: &invocation.request_id, deadline };
            let answer = gateway.handle(&event, invocation).await;
            // Text, numbers and maps of text always serialize.
            serde_json::to_vec(&answer).unwrap_or_default()
        })
    }))
}

/// Every fault of a policy document, each with its pointer.
pub(crate) fn policy_faults(document: &[u8], region: &str) -> Vec<String> {
    let loaded = Policies::load(document, Partition::of_region(region));
    loaded.err().unwrap_or_default().iter().map(ToString::to_string).collect()
}

/// The names of all settings that the gateway reads, each with `required` or `optional`, found by reading them: one line
/// a setting, `bearer` or `authorizer` behind it where only that mode reads it.
pub(crate) fn settings_list() -> String {
    let read_in = |mode: &str| {
        let names = RefCell::new(BTreeSet::new());
        let lookup = |name: &str| {
            names.borrow_mut().insert(name.to_owned());
            (name == "AUTH_MODE" && !mode.is_empty()).then(|| mode.to_owned())
        };
        let missing: BTreeSet<&str> = match Config::read(&Settings::new(&lookup)) {
            Ok(_) => BTreeSet::new(),
            Err(error) => error.0.iter().map(|fault| fault.setting).collect(),
        };
        (names.take(), missing)
    };
    let (_, missing_mode) = read_in("");
    let (authorizer, missing_in_authorizer) = read_in("authorizer");
    let (bearer, missing_in_bearer) = read_in("bearer");
    let mut text = String::new();
    for name in bearer.union(&authorizer) {
        let required = |missing: &BTreeSet<&str>| missing.contains(name.as_str());
        let in_both = bearer.contains(name) && authorizer.contains(name);
        let always =
            required(&missing_mode) || (required(&missing_in_authorizer) && required(&missing_in_bearer));
        let word = if always || required(&missing_in_bearer) { "required" } else { "optional" };
        let mode: &dyn Display = if in_both { &"" } else { &" bearer" };
        text.push_str(&format!("{name} {word}{mode}\n"));
    }
    text
}

/// The JSON Schema of the policy document.
pub(crate) fn policy_schema() -> String {
    // A schema is JSON already.
    let schema = serde_json::to_string_pretty(&meeting_gateway::policy::document_schema());
    format!("{}\n", schema.unwrap_or_default())
}
