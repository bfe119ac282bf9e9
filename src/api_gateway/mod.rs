//! API Gateway's events and the answers to them.

mod answer;
mod body;
mod event;
mod route_error;

pub use answer::{Answer, EventAnswer, PayloadFormat, REQUEST_ID};
pub use body::{Body, BodyError};
pub use event::{AuthorizerContext, HttpRequest, UnknownEventError};
pub use route_error::RouteError;
