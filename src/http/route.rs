//! Which operation a request is for.

use super::HttpRequest;

/// An operation that the gateway serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// `POST /meetings`
    CreateMeeting,
}

/// Why a request is for none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RouteError {
    /// There is no such path or operation.
    NoSuchRoute,
    /// The path is there, without that method. These methods it has.
    MethodNotAllowed {
        /// The value of the header `Allow`.
        allow: &'static str,
    },
}

/// Finds the operation that a request is for.
///
/// # Errors
/// When there is no such route, or the route has no such method.
pub fn route(request: &HttpRequest) -> Result<Route, RouteError> {
    // Chime tells CreateMeetingWithAttendees from CreateMeeting by the query alone. To read the one as the other would
    // drop the attendees in silence.
    match (request.path.as_str(), &request.operation, request.method.as_str()) {
        ("/meetings", None, "POST") => Ok(Route::CreateMeeting),
        ("/meetings", None, _) => Err(RouteError::MethodNotAllowed { allow: "POST" }),
        _ => Err(RouteError::NoSuchRoute),
    }
}
