//! Why the registry keeps a request from being served.

use crate::model::Limits;

/// The table did not answer in time, or can't be used. The log says why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the registry's table did not answer in time")]
pub struct Unavailable;

/// Why the registry keeps a request from being served. The text is for the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RegistryError {
    /// The room has no meeting, and the caller may not open it.
    #[error("the room is not open, and the caller may not open it")]
    RoomNotOpen,
    /// The room's meeting goes on, and its TenantIds are not the tenant's any more: the policy has changed.
    #[error("the room's meeting has TenantIds that are not the tenant's any more")]
    RoomOfOtherTenantIds,
    /// The tenant has as many open meetings as its limit allows. The text names the limit.
    #[error("the tenant has as many open meetings as `OpenMeetings` allows: {0}")]
    TenantLimit(u16),
    /// The caller has as many open meetings as the tenant's limit allows.
    #[error("the caller has as many open meetings as `OpenMeetingsPerCaller` allows: {0}")]
    CallerLimit(u16),
    /// The table did not answer, or changed too often meanwhile.
    #[error("the registry's table did not answer in time, or changed too often meanwhile")]
    Unavailable,
}

impl RegistryError {
    /// The name and the value of the limit that was reached.
    #[must_use]
    pub fn limit(self) -> Option<(&'static str, u16)> {
        let [tenants, callers] = Limits::NAMES;
        match self {
            RegistryError::TenantLimit(limit) => Some((tenants, limit)),
            RegistryError::CallerLimit(limit) => Some((callers, limit)),
            _ => None,
        }
    }

    /// The error for a full owner.
    #[must_use]
    pub fn of_full(owner: registry_core::Owner, limits: Limits) -> Self {
        match owner {
            registry_core::Owner::Tenant => RegistryError::TenantLimit(limits.open_meetings.unwrap_or(0)),
            registry_core::Owner::Caller(_) => {
                RegistryError::CallerLimit(limits.open_meetings_per_caller.unwrap_or(0))
            }
        }
    }
}
