//! What a tenant's policy comes to once everything is merged: the form that requests are decided by.

use std::sync::Arc;

use super::document::Name;
use crate::model::{
    AttendeeCount, ContentResolution, EchoReduction, MediaRegion, MeetingHostId, NetworkType, TagKey,
    TagValue, TenantId, VideoResolution,
};

/// One tenant's policy. Tenants that differ in nothing share what they have in common.
#[derive(Debug, Clone)]
pub(super) struct TenantPolicy {
    /// Never empty, and no two tenants share one.
    pub(super) tenant_ids: TenantIds,
    pub(super) members: Arc<MemberRules>,
    pub(super) tags: TagRules,
    pub(super) callers: Arc<CallerRules>,
}

/// A tenant's labels at Chime. Only a policy that was loaded makes them, so that no step can take another tenant's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantIds(pub(super) Vec<TenantId>);

impl TenantIds {
    /// The ids.
    pub fn iter(&self) -> impl Iterator<Item = &TenantId> {
        self.0.iter()
    }

    /// Whether one of them is that text.
    #[must_use]
    pub fn contains(&self, text: &str) -> bool {
        self.0.iter().any(|id| id.as_str() == text)
    }

    /// Ids for the tests of what comes after the decision.
    #[cfg(test)]
    pub(crate) fn for_tests(ids: &[&str]) -> Self {
        TenantIds(ids.iter().map(|id| TenantId::parse(id).unwrap()).collect())
    }
}

/// The rule for one member: `T` is its value, `A` what bounds a caller's choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Rule<T, A> {
    /// Always this; the caller may not set it.
    Fixed(T),
    /// What is sent when the caller is silent, and what the caller may ask for.
    Open { default: Option<T>, allowed: Option<A> },
}

/// A rule whose bound is a ceiling of the same type.
pub(super) type CeilingRule<T> = Rule<T, T>;

#[derive(Debug, Clone)]
pub(super) struct MemberRules {
    pub(super) media_region: Rule<MediaRegion, Vec<MediaRegion>>,
    pub(super) network_type: CeilingRule<NetworkType>,
    pub(super) meeting_host_id: Rule<MeetingHostId, ()>,
    pub(super) echo_reduction: CeilingRule<EchoReduction>,
    pub(super) video_resolution: CeilingRule<VideoResolution>,
    pub(super) content_resolution: CeilingRule<ContentResolution>,
    pub(super) attendee_count: CeilingRule<AttendeeCount>,
    pub(super) primary_meeting_id: bool,
}

/// Tags, by key. A fixed key is in neither of the others.
#[derive(Debug, Clone, Default)]
pub(super) struct TagRules {
    pub(super) fixed: Vec<(TagKey, TagValue)>,
    pub(super) default: Vec<(TagKey, TagValue)>,
    pub(super) allowed: Vec<TagKey>,
}

/// Who may create; `None` asks nothing.
#[derive(Debug, Clone, Default)]
pub(super) struct CallerRules {
    pub(super) any_scope: Option<Vec<Name>>,
    pub(super) any_group: Option<Vec<Name>>,
}
