//! Runs the gateway on one machine: Amazon Chime, the token issuer, API Gateway and the Lambda Runtime API, each as small
//! as contributors and tests need it. Never deployed.

mod listening;
pub mod simulator;
