//! HTTPS out of the function, to Chime and to issuers' keys: one client, the authorities it trusts, and connections
//! opened before they are needed.

mod causes;
mod connect_ahead;
mod connector;
mod roots;

pub(crate) use causes::{causes, chain_of_causes};
pub use connector::Outbound;
pub use roots::BUILT_IN_ROOTS;
