//! What the policy decides to send.

use super::rules::TenantIds;
use crate::model::{ExternalMeetingId, IdempotencyKey, Member, Members, Presence, TagKey, TagValue, Wrap};

/// A meeting that may be created, with every member decided.
///
/// Only [`Admitted::decide`](super::Admitted::decide) makes one, for a caller with the right to create:
///
/// ```
/// # use meeting_gateway::{model::MeetingRequest, policy::{Admitted, Create, MeetingPlan}};
/// fn decide(caller: Admitted<'_, Create>, request: MeetingRequest) -> MeetingPlan {
///     caller.decide(request).unwrap()
/// }
/// ```
///
/// ```compile_fail,E0599
/// # use meeting_gateway::{auth::Caller, model::MeetingRequest, policy::MeetingPlan};
/// fn decide(caller: Caller, request: MeetingRequest) -> MeetingPlan {
///     caller.decide(request).unwrap()
/// }
/// ```
///
/// ```compile_fail,E0451
/// # use meeting_gateway::policy::MeetingPlan;
/// fn forge(plan: MeetingPlan) -> MeetingPlan {
///     MeetingPlan { ..plan }
/// }
/// ```
#[derive(Debug)]
pub struct MeetingPlan {
    pub(super) tenant: String,
    pub(super) subject: String,
    pub(super) idempotency_key: Option<IdempotencyKey>,
    pub(super) external_meeting_id: ExternalMeetingId,
    pub(super) members: Members<Sent>,
    pub(super) tenant_ids: TenantIds,
    pub(super) tags: Vec<(TagKey, TagValue)>,
}

/// What is sent for each member that a policy decides. `None` leaves it to Chime's default.
#[derive(Debug, Clone, Copy)]
pub struct Sent;

impl Wrap for Sent {
    type Of<M: Member> = <M::Presence as Presence>::Of<M>;
}

impl MeetingPlan {
    /// The caller's tenant.
    #[must_use]
    pub fn tenant(&self) -> &str {
        &self.tenant
    }

    /// The subject of the caller's token.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The caller's idempotency key, if any.
    #[must_use]
    pub fn idempotency_key(&self) -> Option<&IdempotencyKey> {
        self.idempotency_key.as_ref()
    }

    /// ExternalMeetingId.
    #[must_use]
    pub fn external_meeting_id(&self) -> &ExternalMeetingId {
        &self.external_meeting_id
    }

    /// The members that the policy decides. Whether a primary is the tenant's is for `chime` to prove.
    #[must_use]
    pub fn members(&self) -> &Members<Sent> {
        &self.members
    }

    /// TenantIds. Never empty, and never another tenant's.
    #[must_use]
    pub fn tenant_ids(&self) -> &TenantIds {
        &self.tenant_ids
    }

    /// Tags sorted by key, without the gateway's own tag.
    #[must_use]
    pub fn tags(&self) -> &[(TagKey, TagValue)] {
        &self.tags
    }
}
