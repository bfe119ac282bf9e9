//! Route keys of an HTTP API, such as `POST /meetings` and `GET /meetings/{meetingId}`.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use hyper::http::request::Parts;

/// One route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    method: String,
    path: String,
}

/// A text that is no route key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteError(String);

/// A route that fits a request.
#[derive(Debug)]
pub(super) struct Matched<'a> {
    pub(super) route: &'a Route,
    /// the parts of the path that stand for `{name}`
    pub(super) path_parameters: BTreeMap<&'a str, String>,
}

impl FromStr for Route {
    type Err = RouteError;

    /// Reads a route key; `ANY` stands for every method.
    fn from_str(key: &str) -> Result<Self, Self::Err> {
        match key.split_once(' ') {
            Some((method, path)) if path.starts_with('/') && !method.is_empty() => {
                Ok(Self { method: method.to_owned(), path: path.to_owned() })
            }
            _ => Err(RouteError(key.to_owned())),
        }
    }
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

impl fmt::Display for RouteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no route key such as `POST /meetings`", self.0)
    }
}

impl std::error::Error for RouteError {}

/// The first route that fits.
pub(super) fn find<'a>(routes: &'a [Route], parts: &Parts) -> Option<Matched<'a>> {
    routes.iter().find_map(|route| {
        if route.method != "ANY" && route.method != parts.method.as_str() {
            return None;
        }
        let path_parameters = path_parameters(&route.path, parts.uri.path())?;
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
