//! The record of each request, and the line that is printed for it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The operations that the simulator knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Operation {
    /// `POST /meetings`
    CreateMeeting,
    /// `GET /meetings/{id}`
    GetMeeting,
    /// `DELETE /meetings/{id}`
    DeleteMeeting,
    /// anything else
    Unknown,
}

/// One request as it arrived.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RecordedRequest {
    /// the HTTP method
    pub method: String,
    /// path and query, as sent
    pub path: String,
    /// the operation that they name
    pub operation: Operation,
    /// the body: as JSON where possible, otherwise the text as a string, null when empty
    pub body: Value,
    /// the headers by their names in lower case; of a repeated one the last value
    pub headers: BTreeMap<String, String>,
    /// whether it carries a Signature Version 4 for Chime
    pub signed: bool,
    /// the control region that it was signed for
    pub region: Option<String>,
    /// the number of the attempt, from the SDK's own header `amz-sdk-request`
    pub attempt: Option<u32>,
    /// when it was read, in milliseconds since 1970
    pub time: u64,
    /// the number of the connection that it came on, counted from 1
    pub connection: u64,
    /// the status of the answer; absent before the answer, and when a fault of the transport leaves none
    pub status: Option<u16>,
}

impl Operation {
    /// The operation that a method and a path (with its query) name.
    #[must_use]
    pub fn of(method: &str, path_and_query: &str) -> Self {
        let below_meetings = path_and_query.strip_prefix("/meetings/").filter(|id| !id.contains(['/', '?']));
        match (method, path_and_query, below_meetings) {
            ("POST", "/meetings", _) => Self::CreateMeeting,
            ("GET", _, Some(_)) => Self::GetMeeting,
            ("DELETE", _, Some(_)) => Self::DeleteMeeting,
            _ => Self::Unknown,
        }
    }
}

impl RecordedRequest {
    /// The lines that `cargo run -p local` prints: the full request to Chime and the status of its answer.
    pub(super) fn log_lines(&self) -> String {
        let status = self.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
        let mut lines = format!("chime  {} {} -> {status}\n", self.method, self.path);
        if self.operation == Operation::CreateMeeting {
            let body = serde_json::to_string_pretty(&self.body).unwrap_or_default();
            for line in body.lines() {
                lines.push_str("       ");
                lines.push_str(line);
                lines.push('\n');
            }
        }
        lines
    }
}
