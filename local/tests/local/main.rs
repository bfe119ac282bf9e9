//! The local tools as their users see them: over sockets, as processes, through their public functions.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "a test fails by panicking, and its helpers are outside of #[test]"
)]

mod attendees;
mod capabilities;
mod commands;
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
mod stack_tag;
mod template;
