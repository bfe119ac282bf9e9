//! CORS as in an HTTP API with a CORS configuration, which answers preflights and sets its own headers on every answer.

use std::collections::BTreeSet;

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::InvalidHeaderValue;
use hyper::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, HeaderName,
    HeaderValue, ORIGIN,
};
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method, Response, StatusCode};

use super::routes::Route;
use crate::http_server::empty_response;

// The same as in template.yaml; `checks/stack/test_local_front.py` compares the two.
const ALLOWED_HEADERS: &str = "authorization,content-type,idempotency-key";
const EXPOSED_HEADERS: &str = "retry-after,x-amzn-errortype";
/// How long a browser may remember a preflight, in seconds.
const MAX_AGE: &str = "7200";

/// Whether this is a browser asking before the request itself.
pub(super) fn is_preflight(parts: &Parts) -> bool {
    parts.method == Method::OPTIONS
        && parts.headers.contains_key(ORIGIN)
        && parts.headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

/// The methods of the routes, as a preflight's answer lists them.
///
/// # Errors
/// When they are no valid header value, which the type of a method excludes.
pub(super) fn allowed_methods(routes: &[Route]) -> Result<HeaderValue, InvalidHeaderValue> {
    let methods: BTreeSet<&str> = routes.iter().map(|route| route.method.as_str()).collect();
    HeaderValue::try_from(Vec::from_iter(methods).join(","))
}

/// The answer to a preflight: 204, and without an origin no CORS header.
pub(super) fn preflight_response(
    request: &HeaderMap,
    allowed_methods: &HeaderValue,
) -> Response<Full<Bytes>> {
    let mut response = empty_response(StatusCode::NO_CONTENT);
    let Some(origin) = allowed_origin(request) else { return response };
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, allowed_methods.clone());
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(ALLOWED_HEADERS));
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED_HEADERS));
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(MAX_AGE));
    response
}

/// Replaces the CORS headers that the function set: API Gateway ignores them once it has a configuration of its own.
pub(super) fn add_to_answer(request: &HeaderMap, answer: &mut HeaderMap) {
    let set_by_function: Vec<HeaderName> =
        answer.keys().filter(|name| name.as_str().starts_with("access-control-")).cloned().collect();
    for name in set_by_function {
        answer.remove(name);
    }
    if let Some(origin) = allowed_origin(request) {
        answer.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        answer.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED_HEADERS));
    }
}

/// The request's origin. A deployed API lists the allowed origins; here foreign origins are already refused.
fn allowed_origin(request: &HeaderMap) -> Option<HeaderValue> {
    request.get(ORIGIN).cloned()
}
