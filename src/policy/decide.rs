//! The decision: makes a meeting plan from an admitted caller's request, or returns every finding.

use super::admit::Admitted;
use super::merge_tags::MAX_POLICY_TAGS;
use super::plan::{MeetingPlan, Sent};
use super::right::CreatesMeetings;
use super::rules::{Rule, Ruled, TagRules};
use crate::finding::{Finding, Findings};
use crate::json::Path;
use crate::model::{
    Asked, AskedTag, AttendeeCount, Bound, ContentResolution, Make, MeetingMedia, MeetingRequest, Member,
    Members, OfMeeting, Presence, Requested, TagKey, TagValue, ToWire as _, TryMake, VideoResolution, Wrap,
};

impl<R: CreatesMeetings> Admitted<'_, R> {
    /// Decides every member of the request. A caller may always ask for exactly the value that a request without the
    /// member gets: SDKs require members such as MediaRegion, and repeating a value gains nothing.
    ///
    /// # Errors
    /// Every finding of the request itself, and one for each member that the policy does not allow.
    pub fn decide(self, request: MeetingRequest) -> Result<MeetingPlan, Findings> {
        let MeetingDecision { plan, findings, .. } = self.decide_meeting(request);
        plan.filter(|_| findings.is_empty()).ok_or(findings)
    }

    /// The same, also for a meeting with findings.
    pub(super) fn decide_meeting(&self, request: MeetingRequest) -> MeetingDecision {
        let mut findings = request.findings;
        let (place, rules, asked) = (request.place, &*self.policy.members, &request.members);
        let decided = Members::make(&mut Decide { place, rules, asked, findings: &mut findings });
        check_resolutions(place, &decided, &mut findings);
        let tags = decide_tags(place, &self.policy.tags, request.tags, &mut findings);

        // INVARIANT (fail closed): only a request without findings becomes a plan. Every invalid or refused member has
        // a finding, so there is no third case.
        let plan = match (request.external_meeting_id, findings.is_empty()) {
            (Asked::Value(external_meeting_id), true) => {
                Members::try_make(&mut TakeSent(&decided)).map(|members| MeetingPlan {
                    tenant: self.caller.tenant().to_owned(),
                    subject: self.caller.subject().to_owned(),
                    idempotency_key: request.idempotency_key,
                    external_meeting_id,
                    members,
                    tenant_ids: self.policy.tenant_ids.clone(),
                    tags,
                })
            }
            _ => None,
        };
        MeetingDecision { plan, media: media(&decided), findings }
    }
}

/// What was decided for a meeting.
pub(super) struct MeetingDecision {
    /// `None` when there are findings.
    pub(super) plan: Option<MeetingPlan>,
    /// The media that the meeting has. `None` when a finding leaves it open.
    pub(super) media: Option<MeetingMedia>,
    pub(super) findings: Findings,
}

fn media(decided: &Members<Decided>) -> Option<MeetingMedia> {
    let (Decision::Made(video, _), Decision::Made(content, _)) =
        (&decided.video_resolution, &decided.content_resolution)
    else {
        return None;
    };
    Some(MeetingMedia {
        video: *video != Some(VideoResolution::None),
        content: *content != Some(ContentResolution::None),
    })
}

const FIXED: &str = "is fixed by the tenant's policy: no other value is allowed";
const NOT_ALLOWED: &str = "is not allowed by the tenant's policy";

/// What was decided for one member.
#[derive(Debug)]
pub(super) enum Decision<M> {
    /// The value to send, if any, and who chose it.
    Made(Option<M>, Origin),
    /// The member has a finding.
    Refused,
}

/// Who chose a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    Caller,
    Policy,
    Chime,
}

/// A decision for each member.
#[derive(Debug, Clone, Copy)]
struct Decided;

impl Wrap for Decided {
    type Of<M: Member> = Decision<M>;
}

struct Decide<'d> {
    place: &'static Path<'static>,
    rules: &'d Members<Ruled>,
    asked: &'d Members<Requested>,
    findings: &'d mut Findings,
}

impl Make<OfMeeting, Decided> for Decide<'_> {
    fn make<M: Member<Group = OfMeeting>>(&mut self) -> Decision<M> {
        let pointer = || pointer::<M>(self.place);
        decide_member(M::of::<Ruled>(self.rules), M::of::<Requested>(self.asked), &pointer, self.findings)
    }
}

struct TakeSent<'d>(&'d Members<Decided>);

impl TryMake<OfMeeting, Sent> for TakeSent<'_> {
    fn try_make<M: Member<Group = OfMeeting>>(&mut self) -> Option<<M::Presence as Presence>::Of<M>> {
        match M::of::<Decided>(self.0) {
            Decision::Made(value, _) => M::Presence::of(value.clone()),
            Decision::Refused => None,
        }
    }
}

/// What a request without a member gets.
struct Unasked<M> {
    /// What the gateway sends to Chime, if anything.
    sent: Option<M>,
    /// The value that the meeting then has, if it is known.
    value: Option<M>,
}

impl<M: Member> Unasked<M> {
    fn under(rule: &Rule<M>) -> Self {
        let sent = rule.sent_when_unasked();
        Unasked { value: sent.clone().or(M::CHIME_DEFAULT), sent }
    }

    fn decision(self) -> Decision<M> {
        let origin = if self.sent.is_some() { Origin::Policy } else { Origin::Chime };
        Decision::Made(self.sent, origin)
    }

    /// The decision for a caller who asks for the value that a request without the member gets. The value is sent, so
    /// that Chime's answer is compared with it.
    fn repeated(&self, value: &M) -> Option<Decision<M>> {
        // The caller may ask for no other value, so a value that the policy sends stays the policy's.
        let origin = if self.sent.is_some() { Origin::Policy } else { Origin::Caller };
        (self.value.as_ref() == Some(value)).then(|| Decision::Made(Some(value.clone()), origin))
    }

    /// The detail for a caller who may not choose the value.
    fn refusal(&self) -> String {
        match &self.value {
            Some(value) => value.shown().map_or_else(
                || FIXED.to_owned(),
                |value| format!("must be `{value}` under the tenant's policy, as in a request without it"),
            ),
            None => NOT_ALLOWED.to_owned(),
        }
    }
}

/// Decides one member. A refusal adds a finding at `pointer`.
pub(super) fn decide_member<M: Member>(
    rule: &Rule<M>,
    asked: &Asked<M>,
    pointer: &dyn Fn() -> String,
    findings: &mut Findings,
) -> Decision<M> {
    let unasked = Unasked::under(rule);
    let allowed = match rule {
        Rule::Open { allowed, .. } => allowed.as_ref(),
        Rule::Fixed(_) => None,
    };
    let refusal = match (asked, allowed) {
        (Asked::Absent, _) => {
            if M::Presence::of(unasked.sent.as_ref()).is_none() {
                let detail = "is required: the tenant's policy has no default for it";
                findings.push(Finding::breaks_model(pointer(), detail));
                return Decision::Refused;
            }
            return unasked.decision();
        }
        // Reading the request has already added the finding.
        (Asked::Invalid, Some(_)) => return Decision::Refused,
        (Asked::Invalid, None) => unasked.refusal(),
        (Asked::Value(value), Some(bound)) if bound.allows(value) => {
            return Decision::Made(Some(value.clone()), Origin::Caller);
        }
        (Asked::Value(value), bound) => match unasked.repeated(value) {
            Some(decision) => return decision,
            None => bound.map_or_else(|| unasked.refusal(), Bound::refusal),
        },
    };
    findings.push(Finding::breaks_policy(pointer(), refusal));
    Decision::Refused
}

/// Pointer to a member of a meeting whose members stand at that place.
fn pointer<M: Member>(place: &Path<'_>) -> String {
    Path::Below(place, M::NAME).to_string()
}

/// FHD video and UHD content need a MaxCount of at most 25 (developer guide). Each value may come from the caller or
/// from the policy, so the finding says which.
fn check_resolutions(place: &Path<'_>, decided: &Members<Decided>, findings: &mut Findings) {
    let max = AttendeeCount::MAX_AT_HIGH_RESOLUTION;
    let Decision::Made(count, count_origin) = &decided.attendee_count else { return };
    if count.is_some_and(|count| count <= max) {
        return;
    }
    let mut high = Vec::new();
    if let Decision::Made(Some(VideoResolution::Fhd), origin) = &decided.video_resolution {
        high.push(format!("Video.MaxResolution `FHD` ({})", origin.words()));
    }
    if let Decision::Made(Some(ContentResolution::Uhd), origin) = &decided.content_resolution {
        high.push(format!("Content.MaxResolution `UHD` ({})", origin.words()));
    }
    if high.is_empty() {
        return;
    }
    let count = match count {
        Some(count) => format!("it is `{}` ({})", count.wire(), count_origin.words()),
        None => "it is missing".to_owned(),
    };
    let detail =
        format!("is required and must be at most {} with {}; {count}", max.wire(), high.join(" and "));
    findings.push(Finding::breaks_model(pointer::<AttendeeCount>(place), detail));
}

impl Origin {
    fn words(self) -> &'static str {
        match self {
            Origin::Caller => "asked for",
            Origin::Policy => "from the policy",
            Origin::Chime => "Chime's default",
        }
    }
}

/// Decides the tags by key. A tag with the key and value of a fixed or default tag is allowed, and is sent once.
fn decide_tags(
    place: &Path<'_>,
    rules: &TagRules,
    asked: Vec<AskedTag>,
    findings: &mut Findings,
) -> Vec<(TagKey, TagValue)> {
    let place = Path::Below(place, "Tags");
    let mut tags = rules.fixed.clone();
    let mut asked_keys = Vec::with_capacity(asked.len());
    for tag in asked {
        let fixed = rules.fixed.iter().find(|(key, _)| key.same_to_iam(&tag.key));
        let default = || rules.default.iter().find(|(key, _)| key.same_to_iam(&tag.key));
        if fixed.is_none() && rules.allowed.contains(&tag.key) {
            asked_keys.push(tag.key.clone());
            if let Asked::Value(value) = tag.value {
                tags.push((tag.key, value));
            }
            continue;
        }
        // Keys are compared with case here: in another case it is another tag to Chime, but the same tag to IAM.
        let repeats = |(key, value): &(TagKey, TagValue)| {
            *key == tag.key && matches!(&tag.value, Asked::Value(asked) if asked == value)
        };
        if fixed.or_else(default).is_some_and(repeats) {
            continue;
        }
        let detail = if fixed.is_some() { FIXED } else { NOT_ALLOWED };
        let pointer = Path::Below(&Path::Item(&place, tag.index), "Key").to_string();
        findings.push(Finding::breaks_policy(pointer, detail));
    }
    let is_unasked = |key: &TagKey| !asked_keys.iter().any(|asked| asked.same_to_iam(key));
    tags.extend(rules.default.iter().filter(|(key, _)| is_unasked(key)).cloned());
    if tags.len() > MAX_POLICY_TAGS {
        let from_policy = tags.len().saturating_sub(asked_keys.len());
        let detail = format!(
            "makes {} tags with the {from_policy} of the policy; at most {MAX_POLICY_TAGS} fit next to the gateway's own",
            tags.len()
        );
        findings.push(Finding::breaks_model(place.to_string(), detail));
    }
    // Sorted, so that a retry with the tags in another order is the same request to Chime.
    tags.sort();
    tags
}
