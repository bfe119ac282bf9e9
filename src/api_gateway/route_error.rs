//! Why a request matches no operation.

use http::Method;

/// Why a request matches no operation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RouteError {
    /// There is no such path, or no such `operation` on the path.
    #[error("no such route")]
    NoSuchRoute,
    /// The path exists, but not with that method.
    #[error("the route has no such method")]
    MethodNotAllowed {
        /// The methods of the path.
        allow: Vec<Method>,
    },
}
