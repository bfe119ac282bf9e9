//! Merges who has each right from the two layers.

use std::sync::Arc;

use super::document::{AnyOf, Callers, EachRight};
use super::layers::Layers;
use super::right::RightName;
use super::rules::{CallerRules, Holders};
use crate::json::Path;

/// Who has each right: the first of these that is written, as a whole. The tenant's entry for the right; the tenant's
/// direct lists, laid member by member over everyone's; everyone's entry; everyone's direct lists. With none of them,
/// Create and Join are every caller's, and Moderate and End nobody's.
pub(super) fn merge_callers(everyone: Option<&Callers>, own: Option<&Callers>) -> CallerRules {
    let entry =
        |callers: Option<&Callers>, right| callers.and_then(|callers| callers.entries.of(right).clone());
    let direct = |callers: Option<&Callers>| callers.and_then(|callers| callers.direct.clone());
    let everyones_direct = direct(everyone);
    let own_direct = direct(own).map(|own| lay_over(own, everyones_direct.as_ref()));
    CallerRules(EachRight::make(|right| {
        let written = entry(own, right)
            .or_else(|| own_direct.clone())
            .or_else(|| entry(everyone, right))
            .or_else(|| everyones_direct.clone());
        match (written, right) {
            (Some(any_of), _) => Holders::Having(any_of),
            (None, RightName::Create | RightName::Join) => Holders::Having(Arc::default()),
            (None, RightName::Moderate | RightName::End) => Holders::Nobody,
        }
    }))
}

/// Pointer to what decides about a right: the first of those of [`merge_callers`] that is written. `None` when none is.
pub(super) fn place_of_right(layers: Layers<'_>, right: RightName) -> Option<String> {
    [layers.own, layers.everyone].into_iter().find_map(|source| {
        let callers = source.block.callers.as_ref()?;
        let path = Path::Member(source.path, "Callers");
        if callers.entries.of(right).is_some() {
            return Some(Path::Member(&path, right.as_str()).to_string());
        }
        callers.direct.is_some().then(|| path.to_string())
    })
}

/// A tenant's lists with everyone's in place of those that the tenant lacks. Shared where nothing is added.
fn lay_over(own: Arc<AnyOf>, everyones: Option<&Arc<AnyOf>>) -> Arc<AnyOf> {
    let Some(everyones) = everyones else { return own };
    let lacks = |own: bool, everyones: bool| !own && everyones;
    if !lacks(own.any_scope.is_some(), everyones.any_scope.is_some())
        && !lacks(own.any_group.is_some(), everyones.any_group.is_some())
    {
        return own;
    }
    Arc::new(AnyOf {
        any_scope: own.any_scope.clone().or_else(|| everyones.any_scope.clone()),
        any_group: own.any_group.clone().or_else(|| everyones.any_group.clone()),
    })
}
