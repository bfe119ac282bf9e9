//! The HTTPS client for AWS and the issuers' keys, and what all that call AWS with it have in common.

mod causes;
mod client_config;
mod connect_ahead;
mod connector;
mod retry;
mod roots;

pub(crate) use causes::{causes, chain_of_causes};
pub(crate) use client_config::client_config;
pub use connector::Outbound;
pub(crate) use retry::{backoff, time_for_attempt};
pub use roots::BUILT_IN_ROOTS;
