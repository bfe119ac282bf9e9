//! Limits on open meetings, as a block has them.

use super::lists::Reading;
use crate::json::{Json, KnownMembers, MemberError, Names, Path, ReadJson};
use crate::model::Limits;

/// The member of a block.
pub(super) const LIMITS: &str = "Limits";

/// Reads a block's `Limits`. Invalid members are reported and left out.
pub(super) fn read_limits(json: &Json<'_>, path: &Path<'_>, reading: &mut Reading<'_>) -> Limits {
    if !reading.deployment.has_registry {
        let detail = "needs the registry, which this stack does not have: deploy it (parameter `Registry`, setting \
                      REGISTRY_TABLE), or remove the limits";
        reading.errors.push(MemberError::at(path, detail));
    }
    let names = Names::new(&[&Limits::NAMES]);
    let Some(members) = KnownMembers::of(json, path, names, reading.errors) else { return Limits::NONE };
    let [tenants, callers] =
        Limits::NAMES.map(|name| members.read(name, reading.errors).map(|Limit(limit)| limit));
    Limits { open_meetings: tenants, open_meetings_per_caller: callers }
}

/// A limit as it is written.
struct Limit(u16);

impl ReadJson for Limit {
    fn read_json(json: &Json<'_>) -> Result<Self, String> {
        let range = format!("must be a whole number from {} to {}", Limits::MIN, Limits::MAX);
        let Json::Number(number) = json else { return Err(format!("{range}, not {}", json.kind())) };
        let limit = number.as_u64().and_then(|limit| u16::try_from(limit).ok());
        limit.filter(|limit| (Limits::MIN..=Limits::MAX).contains(limit)).map(Limit).ok_or(range)
    }
}
