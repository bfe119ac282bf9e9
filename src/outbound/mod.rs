//! The HTTPS client for AWS and the issuers' keys, and what all that call AWS with it have in common.

mod call_usage;
mod causes;
mod client_config;
mod connect_ahead;
mod connector;
mod retry;
mod roots;

pub use call_usage::CallUsage;
pub(crate) use causes::{causes, chain_of_causes};
pub(crate) use client_config::client_config;
pub use connect_ahead::NOT_OPEN_YET;
pub use connector::Outbound;
pub(crate) use retry::{NoAnswer, RetryLimits, backoff, within};
pub use roots::BUILT_IN_ROOTS;
