//! The registry: what the gateway must remember of meetings. Rooms that everybody of a tenant finds, limits on open meetings, and
//! the tenant of each meeting, on one DynamoDB table.
//!
//! [`registry_core`] has the algorithms, without IO. [`Registry::ask`] sends their requests to the table, each with its condition, and
//! reads the answers. docs/registry.md has the keys, the attributes and the conditions.

mod ask;
mod attempt;
mod client;
mod counting;
mod endpoint;
mod error;
mod items;
mod keys;
mod meetings;
mod names;
mod publish;
mod read;
mod rooms;
mod sessions;
mod slots;
mod table_error;
mod transaction;
mod usage;
mod write;

pub use ask::now;
pub use client::{Registry, RegistrySettings};
pub use endpoint::RegistryEndpoint;
pub use error::{RegistryError, Unavailable};
pub use keys::{caller_key, digest, fresh_generation, meeting_id, meeting_key};
pub use meetings::MeetingRecord;
pub use names::{Scope, TableName};
pub use sessions::EventTime;
pub use usage::RegistryUsage;
