//! What tenants have used, as `notifications` has counted it.

use hyper::Response;
use local::front::PageBody;
use serde_json::{Number, Value, json};

use super::Playground;
use super::answer::json as answer_json;

impl Playground {
    /// Each tenant's usage of each day, in UTC; null where the table is not played here, which the page may not read.
    pub(super) fn usage(&self) -> Response<PageBody> {
        let items = self.registry.as_ref().and_then(|registry| registry.items());
        let usage = items.map(|items| items.iter().filter_map(usage_of).collect::<Vec<_>>());
        answer_json(&json!({ "usage": usage }))
    }
}

/// The usage that an item of the registry's table has; the attributes are those of docs/registry.md.
fn usage_of(item: &Value) -> Option<Value> {
    let text = |name: &str| item.get(name)?.get("S")?.as_str();
    let number = |name: &str| item.get(name)?.get("N")?.as_str()?.parse::<Number>().ok();
    Some(json!({
        "tenant": text("pk")?.strip_prefix("usage#")?,
        "day": text("sk")?,
        "meetings": number("meetings"),
        "meeting_minutes": number("meeting_minutes"),
        "attendee_minutes": number("attendee_minutes"),
        "peak": number("peak"),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_of_usage_is_read_and_others_are_not() {
        let mut item = json!({
            "pk": { "S": "usage#acme" }, "sk": { "S": "2026-11-30" },
            "meetings": { "N": "2" }, "meeting_minutes": { "N": "1.5" }, "attendee_minutes": { "N": "0.25" },
        });
        let usage = json!({
            "tenant": "acme", "day": "2026-11-30",
            "meetings": 2, "meeting_minutes": 1.5, "attendee_minutes": 0.25, "peak": null,
        });
        assert_eq!(usage_of(&item), Some(usage), "nobody joined, so there is no peak");
        item["pk"]["S"] = json!("meeting#acme");
        assert_eq!(usage_of(&item), None);
    }
}
