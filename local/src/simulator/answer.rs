//! Answers in the shape of the REST-JSON wire, as a response for hyper or as the bytes themselves.

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{HeaderMap, Response, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

/// An answer before it is written.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Answer {
    /// JSON as Chime answers it, with a request id of its own.
    pub(super) fn json(status: u16, body: &Value) -> Self {
        let text = if status == 204 { String::new() } else { body.to_string() };
        let mut answer = Self::raw(status, Bytes::from(text));
        answer.header("x-amzn-requestid", &Uuid::new_v4().to_string());
        if status != 204 {
            answer.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        answer
    }

    /// An error in Chime's shape: the type in a header; code, message and request id in the body.
    pub(super) fn exception(name: &str, status: u16, message: &str, retry_after: Option<u32>) -> Self {
        let request_id = Uuid::new_v4().to_string();
        let body = json!({ "Code": name.trim_end_matches("Exception"), "Message": message, "RequestId": request_id });
        let mut answer = Self::json(status, &body);
        answer.header("x-amzn-requestid", &request_id);
        answer.header("x-amzn-errortype", name);
        if let Some(seconds) = retry_after {
            answer.header("retry-after", &seconds.to_string());
        }
        answer
    }

    /// A status and a body without headers. An invalid status becomes 500.
    pub(super) fn raw(status: u16, body: Bytes) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self { status, headers: HeaderMap::new(), body }
    }

    /// Sets a header; one that is invalid in HTTP is left out.
    pub(super) fn header(&mut self, name: &str, value: &str) {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            self.headers.insert(name, value);
        }
    }

    pub(super) fn into_response(self) -> Response<Full<Bytes>> {
        let mut response = Response::new(Full::new(self.body));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }

    /// The head as bytes, with the Content-Length of the whole body, and the body.
    pub(super) fn into_wire(self) -> (Vec<u8>, Bytes) {
        let reason = self.status.canonical_reason().unwrap_or_default();
        let mut head = format!("HTTP/1.1 {} {reason}\r\n", self.status.as_u16()).into_bytes();
        for (name, value) in &self.headers {
            head.extend_from_slice(name.as_str().as_bytes());
            head.extend_from_slice(b": ");
            head.extend_from_slice(value.as_bytes());
            head.extend_from_slice(b"\r\n");
        }
        // RFC 9110, 8.6: an answer of 204 has no Content-Length.
        if self.status != StatusCode::NO_CONTENT {
            head.extend_from_slice(format!("content-length: {}\r\n", self.body.len()).as_bytes());
        }
        head.extend_from_slice(b"\r\n");
        (head, self.body)
    }
}
