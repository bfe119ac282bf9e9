//! The log lines of the two functions.

use std::collections::HashMap;

use local::runtime_api::Pool;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// A request's line of the gateway.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct RequestLine {
    pub(crate) correlation_id: String,
    /// how many attempts were made at calls to Chime
    pub(crate) attempts: u32,
    duration_ms: f64,
    #[serde(default)]
    chime_ms: f64,
    #[serde(default)]
    registry_ms: f64,
}

/// An event's line of `notifications`.
#[derive(Debug, Clone, Deserialize)]
struct EventLine {
    message: String,
    message_id: String,
}

impl RequestLine {
    /// The gateway's own share of the time: neither Chime's nor the table's.
    pub(crate) fn own_ms(&self) -> f64 {
        self.duration_ms - self.chime_ms - self.registry_ms
    }
}

/// The lines of all requests.
pub(crate) fn of_requests(gateway: &Pool) -> Vec<RequestLine> {
    read(gateway, "\"correlation_id\":")
}

/// How often each message was handled, and how often one failed.
pub(crate) fn of_messages(notifications: &Pool) -> (HashMap<String, u64>, u64) {
    let lines: Vec<EventLine> = read(notifications, "\"message_id\":");
    let (mut handled, mut failed) = (HashMap::new(), 0_u64);
    for line in lines {
        match line.message.as_str() {
            "event handled" => {
                let count: &mut u64 = handled.entry(line.message_id).or_default();
                *count = count.saturating_add(1);
            }
            "event failed" => failed = failed.saturating_add(1),
            _ => {}
        }
    }
    (handled, failed)
}

/// The lines of a kind that the processes of a function have written.
fn read<L: DeserializeOwned>(pool: &Pool, mark: &str) -> Vec<L> {
    let mut lines = Vec::new();
    for process in pool.processes() {
        let output = process.standard_output();
        lines.extend(
            output
                .lines()
                .filter(|line| line.contains(mark))
                .filter_map(|line| serde_json::from_str(line).ok()),
        );
    }
    lines
}
