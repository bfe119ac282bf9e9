//! The routes of an HTTP API, such as `POST /meetings` and `GET /meetings/{MeetingId}`.

use std::collections::BTreeMap;
use std::fmt;

use hyper::Method;
use hyper::http::request::Parts;
use meeting_gateway::operation::Operation;

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
    pub(super) path_parameters: BTreeMap<&'a str, String>,
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

fn path_parameters<'a>(template: &'a str, path: &str) -> Option<BTreeMap<&'a str, String>> {
    let mut parameters = BTreeMap::new();
    let mut segments = path.split('/');
    for expected in template.split('/') {
        let segment = segments.next()?;
        match expected.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) if !segment.is_empty() => {
                let value = percent_encoding::percent_decode_str(segment).decode_utf8_lossy();
                parameters.insert(name, value.into_owned());
            }
            _ if expected == segment => {}
            _ => return None,
        }
    }
    segments.next().is_none().then_some(parameters)
}
