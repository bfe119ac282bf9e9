//! What must hold for every line that a function writes, whatever the test: checked when its stack is dropped.

use std::collections::BTreeSet;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gateway_tests::repository;
use local::simulator::RecordedRequest;
use parking_lot::Mutex;
use serde_json::Value;

/// Shorter texts are in a log by chance.
const MIN_SECRET: usize = 6;

/// Of a longer text, so many characters are looked for.
const MAX_SECRET: usize = 200;

/// The members of events, of requests to Chime and of answers that must not be in a log, nor in the registry's table.
const SECRET_MEMBERS: &[&str] = &[
    "authorization",
    "idempotency-key",
    "ExternalMeetingId",
    "ExternalUserId",
    "ClientRequestToken",
    "MeetingHostId",
    "JoinToken",
    "AudioHostUrl",
    "x-planted-panic",
    "x-amz-security-token",
    "sub",
];

/// The members of events that have the path, in which a room's name is a secret.
const PATH_MEMBERS: &[&str] = &["rawPath", "path"];

/// The secrets that a test's requests and answers have.
#[derive(Default)]
pub(crate) struct Secrets(Mutex<BTreeSet<String>>);

impl Secrets {
    pub(crate) fn add(&self, secret: &str) {
        if secret.len() >= MIN_SECRET {
            let secret: String = secret.chars().take(MAX_SECRET).collect();
            // A line is JSON, in which some characters are escaped.
            let escaped = Value::from(secret.as_str()).to_string();
            let mut secrets = self.0.lock();
            secrets.insert(escaped.trim_matches('"').to_owned());
            secrets.insert(secret);
        }
    }

    /// Adds the room's name in a path.
    fn add_room(&self, path: &str) {
        if let Some(rest) = path.strip_prefix("/rooms/") {
            self.add(rest.split('/').next().unwrap_or_default());
        }
    }

    /// Adds every secret member of a JSON value, and of the JSON in its texts.
    pub(crate) fn add_members(&self, value: &Value) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.add_members(item)),
            Value::Object(members) => {
                for (name, value) in members {
                    match value.as_str() {
                        Some(text) if PATH_MEMBERS.contains(&name.as_str()) => self.add_room(text),
                        Some(text) if SECRET_MEMBERS.contains(&name.as_str()) => {
                            self.add(text.trim_start_matches("Bearer "));
                        }
                        _ => self.add_members(value),
                    }
                }
            }
            Value::String(text) => {
                let decoded = STANDARD.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok());
                let text = decoded.as_deref().filter(|text| text.starts_with('{')).unwrap_or(text);
                if let Ok(inner @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str(text) {
                    self.add_members(&inner);
                }
            }
            _ => {}
        }
    }

    /// Adds those of the requests that reached Chime.
    pub(crate) fn add_requests(&self, requests: &[RecordedRequest]) {
        for request in requests {
            self.add_members(&request.body);
        }
    }

    /// Fails when the output has one of them.
    pub(crate) fn check(&self, output: &str) {
        let secrets = self.0.lock();
        // This kind takes the least time to build.
        let mut builder = AhoCorasick::builder();
        let search = builder.kind(Some(AhoCorasickKind::NoncontiguousNFA)).build(secrets.iter());
        let search = search.expect("the secrets are few");
        if let Some(found) = search.find(output) {
            let secret = &output[found.range()];
            let line = output.lines().find(|line| line.contains(secret)).unwrap_or_default();
            panic!("`{secret}` is in the log or in the table: {line}");
        }
    }
}

/// Fails when a line is not JSON with Lambda's members, or has metrics that CloudWatch would not take.
pub(crate) fn check_lines(output: &str) {
    // What is still being written when the test ends has no line break.
    let complete = output.rfind('\n').map_or("", |end| &output[..end]);
    for line in complete.lines() {
        let members: Value =
            serde_json::from_str(line).unwrap_or_else(|error| panic!("not JSON: {error}: {line}"));
        let level = members["level"].as_str().unwrap_or_default();
        // Lambda takes a line without one of its levels for INFO.
        assert!(["TRACE", "DEBUG", "INFO", "WARN", "ERROR"].contains(&level), "level: {line}");
        assert!(members["timestamp"].is_string(), "timestamp: {line}");
        if members.get("_aws").is_some() {
            check_metrics(&members);
        }
    }
}

/// Checks a line against Amazon's schema, and what the schema leaves open: that each metric and each dimension has a member
/// of its name, a number and a text.
fn check_metrics(line: &Value) {
    thread_local! {
        static SCHEMA: jsonschema::Validator = {
            let schema = std::fs::read_to_string(repository().join("tests/emf.schema.json")).expect("it is there");
            let schema = serde_json::from_str(&schema).expect("it is JSON");
            // The draft in which `$id` may be a pointer.
            jsonschema::draft7::new(&schema).expect("it is a schema")
        };
    }
    SCHEMA.with(|schema| {
        let faults: Vec<String> = schema.iter_errors(line).map(|error| error.to_string()).collect();
        assert!(faults.is_empty(), "{faults:?}: {line}");
    });
    for directive in line["_aws"]["CloudWatchMetrics"].as_array().expect("the schema says so") {
        assert_eq!(directive["Namespace"], "MeetingGateway");
        for metric in directive["Metrics"].as_array().expect("the schema says so") {
            let name = metric["Name"].as_str().expect("the schema says so");
            assert!(line[name].is_number(), "the metric {name} has no value: {line}");
        }
        let sets = directive["Dimensions"].as_array().expect("the schema says so");
        for dimension in sets.iter().flat_map(|set| set.as_array().expect("the schema says so")) {
            let dimension = dimension.as_str().expect("the schema says so");
            let value = line[dimension].as_str().unwrap_or_default();
            assert!(!value.is_empty(), "the dimension {dimension} has no value: {line}");
        }
    }
}
