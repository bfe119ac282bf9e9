//! The tenants of a policy document, and the groups and scopes that a caller needs to create meetings.
//!
//! Reads the document as plain JSON without the gateway's types, since it only makes tokens.

use serde_json::Value;

/// A tenant with the groups and scopes that let a caller in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleTenant {
    /// the tenant's name
    pub name: String,
    /// the groups of which one is needed, if any
    pub groups: Vec<String>,
    /// the scopes of which one is needed, if any
    pub scopes: Vec<String>,
}

/// The tenants that a document lists, in the order of their names.
#[must_use]
pub fn sample_tenants(policy: &Value) -> Vec<SampleTenant> {
    let Some(tenants) = policy.get("Tenants").and_then(Value::as_object) else { return Vec::new() };
    tenants
        .iter()
        .map(|(name, tenant)| {
            let everyone = policy.get("Everyone").unwrap_or(&Value::Null);
            // The right to create, by the order in which the policy document gives rights.
            let has_direct = ["AnyGroup", "AnyScope"].iter().any(|list| callers(tenant, list).is_some());
            let entry = callers(tenant, "Create")
                .or_else(|| if has_direct { None } else { callers(everyone, "Create") });
            let list = |name: &str| match entry {
                Some(entry) => texts(entry.get(name)),
                None => texts(callers(tenant, name).or_else(|| callers(everyone, name))),
            };
            SampleTenant { name: name.clone(), groups: list("AnyGroup"), scopes: list("AnyScope") }
        })
        .collect()
}

/// A member of a block's `Callers`.
fn callers<'v>(block: &'v Value, member: &str) -> Option<&'v Value> {
    block.get("Callers")?.get(member)
}

fn texts(list: Option<&Value>) -> Vec<String> {
    let items = list.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    items.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_tenants_own_callers_win_over_everyones_member_by_member() {
        let policy = json!({
            "Everyone": { "Callers": { "AnyGroup": ["members"], "AnyScope": ["create"] } },
            "Tenants": { "acme": { "Callers": { "AnyGroup": ["hosts", "admins"] } }, "globex": {} },
        });
        let tenant = |name: &str, groups: &[&str]| SampleTenant {
            name: name.to_owned(),
            groups: groups.iter().map(|group| (*group).to_owned()).collect(),
            scopes: vec!["create".to_owned()],
        };
        assert_eq!(
            sample_tenants(&policy),
            [tenant("acme", &["hosts", "admins"]), tenant("globex", &["members"])]
        );
        assert_eq!(sample_tenants(&json!({})), []);
    }

    #[test]
    fn an_entry_for_create_holds_in_place_of_the_lists_of_its_block() {
        let group = |name: &str| json!({ "AnyGroup": [name] });
        for (everyone, own, expected, why) in [
            (json!({ "AnyGroup": ["a"], "Create": group("b") }), json!({}), vec!["b"], "everyone's entry"),
            (json!({ "Create": group("b") }), group("c"), vec!["c"], "the tenant's lists come first"),
            (
                json!({ "Create": group("b") }),
                json!({ "Create": {} }),
                vec![],
                "the tenant's entry, for every caller",
            ),
            (group("a"), json!({ "Join": group("d") }), vec!["a"], "an entry for another right"),
        ] {
            let policy =
                json!({ "Everyone": { "Callers": everyone }, "Tenants": { "acme": { "Callers": own } } });
            assert_eq!(sample_tenants(&policy)[0].groups, expected, "{why}");
        }
    }
}
