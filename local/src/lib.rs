//! Runs the gateway on one machine: Amazon Chime, the queue of its events, DynamoDB, the token issuer, API Gateway and the
//! Lambda Runtime API, each as small as contributors and tests need it. Never deployed.

mod allowed_hosts;
pub mod clock;
pub mod dynamodb;
pub mod front;
mod http_server;
pub mod issuer;
mod listening;
mod log;
pub mod policy_schema;
pub mod queue;
pub mod rate;
pub mod runtime_api;
pub mod sample_tenants;
mod signature;
pub mod simulator;
