//! CORS as in an HTTP API with a CORS configuration, which answers preflights and sets its own headers on every answer.

use std::collections::BTreeSet;
use std::io;

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, HeaderName,
    HeaderValue, ORIGIN,
};
use hyper::http::request::Parts;
use hyper::{HeaderMap, Method, Response, StatusCode};
use serde::Deserialize;

use super::routes::Route;
use crate::http_server::empty_response;

/// The one list of what pages may send and read, and of how long a browser may remember a preflight, in seconds. The checks
/// of the stack compare template.yaml with it.
const CONFIGURATION: &str = include_str!("cors.json");

/// The CORS configuration of an API, as header values.
#[derive(Debug)]
pub(super) struct Cors {
    allow_methods: HeaderValue,
    allow_headers: HeaderValue,
    expose_headers: HeaderValue,
    max_age: HeaderValue,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Configuration {
    allow_headers: Vec<String>,
    expose_headers: Vec<String>,
    max_age: u32,
}

/// Whether this is a browser asking before the request itself.
pub(super) fn is_preflight(parts: &Parts) -> bool {
    parts.method == Method::OPTIONS
        && parts.headers.contains_key(ORIGIN)
        && parts.headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

impl Cors {
    /// The configuration with the methods of these routes.
    ///
    /// # Errors
    /// When the list of headers can't be read.
    pub(super) fn of(routes: &[Route]) -> io::Result<Self> {
        let configuration: Configuration = serde_json::from_str(CONFIGURATION)?;
        let methods: BTreeSet<&str> = routes.iter().map(|route| route.method.as_str()).collect();
        let listed = |names: &[String]| HeaderValue::try_from(names.join(",")).map_err(io::Error::other);
        Ok(Cors {
            allow_methods: HeaderValue::try_from(Vec::from_iter(methods).join(","))
                .map_err(io::Error::other)?,
            allow_headers: listed(&configuration.allow_headers)?,
            expose_headers: listed(&configuration.expose_headers)?,
            max_age: configuration.max_age.into(),
        })
    }

    /// The answer to a preflight: 204, and without an origin no CORS header.
    pub(super) fn preflight_response(&self, request: &HeaderMap) -> Response<Full<Bytes>> {
        let mut response = empty_response(StatusCode::NO_CONTENT);
        let Some(origin) = allowed_origin(request) else { return response };
        let headers = response.headers_mut();
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, self.allow_methods.clone());
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, self.allow_headers.clone());
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, self.expose_headers.clone());
        headers.insert(ACCESS_CONTROL_MAX_AGE, self.max_age.clone());
        response
    }

    /// Replaces the CORS headers that the function set: API Gateway ignores them once it has a configuration of its own.
    pub(super) fn add_to_answer(&self, request: &HeaderMap, answer: &mut HeaderMap) {
        let set_by_function: Vec<HeaderName> =
            answer.keys().filter(|name| name.as_str().starts_with("access-control-")).cloned().collect();
        for name in set_by_function {
            answer.remove(name);
        }
        if let Some(origin) = allowed_origin(request) {
            answer.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            answer.insert(ACCESS_CONTROL_EXPOSE_HEADERS, self.expose_headers.clone());
        }
    }
}

/// The request's origin. A deployed API lists the allowed origins; here foreign origins are already refused.
fn allowed_origin(request: &HeaderMap) -> Option<HeaderValue> {
    request.get(ORIGIN).cloned()
}
