//! What the policy decides to send.

use serde_json::{Value, json};

use super::rules::TenantIds;
use crate::model::{
    ContentResolution, ExternalMeetingId, IdempotencyKey, MeetingMedia, Member, Members, OfMeeting, Presence,
    TagKey, TagValue, VideoResolution, Visit, Wire, Wrap,
};

/// A meeting that may be created, with every member decided.
///
/// Only [`Admitted::decide`](super::Admitted::decide), and what decides a meeting as a part of a request, make one, for a
/// caller with the right to create:
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

    /// The media that the meeting will have.
    #[must_use]
    pub fn media(&self) -> MeetingMedia {
        MeetingMedia {
            video: self.members.video_resolution != Some(VideoResolution::None),
            content: self.members.content_resolution != Some(ContentResolution::None),
        }
    }

    /// A text of everything that was decided about the meeting, for a digest. Two plans have the same text exactly when Chime
    /// would get the same members, whoever asked and whether a value was asked for or is the policy's.
    ///
    /// JSON: a list of names with values, in a fixed order, and nothing for a member that is not sent. So the text stays the
    /// same when a later release knows more members. It has sensitive members and must not be logged.
    #[must_use]
    pub fn canonical(&self) -> String {
        let mut listed = Listed { sent: &self.members, members: Vec::new() };
        Members::visit(&mut listed);
        let ids: Vec<&str> = self.tenant_ids.iter().map(|id| id.as_str()).collect();
        let tags: Vec<[&str; 2]> =
            self.tags.iter().map(|(key, value)| [key.as_str(), value.as_str()]).collect();
        listed.members.extend([
            json!(["ExternalMeetingId", self.external_meeting_id.as_str()]),
            json!(["TenantIds", ids]),
            json!(["Tags", tags]),
        ]);
        Value::Array(listed.members).to_string()
    }
}

/// Lists what is sent for each member.
struct Listed<'l> {
    sent: &'l Members<Sent>,
    members: Vec<Value>,
}

impl Visit<OfMeeting> for Listed<'_> {
    fn visit<M: Member<Group = OfMeeting>>(&mut self) {
        let sent = M::Presence::value(M::of::<Sent>(self.sent));
        self.members.extend(sent.map(|value| match value.wire() {
            Wire::Text(text) => json!([M::NAME, text]),
            Wire::Number(number) => json!([M::NAME, number]),
        }));
    }
}
