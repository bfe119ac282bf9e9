//! The record of each request, and the line that is printed for it.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::operations::Operation;

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

impl RecordedRequest {
    /// Whether it asks Chime for nothing: by `GET /` the gateway opens its connection ahead, which on one machine is open before the
    /// request is dropped.
    pub(super) fn only_connects(&self) -> bool {
        self.method == "GET" && self.path == "/"
    }

    /// The lines that `cargo run -p local` prints: the request to Chime, of a creation its body too, and the
    /// status of the answer. The answer itself holds JoinTokens and is never printed.
    pub(super) fn log_lines(&self) -> String {
        if self.only_connects() {
            return String::new();
        }
        let status = self.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
        let mut lines = format!("chime  {} {} -> {status}\n", self.method, self.path);
        if self.operation.creates() {
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
