//! The API Gateway edge: events in, answers and problems out.

mod answer;
mod event;
mod problem;

mod route;

pub use answer::{Answer, PayloadFormat};
pub use event::{AuthorizerContext, Body, BodyError, HttpRequest, UnknownEventError};

pub use problem::Problem;
pub use route::{Route, RouteError, route};
