//! The meeting gateway: creates Amazon Chime SDK meetings for HTTPS requests, under each tenant's policy.
//!
//! The path of a request, in the order of the modules:
//!
//! 1. [`lambda`] gets an event from the Lambda Runtime API, and [`gateway`] runs the other steps.
//! 2. [`api_gateway`] reads the event into a request, and [`operation`] finds its operation.
//! 3. [`auth`] authenticates the [`Caller`](auth::Caller) by the authorizer's claims or a bearer token.
//! 4. [`policy`] checks that the caller has the right to the operation: [`Admitted`](policy::Admitted).
//! 5. [`model`] reads the body into types that can't have an invalid value. [`json`] keeps repeated members.
//! 6. [`policy`] decides every member: a [`MeetingPlan`](policy::MeetingPlan), or a [`finding`] for each broken rule.
//! 7. [`chime`] proves that a meeting is the tenant's, calls Chime and returns its answer.
//! 8. [`api_gateway`] writes the answer, or the [`problem`] for a [`request_error`]. The [`request_line`] logs it.
//!
//! Rooms and limits rest on the [`registry`]: an operation runs the algorithms of [`registry_core`], which ask its table and Chime.
//!
//! Only these modules can make the types of steps 3, 4 and 6. [`outbound`] is the HTTPS client of 3, 7 and the registry.
//!
//! [`notifications`] is the stack's other function, which reads the queue of meeting events.
//!
//! A [`process`] reads its [`settings`] into a [`config`], makes its function from it ([`start`]), and writes its log by
//! [`telemetry`].

pub mod lambda;

pub mod gateway;

pub mod operation;

pub mod api_gateway;

pub mod auth;

pub mod policy;

pub mod model;

pub mod json;

pub mod finding;

pub mod chime;

pub mod registry;

mod digest;
pub mod outbound;

pub mod problem;
pub mod request_error;
pub mod request_line;

pub mod notifications;

pub mod config;
pub mod log_text;
pub mod process;
pub mod settings;
pub mod start;
pub mod telemetry;
