//! `settings`, `schema` and `metrics`: what the code reads and writes, from the code.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::Display;

use meeting_gateway::config::{AwsEnvironment, Config, NotificationsConfig, SettingsError};
use meeting_gateway::settings::Settings;
use meeting_gateway::telemetry::Metric;
use meeting_gateway::{notifications, request_line};
use serde_json::{Value, json};

/// The names that reading a configuration looks up, where some variables have values; and those that are then missing.
fn read_with<C>(
    read: impl FnOnce(&Settings<'_>, AwsEnvironment) -> Result<C, SettingsError>,
    values: &[(&str, &str)],
) -> (BTreeSet<String>, BTreeSet<&'static str>) {
    let names = RefCell::new(BTreeSet::new());
    let lookup = |name: &str| {
        names.borrow_mut().insert(name.to_owned());
        values.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    };
    let missing: BTreeSet<&str> = match read(&Settings::new(&lookup), AwsEnvironment::default()) {
        Ok(_) => BTreeSet::new(),
        Err(error) => error.0.iter().map(|fault| fault.setting).collect(),
    };
    // Settings that a provider of the SDK reads are not looked up here, but are reported as missing.
    let mut names = names.take();
    names.extend(missing.iter().map(|name| (*name).to_owned()));
    (names, missing)
}

/// A table: only with one are the settings of its endpoint read.
const TABLE: (&str, &str) = ("REGISTRY_TABLE", "registry");

/// The names of all settings that the gateway reads, each with `required` or `optional`. Reading finds them. One line
/// a setting, followed by `bearer` where only that mode reads it.
pub(crate) fn settings_list() -> String {
    let read_in = |mode| read_with(Config::read, &[("AUTH_MODE", mode), TABLE]);
    let (_, missing_mode) = read_with(Config::read, &[]);
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

/// The same of the function that reads the queue. What only a bus or the table needs is optional.
pub(crate) fn notifications_settings_list() -> String {
    let (_, required) = read_with(NotificationsConfig::read, &[]);
    let (names, _) = read_with(NotificationsConfig::read, &[("EVENT_BUS_NAME", "default"), TABLE]);
    let word = |name: &str| if required.contains(name) { "required" } else { "optional" };
    names.iter().map(|name| format!("{name} {}\n", word(name))).collect()
}

/// The JSON Schema of the policy document.
pub(crate) fn policy_schema() -> String {
    // A schema is JSON already.
    let schema = serde_json::to_string_pretty(&local::policy_schema::document_schema());
    format!("{}\n", schema.unwrap_or_default())
}

/// Every metric, with its unit, its sets of dimensions, and the function that writes it.
pub(crate) fn metrics() -> String {
    let of = |function: &'static str, metrics: &'static [&Metric]| {
        metrics.iter().map(move |metric| {
            let Metric { name, unit, dimensions } = metric;
            json!({ "name": name, "unit": unit, "dimensions": dimensions, "function": function })
        })
    };
    let all: Vec<Value> =
        of("gateway", request_line::METRICS).chain(of("notifications", notifications::METRICS)).collect();
    format!("{:#}\n", Value::Array(all))
}
