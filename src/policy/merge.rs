//! One tenant's block laid over everyone's: each member's rule, and every fault that only shows after merging.

use std::sync::Arc;

use super::document::{Block, Callers, Name, Template};
use super::merge_tags::{check_tag_lists, merge_tags};
use super::rules::{CallerRules, MemberRules, Rule, TenantIds, TenantPolicy};
use crate::json::{MemberError, Path};
use crate::model::{
    AttendeeCount, ContentResolution, MAX_TENANT_IDS, MediaRegion, Partition, TenantId, VideoResolution,
};

/// A block and where it stands.
#[derive(Clone, Copy)]
pub(super) struct Source<'b> {
    pub(super) block: &'b Block,
    pub(super) path: &'b Path<'b>,
}

/// The two blocks that make a tenant's policy.
#[derive(Clone, Copy)]
pub(super) struct Layers<'b> {
    pub(super) everyone: Source<'b>,
    pub(super) own: Source<'b>,
}

/// What one block says of one member.
struct Said<'b, T, A> {
    fixed: Option<&'b T>,
    default: Option<&'b T>,
    allowed: Option<&'b A>,
}

/// One member in both layers.
struct Member<'b, T, A> {
    layers: Layers<'b>,
    /// Path of the member within `Fixed`, `Default` and `Allowed`.
    name: &'static str,
    everyone: Said<'b, T, A>,
    own: Said<'b, T, A>,
}

/// One member in one list of a block. Displayed as its pointer, which is written only when there is a fault to report.
struct Place<'b> {
    source: Source<'b>,
    /// `Fixed`, `Default` or `Allowed`.
    word: &'static str,
    name: &'static str,
}

impl std::fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}/{}", self.source.path, self.word, self.name)
    }
}

impl Block {
    /// Whether the block says nothing of any member but tags and TenantIds.
    fn leaves_members_alone(&self) -> bool {
        self.allowed.is_none()
            && self.default.as_ref().is_none_or(|default| {
                default.media_region.is_none()
                    && default.media_placement_network_type.is_none()
                    && default.meeting_host_id.is_none()
                    && default.meeting_features.is_none()
            })
            && self.fixed.as_ref().is_none_or(|fixed| {
                fixed.media_region.is_none()
                    && fixed.media_placement_network_type.is_none()
                    && fixed.meeting_host_id.is_none()
                    && fixed.meeting_features.is_none()
            })
    }
}

/// What every tenant shares that adds nothing of its own, worked out once.
pub(super) struct Shared {
    members: Arc<MemberRules>,
    callers: Arc<CallerRules>,
    faults: Vec<MemberError>,
}

impl Shared {
    /// Faults that everyone's tag lists have by themselves are reported here, once. Those of its other members are
    /// reported where a tenant inherits them.
    pub(super) fn of(everyone: Source<'_>, partition: Partition, tag_faults: &mut Vec<MemberError>) -> Self {
        let mut faults = Vec::new();
        let nothing = Block::default();
        let layers = Layers { everyone, own: Source { block: &nothing, path: everyone.path } };
        let members = Arc::new(merge_members(layers, partition, &mut faults));
        let callers = Arc::new(merge_callers(everyone.block.callers.as_ref(), None));
        check_tag_lists(layers.everyone, layers.everyone, tag_faults);
        Shared { members, callers, faults }
    }

    /// What is wrong with the members of everyone's block where nothing is laid over it.
    pub(super) fn faults(&self) -> &[MemberError] {
        &self.faults
    }
}

/// The policy of the tenant of that name.
///
/// Faults that everyone's block has by itself are found again for each tenant that inherits them: the caller removes
/// repeats.
pub(super) fn merge(
    tenant: &str,
    layers: Layers<'_>,
    shared: &Shared,
    partition: Partition,
    faults: &mut Vec<MemberError>,
) -> TenantPolicy {
    let own = layers.own.block;
    let members = if own.leaves_members_alone() {
        faults.extend(shared.faults.iter().cloned());
        Arc::clone(&shared.members)
    } else {
        Arc::new(merge_members(layers, partition, faults))
    };
    if lacks_region(&members) {
        let detail = "could never create a meeting: no MediaRegion is fixed, default or allowed";
        faults.push(MemberError::at(layers.own.path, detail));
    }
    let callers = match &own.callers {
        None => Arc::clone(&shared.callers),
        callers => Arc::new(merge_callers(layers.everyone.block.callers.as_ref(), callers.as_ref())),
    };
    TenantPolicy {
        tenant_ids: TenantIds(merge_tenant_ids(tenant, layers, faults)),
        members,
        tags: merge_tags(tenant, layers, faults),
        callers,
    }
}

fn lacks_region(members: &MemberRules) -> bool {
    members.media_region == Rule::Open { default: None, allowed: None }
}

fn merge_callers(everyone: Option<&Callers>, own: Option<&Callers>) -> CallerRules {
    let pick = |select: fn(&Callers) -> &Option<Vec<Name>>| {
        own.and_then(|callers| select(callers).clone())
            .or_else(|| everyone.and_then(|callers| select(callers).clone()))
    };
    CallerRules {
        any_scope: pick(|callers| &callers.any_scope),
        any_group: pick(|callers| &callers.any_group),
    }
}

fn merge_members(layers: Layers<'_>, partition: Partition, faults: &mut Vec<MemberError>) -> MemberRules {
    /// What both layers say of a member that is selected alike in Fixed, Default and Allowed.
    macro_rules! member {
        ($name:literal, |$block:ident| $fixed:expr, $default:expr, $allowed:expr) => {{
            let [everyone, own] = [layers.everyone.block, layers.own.block].map(|$block| Said {
                fixed: $fixed,
                default: $default,
                allowed: $allowed,
            });
            Member { layers, name: $name, everyone, own }
        }};
    }
    macro_rules! plain {
        ($name:literal, $field:ident) => {
            member!(
                $name,
                |block| block.fixed.as_ref().and_then(|fixed| fixed.$field.as_ref()),
                block.default.as_ref().and_then(|default| default.$field.as_ref()),
                block.allowed.as_ref().and_then(|allowed| allowed.$field.as_ref())
            )
        };
    }
    macro_rules! leaf {
        ($list:ident, $field:ident) => {
            $list.meeting_features.as_ref().and_then(|features| features.$field.as_ref())
        };
    }
    macro_rules! feature {
        ($name:literal, $field:ident) => {{
            member!(
                $name,
                |block| block.fixed.as_ref().and_then(|fixed| leaf!(fixed, $field)),
                block.default.as_ref().and_then(|default| leaf!(default, $field)),
                block.allowed.as_ref().and_then(|allowed| leaf!(allowed, $field))
            )
        }};
    }
    let regions = plain!("MediaRegion", media_region);
    check_regions(&regions, partition, faults);
    let video = feature!("MeetingFeatures/Video/MaxResolution", video_resolution);
    let content = feature!("MeetingFeatures/Content/MaxResolution", content_resolution);
    let attendees = feature!("MeetingFeatures/Attendee/MaxCount", attendee_count);
    let places = [video.place_of_value(), content.place_of_value()];
    let rules = MemberRules {
        media_region: regions.merge(
            |region, allowed| allowed.contains(region),
            "is outside the `Allowed` that stands beside it",
            faults,
        ),
        network_type: plain!("MediaPlacementNetworkType", media_placement_network_type).merge_ceiling(faults),
        meeting_host_id: choose_freely(plain!("MeetingHostId", meeting_host_id).merge(
            |_, _| true,
            "",
            faults,
        )),
        echo_reduction: feature!("MeetingFeatures/Audio/EchoReduction", echo_reduction).merge_ceiling(faults),
        video_resolution: video.merge_ceiling(faults),
        content_resolution: content.merge_ceiling(faults),
        attendee_count: attendees.merge_ceiling(faults),
        primary_meeting_id: [layers.own.block, layers.everyone.block]
            .iter()
            .find_map(|block| block.allowed.as_ref().and_then(|allowed| allowed.primary_meeting_id))
            .unwrap_or(false),
    };
    check_resolutions(&rules, places, faults);
    rules
}

impl<T: Clone, A: Clone> Member<'_, T, A> {
    fn pointer(&self, source: Source<'_>, word: &'static str) -> String {
        Place { source, word, name: self.name }.to_string()
    }

    /// The member's rule; `within` says whether a default is one of what is allowed.
    fn merge(
        self,
        within: impl Fn(&T, &A) -> bool,
        outside: &str,
        faults: &mut Vec<MemberError>,
    ) -> Rule<T, A> {
        let Layers { everyone, own } = self.layers;
        let mut clash = |source: Source<'_>, said: &Said<'_, T, A>, fixed_by: &str| {
            for (word, present) in [("Default", said.default.is_some()), ("Allowed", said.allowed.is_some())]
            {
                if present {
                    faults.push(MemberError {
                        pointer: self.pointer(source, word),
                        detail: fixed_by.to_owned(),
                    });
                }
            }
        };
        if self.everyone.fixed.is_some() {
            clash(everyone, &self.everyone, "is in `Fixed` of the same block as well");
        }
        if self.own.fixed.is_some() {
            clash(own, &self.own, "is in `Fixed` of the same block as well");
        } else if self.everyone.fixed.is_some() {
            clash(own, &self.own, "is fixed by `Everyone`");
        }
        if let Some(value) = self.own.fixed.or(self.everyone.fixed) {
            return Rule::Fixed(value.clone());
        }
        let default = self.own.default.or(self.everyone.default);
        let allowed = self.own.allowed.or(self.everyone.allowed);
        if let (Some(value), Some(bound)) = (default, allowed)
            && !within(value, bound)
        {
            // Where the tenant wrote only the bound, the bound is what it has to change.
            let (pointer, detail) = match (self.own.default, self.own.allowed) {
                (None, Some(_)) => (
                    self.pointer(own, "Allowed"),
                    "leaves out the `Default` that it inherits from `Everyone`".to_owned(),
                ),
                (Some(_), _) => (self.pointer(own, "Default"), outside.to_owned()),
                (None, None) => (self.pointer(everyone, "Default"), outside.to_owned()),
            };
            faults.push(MemberError { pointer, detail });
        }
        Rule::Open { default: default.cloned(), allowed: allowed.cloned() }
    }
}

impl<'b, T, A> Member<'b, T, A> {
    /// Where the value stands that is sent when the caller is silent.
    fn place_of_value(&self) -> Place<'b> {
        let Layers { everyone, own } = self.layers;
        let (source, word) = match self {
            Member { own: Said { fixed: Some(_), .. }, .. } => (own, "Fixed"),
            Member { everyone: Said { fixed: Some(_), .. }, .. } => (everyone, "Fixed"),
            Member { own: Said { default: Some(_), .. }, .. } => (own, "Default"),
            _ => (everyone, "Default"),
        };
        Place { source, word, name: self.name }
    }
}

impl<T: Clone + Ord> Member<'_, T, T> {
    fn merge_ceiling(self, faults: &mut Vec<MemberError>) -> Rule<T, T> {
        self.merge(|value, ceiling| value <= ceiling, "is above the `Allowed` that stands beside it", faults)
    }
}

/// A member that has no order: `true` allows any value, `false` none.
fn choose_freely<T>(rule: Rule<T, bool>) -> Rule<T, ()> {
    match rule {
        Rule::Fixed(value) => Rule::Fixed(value),
        Rule::Open { default, allowed } => {
            Rule::Open { default, allowed: (allowed == Some(true)).then_some(()) }
        }
    }
}

/// Chime refuses a region that hosts no media, or that belongs to another partition than the stack.
fn check_regions(
    member: &Member<'_, MediaRegion, Vec<MediaRegion>>,
    partition: Partition,
    faults: &mut Vec<MemberError>,
) {
    let hosted = || partition.media_regions().join(", ");
    for (source, said) in [(member.layers.everyone, &member.everyone), (member.layers.own, &member.own)] {
        for (word, value) in [("Fixed", said.fixed), ("Default", said.default)] {
            if let Some(region) = value.filter(|region| !partition.hosts_media(region)) {
                let detail = format!("`{}` hosts no meetings here; these do: {}", region.as_str(), hosted());
                faults.push(MemberError { pointer: member.pointer(source, word), detail });
            }
        }
        for (index, region) in said.allowed.into_iter().flatten().enumerate() {
            if !partition.hosts_media(region) {
                let detail = format!("`{}` hosts no meetings here; these do: {}", region.as_str(), hosted());
                faults.push(MemberError {
                    pointer: format!("{}/{index}", member.pointer(source, "Allowed")),
                    detail,
                });
            }
        }
    }
}

/// Chime refuses FHD video or UHD content with no MaxCount or one above 25 (developer guide). That is a fault where no
/// caller can ask for anything else; where one can, the request is judged.
fn check_resolutions(rules: &MemberRules, [video, content]: [Place<'_>; 2], faults: &mut Vec<MemberError>) {
    let too_many = match &rules.attendee_count {
        Rule::Fixed(count) => *count > AttendeeCount::MAX_AT_HIGH_RESOLUTION,
        Rule::Open { allowed: Some(_), .. } => false,
        Rule::Open { default, .. } => {
            default.is_none_or(|count| count > AttendeeCount::MAX_AT_HIGH_RESOLUTION)
        }
    };
    if !too_many {
        return;
    }
    let always = |value: String, at: Place<'_>| MemberError {
        pointer: at.to_string(),
        detail: format!(
            "`{value}` needs an Attendee.MaxCount of at most {}, and no caller can ask for one: Chime would always refuse",
            AttendeeCount::MAX_AT_HIGH_RESOLUTION
        ),
    };
    if inescapable(&rules.video_resolution) == Some(VideoResolution::Fhd) {
        faults.push(always(VideoResolution::Fhd.to_string(), video));
    }
    if inescapable(&rules.content_resolution) == Some(ContentResolution::Uhd) {
        faults.push(always(ContentResolution::Uhd.to_string(), content));
    }
}

/// The value that every meeting has, whatever its caller asks for.
fn inescapable<T: Copy>(rule: &Rule<T, T>) -> Option<T> {
    match rule {
        Rule::Fixed(value) => Some(*value),
        Rule::Open { default, allowed: None } => *default,
        Rule::Open { allowed: Some(_), .. } => None,
    }
}

fn merge_tenant_ids(tenant: &str, layers: Layers<'_>, faults: &mut Vec<MemberError>) -> Vec<TenantId> {
    fn written<'b>(source: Source<'b>) -> Option<&'b [Template]> {
        source.block.fixed.as_ref().and_then(|fixed| fixed.tenant_ids.as_deref())
    }
    let (source, templates, inherited) = match (written(layers.own), written(layers.everyone)) {
        (Some(templates), _) => (layers.own, templates, false),
        (None, Some(templates)) => (layers.everyone, templates, true),
        (None, None) => {
            let detail = "has no TenantIds: `Fixed` here or in `Everyone` must give at least one";
            faults.push(MemberError::at(layers.own.path, detail));
            return Vec::new();
        }
    };
    let fixed = Path::Member(source.path, "Fixed");
    let list = Path::Member(&fixed, "TenantIds");
    if templates.is_empty() || templates.len() > MAX_TENANT_IDS {
        faults.push(MemberError::at(&list, format!("must have 1 to {MAX_TENANT_IDS} items")));
    }
    let mut ids: Vec<TenantId> = Vec::with_capacity(templates.len());
    for (index, template) in templates.iter().enumerate() {
        let text = template.fill(tenant);
        match TenantId::parse(&text) {
            Ok(id) if ids.contains(&id) => {
                faults.push(MemberError::at(&Path::Item(&list, index), format!("`{text}` stands twice")));
            }
            Ok(id) => ids.push(id),
            Err(detail) => {
                // A tenant's name that does not fit everyone's template is the tenant's fault, not the template's.
                let item = Path::Item(&list, index);
                let place = if inherited && template.has_variable() { layers.own.path } else { &item };
                faults.push(MemberError::at(place, format!("TenantId `{text}` {detail}")));
            }
        }
    }
    ids
}
