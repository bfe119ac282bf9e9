//! The decision: an admitted caller and a request in; a meeting plan or every finding out.

use super::admit::Admitted;
use super::merge_tags::MAX_POLICY_TAGS;
use super::plan::{Features, MeetingPlan};
use super::right::Create;
use super::rules::{MemberRules, Rule, TagRules};
use crate::finding::{Finding, Findings};
use crate::model::{
    Asked, AskedTag, AttendeeCount, ContentResolution, EchoReduction, MediaRegion, MeetingHostId,
    MeetingRequest, NetworkType, TagKey, TagValue, VideoResolution,
};

impl Admitted<'_, Create> {
    /// Decides every member of the request. Whatever the policy allows, a caller may ask for exactly the value that a
    /// request without the member gets: SDKs insist on members such as MediaRegion, and repeating a value gains nothing.
    ///
    /// # Errors
    /// Every finding: what the request itself brought, and what the policy does not allow.
    pub fn decide(self, request: MeetingRequest) -> Result<MeetingPlan, Findings> {
        let MemberRules {
            media_region,
            network_type,
            meeting_host_id,
            echo_reduction,
            video_resolution,
            content_resolution,
            attendee_count,
            primary_meeting_id,
        } = &*self.policy.members;
        let mut findings = request.findings;
        let media_region = decide_region(media_region, request.media_region, &mut findings);
        let network_type = CeilingMember {
            pointer: "#/MediaPlacementNetworkType",
            chime_default: Some(NetworkType::CHIME_DEFAULT),
            sent_under: |ceiling: NetworkType| (ceiling == NetworkType::Ipv4Only).then_some(ceiling),
        }
        .decide(network_type, request.network_type, &mut findings);
        let meeting_host_id = decide_host_id(meeting_host_id, request.meeting_host_id, &mut findings);
        let features = FeatureDecisions {
            echo_reduction: CeilingMember {
                pointer: "#/MeetingFeatures/Audio/EchoReduction",
                // Documented nowhere.
                chime_default: None,
                sent_under: |ceiling: EchoReduction| {
                    (ceiling == EchoReduction::Unavailable).then_some(ceiling)
                },
            }
            .decide(echo_reduction, request.echo_reduction, &mut findings),
            video_resolution: CeilingMember {
                pointer: "#/MeetingFeatures/Video/MaxResolution",
                chime_default: Some(VideoResolution::CHIME_DEFAULT),
                sent_under: |ceiling| Some(ceiling.min(VideoResolution::CHIME_DEFAULT)),
            }
            .decide(video_resolution, request.video_resolution, &mut findings),
            content_resolution: CeilingMember {
                pointer: "#/MeetingFeatures/Content/MaxResolution",
                chime_default: Some(ContentResolution::CHIME_DEFAULT),
                sent_under: |ceiling| Some(ceiling.min(ContentResolution::CHIME_DEFAULT)),
            }
            .decide(content_resolution, request.content_resolution, &mut findings),
            attendee_count: CeilingMember {
                pointer: "#/MeetingFeatures/Attendee/MaxCount",
                chime_default: Some(AttendeeCount::CHIME_DEFAULT),
                sent_under: |ceiling| Some(ceiling.min(AttendeeCount::CHIME_DEFAULT)),
            }
            .decide(attendee_count, request.attendee_count, &mut findings),
        };
        features.check_resolutions(&mut findings);
        if request.primary_meeting_id.is_asked() && !primary_meeting_id {
            findings.push(Finding::breaks_policy("#/PrimaryMeetingId", NOT_ALLOWED));
        }
        let tags = decide_tags(&self.policy.tags, request.tags, &mut findings);

        // INVARIANT (fail closed): a plan is made of a request without findings only. A member that could not be read
        // or decided left a finding, so the pattern below leaves no third case to repair.
        let (Asked::Value(external_meeting_id), Decision::Made(Some(media_region), _), true) =
            (request.external_meeting_id, media_region, findings.is_empty())
        else {
            return Err(findings);
        };
        let primary_meeting_id = match request.primary_meeting_id {
            Asked::Value(id) => Some(id),
            Asked::Absent | Asked::Invalid => None,
        };
        Ok(MeetingPlan {
            tenant: self.caller.tenant().to_owned(),
            subject: self.caller.subject().to_owned(),
            idempotency_key: request.idempotency_key,
            external_meeting_id,
            media_region,
            network_type: network_type.value(),
            meeting_host_id: meeting_host_id.value(),
            primary_meeting_id,
            features: features.values(),
            tenant_ids: self.policy.tenant_ids.clone(),
            tags,
        })
    }
}

const FIXED: &str = "is fixed by the tenant's policy: no other value may be asked for";
const NOT_ALLOWED: &str = "may not be asked for under the tenant's policy";

/// What came of one member.
enum Decision<T> {
    /// This is sent, or nothing; and who said so.
    Made(Option<T>, Origin),
    /// There is a finding for it.
    Refused,
}

/// Who chose a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Origin {
    Caller,
    Policy,
    Chime,
}

impl<T> Decision<T> {
    fn value(self) -> Option<T> {
        match self {
            Decision::Made(value, _) => value,
            Decision::Refused => None,
        }
    }
}

/// What a request gets that does not name a member.
struct Silence<T> {
    /// What the gateway sends to Chime, if anything.
    sent: Option<T>,
    /// What Chime's documentation says that a meeting gets for which nothing is sent, where it says so.
    chime_default: Option<T>,
}

impl<T: Clone + PartialEq> Silence<T> {
    /// What silence gets where the rule names a value itself, and nothing otherwise.
    fn of_rule<A>(rule: &Rule<T, A>) -> Self {
        let (Rule::Fixed(value) | Rule::Open { default: Some(value), .. }) = rule else {
            return Silence { sent: None, chime_default: None };
        };
        Silence { sent: Some(value.clone()), chime_default: None }
    }

    /// The value that the meeting then has, where it is known.
    fn value(&self) -> Option<&T> {
        self.sent.as_ref().or(self.chime_default.as_ref())
    }

    fn decision(self) -> Decision<T> {
        let origin = if self.sent.is_some() { Origin::Policy } else { Origin::Chime };
        Decision::Made(self.sent, origin)
    }

    /// The decision for a caller who asks for that value, when it is the one that silence brings. The value is sent: what
    /// was asked for is then compared with what comes back.
    fn repeated(&self, value: T) -> Option<Decision<T>> {
        // Who repeats what the policy sends can't change it by asking for something else.
        let origin = if self.sent.is_some() { Origin::Policy } else { Origin::Caller };
        (self.value() == Some(&value)).then_some(Decision::Made(Some(value), origin))
    }
}

/// Decides a member. `judge` says whether a value is within what is allowed; `forbidden`, what a caller is told who may
/// not choose the value at all.
fn decide_member<T: Clone + PartialEq, A>(
    rule: &Rule<T, A>,
    asked: Asked<T>,
    silence: Silence<T>,
    pointer: &'static str,
    judge: impl FnOnce(&T, &A) -> Result<(), String>,
    forbidden: impl FnOnce(&Silence<T>) -> String,
    findings: &mut Findings,
) -> Decision<T> {
    let refusal = match (rule, asked) {
        (_, Asked::Absent) => return silence.decision(),
        // Its finding is there already: the member may be asked for, but not so.
        (Rule::Open { allowed: Some(_), .. }, Asked::Invalid) => return Decision::Refused,
        (Rule::Open { allowed: Some(allowed), .. }, Asked::Value(value)) => match judge(&value, allowed) {
            Ok(()) => return Decision::Made(Some(value), Origin::Caller),
            Err(detail) => match silence.repeated(value) {
                Some(decision) => return decision,
                None => detail,
            },
        },
        (Rule::Fixed(_) | Rule::Open { allowed: None, .. }, Asked::Value(value)) => {
            match silence.repeated(value) {
                Some(decision) => return decision,
                None => forbidden(&silence),
            }
        }
        (Rule::Fixed(_) | Rule::Open { allowed: None, .. }, Asked::Invalid) => forbidden(&silence),
    };
    findings.push(Finding::breaks_policy(pointer, refusal));
    Decision::Refused
}

/// What a caller is told who may not choose a value that the meeting's members show anyway.
fn only(silence: &Silence<impl Clone + PartialEq + std::fmt::Display>) -> String {
    match silence.value() {
        Some(value) => format!(
            "may only be `{value}` under the tenant's policy, which is what a request without it gets"
        ),
        None => NOT_ALLOWED.to_owned(),
    }
}

/// A member that has a ceiling.
struct CeilingMember<T> {
    pointer: &'static str,
    /// As in [`Silence`].
    chime_default: Option<T>,
    /// What is sent under a ceiling for a caller who asks for nothing. The ceiling binds silence too, so that saying
    /// nothing never gets more than asking.
    sent_under: fn(T) -> Option<T>,
}

impl<T: Copy + Ord + std::fmt::Display> CeilingMember<T> {
    fn decide(self, rule: &Rule<T, T>, asked: Asked<T>, findings: &mut Findings) -> Decision<T> {
        let sent = match rule {
            Rule::Fixed(value) | Rule::Open { default: Some(value), .. } => Some(*value),
            Rule::Open { default: None, allowed } => allowed.and_then(self.sent_under),
        };
        let silence = Silence { sent, chime_default: self.chime_default };
        let at_most = |value: &T, ceiling: &T| {
            if value <= ceiling {
                Ok(())
            } else {
                Err(format!("is above what the tenant's policy allows: `{ceiling}`"))
            }
        };
        decide_member(rule, asked, silence, self.pointer, at_most, only, findings)
    }
}

/// MeetingHostId is "reserved" and sensitive (model), so no message shows its value.
fn decide_host_id(
    rule: &Rule<MeetingHostId, ()>,
    asked: Asked<MeetingHostId>,
    findings: &mut Findings,
) -> Decision<MeetingHostId> {
    let forbidden = |silence: &Silence<MeetingHostId>| {
        let detail = if silence.sent.is_some() { FIXED } else { NOT_ALLOWED };
        detail.to_owned()
    };
    let silence = Silence::of_rule(rule);
    decide_member(rule, asked, silence, "#/MeetingHostId", |_, ()| Ok(()), forbidden, findings)
}

fn decide_region(
    rule: &Rule<MediaRegion, Vec<MediaRegion>>,
    asked: Asked<MediaRegion>,
    findings: &mut Findings,
) -> Decision<MediaRegion> {
    let one_of = |region: &MediaRegion, allowed: &Vec<MediaRegion>| {
        if allowed.contains(region) {
            return Ok(());
        }
        let names: Vec<String> = allowed.iter().map(|region| format!("`{}`", region.as_str())).collect();
        Err(format!("is not one of what the tenant's policy allows: {}", names.join(", ")))
    };
    let silence = Silence::of_rule(rule);
    let decision = decide_member(rule, asked, silence, "#/MediaRegion", one_of, only, findings);
    if matches!(decision, Decision::Made(None, _)) {
        let detail = "is required: the tenant's policy has no default for it";
        findings.push(Finding::breaks_model("#/MediaRegion", detail));
        return Decision::Refused;
    }
    decision
}

struct FeatureDecisions {
    echo_reduction: Decision<EchoReduction>,
    video_resolution: Decision<VideoResolution>,
    content_resolution: Decision<ContentResolution>,
    attendee_count: Decision<AttendeeCount>,
}

impl FeatureDecisions {
    /// FHD video or UHD content needs a MaxCount, and at most 25 (developer guide). Each value may have come from the
    /// caller or from the policy, so the finding says from whom.
    fn check_resolutions(&self, findings: &mut Findings) {
        let Decision::Made(count, count_origin) = &self.attendee_count else { return };
        if count.is_some_and(|count| count <= AttendeeCount::MAX_AT_HIGH_RESOLUTION) {
            return;
        }
        let mut high = Vec::new();
        if let Decision::Made(Some(VideoResolution::Fhd), origin) = &self.video_resolution {
            high.push(format!("Video.MaxResolution `FHD` ({})", origin.words()));
        }
        if let Decision::Made(Some(ContentResolution::Uhd), origin) = &self.content_resolution {
            high.push(format!("Content.MaxResolution `UHD` ({})", origin.words()));
        }
        if high.is_empty() {
            return;
        }
        let limit = AttendeeCount::MAX_AT_HIGH_RESOLUTION;
        let count = match count {
            Some(count) => format!("it is `{count}` ({})", count_origin.words()),
            None => "there is none".to_owned(),
        };
        let detail = format!("must be there and at most {limit} with {}; {count}", high.join(" and "));
        findings.push(Finding::breaks_model("#/MeetingFeatures/Attendee/MaxCount", detail));
    }

    fn values(self) -> Features {
        Features {
            echo_reduction: self.echo_reduction.value(),
            video_resolution: self.video_resolution.value(),
            content_resolution: self.content_resolution.value(),
            attendee_count: self.attendee_count.value(),
        }
    }
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

/// Decides the tags key by key. A tag that repeats a fixed or default one in key and value is that tag, and is sent once.
fn decide_tags(rules: &TagRules, asked: Vec<AskedTag>, findings: &mut Findings) -> Vec<(TagKey, TagValue)> {
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
        // The key as the policy writes it: in another case it would be another tag to Chime, and the same one to IAM.
        let repeats = |(key, value): &(TagKey, TagValue)| {
            *key == tag.key && matches!(&tag.value, Asked::Value(asked) if asked == value)
        };
        if fixed.or_else(default).is_some_and(repeats) {
            continue;
        }
        let detail = if fixed.is_some() { FIXED } else { NOT_ALLOWED };
        findings.push(Finding::breaks_policy(format!("#/Tags/{}/Key", tag.index), detail));
    }
    let silent = |key: &TagKey| !asked_keys.iter().any(|asked| asked.same_to_iam(key));
    tags.extend(rules.default.iter().filter(|(key, _)| silent(key)).cloned());
    if tags.len() > MAX_POLICY_TAGS {
        let from_policy = tags.len().saturating_sub(asked_keys.len());
        let detail = format!(
            "makes {} tags with the {from_policy} of the policy; at most {MAX_POLICY_TAGS} fit beside the gateway's own",
            tags.len()
        );
        findings.push(Finding::breaks_model("#/Tags", detail));
    }
    // One order for one set of tags: a retry that lists them otherwise is still the same request to Chime.
    tags.sort();
    tags
}
