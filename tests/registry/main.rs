//! The registry's requests against a DynamoDB endpoint: the one that `local` plays, or any other that the variable `REGISTRY_ENDPOINT`
//! names. Each condition is tried with just enough and with just too little, and each write as its own repeat.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod events;
mod faults;
mod items;
mod meetings;
mod publish;
mod rooms;
mod slots;
mod table;
mod usage;
