//! The registry: what the gateway must remember of meetings. Rooms that everybody of a tenant finds, limits on open meetings, and
//! the tenant of each meeting, on one DynamoDB table.
//!
//! [`registry_core`] has the algorithms, without IO. [`Registry`] sends their requests to the table.

mod client;
mod error;
mod names;
mod usage;

pub use client::{Registry, RegistrySettings};
pub use error::RegistryError;
pub use names::{Scope, TableName};
pub use usage::RegistryUsage;
