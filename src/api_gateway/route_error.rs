//! Why a request matches no operation.

use http::Method;

/// Why a request matches no operation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RouteError {
    /// There is no such path, or the path has no such `operation` in its query.
    #[error("no such route")]
    NoSuchRoute,
    /// The path exists, but not with that method.
    #[error("the route has no such method")]
    MethodNotAllowed {
        /// The methods that it has.
        allow: Vec<Method>,
    },
}
