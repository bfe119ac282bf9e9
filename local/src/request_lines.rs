//! The log lines of requests and of meeting events.

use std::io::{self, IsTerminal as _, Write as _};

use serde_json::{Map, Value};

use crate::output::Output;

/// The members that people look for, in the order in which they are shown.
const MEMBERS: &[&str] = &[
    "operation", "event_type", "status", "code", "cause", "tenant", "caller", "meeting_id", "attendee_id",
    "receive_count", "attempts", "duration_ms", "correlation_id", "message_id",
];

/// Writes the lines of a request or of a batch of events: without their metrics for people on a terminal, elsewhere as they are.
pub(crate) fn write(lines: &str, mut output: Output) {
    let text =
        if io::stdout().is_terminal() { lines.lines().map(for_people).collect() } else { lines.to_owned() };
    // There is nowhere to report a failure of this.
    let _ = output.write_all(text.as_bytes());
}

fn for_people(line: &str) -> String {
    // What is written here for people is no JSON.
    let Ok(members) = serde_json::from_str::<Map<String, Value>>(line) else { return format!("{line}\n") };
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

    #[test]
    fn people_see_of_an_event_what_it_was_and_how_often_it_came() {
        let line = r#"{"timestamp":"2026-11-25T10:00:00Z","level":"INFO","message":"event handled","message_id":"m-1",
            "receive_count":2,"event_type":"chime:AttendeeLeft","attendee_id":"a-1","Events":1,"_aws":{"Timestamp":1}}"#;
        assert_eq!(
            for_people(line),
            "2026-11-25T10:00:00Z  INFO event handled event_type=\"chime:AttendeeLeft\" attendee_id=\"a-1\" receive_count=2 \
             message_id=\"m-1\"\n"
        );
    }

    #[test]
    fn what_is_written_for_people_already_stays_as_it_is() {
        assert_eq!(for_people("queue  the function failed"), "queue  the function failed\n");
    }
}
