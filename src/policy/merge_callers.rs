//! Merges who has each right from the two layers.

use super::document::{AnyOf, Callers, EachRight};
use super::right::RightName;
use super::rules::{CallerRules, Holders};

/// Who has each right: the first of these that is written, as a whole. The tenant's entry for the right; the tenant's
/// direct lists, laid member by member over everyone's; everyone's entry; everyone's direct lists. With none of them,
/// Create and Join are every caller's, and Moderate and End nobody's.
pub(super) fn merge_callers(everyone: Option<&Callers>, own: Option<&Callers>) -> CallerRules {
    let entry =
        |callers: Option<&Callers>, right| callers.and_then(|callers| callers.entries.of(right).clone());
    let direct =
        |callers: Option<&Callers>| callers.map(|callers| callers.direct.clone()).unwrap_or_default();
    let (everyones, owns) = (direct(everyone), direct(own));
    let own_direct = (!owns.is_empty()).then(|| AnyOf {
        any_scope: owns.any_scope.or_else(|| everyones.any_scope.clone()),
        any_group: owns.any_group.or_else(|| everyones.any_group.clone()),
    });
    let everyones_direct = (!everyones.is_empty()).then_some(everyones);
    CallerRules(EachRight::make(|right| {
        let written = entry(own, right)
            .or_else(|| own_direct.clone())
            .or_else(|| entry(everyone, right))
            .or_else(|| everyones_direct.clone());
        match (written, right) {
            (Some(any_of), _) => Holders::Having(any_of),
            (None, RightName::Create | RightName::Join) => Holders::Having(AnyOf::default()),
            (None, RightName::Moderate | RightName::End) => Holders::Nobody,
        }
    }))
}
