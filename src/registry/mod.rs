//! The registry: what the gateway must remember of meetings. Rooms that everybody of a tenant finds, limits on open meetings, and
//! the tenant of each meeting, on one DynamoDB table.
//!
//! [`registry_core`] has the algorithms, without IO. [`Registry`] sends their requests to the table.

mod client;
mod endpoint;
mod error;
mod keys;
mod names;
mod usage;

pub use client::{Registry, RegistrySettings};
pub use endpoint::RegistryEndpoint;
pub use error::RegistryError;
pub use keys::{caller_key, digest, fresh_generation, meeting_id, meeting_key};
pub use names::{Scope, TableName};
pub use usage::RegistryUsage;
