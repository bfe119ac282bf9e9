//! The routes of an HTTP API, such as `POST /meetings` and `GET /meetings/{MeetingId}`.

use std::collections::BTreeMap;
use std::fmt;

use hyper::Method;
use hyper::http::request::Parts;
use meeting_gateway::operation::{Operation, PathParameters};

/// One route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    pub(super) method: Method,
    path: &'static str,
}

/// A route that fits a request.
#[derive(Debug)]
pub(super) struct Matched<'a> {
    pub(super) route: &'a Route,
    /// the parts of the path that stand for `{name}`
    pub(super) path_parameters: BTreeMap<&'static str, String>,
}

impl Route {
    /// A route of that method and path, whose parameters are in braces.
    #[must_use]
    pub const fn new(method: Method, path: &'static str) -> Self {
        Self { method, path }
    }
}

impl From<&Operation> for Route {
    fn from(operation: &Operation) -> Self {
        Self::new(operation.method.clone(), operation.path)
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

/// The first route that fits.
pub(super) fn find<'a>(routes: &'a [Route], parts: &Parts) -> Option<Matched<'a>> {
    routes.iter().find_map(|route| {
        if route.method != parts.method {
            return None;
        }
        let path_parameters = path_parameters(route.path, parts.uri.path())?;
        Some(Matched { route, path_parameters })
    })
}

/// The parameters of a path, decoded as API Gateway does.
fn path_parameters(template: &'static str, path: &str) -> Option<BTreeMap<&'static str, String>> {
    let decode = |value| percent_encoding::percent_decode_str(value).decode_utf8_lossy().into_owned();
    let parameters = PathParameters::read(template, path)?;
    Some(parameters.iter().map(|(name, value)| (name, decode(value))).collect())
}
