//! Through the wire: the real `gateway` binary as a process under a Lambda Runtime API, the real SDK client, the Chime
//! simulator and the token issuer on loopback.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod attendees;
mod authorizer;
#[cfg(target_os = "linux")]
mod aws_hosts;
mod aws_variables;
mod bearer;
mod calls;
mod connections;
mod create;
mod discovery;
mod events;
mod fault_matrix;
mod faults;
mod harness;
mod hostile;
mod idempotency;
mod isolation;
mod limits;
mod log_check;
mod model;
#[cfg(feature = "planted-panic")]
mod panic;
mod primary;
mod properties;
mod registry_faults;
mod request_line;
mod requests;
mod rooms;
mod sample_policy;
mod startup;
mod time;
mod unauthorized;
mod who_owns_what;
