//! The line of a request or of a meeting event: log line and metrics at once.

use std::io::Write as _;
use std::time::{SystemTime, UNIX_EPOCH};

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use serde::Serialize;

use super::metric::{Measured, Metadata};

/// More bytes than most lines have, so that writing one does not allocate again and again.
const USUAL_LENGTH: usize = 1_536;

/// The level of a line.
///
/// At a log level above INFO Lambda drops lines of a lower level, and their metrics with them. So the template offers no
/// such level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Level {
    /// Done.
    Info,
    /// Refused: the caller has to do something else.
    Warn,
    /// Failed: an operator should know.
    Error,
}

/// One line. The names of its members are those of Powertools for AWS Lambda where it has them.
#[derive(Debug)]
pub struct Line<'l, M> {
    /// The level.
    pub level: Level,
    /// What happened, in the same words each time.
    pub message: &'static str,
    /// The stack (`GATEWAY_NAME`), a dimension of every metric.
    pub service: &'l str,
    /// Whether this is the first invocation of the process.
    pub cold_start: bool,
    /// Lambda's id of the invocation.
    pub function_request_id: &'l str,
    /// X-Ray's id of the trace.
    pub xray_trace_id: Option<&'l str>,
    /// The members of this kind of line.
    pub members: M,
    /// The metrics and their values.
    pub measured: Measured,
}

/// A line in the order of its members.
#[derive(Serialize)]
struct Written<'l, M> {
    timestamp: String,
    level: Level,
    message: &'static str,
    service: &'l str,
    cold_start: bool,
    function_request_id: &'l str,
    #[serde(skip_serializing_if = "Option::is_none")]
    xray_trace_id: Option<&'l str>,
    #[serde(flatten)]
    members: &'l M,
    #[serde(flatten)]
    measured: &'l Measured,
    #[serde(rename = "_aws")]
    metadata: Metadata,
}

impl<M: Serialize> Line<'_, M> {
    /// The line in JSON, of that time, with the line break at its end.
    #[must_use]
    pub fn text(&self, time: SystemTime) -> String {
        let since_1970 = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        let milliseconds = u64::try_from(since_1970.as_millis()).unwrap_or_default();
        let timestamp = DateTime::from_millis(milliseconds.cast_signed()).fmt(Format::DateTimeWithOffset);
        let written = Written {
            // Formatting fails only outside of the years 0 to 9999.
            timestamp: timestamp.unwrap_or_default(),
            level: self.level,
            message: self.message,
            service: self.service,
            cold_start: self.cold_start,
            function_request_id: self.function_request_id,
            xray_trace_id: self.xray_trace_id,
            members: &self.members,
            measured: &self.measured,
            metadata: self.measured.metadata(milliseconds),
        };
        let mut text = Vec::with_capacity(USUAL_LENGTH);
        // Text, numbers and maps with text as keys always serialize.
        let _ = serde_json::to_writer(&mut text, &written);
        text.push(b'\n');
        // JSON is UTF-8.
        String::from_utf8(text).unwrap_or_default()
    }
}

/// Writes a line to the standard output.
pub fn write_line(text: &str) {
    // There is nowhere to report a failure of this.
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}

/// The id of the trace in the header that Lambda gets from X-Ray: the value of its part `Root`.
#[must_use]
pub fn trace_id(header: &str) -> Option<&str> {
    header.split(';').find_map(|part| part.trim().strip_prefix("Root="))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::{Value, json};

    use super::*;

    #[derive(Serialize)]
    struct Members {
        operation: &'static str,
    }

    #[test]
    fn a_line_is_one_json_object_with_every_member() {
        let line = Line {
            level: Level::Warn,
            message: "request refused",
            service: "stack",
            cold_start: true,
            function_request_id: "lambda-id",
            xray_trace_id: None,
            members: Members { operation: "Join" },
            measured: Measured::default(),
        };
        let text = line.text(UNIX_EPOCH + Duration::from_millis(1_700_000_000_007));
        let parsed: Value = serde_json::from_str(text.strip_suffix('\n').unwrap()).unwrap();
        assert_eq!(
            parsed,
            json!({
                "timestamp": "2023-11-14T22:13:20.007Z", "level": "WARN", "message": "request refused",
                "service": "stack", "cold_start": true, "function_request_id": "lambda-id", "operation": "Join",
                "_aws": { "Timestamp": 1_700_000_000_007_u64, "CloudWatchMetrics": [] },
            })
        );
    }

    #[test]
    fn the_trace_is_the_root_of_lambdas_header() {
        let header = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
        assert_eq!(trace_id(header), Some("1-5759e988-bd862e3fe1be46a994272793"));
        assert_eq!(trace_id("Sampled=0"), None);
    }
}
