//! `GET /local/state`: what runs here, and whom tokens can name.

use std::collections::BTreeSet;

use hyper::Response;
use hyper::header::HOST;
use hyper::http::request::Parts;
use local::front::PageBody;
use local::sample_tenants::{SampleTenant, sample_tenants};
use meeting_gateway::operation::{OPERATIONS, Operation};
use serde_json::{Value, json};

use super::Playground;
use super::answer::{Error, json as answer_json};

impl Playground {
    /// The answer.
    pub(super) fn state(&self, parts: &Parts) -> Result<Response<PageBody>, Error> {
        let document: Value = serde_json::from_str(&self.policy.document())
            .map_err(|error| Error::conflict(format!("the policy that serves is no JSON: {error}")))?;
        // As the page itself reaches it, through forwarded ports too. Every request that gets here has one.
        let host = parts.headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        let tenants: Vec<Value> = sample_tenants(&document).iter().map(tenant).collect();
        let mut groups = BTreeSet::new();
        collect_groups(&document, &mut groups);
        let served = |operation: &&Operation| self.stack.has_registry || !operation.needs_registry;
        Ok(answer_json(&json!({
            "front": format!("http://{host}"),
            "issuer": self.issuer.as_ref().map(|issuer| issuer.issuer_url()),
            "chime": self.chime,
            "registry": self.stack.has_registry,
            "region": self.stack.region,
            "tenants": tenants,
            "groups": groups,
            "operations": OPERATIONS.iter().filter(served).map(operation).collect::<Vec<_>>(),
        })))
    }
}

fn tenant(tenant: &SampleTenant) -> Value {
    let SampleTenant { name, groups, scopes } = tenant;
    json!({ "name": name, "groups": groups, "scopes": scopes })
}

fn operation(operation: &Operation) -> Value {
    let Operation { name, method, path, query, .. } = operation;
    let (method, right) = (method.as_str(), operation.right());
    json!({ "name": name, "method": method, "path": path, "query": query, "right": right })
}

/// Every group that some list of the document names.
fn collect_groups<'v>(value: &'v Value, groups: &mut BTreeSet<&'v str>) {
    match value {
        Value::Object(members) => {
            let named = members.get("AnyGroup").and_then(Value::as_array).into_iter().flatten();
            groups.extend(named.filter_map(Value::as_str));
            members.values().for_each(|value| collect_groups(value, groups));
        }
        Value::Array(values) => values.iter().for_each(|value| collect_groups(value, groups)),
        _ => {}
    }
}
