//! The names that the machines don't know: table, gateway, tenant and room. The edge writes them into keys.

use crate::model::RoomId;

/// The table's name or ARN (`REGISTRY_TABLE`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableName(pub(super) String);

/// Where a machine's requests apply.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'s> {
    /// The gateway (`GATEWAY_NAME`).
    pub gateway: &'s str,
    /// The tenant.
    pub tenant: &'s str,
    /// The room, for requests about one.
    pub room: Option<&'s RoomId>,
}

impl TableName {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
