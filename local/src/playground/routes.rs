//! What the page can ask for: one table, by which requests are found and which the 404 lists.

use hyper::Method;
use hyper::http::request::Parts;
use meeting_gateway::operation::PathParameters;

use super::answer::Error;

/// What a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Endpoint {
    State,
    Token,
    Explain,
    CheckPolicy,
    Policy,
    TryPolicy,
    EndTrial,
    Exchanges,
    Events,
    ArmFault,
    DisarmFaults,
    EndMeeting,
    SendEvents,
    Queue,
    HoldQueue,
    Message,
    Shuffle,
    Usage,
}

const ROUTES: &[(Method, &str, Endpoint)] = &[
    (Method::GET, "/local/state", Endpoint::State),
    (Method::POST, "/local/token", Endpoint::Token),
    (Method::POST, "/local/explain", Endpoint::Explain),
    (Method::POST, "/local/policy/check", Endpoint::CheckPolicy),
    (Method::GET, "/local/policy", Endpoint::Policy),
    (Method::PUT, "/local/policy", Endpoint::TryPolicy),
    (Method::DELETE, "/local/policy", Endpoint::EndTrial),
    (Method::GET, "/local/exchanges", Endpoint::Exchanges),
    (Method::GET, "/local/events", Endpoint::Events),
    (Method::POST, "/local/faults", Endpoint::ArmFault),
    (Method::DELETE, "/local/faults", Endpoint::DisarmFaults),
    (Method::DELETE, "/local/meetings/{id}", Endpoint::EndMeeting),
    (Method::POST, "/local/meetings/{id}/events", Endpoint::SendEvents),
    (Method::GET, "/local/queue", Endpoint::Queue),
    (Method::PUT, "/local/queue", Endpoint::HoldQueue),
    (Method::POST, "/local/queue/messages/{id}", Endpoint::Message),
    (Method::POST, "/local/queue/shuffle", Endpoint::Shuffle),
    (Method::GET, "/local/usage", Endpoint::Usage),
];

/// What a request asks for, with the parameters of its path. HEAD asks for what GET does, and is answered without the body.
///
/// # Errors
/// 404 with a list of the paths, 405 with the methods of this one.
pub(super) fn find(parts: &Parts) -> Result<(Endpoint, PathParameters), Error> {
    let path = parts.uri.path();
    let asked = if parts.method == Method::HEAD { &Method::GET } else { &parts.method };
    let of_path = ROUTES.iter().filter_map(|route| Some((route, PathParameters::read(route.1, path)?)));
    let mut methods = Vec::new();
    for ((method, _, endpoint), parameters) in of_path {
        if method == asked {
            return Ok((*endpoint, parameters));
        }
        methods.push(method.as_str());
        if method == Method::GET {
            methods.push(Method::HEAD.as_str());
        }
    }
    if methods.is_empty() {
        let all: Vec<String> = ROUTES.iter().map(|(method, path, _)| format!("{method} {path}")).collect();
        return Err(Error::not_found(format!("there is no {path}; there are {}", all.join(", "))));
    }
    Err(Error::method_not_allowed(methods.join(", ")))
}
