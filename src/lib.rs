//! The meeting gateway: HTTPS requests in, Amazon Chime SDK meetings out, under each tenant's policy.
//!
//! The path of a request, which is the order of the modules:
//!
//! 1. [`lambda`] takes an event from the Lambda Runtime API, [`gateway`] leads it through the rest.
//! 2. [`api_gateway`] makes one request type of API Gateway's events, and [`operation`] finds the row that it is for.
//! 3. [`auth`] makes a [`Caller`](auth::Caller) of the authorizer's claims or of a bearer token. Nothing else can.
//! 4. [`policy`] makes an [`Admitted`](policy::Admitted) of a caller who has the operation's right. Nothing else can.
//! 5. [`model`] reads the body into types that cannot hold a bad value, by way of [`json`], which keeps repeats.
//! 6. [`policy`] makes a [`MeetingPlan`](policy::MeetingPlan) of both, or lists every [`finding`]. Nothing else can.
//! 7. [`chime`] proves that a meeting is the tenant's, asks Chime, and gives back what it answered.
//! 8. [`api_gateway`] writes the answer, or the [`problem`] that a [`request_error`] is to the client.
//!
//! [`outbound`] is the HTTPS client of 3 and 7. [`settings`] are read into a [`config`], of which [`start`] makes the
//! gateway; [`telemetry`] starts the log.

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

pub mod outbound;

pub mod problem;
pub mod request_error;

pub mod config;
pub mod settings;
pub mod start;
pub mod telemetry;
