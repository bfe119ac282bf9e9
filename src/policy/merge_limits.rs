//! Merges the limits on open meetings from the two layers.

use super::layers::Layers;
use super::limits::LIMITS;
use crate::json::Path;
use crate::model::Limits;

/// The limits of a tenant: each is the tenant's own, else everyone's.
pub(super) fn merge_limits(layers: Layers<'_>) -> Limits {
    let (everyone, own) = (layers.everyone.block.limits, layers.own.block.limits);
    Limits {
        open_meetings: own.open_meetings.or(everyone.open_meetings),
        open_meetings_per_caller: own.open_meetings_per_caller.or(everyone.open_meetings_per_caller),
    }
}

/// Pointer to what decides about the limit of that name. `None` when nothing is written about it.
pub(super) fn place_of_limit(layers: Layers<'_>, name: &str) -> Option<String> {
    [layers.own, layers.everyone].into_iter().find_map(|source| {
        let is_written = |(other, limit): (&str, Option<u16>)| other == name && limit.is_some();
        let path = Path::Member(source.path, LIMITS);
        let pointer = || Path::Member(&path, name).to_string();
        source.block.limits.each().into_iter().any(is_written).then(pointer)
    })
}
