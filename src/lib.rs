//! The meeting gateway: HTTPS requests in, Amazon Chime SDK meetings out, under each tenant's policy.
//!
//! The path of a request, which is the order of the modules:
//!
//! 1. [`lambda`] takes an event from the Lambda Runtime API, [`gateway`] leads it through the rest.
//! 2. [`http`] makes one request type of API Gateway's events, and finds the operation.
//! 3. [`auth`] makes a [`Caller`](auth::Caller) of the authorizer's claims or of a bearer token. Nothing else can.
//! 4. [`meeting`] reads the body into types that cannot hold a bad value, by way of [`json`], which keeps repeats.
//! 5. [`policy`] makes a [`MeetingPlan`](policy::MeetingPlan) of a caller and a request, or lists every
//!    [`finding`]. Nothing else can.
//! 6. [`chime`] takes a plan, and nothing else, and gives back what Chime answered.
//! 7. [`http`] writes the answer, or the problem that a [`refusal`] is to the client.
//!
//! [`outbound`] is the HTTPS client of 3 and 6. [`config`] and [`telemetry`] are read once, and [`start`] makes the
//! gateway of them.

pub mod lambda;

pub mod gateway;

pub mod http;

pub mod auth;

pub mod json;
pub mod meeting;

pub mod policy;

pub mod finding;

pub mod chime;

pub mod outbound;

pub mod refusal;

pub mod config;
pub mod start;
pub mod telemetry;
