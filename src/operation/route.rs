//! Finds the operation of a request.

use super::row::{Operation, PathParameters};
use super::table::OPERATIONS;
use crate::api_gateway::{HttpRequest, RouteError};

/// The operation of a request.
#[derive(Debug)]
pub struct Route {
    /// The row of the table.
    pub operation: &'static Operation,
    /// The values of the parameters in the path.
    pub parameters: PathParameters,
}

/// Finds the operation of a request. Without a registry, operations that need one don't exist.
///
/// # Errors
/// When no operation has the path and query, the query names two, or none of them has the method.
pub fn find(request: &HttpRequest, has_registry: bool) -> Result<Route, RouteError> {
    let mut names = request.parameters("operation");
    let name = names.next();
    if names.next().is_some() {
        return Err(RouteError::NoSuchRoute);
    }
    find_in(OPERATIONS, has_registry, request.method.as_str(), &request.path, name)
}

fn find_in(
    operations: &'static [Operation],
    has_registry: bool,
    method: &str,
    path: &str,
    query: Option<&str>,
) -> Result<Route, RouteError> {
    // Some of Chime's operations differ only in the query. Reading CreateMeetingWithAttendees as CreateMeeting would
    // silently drop the attendees.
    let exists = |operation: &&Operation| has_registry || !operation.needs_registry;
    let candidates = operations.iter().filter(exists).filter(|operation| operation.query == query);
    let mut allow = Vec::new();
    for operation in candidates {
        let Some(parameters) = PathParameters::read(operation.path, path) else { continue };
        if operation.method == method {
            return Ok(Route { operation, parameters });
        }
        allow.push(operation.method.clone());
    }
    if allow.is_empty() { Err(RouteError::NoSuchRoute) } else { Err(RouteError::MethodNotAllowed { allow }) }
}

#[cfg(test)]
mod tests {
    use http::Method;

    use super::super::create_meeting::CreateMeeting;
    use super::super::row::Handler;
    use super::*;
    use crate::chime::Repeat;
    use crate::policy::Create;

    const fn row(
        name: &'static str,
        method: Method,
        path: &'static str,
        query: Option<&'static str>,
    ) -> Operation {
        Operation {
            name,
            method,
            path,
            query,
            success: 200,
            repeat: Repeat::Always,
            needs_registry: false,
            handler: Handler::new::<Create, CreateMeeting>(),
        }
    }

    const ROWS: &[Operation] = &[
        row("Create", Method::POST, "/meetings", None),
        row("CreateWith", Method::POST, "/meetings", Some("create-attendees")),
        row("Get", Method::GET, "/meetings/{MeetingId}", None),
        row("Delete", Method::DELETE, "/meetings/{MeetingId}", None),
        row("GetAttendee", Method::GET, "/meetings/{MeetingId}/attendees/{AttendeeId}", None),
    ];

    fn found(method: &str, path: &str, query: Option<&str>) -> String {
        match find_in(ROWS, true, method, path, query) {
            Ok(route) => {
                let values: Vec<&str> = route.parameters.iter().map(|(_, value)| value).collect();
                format!("{} {values:?}", route.operation.name)
            }
            Err(RouteError::NoSuchRoute) => "404".to_owned(),
            Err(RouteError::MethodNotAllowed { allow }) => format!("405 {allow:?}"),
        }
    }

    #[test]
    fn finds_operations_by_method_path_and_query() {
        for (method, path, query, expected, why) in [
            ("POST", "/meetings", None, "Create []", "a path without parameters"),
            ("POST", "/meetings", Some("create-attendees"), "CreateWith []", "another query"),
            ("POST", "/meetings", Some("other"), "404", "no such operation"),
            ("POST", "/meetings", Some(""), "404", "an empty name is not the same as none"),
            ("GET", "/meetings", None, "405 [POST]", "no such method"),
            ("GET", "/meetings/m", None, r#"Get ["m"]"#, "one parameter"),
            ("POST", "/meetings/m", None, "405 [GET, DELETE]", "both methods of the path"),
            ("GET", "/meetings/m/attendees/a", None, r#"GetAttendee ["m", "a"]"#, "two parameters"),
            ("GET", "/meetings/m/attendees", None, "404", "a segment less"),
            ("GET", "/meetings/m/other/a", None, "404", "another segment"),
            ("GET", "/meetings/", None, "404", "a parameter is not empty"),
            ("GET", "/meetings/m/", None, "404", "a slash at the end"),
            ("get", "/meetings/m", None, "405 [GET, DELETE]", "methods are case-sensitive"),
            ("GET", "/Meetings/m", None, "404", "so are paths"),
        ] {
            assert_eq!(found(method, path, query), expected, "{method} {path} {query:?}: {why}");
        }
    }

    #[test]
    fn without_a_registry_its_operations_are_like_no_route() {
        const ROOM: &[Operation] = &[Operation {
            name: "GetRoom",
            method: Method::GET,
            path: "/rooms/{RoomId}",
            query: None,
            success: 200,
            repeat: Repeat::Always,
            needs_registry: true,
            handler: Handler::new::<Create, CreateMeeting>(),
        }];
        let of = |has_registry, method| find_in(ROOM, has_registry, method, "/rooms/standup", None);
        assert!(of(true, "GET").is_ok());
        assert!(matches!(of(true, "PUT"), Err(RouteError::MethodNotAllowed { .. })));
        for method in ["GET", "PUT"] {
            assert!(matches!(of(false, method), Err(RouteError::NoSuchRoute)), "{method}");
        }
    }

    #[test]
    fn every_operation_has_its_own_route() {
        for operation in OPERATIONS {
            let route = find_in(OPERATIONS, true, operation.method.as_str(), operation.path, operation.query)
                .unwrap();
            assert_eq!(route.operation.name, operation.name);
        }
    }
}
