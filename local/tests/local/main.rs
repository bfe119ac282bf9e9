//! The local tools as their users see them: over sockets, as processes, through their public functions.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for; its helpers stand outside of #[test]"
)]

mod constraints;
mod exchange;
mod faults;
mod foreign_requests;
mod front;
mod issuer;
mod model;
mod program;
mod runtime_api;
mod sdk;
mod simulator;
mod template;
