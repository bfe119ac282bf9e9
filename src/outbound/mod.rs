//! The HTTPS client for Chime and the issuers' keys.

mod causes;
mod connect_ahead;
mod connector;
mod roots;

pub(crate) use causes::{causes, chain_of_causes};
pub use connector::Outbound;
pub use roots::BUILT_IN_ROOTS;
