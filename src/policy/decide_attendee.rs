//! The decision on attendees: who may be created by whom, and with which capabilities.

use super::admit::Admitted;
use super::attendee_plan::{AttendeePlan, CapabilitiesPlan, Choice, NewAttendee, UnlessDemanded, pointer};
use super::decide::{MeetingDecision, decide_member};
use super::plan::MeetingPlan;
use super::right::{CreateWithAttendees, CreatesAttendees, JoinOrModerate, Moderate, RightName};
use super::rules::{Rule, Ruled};
use crate::finding::{Finding, Findings};
use crate::model::{
    Asked, AttendeeOwner, AttendeeRequest, AttendeesRequest, Capabilities, CapabilitiesRequest, Capability,
    ContentCapability, Exactly, ExternalUserId, MeetingMedia, MeetingWithAttendeesRequest, Member,
    OfAttendee, Requested, ToWire as _, TryMake, VideoCapability,
};

impl<R: CreatesAttendees> Admitted<'_, R> {
    /// Decides one attendee, as far as it does not depend on the meeting.
    ///
    /// # Errors
    /// Every finding of the request itself, and one for each member that the caller may not ask for.
    pub fn decide_attendee(&self, request: AttendeeRequest) -> Result<AttendeePlan, Findings> {
        self.decide_attendee_in(request, None)
    }

    /// The same. With findings, those that depend on the meeting are among them when its media are known.
    fn decide_attendee_in(
        &self,
        request: AttendeeRequest,
        media: Option<MeetingMedia>,
    ) -> Result<AttendeePlan, Findings> {
        let mut findings = Findings::default();
        let name = self.decide_name(&request, R::OWN_NEEDS_JOIN, &mut findings);
        let is_own = name.as_ref().is_some_and(|name| name.is_own);
        let choice = self.decide_capabilities_of(&request, is_own, &mut findings);
        let mut all = request.findings;
        all.append(findings);
        // INVARIANT (fail closed): only a request without findings becomes an attendee.
        match (name, choice) {
            (Some(name), Some(choice)) if all.is_empty() => {
                let external_user_id = name.external_user_id;
                Ok(AttendeePlan { index: request.index, external_user_id, choice })
            }
            (_, choice) => {
                if let (Some(choice), Some(media)) = (choice, media) {
                    all.append(choice.check(media, request.index));
                }
                Err(all)
            }
        }
    }

    fn decide_name(
        &self,
        request: &AttendeeRequest,
        own_needs_join: bool,
        findings: &mut Findings,
    ) -> Option<Name> {
        let mut refuse = |detail: String| {
            findings.push(Finding::breaks_policy(request.pointer("ExternalUserId"), detail));
            None
        };
        let owner = AttendeeOwner::of_subject(self.caller.subject());
        let is_own = |id: &ExternalUserId| owner.as_ref().is_ok_and(|owner| owner.owns(id.as_str()));
        let external_user_id = match (&request.external_user_id, &owner) {
            // Reading the request has already added the finding.
            (Asked::Invalid, _) => return None,
            (Asked::Value(id), _) if !is_own(id) && self.holds(RightName::Moderate) => {
                return Some(Name { external_user_id: id.clone(), is_own: false });
            }
            (Asked::Value(id), Ok(_)) if !is_own(id) => {
                return refuse(
                    "names another person: it must be the token's subject, with or without `#` and a suffix, unless the \
                     caller has the right Moderate"
                        .to_owned(),
                );
            }
            (_, Err(why)) => return refuse(unusable_subject(why)),
            (Asked::Value(id), Ok(_)) => id.clone(),
            (Asked::Absent, Ok(owner)) => match owner.own_id() {
                Some(id) => id,
                None => {
                    let detail = "is required: the token's subject has one character, and Chime takes two or more. Send \
                                  the subject, `#` and a suffix of your choice";
                    return refuse(detail.to_owned());
                }
            },
        };
        if own_needs_join && !self.holds(RightName::Join) {
            return refuse("is the caller's own, which needs the right Join".to_owned());
        }
        Some(Name { external_user_id, is_own: true })
    }

    /// `None` when there are findings.
    fn decide_capabilities_of(
        &self,
        request: &AttendeeRequest,
        is_own: bool,
        findings: &mut Findings,
    ) -> Option<Choice> {
        let moderates = self.holds(RightName::Moderate);
        let rules = &*self.policy.capabilities;
        match &request.capabilities {
            Asked::Invalid => None,
            Asked::Absent if moderates && is_own => Some(Choice::Chime),
            Asked::Absent => Some(sent_when_unasked(rules).map_or(Choice::Chime, Choice::Policy)),
            Asked::Value(asked) => {
                let unless_demanded = match moderates {
                    true => UnlessDemanded::default(),
                    false => check_allowed(rules, asked, request.index, findings),
                };
                let capabilities = take(asked, request.index, findings)?;
                Some(Choice::Caller { capabilities, unless_demanded })
            }
        }
    }
}

impl Admitted<'_, Moderate> {
    /// Decides every attendee of a list, as far as it does not depend on the meeting.
    ///
    /// # Errors
    /// The findings of all of them.
    pub fn decide_attendees(&self, request: AttendeesRequest) -> Result<Vec<AttendeePlan>, Findings> {
        let mut findings = request.findings;
        let plans = request.attendees.into_iter().filter_map(|attendee| {
            self.decide_attendee(attendee).map_err(|found| findings.append(found)).ok()
        });
        let plans: Vec<AttendeePlan> = plans.collect();
        if findings.is_empty() { Ok(plans) } else { Err(findings) }
    }

    /// Decides new capabilities. A moderator is bound by the model alone.
    ///
    /// # Errors
    /// Every finding of the request.
    pub fn decide_capabilities(&self, request: CapabilitiesRequest) -> Result<CapabilitiesPlan, Findings> {
        let mut findings = request.findings;
        let capabilities = match &request.capabilities {
            Asked::Value(asked) => take(asked, None, &mut findings),
            Asked::Absent | Asked::Invalid => None,
        };
        match capabilities {
            Some(capabilities) if findings.is_empty() => {
                Ok(CapabilitiesPlan { capabilities, excluded: request.excluded })
            }
            _ => Err(findings),
        }
    }
}

impl Admitted<'_, CreateWithAttendees> {
    /// Decides a meeting and its attendees.
    ///
    /// # Errors
    /// Every finding of both.
    pub fn decide_with_attendees(
        &self,
        request: MeetingWithAttendeesRequest,
    ) -> Result<(MeetingPlan, Vec<NewAttendee>), Findings> {
        let MeetingDecision { plan, media, mut findings } = self.decide_meeting(request.meeting);
        let attendees = request.attendees.into_iter().filter_map(|attendee| {
            // A finding leaves the media open. What depends on them is then not checked.
            let plan = self.decide_attendee_in(attendee, media);
            let fitted = plan.and_then(|plan| media.map(|media| plan.fit(media)).transpose());
            fitted.map_err(|found| findings.append(found)).ok().flatten()
        });
        let attendees: Vec<NewAttendee> = attendees.collect();
        match plan {
            Some(plan) if findings.is_empty() => Ok((plan, attendees)),
            _ => Err(findings),
        }
    }
}

impl Admitted<'_, JoinOrModerate> {
    /// Whether the caller may see, and delete, an attendee with that ExternalUserId.
    #[must_use]
    pub fn may_act_on(&self, external_user_id: &str) -> bool {
        self.holds(RightName::Moderate) || self.owner().is_some_and(|owner| owner.owns(external_user_id))
    }
}

impl<R> Admitted<'_, R> {
    /// The owner that the caller is. `None` when the token's subject can't own attendees.
    #[must_use]
    pub fn owner(&self) -> Option<AttendeeOwner> {
        AttendeeOwner::of_subject(self.caller.subject()).ok()
    }
}

/// The name of an attendee.
struct Name {
    external_user_id: ExternalUserId,
    is_own: bool,
}

fn unusable_subject(why: &str) -> String {
    format!(
        "can't be the token's subject, which {why}. The operator can name another claim as the subject (SUBJECT_CLAIM), \
         such as one with the identity provider's user id"
    )
}

/// The capabilities that the policy sends when the caller does not ask for any. `None` when it has no rule for them.
fn sent_when_unasked(rules: &Capabilities<Ruled>) -> Option<Capabilities<Exactly>> {
    let is_written = rules.audio.is_written() || rules.video.is_written() || rules.content.is_written();
    let capabilities = Capabilities {
        audio: or_default(&rules.audio)?,
        video: or_default(&rules.video)?,
        content: or_default(&rules.content)?,
    };
    // Here only content without video that receives is lowered.
    is_written.then(|| capabilities.lowered_to(MeetingMedia { video: true, content: true }))
}

fn or_default<M: Member>(rule: &Rule<M>) -> Option<M> {
    rule.sent_when_unasked().or(M::CHIME_DEFAULT)
}

/// Checks what was asked for against the policy. A `None` that is not allowed is allowed nevertheless where it is what
/// the attendee gets without asking, which may depend on the meeting.
fn check_allowed(
    rules: &Capabilities<Ruled>,
    asked: &Capabilities<Requested>,
    index: Option<usize>,
    findings: &mut Findings,
) -> UnlessDemanded {
    let mut unless_demanded = UnlessDemanded::default();
    decide_member(&rules.audio, &asked.audio, &|| pointer(index, "Audio"), findings);
    if let Some(finding) = refusal(&rules.video, &asked.video, &|| pointer(index, "Video")) {
        match &asked.video {
            Asked::Value(VideoCapability(Capability::None)) => unless_demanded.video = Some(finding),
            _ => findings.push(finding),
        }
    }
    if let Some(finding) = refusal(&rules.content, &asked.content, &|| pointer(index, "Content")) {
        let receives_video = matches!(&asked.video, Asked::Value(video) if video.0.receives());
        match &asked.content {
            Asked::Value(ContentCapability(Capability::None)) if receives_video => {
                unless_demanded.content = Some(finding);
            }
            // Without video that receives, silence brings `None` in any meeting.
            Asked::Value(ContentCapability(Capability::None)) => {}
            _ => findings.push(finding),
        }
    }
    unless_demanded
}

/// The finding for a member that the policy refuses.
fn refusal<M: Member>(rule: &Rule<M>, asked: &Asked<M>, pointer: &dyn Fn() -> String) -> Option<Finding> {
    let mut findings = Findings::default();
    decide_member(rule, asked, pointer, &mut findings);
    findings.listed().first().cloned()
}

/// The values, when all are valid and fit together.
fn take(
    asked: &Capabilities<Requested>,
    index: Option<usize>,
    findings: &mut Findings,
) -> Option<Capabilities<Exactly>> {
    let capabilities = Capabilities::try_make(&mut TakeValues(asked))?;
    if !capabilities.fit_together() {
        let detail = format!(
            "must be `{}`, unless Video is `Receive` or `SendReceive`: Chime refuses content without video that receives",
            Capability::None.wire()
        );
        findings.push(Finding::breaks_model(pointer(index, "Content"), detail));
    }
    Some(capabilities)
}

struct TakeValues<'t>(&'t Capabilities<Requested>);

impl TryMake<OfAttendee, Exactly> for TakeValues<'_> {
    fn try_make<M: Member<Group = OfAttendee>>(&mut self) -> Option<M> {
        match M::of::<Requested>(self.0) {
            Asked::Value(value) => Some(value.clone()),
            Asked::Absent | Asked::Invalid => None,
        }
    }
}
