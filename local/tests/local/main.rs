//! The local tools as their users see them: over sockets, as processes, through their public functions.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "a test fails by panicking, and its helpers are outside of #[test]"
)]

mod account;
mod attendees;
mod capabilities;
mod captured_sqs;
mod commands;
mod constraints;
mod dynamodb;
mod dynamodb_faults;
mod event_stream;
mod events;
mod exchange;
mod explain;
mod faults;
mod foreign_requests;
mod front;
mod issuer;
mod model;
mod playground;
mod playground_explain;
mod playground_policy;
mod playground_simulation;
mod program;
mod queue;
mod registry;
mod runtime_api;
mod rust_sdk;
mod sdk;
mod simulator;
mod stack_tag;
mod template;

/// The recipe of docs/clients.md, as it stands there.
#[expect(dead_code, reason = "its `main` needs the SDK's default HTTP client, and `rust_sdk` brings another")]
#[expect(clippy::print_stdout, reason = "a reader of the page sees what it did")]
mod recipe {
    include!(concat!(env!("OUT_DIR"), "/recipe.rs"));

    pub(crate) fn configured(gateway: &str, token: &str) -> Builder {
        configuration(gateway, token)
    }

    pub(crate) async fn run(chime: &Client) -> Result<(), BoxError> {
        create_and_join(chime).await
    }
}
