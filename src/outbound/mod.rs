//! HTTPS out of the function, to Chime and to issuers' keys: one client, the authorities it trusts, and connections
//! opened before they are needed.

mod connect_ahead;
mod connector;
mod roots;

use std::error::Error;

pub use connector::Outbound;
pub use roots::BUILT_IN_ROOTS;

/// An error of the client and what caused it, outermost first.
pub(crate) fn causes<'e>(
    error: &'e (dyn Error + 'static),
) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error: &&'e (dyn Error + 'static)| (*error).source())
}

/// The same in one line for the log.
pub(crate) fn chain_of_causes(error: &(dyn Error + 'static)) -> String {
    causes(error).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// The authorities that a connection's certificate is checked against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trust {
    /// The few that are built in. Tried first for AWS's own hosts: reading a whole system's store takes some nine million
    /// instructions, twice what all else does until the first request is answered.
    BuiltIn,
    /// Those that the system has.
    System,
}
