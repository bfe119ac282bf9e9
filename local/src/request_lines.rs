//! The log lines of requests.

use std::io::{self, IsTerminal as _, Write as _};

use serde_json::{Map, Value};

use crate::output::Output;

/// The members that people look for, in the order in which they are shown.
const MEMBERS: &[&str] = &[
    "operation", "status", "code", "cause", "tenant", "caller", "meeting_id", "attempts", "duration_ms",
    "correlation_id",
];

/// Writes the line of a request: without its metrics for people on a terminal, elsewhere as it is.
pub(crate) fn write(line: &str, mut output: Output) {
    let text = if io::stdout().is_terminal() { for_people(line) } else { line.to_owned() };
    // There is nowhere to report a failure of this.
    let _ = output.write_all(text.as_bytes());
}

fn for_people(line: &str) -> String {
    let members: Map<String, Value> = serde_json::from_str(line).unwrap_or_default();
    let text = |name: &str| members.get(name).and_then(Value::as_str).unwrap_or_default();
    let shown = MEMBERS.iter().filter_map(|name| Some(format!(" {name}={}", members.get(*name)?)));
    format!("{} {:>5} {}{}\n", text("timestamp"), text("level"), text("message"), shown.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_see_what_happened_and_no_metrics() {
        let line = r#"{"timestamp":"2026-11-25T10:00:00Z","level":"WARN","message":"request refused","status":404,
            "operation":"Join","cause":"it has ended","Requests":1,"_aws":{"Timestamp":1}}"#;
        assert_eq!(
            for_people(line),
            "2026-11-25T10:00:00Z  WARN request refused operation=\"Join\" status=404 cause=\"it has ended\"\n"
        );
    }
}
