//! What the front serves beside the API: a list of what there is, and the API's description.

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Method, Response, StatusCode};
use meeting_gateway::operation::{OPERATIONS, Operation};

use super::description;

/// The page at a path. `None` where there is none, or the method reads nothing.
pub(super) fn page(parts: &Parts) -> Option<Response<Full<Bytes>>> {
    if parts.method != Method::GET && parts.method != Method::HEAD {
        return None;
    }
    match parts.uri.path() {
        "/" => Some(text("text/plain; charset=utf-8", contents())),
        // The type that RFC 9512 registers.
        "/openapi.yaml" => Some(text("application/yaml", description::YAML.to_owned())),
        "/openapi.json" => Some(match description::as_json() {
            Ok(json) => text("application/json", json.to_owned()),
            Err(error) => not_converted(error),
        }),
        _ => None,
    }
}

/// The operations that the gateway serves, a line each: method, path, name and right.
#[must_use]
pub fn operations_list() -> String {
    let line = |operation: &Operation| {
        let Operation { method, path, name, .. } = operation;
        let right = operation.right();
        let query = operation.query.map(|query| format!("?operation={query}")).unwrap_or_default();
        format!("{method} {path}{query} {name} {right}\n")
    };
    OPERATIONS.iter().map(line).collect()
}

fn contents() -> String {
    format!(
        "A meeting gateway on this machine. It serves, each with method, path, name and right:\n\n{}\n\
         GET /openapi.yaml is the description of this API for people and generators; GET /openapi.json is the same as JSON.\n\
         In a browser this address is a page to try it on, and /reference shows the description.\n\
         docs/local.md in the repository says how to use it, docs/clients.md which clients there are.\n",
        operations_list()
    )
}

/// Only a broken openapi.yaml, which the tests notice.
fn not_converted(error: &str) -> Response<Full<Bytes>> {
    let mut response = text("text/plain; charset=utf-8", format!("openapi.yaml is not YAML: {error}"));
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}

fn text(content_type: &'static str, text: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(text)));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
