//! The tenants of a policy document, and the groups and scopes that a caller needs to create meetings.
//!
//! Reads the document as plain JSON without the gateway's types, since it only makes tokens.

use serde_json::Value;

/// A tenant with the groups and scopes that let a caller in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleTenant {
    /// the tenant's name
    pub name: String,
    /// `Callers.AnyGroup`, the tenant's own or everyone's
    pub groups: Vec<String>,
    /// `Callers.AnyScope`, likewise
    pub scopes: Vec<String>,
}

/// The tenants that a document lists, in the order of their names.
#[must_use]
pub fn sample_tenants(policy: &Value) -> Vec<SampleTenant> {
    let Some(tenants) = policy.get("Tenants").and_then(Value::as_object) else { return Vec::new() };
    tenants
        .iter()
        .map(|(name, tenant)| {
            let callers = |member: &str| {
                let pointer = format!("/Callers/{member}");
                let everyone = policy.get("Everyone").and_then(|everyone| everyone.pointer(&pointer));
                texts(tenant.pointer(&pointer).or(everyone))
            };
            SampleTenant { name: name.clone(), groups: callers("AnyGroup"), scopes: callers("AnyScope") }
        })
        .collect()
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
}
