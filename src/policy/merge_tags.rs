//! Merges the tags of the two layers by key. Keys that differ only in case count as one, as in IAM.

use super::layers::{Layers, Source};
use super::rules::TagRules;
use super::template::Template;
use crate::json::{MemberError, Path};
use crate::model::{MAX_TAGS, TagKey, TagValue};

/// The tag that the gateway adds to every meeting.
pub(crate) const GATEWAY_TAG: &str = "MeetingGateway";

/// Maximum number of tags from the policy and the caller: the gateway's own tag takes one of the model's 50.
pub(super) const MAX_POLICY_TAGS: usize = MAX_TAGS - 1;

/// The three lists of a block that name tags.
#[derive(Clone, Copy, PartialEq, Eq)]
enum List {
    Fixed,
    Default,
    Allowed,
}

/// One key in one list of a block.
#[derive(Clone, Copy)]
struct Place<'b> {
    source: Source<'b>,
    list: List,
    index: usize,
    key: &'b TagKey,
}

/// Where a tenant's policy has a tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagPlace {
    /// The tag's key.
    pub key: String,
    /// `Fixed`, `Default` or `Allowed`.
    pub list: &'static str,
    /// JSON pointer into the document, in fragment form.
    pub pointer: String,
}

impl List {
    fn word(self) -> &'static str {
        match self {
            List::Fixed => "Fixed",
            List::Default => "Default",
            List::Allowed => "Allowed",
        }
    }
}

impl Place<'_> {
    fn error(&self, detail: impl Into<String>) -> MemberError {
        MemberError { pointer: self.pointer(), detail: detail.into() }
    }

    fn pointer(&self) -> String {
        let block = Path::Member(self.source.path, self.list.word());
        let tags = Path::Member(&block, "Tags");
        match self.list {
            List::Allowed => Path::Item(&tags, self.index).to_string(),
            List::Fixed | List::Default => Path::Member(&tags, self.key.as_str()).to_string(),
        }
    }
}

/// Where the merged policy has each tag. As in [`merge_tags`], a tenant's own key wins over everyone's, and a key that the
/// tenant fixes has no default.
pub(super) fn tag_places(layers: Layers<'_>) -> Vec<TagPlace> {
    let Layers { everyone, own } = layers;
    let mut found = Vec::new();
    for list in [List::Fixed, List::Default, List::Allowed] {
        for source in [everyone, own] {
            let is_inherited = std::ptr::eq(source.block, everyone.block);
            for place in places(source, list) {
                let is_overlaid = is_inherited && holds(valued(own, list), place.key);
                let fixed = |source| holds(valued(source, List::Fixed), place.key);
                // What is fixed can't be chosen, and the default of a key that the tenant fixes is not sent.
                let is_fixed = match list {
                    List::Fixed => false,
                    List::Default => fixed(own),
                    List::Allowed => fixed(own) || fixed(everyone),
                };
                if !is_overlaid && !is_fixed {
                    let key = place.key.as_str().to_owned();
                    found.push(TagPlace { key, list: list.word(), pointer: place.pointer() });
                }
            }
        }
    }
    found
}

fn valued<'b>(source: Source<'b>, list: List) -> &'b [(TagKey, Template)] {
    let tags = match list {
        List::Fixed => source.block.fixed.as_ref().and_then(|fixed| fixed.tags.as_ref()),
        List::Default => source.block.default.as_ref().and_then(|default| default.tags.as_ref()),
        List::Allowed => None,
    };
    tags.map_or(&[], |tags| tags.0.as_slice())
}

fn allowed<'b>(source: Source<'b>) -> &'b [TagKey] {
    source.block.allowed.as_ref().and_then(|allowed| allowed.tags.as_deref()).unwrap_or_default()
}

fn places<'b>(source: Source<'b>, list: List) -> impl Iterator<Item = Place<'b>> {
    let valued = valued(source, list).iter().map(|(key, _)| key);
    let keys = valued.chain(if list == List::Allowed { allowed(source) } else { &[] });
    keys.enumerate().map(move |(index, key)| Place { source, list, index, key })
}

fn holds(tags: &[(TagKey, Template)], key: &TagKey) -> bool {
    tags.iter().any(|(other, _)| other.same_to_iam(key))
}

/// Checks the tag lists of one block, by themselves and against the tags that `everyone` fixes.
pub(super) fn check_tag_lists(source: Source<'_>, everyone: Source<'_>, errors: &mut Vec<MemberError>) {
    let (fixed, fixed_by_everyone) = (valued(source, List::Fixed), valued(everyone, List::Fixed));
    if fixed.is_empty() && valued(source, List::Default).is_empty() && allowed(source).is_empty() {
        return;
    }
    for list in [List::Fixed, List::Default, List::Allowed] {
        for place in places(source, list) {
            if place.key.as_str().eq_ignore_ascii_case(GATEWAY_TAG) {
                errors.push(place.error(format!("`{GATEWAY_TAG}` is the gateway's own tag, in any case")));
            }
            if places(source, list).take(place.index).any(|other| other.key.same_to_iam(place.key)) {
                errors.push(place.error("is repeated; keys that differ only in case count as one"));
            }
            if list == List::Fixed {
                continue;
            }
            if holds(fixed, place.key) {
                errors.push(place.error("is also in `Fixed` of the same block"));
            } else if holds(fixed_by_everyone, place.key) {
                errors.push(place.error("is fixed by `Everyone`"));
            }
        }
    }
}

/// The tag rules of the tenant of that name.
pub(super) fn merge_tags(tenant: &str, layers: Layers<'_>, errors: &mut Vec<MemberError>) -> TagRules {
    check_tag_lists(layers.own, layers.everyone, errors);
    let own_fixed = valued(layers.own, List::Fixed);
    let fixed = lay_over(tenant, List::Fixed, layers, errors);
    let mut default = lay_over(tenant, List::Default, layers, errors);
    default.retain(|(key, _)| !holds(own_fixed, key));
    let mut may_ask: Vec<TagKey> = Vec::new();
    // May contain keys that are fixed: the decision checks the fixed ones first.
    for key in allowed(layers.everyone).iter().chain(allowed(layers.own)) {
        if !may_ask.contains(key) {
            may_ask.push(key.clone());
        }
    }
    let sent = fixed.len().saturating_add(default.len());
    if sent > MAX_POLICY_TAGS {
        let detail = format!(
            "sends {sent} tags; at most {MAX_POLICY_TAGS} fit next to the gateway's own (Chime allows {MAX_TAGS})"
        );
        errors.push(MemberError::at(layers.own.path, detail));
    }
    TagRules { fixed, default, allowed: may_ask }
}

/// One list, with the tenant's values over everyone's.
fn lay_over(
    tenant: &str,
    list: List,
    layers: Layers<'_>,
    errors: &mut Vec<MemberError>,
) -> Vec<(TagKey, TagValue)> {
    let (own, everyones) = (valued(layers.own, list), valued(layers.everyone, list));
    let mut merged = Vec::with_capacity(own.len().saturating_add(everyones.len()));
    for (source, tags, is_inherited) in [(layers.everyone, everyones, true), (layers.own, own, false)] {
        for (index, (key, template)) in tags.iter().enumerate() {
            if is_inherited && holds(own, key) {
                continue;
            }
            let text = template.fill(tenant);
            match TagValue::parse(&text) {
                Ok(value) => merged.push((key.clone(), value)),
                Err(detail) => {
                    let detail = format!("value `{text}` of tag `{}` {detail}", key.as_str());
                    // When a tenant's name makes everyone's template invalid, the error is at the tenant.
                    errors.push(if is_inherited && template.has_variable() {
                        MemberError::at(layers.own.path, detail)
                    } else {
                        Place { source, list, index, key }.error(detail)
                    });
                }
            }
        }
    }
    merged
}
