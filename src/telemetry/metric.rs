//! Metrics in CloudWatch's embedded metric format: metadata in a log line names the members that are metrics.
//!
//! The format is written here and not by a crate: ARCHITECTURE.md has the comparison.

use std::sync::{Arc, Mutex, PoisonError};

use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

/// The namespace of every metric.
pub const NAMESPACE: &str = "MeetingGateway";

/// The unit of a metric, by CloudWatch's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Unit {
    /// A number of things.
    Count,
    /// Thousandths of a second.
    Milliseconds,
}

/// A metric. A log line that has it has a member of its name with its value.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Metric {
    /// The name.
    pub name: &'static str,
    /// The unit.
    pub unit: Unit,
    /// Each set of dimensions makes a metric of its own. A dimension is a member of the line, with text as its value.
    pub dimensions: &'static [&'static [&'static str]],
}

impl Metric {
    /// A metric that counts in the whole service alone. An alarm on it needs no other dimension.
    #[must_use]
    pub const fn of_service(name: &'static str) -> Self {
        Metric { name, unit: Unit::Count, dimensions: &[&["service"]] }
    }
}

/// The metrics of a log line, with their values.
#[derive(Debug, Default)]
pub struct Measured(Vec<(&'static Metric, Value)>);

#[derive(Debug, Clone, Copy, Serialize)]
#[serde(untagged)]
enum Value {
    Count(u32),
    Milliseconds(f64),
}

impl Measured {
    /// Adds a metric that counts one thing.
    pub fn count(&mut self, metric: &'static Metric) {
        self.0.push((metric, Value::Count(1)));
    }

    /// Adds a metric with that time, in milliseconds with three decimals.
    pub fn time(&mut self, metric: &'static Metric, time: std::time::Duration) {
        let microseconds = u32::try_from(time.as_micros()).unwrap_or(u32::MAX);
        self.0.push((metric, Value::Milliseconds(f64::from(microseconds) / 1_000.0)));
    }

    /// The metadata, of the time in milliseconds since 1970.
    pub(super) fn metadata(&self, timestamp: u64) -> Metadata {
        Metadata { timestamp, directives: self.directives() }
    }

    /// The directives, written once for each list of metrics: they are two fifths of the work on a line.
    fn directives(&self) -> Option<Arc<RawValue>> {
        let mut written = WRITTEN.lock().unwrap_or_else(PoisonError::into_inner);
        let metrics = || self.0.iter().map(|(metric, _)| *metric);
        let is_known = |known: &[&'static Metric]| {
            known.len() == self.0.len()
                && known.iter().zip(metrics()).all(|(known, metric)| std::ptr::eq(*known, metric))
        };
        if let Some((_, text)) = written.iter().find(|(known, _)| is_known(known)) {
            return Some(Arc::clone(text));
        }
        let mut directives: Vec<Directive> = Vec::new();
        for (metric, _) in &self.0 {
            let definition = Definition { name: metric.name, unit: metric.unit };
            match directives.iter_mut().find(|directive| directive.dimensions == metric.dimensions) {
                Some(directive) => directive.metrics.push(definition),
                None => directives.push(Directive {
                    namespace: NAMESPACE,
                    dimensions: metric.dimensions,
                    metrics: vec![definition],
                }),
            }
        }
        // Text and lists always serialize.
        let text: Arc<RawValue> = serde_json::value::to_raw_value(&directives).ok()?.into();
        written.push((metrics().collect(), Arc::clone(&text)));
        Some(text)
    }
}

/// The directives of each list of metrics that this process has written. There are a handful.
static WRITTEN: Mutex<Vec<(Vec<&'static Metric>, Arc<RawValue>)>> = Mutex::new(Vec::new());

/// The values, each as a member with the metric's name.
impl Serialize for Measured {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = serializer.serialize_map(Some(self.0.len()))?;
        for (metric, value) in &self.0 {
            members.serialize_entry(metric.name, value)?;
        }
        members.end()
    }
}

/// The member `_aws`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Metadata {
    timestamp: u64,
    #[serde(rename = "CloudWatchMetrics", serialize_with = "raw")]
    directives: Option<Arc<RawValue>>,
}

fn raw<S: Serializer>(text: &Option<Arc<RawValue>>, serializer: S) -> Result<S::Ok, S::Error> {
    text.as_deref().serialize(serializer)
}

/// Metrics with the same sets of dimensions.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Directive {
    namespace: &'static str,
    dimensions: &'static [&'static [&'static str]],
    metrics: Vec<Definition>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Definition {
    name: &'static str,
    unit: Unit,
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;

    const REQUESTS: Metric =
        Metric { name: "Requests", unit: Unit::Count, dimensions: &[&["service"], &["service", "outcome"]] };
    const TIME: Metric = Metric { name: "time", unit: Unit::Milliseconds, dimensions: &[&["service"]] };
    const FULL: Metric = Metric { name: "Full", unit: Unit::Count, dimensions: &[&["service"]] };

    #[test]
    fn metrics_with_the_same_dimensions_share_a_directive() {
        let mut measured = Measured::default();
        measured.count(&REQUESTS);
        measured.time(&TIME, Duration::from_nanos(1_234_567));
        measured.count(&FULL);
        assert_eq!(json!(measured), json!({ "Requests": 1, "time": 1.234, "Full": 1 }));
        let metrics = json!([
            {
                "Namespace": "MeetingGateway",
                "Dimensions": [["service"], ["service", "outcome"]],
                "Metrics": [{ "Name": "Requests", "Unit": "Count" }],
            },
            {
                "Namespace": "MeetingGateway",
                "Dimensions": [["service"]],
                "Metrics": [{ "Name": "time", "Unit": "Milliseconds" }, { "Name": "Full", "Unit": "Count" }],
            },
        ]);
        assert_eq!(json!(measured.metadata(7)), json!({ "Timestamp": 7, "CloudWatchMetrics": metrics }));
    }
}
