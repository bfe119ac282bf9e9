//! Merges each member's rule from the two layers.

use super::document::Block;
use super::layers::{DocumentPlace, Layers, Source};
use super::lists::{Bounded, ListedGroup, Values, Written};
use super::rules::{Rule, Ruled};
use crate::json::{MemberError, Path};
use crate::model::{
    AttendeeCount, Bound as _, Capabilities, Capability, Ceiling, ContentCapability, ContentResolution, Make,
    Member, Members, ToWire as _, VideoResolution,
};

/// Merges every member. Errors of everyone's block are reported again for each tenant that inherits them.
pub(super) fn merge_members(layers: Layers<'_>, errors: &mut Vec<MemberError>) -> Members<Ruled> {
    let rules = Members::make(&mut Merge { layers, errors });
    check_resolutions(&rules, layers, errors);
    rules
}

/// Merges every capability, likewise.
pub(super) fn merge_capabilities(layers: Layers<'_>, errors: &mut Vec<MemberError>) -> Capabilities<Ruled> {
    let rules = Capabilities::make(&mut Merge { layers, errors });
    check_capabilities(&rules, layers, errors);
    rules
}

struct Merge<'m, 'b> {
    layers: Layers<'b>,
    errors: &'m mut Vec<MemberError>,
}

impl<G: ListedGroup> Make<G, Ruled> for Merge<'_, '_> {
    fn make<M: Member<Group = G>>(&mut self) -> Rule<M> {
        Statements::<M>::in_layers(self.layers).merge(self.errors)
    }
}

/// What one block states about one member.
pub(super) struct Statement<'b, M: Member> {
    fixed: Option<&'b M>,
    default: Option<&'b M>,
    allowed: Option<&'b M::Bound>,
}

/// What both layers state about one member.
pub(super) struct Statements<'b, M: Member> {
    layers: Layers<'b>,
    everyone: Statement<'b, M>,
    own: Statement<'b, M>,
}

/// One member in one list of a block.
struct Place<'b> {
    source: Source<'b>,
    /// `Fixed`, `Default` or `Allowed`.
    list: &'static str,
    name: &'static str,
}

impl Place<'_> {
    fn error(&self, detail: impl Into<String>) -> MemberError {
        MemberError { pointer: self.explained().pointer, detail: detail.into() }
    }

    fn explained(&self) -> DocumentPlace {
        let path = Path::Member(self.source.path, self.list);
        DocumentPlace { list: self.list, pointer: Path::Below(&path, self.name).to_string() }
    }
}

impl<'b, M: Member<Group: ListedGroup>> Statement<'b, M> {
    fn in_block(block: &'b Block) -> Self {
        let value =
            |values: &'b Option<Values>| M::of::<Written>(M::Group::written(values.as_ref()?)?).as_ref();
        let allowed = block.allowed.as_ref().and_then(M::Group::bounded);
        let allowed = allowed.and_then(|allowed| M::of::<Bounded>(allowed).as_ref());
        Statement { fixed: value(&block.fixed), default: value(&block.default), allowed }
    }
}

impl<'b, M: Member<Group: ListedGroup>> Statements<'b, M> {
    pub(super) fn in_layers(layers: Layers<'b>) -> Self {
        let [everyone, own] = [layers.everyone, layers.own].map(|source| Statement::in_block(source.block));
        Statements { layers, everyone, own }
    }

    /// The place of what is sent when the caller does not ask, in a rule that sends anything.
    pub(super) fn place_of_sent(&self) -> Option<DocumentPlace> {
        let has_value =
            [&self.own, &self.everyone].iter().any(|at| at.fixed.is_some() || at.default.is_some());
        if has_value { Some(self.place_of_value().explained()) } else { self.place_of_allowed() }
    }

    /// The place of the bound, which no Fixed value overrules.
    pub(super) fn place_of_allowed(&self) -> Option<DocumentPlace> {
        let has_bound = self.own.allowed.is_some() || self.everyone.allowed.is_some();
        let is_fixed = self.own.fixed.is_some() || self.everyone.fixed.is_some();
        (has_bound && !is_fixed).then(|| self.place_of_highest().explained())
    }

    fn place(&self, source: Source<'b>, list: &'static str) -> Place<'b> {
        Place { source, list, name: M::NAME }
    }

    /// The place of the value that is sent when the caller does not ask for one.
    fn place_of_value(&self) -> Place<'b> {
        let Layers { everyone, own } = self.layers;
        let (source, list) = if self.own.fixed.is_some() {
            (own, "Fixed")
        } else if self.everyone.fixed.is_some() {
            (everyone, "Fixed")
        } else if self.own.default.is_some() {
            (own, "Default")
        } else {
            (everyone, "Default")
        };
        self.place(source, list)
    }

    /// The place of the highest value that a meeting can have.
    fn place_of_highest(&self) -> Place<'b> {
        let Layers { everyone, own } = self.layers;
        if self.own.fixed.is_some() || self.everyone.fixed.is_some() {
            return self.place_of_value();
        }
        match (self.own.allowed, self.everyone.allowed) {
            (Some(_), _) => self.place(own, "Allowed"),
            (None, Some(_)) => self.place(everyone, "Allowed"),
            (None, None) => self.place_of_value(),
        }
    }

    pub(super) fn merge(self, errors: &mut Vec<MemberError>) -> Rule<M> {
        let Layers { everyone, own } = self.layers;
        let mut error = |place: Place<'_>, detail: &str| errors.push(place.error(detail));
        let mut conflict = |source: Source<'b>, stated: &Statement<'b, M>, detail: &str| {
            for (list, present) in
                [("Default", stated.default.is_some()), ("Allowed", stated.allowed.is_some())]
            {
                if present {
                    error(self.place(source, list), detail);
                }
            }
        };
        if self.everyone.fixed.is_some() {
            conflict(everyone, &self.everyone, "is also in `Fixed` of the same block");
        }
        if self.own.fixed.is_some() {
            conflict(own, &self.own, "is also in `Fixed` of the same block");
        } else if self.everyone.fixed.is_some() {
            conflict(own, &self.own, "is fixed by `Everyone`");
        }
        if let Some(value) = self.own.fixed.or(self.everyone.fixed) {
            return Rule::Fixed(value.clone());
        }
        let default = self.own.default.or(self.everyone.default);
        let allowed = self.own.allowed.or(self.everyone.allowed);
        if let (Some(value), Some(bound)) = (default, allowed)
            && !bound.allows(value)
        {
            match (self.own.default, self.own.allowed) {
                // The tenant wrote only the bound, so the error is at the bound.
                (None, Some(_)) => {
                    error(self.place(own, "Allowed"), "does not include the `Default` of `Everyone`");
                }
                (Some(_), _) => error(self.place(own, "Default"), M::Bound::OUTSIDE),
                (None, None) => error(self.place(everyone, "Default"), M::Bound::OUTSIDE),
            }
        }
        Rule::Open { default: default.cloned(), allowed: allowed.filter(|bound| bound.allows_any()).cloned() }
    }
}

/// Chime refuses FHD video and UHD content without a MaxCount of at most 25 (developer guide). When no caller can ask for
/// such a MaxCount, a policy that sends or allows them is wrong. Otherwise each request is checked.
fn check_resolutions(rules: &Members<Ruled>, layers: Layers<'_>, errors: &mut Vec<MemberError>) {
    let max = AttendeeCount::MAX_AT_HIGH_RESOLUTION;
    let too_many = match &rules.attendee_count {
        Rule::Fixed(count) => *count > max,
        Rule::Open { allowed: Some(_), .. } => false,
        Rule::Open { default, .. } => default.is_none_or(|count| count > max),
    };
    if !too_many {
        return;
    }
    let mut check = |reaches: bool, value: &str, place: Place<'_>| {
        if reaches {
            let detail = format!(
                "`{value}` needs an Attendee.MaxCount of at most {}, and no caller can ask for one: Chime would always refuse",
                max.wire()
            );
            errors.push(place.error(detail));
        }
    };
    let video = Statements::<VideoResolution>::in_layers(layers).place_of_highest();
    check(highest(&rules.video_resolution) == Some(&VideoResolution::Fhd), "FHD", video);
    let content = Statements::<ContentResolution>::in_layers(layers).place_of_highest();
    check(highest(&rules.content_resolution) == Some(&ContentResolution::Uhd), "UHD", content);
}

/// The highest value that a meeting can have under a rule that names one.
fn highest<M: Member<Bound = Ceiling<M>>>(rule: &Rule<M>) -> Option<&M> {
    match rule {
        Rule::Fixed(value) => Some(value),
        Rule::Open { allowed: Some(Ceiling(ceiling)), .. } => Some(ceiling),
        Rule::Open { default, allowed: None } => default.as_ref(),
    }
}

/// Chime refuses content above `None` without video that receives (model), so the values of Fixed and Default must fit.
fn check_capabilities(rules: &Capabilities<Ruled>, layers: Layers<'_>, errors: &mut Vec<MemberError>) {
    let (Some(video), Some(content)) = (written(&rules.video), written(&rules.content)) else { return };
    if content.0 != Capability::None && !video.0.receives() {
        let detail = format!(
            "`{}` needs Video that receives, and the policy sends `{}`: Chime would always refuse",
            content.wire(),
            video.wire()
        );
        errors.push(Statements::<ContentCapability>::in_layers(layers).place_of_value().error(detail));
    }
}

/// The value of `Fixed` or `Default`.
fn written<M: Member>(rule: &Rule<M>) -> Option<&M> {
    match rule {
        Rule::Fixed(value) => Some(value),
        Rule::Open { default, .. } => default.as_ref(),
    }
}
