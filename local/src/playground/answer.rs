//! The answers below `/local/`: JSON that nobody keeps, and errors as `{"error": text}`.

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use hyper::http::request::Parts;
use hyper::{Response, StatusCode};
use local::front::PageBody;
use serde::Serialize;
use serde_json::json;

/// Why a request of the page is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub(super) struct Error {
    status: StatusCode,
    text: String,
    /// The methods of the path, where the method is what is wrong.
    allow: Option<String>,
}

impl Error {
    /// 400: the request is wrong.
    pub(super) fn bad_request(text: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, text: text.into(), allow: None }
    }

    /// 404: there is no such path, meeting or message.
    pub(super) fn not_found(text: impl Into<String>) -> Self {
        Self { status: StatusCode::NOT_FOUND, text: text.into(), allow: None }
    }

    /// 405: the path has other methods.
    pub(super) fn method_not_allowed(allow: String) -> Self {
        let text = format!("this path has {allow}");
        Self { status: StatusCode::METHOD_NOT_ALLOWED, text, allow: Some(allow) }
    }

    /// 409: what runs here can't do that.
    pub(super) fn conflict(text: impl Into<String>) -> Self {
        Self { status: StatusCode::CONFLICT, text: text.into(), allow: None }
    }

    fn internal(text: impl Into<String>) -> Self {
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, text: text.into(), allow: None }
    }
}

/// 200 with JSON.
pub(super) fn json(value: &impl Serialize) -> Response<PageBody> {
    json_with_status(StatusCode::OK, value)
}

/// Another status with JSON.
pub(super) fn json_with_status(status: StatusCode, value: &impl Serialize) -> Response<PageBody> {
    match serde_json::to_vec(value) {
        Ok(body) => with_body(status, "application/json", body),
        Err(failed) => error(&Error::internal(format!("the answer can't be written as JSON: {failed}"))),
    }
}

/// 204: it is done.
pub(super) fn empty() -> Response<PageBody> {
    let mut response = Response::new(Full::default().boxed());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

/// The answer of a refused request.
pub(super) fn error(error: &Error) -> Response<PageBody> {
    let body = json!({ "error": error.text }).to_string();
    let mut response = with_body(error.status, "application/json", body);
    if let Some(allow) = error.allow.as_deref().and_then(|allow| HeaderValue::from_str(allow).ok()) {
        response.headers_mut().insert(ALLOW, allow);
    }
    response
}

/// A body of any type that nobody keeps and nobody guesses another type for.
pub(super) fn with_body(
    status: StatusCode,
    content_type: &'static str,
    body: impl Into<Bytes>,
) -> Response<PageBody> {
    let mut response = Response::new(Full::new(body.into()).boxed());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// Refuses a body that is not said to be JSON. A page of another origin may send forms without asking, and no JSON.
///
/// # Errors
/// 415 for any other type, or none.
pub(super) fn check_content_type(parts: &Parts, body: &Bytes) -> Result<(), Error> {
    let given = parts.headers.get(CONTENT_TYPE).map(HeaderValue::to_str).transpose().unwrap_or_default();
    let essence = given.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    if body.is_empty() || essence.eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    let text = "the header Content-Type must be application/json".to_owned();
    Err(Error { status: StatusCode::UNSUPPORTED_MEDIA_TYPE, text, allow: None })
}
