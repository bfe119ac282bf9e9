//! Attendees as the policy decides them: before the meeting is known, and for a meeting.

use crate::finding::{Finding, Findings};
use crate::model::{
    AttendeeId, Capabilities, Capability, Exactly, ExternalUserId, MeetingMedia, ToWire as _,
};

/// An attendee that may be created, as far as it does not depend on the meeting.
///
/// Only [`Admitted::decide_attendee`](super::Admitted::decide_attendee) makes one.
#[derive(Debug, Clone)]
pub struct AttendeePlan {
    pub(super) index: Option<usize>,
    pub(super) external_user_id: ExternalUserId,
    pub(super) choice: Choice,
}

/// Who chose the capabilities.
#[derive(Debug, Clone)]
pub(super) enum Choice {
    /// Nobody: none are sent.
    Chime,
    /// The policy.
    Policy(Capabilities<Exactly>),
    /// The caller.
    Caller {
        capabilities: Capabilities<Exactly>,
        /// The findings for a `None` that the policy allows only in a meeting that demands it.
        unless_demanded: UnlessDemanded,
    },
}

/// Findings that hold unless the meeting lacks the media.
#[derive(Debug, Clone, Default)]
pub(super) struct UnlessDemanded {
    pub(super) video: Option<Finding>,
    pub(super) content: Option<Finding>,
}

/// An attendee for a meeting with certain media.
///
/// Only [`AttendeePlan::fit`] and [`Admitted::decide_with_attendees`](super::Admitted::decide_with_attendees) make one:
///
/// ```
/// # use meeting_gateway::{model::MeetingMedia, policy::{AttendeePlan, NewAttendee}};
/// fn fit(plan: AttendeePlan, media: MeetingMedia) -> NewAttendee {
///     plan.fit(media).unwrap()
/// }
/// ```
///
/// ```compile_fail,E0451
/// # use meeting_gateway::{model::ExternalUserId, policy::NewAttendee};
/// fn forge(external_user_id: ExternalUserId) -> NewAttendee {
///     NewAttendee { external_user_id, capabilities: None }
/// }
/// ```
#[derive(Debug)]
pub struct NewAttendee {
    external_user_id: ExternalUserId,
    capabilities: Option<Capabilities<Exactly>>,
}

/// New capabilities that a moderator may set, as far as they do not depend on the meeting.
///
/// Only [`Admitted::decide_capabilities`](super::Admitted::decide_capabilities) makes one.
#[derive(Debug)]
pub struct CapabilitiesPlan {
    pub(super) capabilities: Capabilities<Exactly>,
    pub(super) excluded: Vec<AttendeeId>,
}

/// New capabilities for a meeting with certain media. Only [`CapabilitiesPlan::fit`] makes one.
#[derive(Debug)]
pub struct NewCapabilities {
    capabilities: Capabilities<Exactly>,
    excluded: Vec<AttendeeId>,
}

impl AttendeePlan {
    /// Checks that a meeting with these media has what the caller asked for.
    ///
    /// # Errors
    /// A finding for each capability that the caller asked for and the meeting does not have.
    pub fn check(&self, media: MeetingMedia) -> Result<(), Findings> {
        let findings = self.choice.check(media, self.index);
        if findings.is_empty() { Ok(()) } else { Err(findings) }
    }

    /// The attendee for a meeting with these media. Capabilities from the policy are lowered to what the meeting has.
    ///
    /// # Errors
    /// A finding for each capability that the caller asked for and the meeting does not have.
    pub fn fit(self, media: MeetingMedia) -> Result<NewAttendee, Findings> {
        self.check(media)?;
        let capabilities = match self.choice {
            Choice::Chime => None,
            Choice::Policy(capabilities) => Some(capabilities.lowered_to(media)),
            Choice::Caller { capabilities, .. } => Some(capabilities),
        };
        Ok(NewAttendee { external_user_id: self.external_user_id, capabilities })
    }

    /// Fits every attendee.
    ///
    /// # Errors
    /// The findings of all of them.
    pub fn fit_all(plans: Vec<AttendeePlan>, media: MeetingMedia) -> Result<Vec<NewAttendee>, Findings> {
        let mut findings = Findings::default();
        let fitted =
            plans.into_iter().filter_map(|plan| plan.fit(media).map_err(|found| findings.append(found)).ok());
        let fitted: Vec<NewAttendee> = fitted.collect();
        if findings.is_empty() { Ok(fitted) } else { Err(findings) }
    }
}

impl Choice {
    /// Checks what the caller asked for against a meeting's media.
    pub(super) fn check(&self, media: MeetingMedia, index: Option<usize>) -> Findings {
        let Choice::Caller { capabilities, unless_demanded } = self else { return Findings::default() };
        let mut findings = check_media(capabilities, media, index);
        let video = unless_demanded.video.iter().filter(|_| media.video);
        let content = unless_demanded.content.iter().filter(|_| media.content);
        video.chain(content).for_each(|finding| findings.push(finding.clone()));
        findings
    }
}

impl NewAttendee {
    /// ExternalUserId.
    #[must_use]
    pub fn external_user_id(&self) -> &ExternalUserId {
        &self.external_user_id
    }

    /// The capabilities. `None` leaves them to Chime's default.
    #[must_use]
    pub fn capabilities(&self) -> Option<&Capabilities<Exactly>> {
        self.capabilities.as_ref()
    }
}

impl CapabilitiesPlan {
    /// The capabilities for a meeting with these media.
    ///
    /// # Errors
    /// A finding for each capability that the meeting does not have.
    pub fn fit(self, media: MeetingMedia) -> Result<NewCapabilities, Findings> {
        let findings = check_media(&self.capabilities, media, None);
        if !findings.is_empty() {
            return Err(findings);
        }
        Ok(NewCapabilities { capabilities: self.capabilities, excluded: self.excluded })
    }
}

impl NewCapabilities {
    /// The capabilities.
    #[must_use]
    pub fn capabilities(&self) -> &Capabilities<Exactly> {
        &self.capabilities
    }

    /// The attendees that keep theirs.
    #[must_use]
    pub fn excluded(&self) -> &[AttendeeId] {
        &self.excluded
    }
}

/// Chime refuses video or content above `None` in a meeting whose MaxResolution for it is `None` (model).
fn check_media(capabilities: &Capabilities<Exactly>, media: MeetingMedia, index: Option<usize>) -> Findings {
    let mut findings = Findings::default();
    let mut check = |has: bool, capability: Capability, kind: &str| {
        if !has && capability != Capability::None {
            let pointer = pointer(index, kind);
            let detail =
                format!("must be `{}`: the meeting has no {}", Capability::None.wire(), kind.to_lowercase());
            findings.push(Finding::breaks_model(pointer, detail));
        }
    };
    check(media.video, capabilities.video.0, "Video");
    check(media.content, capabilities.content.0, "Content");
    findings
}

/// The pointer to a kind of capability.
pub(super) fn pointer(index: Option<usize>, kind: &str) -> String {
    match index {
        None => format!("#/Capabilities/{kind}"),
        Some(index) => format!("#/Attendees/{index}/Capabilities/{kind}"),
    }
}
