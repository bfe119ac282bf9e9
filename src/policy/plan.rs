//! What the policy decided to send: the only thing that the Chime edge takes.

use super::rules::TenantIds;
use crate::model::{
    AttendeeCount, ContentResolution, EchoReduction, ExternalMeetingId, IdempotencyKey, MediaRegion,
    MeetingHostId, NetworkType, PrimaryMeetingId, TagKey, TagValue, VideoResolution,
};

/// A meeting that may be created: every member decided.
///
/// [`Admitted::decide`](super::Admitted::decide) makes one, for a caller who may create, and nothing else does:
///
/// ```
/// # use meeting_gateway::{model::MeetingRequest, policy::{Admitted, Create, MeetingPlan}};
/// fn decide(caller: Admitted<'_, Create>, request: MeetingRequest) -> MeetingPlan {
///     caller.decide(request).unwrap()
/// }
/// ```
///
/// ```compile_fail
/// # use meeting_gateway::{auth::Caller, model::MeetingRequest, policy::MeetingPlan};
/// fn decide(caller: Caller, request: MeetingRequest) -> MeetingPlan {
///     caller.decide(request).unwrap()
/// }
/// ```
#[derive(Debug)]
pub struct MeetingPlan {
    pub(super) tenant: String,
    pub(super) subject: String,
    pub(super) idempotency_key: Option<IdempotencyKey>,
    pub(super) external_meeting_id: ExternalMeetingId,
    pub(super) media_region: MediaRegion,
    pub(super) network_type: Option<NetworkType>,
    pub(super) meeting_host_id: Option<MeetingHostId>,
    pub(super) primary_meeting_id: Option<PrimaryMeetingId>,
    pub(super) features: Features,
    pub(super) tenant_ids: TenantIds,
    pub(super) tags: Vec<(TagKey, TagValue)>,
}

/// MeetingFeatures, leaf by leaf; what is `None` is not sent and left to Chime's default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Features {
    /// Audio.EchoReduction
    pub echo_reduction: Option<EchoReduction>,
    /// Video.MaxResolution
    pub video_resolution: Option<VideoResolution>,
    /// Content.MaxResolution
    pub content_resolution: Option<ContentResolution>,
    /// Attendee.MaxCount
    pub attendee_count: Option<AttendeeCount>,
}

impl MeetingPlan {
    /// The tenant whose meeting it will be.
    #[must_use]
    pub fn tenant(&self) -> &str {
        &self.tenant
    }

    /// The subject of the caller's token.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The caller's idempotency key, when there is one.
    #[must_use]
    pub fn idempotency_key(&self) -> Option<&IdempotencyKey> {
        self.idempotency_key.as_ref()
    }

    /// ExternalMeetingId
    #[must_use]
    pub fn external_meeting_id(&self) -> &ExternalMeetingId {
        &self.external_meeting_id
    }

    /// MediaRegion
    #[must_use]
    pub fn media_region(&self) -> &MediaRegion {
        &self.media_region
    }

    /// MediaPlacementNetworkType
    #[must_use]
    pub fn network_type(&self) -> Option<NetworkType> {
        self.network_type
    }

    /// MeetingHostId
    #[must_use]
    pub fn meeting_host_id(&self) -> Option<&MeetingHostId> {
        self.meeting_host_id.as_ref()
    }

    /// PrimaryMeetingId. Whose meeting that is, the Chime edge finds out before it creates anything.
    #[must_use]
    pub fn primary_meeting_id(&self) -> Option<&PrimaryMeetingId> {
        self.primary_meeting_id.as_ref()
    }

    /// MeetingFeatures
    #[must_use]
    pub fn features(&self) -> &Features {
        &self.features
    }

    /// TenantIds: never empty, and no other tenant's.
    #[must_use]
    pub fn tenant_ids(&self) -> &TenantIds {
        &self.tenant_ids
    }

    /// Tags, sorted by key, the gateway's own tag not among them.
    #[must_use]
    pub fn tags(&self) -> &[(TagKey, TagValue)] {
        &self.tags
    }
}
