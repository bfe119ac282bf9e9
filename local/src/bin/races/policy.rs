//! The policy document of the rounds: a tenant for each round that has limits, so that no round has another's slots.

use std::ops::Range;

use serde_json::{Map, Value, json};

/// The limits of the tenants of the race for limits.
pub(crate) const TENANT_LIMIT: usize = 4;
pub(crate) const CALLER_LIMIT: usize = 2;

/// The tenant of rounds without limits.
pub(crate) const PLAIN: &str = "plain";

/// The attackers' tenant, with and without limits.
pub(crate) const ATTACKED: &str = "attacked";
pub(crate) const ATTACKED_WITHOUT_LIMITS: &str = "attacked-without-limits";

/// The limits of the former.
pub(crate) const ATTACKED_TENANT_LIMIT: usize = 20;
pub(crate) const ATTACKED_CALLER_LIMIT: usize = 3;

/// How many other tenants there are.
const OTHERS: usize = 40;

/// A tenant whose limits are out of reach in a round, however many slots faults leave behind.
pub(crate) fn wide(round: u32) -> String {
    tenant("wide", round)
}

/// A tenant and callers who may have one meeting.
pub(crate) fn tight(round: u32) -> String {
    tenant("tight", round)
}

/// A tenant with [`TENANT_LIMIT`] and [`CALLER_LIMIT`].
pub(crate) fn limited(round: u32) -> String {
    tenant("limited", round)
}

pub(crate) fn other(number: usize) -> String {
    format!("other-{number}")
}

/// TenantIds have no character four times in a row, so that 1111 is none.
fn tenant(kind: &str, round: u32) -> String {
    round.to_string().chars().fold(kind.to_owned(), |name, digit| format!("{name}-{digit}"))
}

/// The document.
pub(crate) fn document(rounds: Range<u32>) -> String {
    let limits = |tenant: usize, caller: usize| json!({ "Limits": { "OpenMeetings": tenant, "OpenMeetingsPerCaller": caller } });
    let mut tenants = Map::new();
    for round in rounds {
        tenants.insert(wide(round), limits(100, 100));
        tenants.insert(tight(round), limits(1, 1));
        tenants.insert(limited(round), limits(TENANT_LIMIT, CALLER_LIMIT));
    }
    for name in [PLAIN, ATTACKED_WITHOUT_LIMITS] {
        tenants.insert(name.to_owned(), json!({}));
    }
    tenants.insert(ATTACKED.to_owned(), limits(ATTACKED_TENANT_LIMIT, ATTACKED_CALLER_LIMIT));
    for number in 0..OTHERS {
        tenants.insert(other(number), json!({}));
    }
    let everyone = json!({
        "Fixed": { "TenantIds": ["${tenant}"] },
        "Default": { "MediaRegion": "us-east-1" },
        "Allowed": { "MeetingFeatures": { "Attendee": { "MaxCount": 250 } } },
        "Callers": { "Create": {}, "Join": {}, "Moderate": {}, "End": {} },
    });
    json!({ "Everyone": everyone, "Tenants": Value::Object(tenants), "UnlistedTenants": "Deny" }).to_string()
}
