//! The gateway itself: the same handler that runs in Lambda.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::sync::Arc;

use local::front::Handler;
use meeting_gateway::api_gateway::EventAnswer;
use meeting_gateway::config::{AwsEnvironment, Config};
use meeting_gateway::gateway::Invocation;
use meeting_gateway::model::{Partition, check_control_region};
use meeting_gateway::operation::{OPERATIONS, Operation};
use meeting_gateway::policy::{Policies, RightName};
use meeting_gateway::settings::Settings;
use meeting_gateway::start;

/// Makes the function that the HTTP front calls, from the settings that the deployed function reads from its
/// environment.
///
/// # Errors
/// Every invalid setting and every fault of the policy document.
pub(crate) async fn handler(
    settings: &BTreeMap<String, String>,
    aws: AwsEnvironment,
) -> Result<Handler, String> {
    let lookup = |name: &str| settings.get(name).cloned();
    let config = Config::read(&Settings::new(&lookup), aws).map_err(|error| error.to_string())?;
    // Only the log says why a request was refused, here as in Lambda.
    config.log_filter.clone().start();
    let gateway = Arc::new(start::gateway(config));
    gateway.warm_up().await;
    Ok(Arc::new(move |event, invocation| {
        let gateway = Arc::clone(&gateway);
        Box::pin(async move {
            let deadline = tokio::time::Instant::from_std(invocation.deadline);
            let invocation = Invocation { request_id: &invocation.request_id, deadline };
            let answer = gateway.handle(&event, invocation).await;
            // Text, numbers and maps of text always serialize.
            serde_json::to_vec(&EventAnswer::from(answer)).unwrap_or_default()
        })
    }))
}

/// Checks a policy document and the region that it is meant for. Says who has which right.
///
/// # Errors
/// Every fault, those of the document with their pointer.
pub(crate) fn check_policy(document: &[u8], region: &str) -> Result<String, Vec<String>> {
    let mut faults: Vec<String> = Vec::new();
    faults.extend(check_control_region(region).err().map(|fault| format!("region: {fault}")));
    match Policies::load(document, Partition::of_region(region)) {
        Ok(policies) if faults.is_empty() => Ok(rights(&policies)),
        Ok(_) => Err(faults),
        Err(errors) => {
            faults.extend(errors.iter().map(ToString::to_string));
            Err(faults)
        }
    }
}

/// Tenants that a line names; of more it says only how many.
const MAX_NAMED: usize = 10;

/// A line for each right and each answer to who has it: `Join: every caller (acme, globex)`.
fn rights(policies: &Policies) -> String {
    let mut text = String::new();
    for right in RightName::ALL {
        let mut tenants_of: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for (tenant, holders) in policies.holders(*right) {
            tenants_of.entry(holders).or_default().push(tenant.unwrap_or("tenants that are not listed"));
        }
        for (holders, tenants) in tenants_of {
            let named = tenants.get(..MAX_NAMED).unwrap_or(&tenants).join(", ");
            let more = tenants.len().saturating_sub(MAX_NAMED);
            let more = if more == 0 { String::new() } else { format!(" and {more} more") };
            text.push_str(&format!("{}: {holders} ({named}{more})\n", right.as_str()));
        }
    }
    text
}

/// The names of all settings that the gateway reads, each with `required` or `optional`. Reading finds them. One line
/// a setting, followed by `bearer` where only that mode reads it.
pub(crate) fn settings_list() -> String {
    let read_in = |mode: &str| {
        let names = RefCell::new(BTreeSet::new());
        let lookup = |name: &str| {
            names.borrow_mut().insert(name.to_owned());
            (name == "AUTH_MODE" && !mode.is_empty()).then(|| mode.to_owned())
        };
        let missing: BTreeSet<&str> = match Config::read(&Settings::new(&lookup), AwsEnvironment::default()) {
            Ok(_) => BTreeSet::new(),
            Err(error) => error.0.iter().map(|fault| fault.setting).collect(),
        };
        // Settings that a provider of the SDK reads are not looked up here, but are reported as missing.
        let mut names = names.take();
        names.extend(missing.iter().map(|name| (*name).to_owned()));
        (names, missing)
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

/// The operations that the gateway serves, a line each: method, path, name and right.
pub(crate) fn operations_list() -> String {
    let line = |operation: &Operation| {
        let Operation { method, path, name, .. } = operation;
        let right = operation.right();
        let query = operation.query.map(|query| format!("?operation={query}")).unwrap_or_default();
        format!("{method} {path}{query} {name} {right}\n")
    };
    OPERATIONS.iter().map(line).collect()
}

/// The JSON Schema of the policy document.
pub(crate) fn policy_schema() -> String {
    // A schema is JSON already.
    let schema = serde_json::to_string_pretty(&local::policy_schema::document_schema());
    format!("{}\n", schema.unwrap_or_default())
}
