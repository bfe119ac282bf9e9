//! What `explain` prints.

use std::fmt::Write;

use local::simulator::RecordedRequest;
use meeting_gateway::auth::Caller;
use meeting_gateway::operation::Operation;
use meeting_gateway::policy::{LimitExplanation, PolicyExplanation, RightExplanation};
use serde_json::{Value, json};

use super::policy::policy_json;
use super::values::Row;

/// A request, what it gets, and why.
#[derive(Debug)]
pub(super) struct Explained {
    pub(super) operation: &'static Operation,
    pub(super) caller: Caller,
    pub(super) policy: PolicyExplanation,
    /// The policy document, as it is written.
    pub(super) document: Value,
    pub(super) rows: Vec<Row>,
    pub(super) requests: Vec<RecordedRequest>,
    pub(super) status: u16,
    /// A problem's title and its `errors`; null for a success.
    pub(super) problem: Value,
}

impl Explained {
    /// Whether the gateway serves the request.
    pub(super) fn is_served(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// For people.
pub(super) fn text(explained: &Explained) -> String {
    let Explained { operation, caller, policy, .. } = explained;
    let mut text = String::new();
    let mut line = |line: String| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{line}");
    };
    line(format!("operation  {}, which needs the right: {}", operation.name, operation.right()));
    let listed = match (&policy.tenant, policy.is_admitted) {
        (Some(pointer), _) => pointer.as_str(),
        (None, true) => "not listed: it gets what Everyone has",
        (None, false) => "not listed, and UnlistedTenants is Deny",
    };
    line(format!("tenant     {} ({listed})", caller.tenant()));
    let names = |names: &[String]| if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    line(format!(
        "caller     {}; groups: {}; scopes: {}",
        caller.subject(),
        names(caller.groups()),
        names(caller.scopes())
    ));
    for RightExplanation { right, holders, is_held, pointer } in &policy.rights {
        let verdict = if *is_held { "yes" } else { "no" };
        let place = pointer.as_deref().unwrap_or("nothing is written about it");
        line(format!("{right:10} {verdict}: {holders} ({place})"));
    }
    for LimitExplanation { limit, value, pointer } in &policy.limits {
        let value = value.map_or("no limit".to_owned(), |value| value.to_string());
        let place = pointer.as_deref().map_or(String::new(), |pointer| format!(" ({pointer})"));
        line(format!("{limit:23} {value}{place}"));
    }
    if !explained.rows.is_empty() {
        line(String::new());
    }
    let widths = widths(&explained.rows);
    for row in &explained.rows {
        line(row_line(row, widths));
    }
    line(String::new());
    if explained.problem.is_null() {
        line(format!("served     {}", explained.status));
    } else {
        let title = explained.problem.get("title").and_then(Value::as_str).unwrap_or_default();
        line(format!("refused    {} {title}", explained.status));
        for error in errors(&explained.problem) {
            let detail = error.get("detail").and_then(Value::as_str).unwrap_or_default();
            let place = ["pointer", "header", "parameter"].iter().find_map(|name| error.get(name)?.as_str());
            line(format!("  {} {detail}", place.unwrap_or_default()));
        }
        if errors(&explained.problem).is_empty() {
            let detail = explained.problem.get("detail").and_then(Value::as_str).unwrap_or_default();
            line(format!("  {detail}"));
        }
    }
    for request in &explained.requests {
        line(String::new());
        line(format!("Chime gets {} {}", request.method, request.path));
        if !request.body.is_null() {
            line(format!("{:#}", request.body));
        }
    }
    text
}

/// The columns' widths: members and values.
fn widths(rows: &[Row]) -> (usize, usize) {
    let longest = |length: &dyn Fn(&Row) -> usize| rows.iter().map(length).max().unwrap_or_default();
    (longest(&|row| row.member.len()), longest(&|row| shown(&row.value).len()).min(40))
}

fn row_line(row: &Row, (members, values): (usize, usize)) -> String {
    let Row { member, value, from, pointer } = row;
    let from = from.as_str();
    let whose = pointer.as_deref().map_or(String::new(), |pointer| match pointer.starts_with("#/Everyone") {
        true => format!(", Everyone's {pointer}"),
        false => format!(", the tenant's {pointer}"),
    });
    format!("{member:members$}  {:values$}  {from}{whose}", shown(value))
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn errors(problem: &Value) -> &[Value] {
    problem.get("errors").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// For programs.
pub(super) fn json(explained: &Explained) -> Value {
    let Explained { operation, caller, policy, document, rows, requests, status, problem } = explained;
    let right = |right: &RightExplanation| {
        json!({
            "right": right.right, "held": right.is_held, "holders": right.holders, "pointer": right.pointer
        })
    };
    let limit = |limit: &LimitExplanation| json!({ "limit": limit.limit, "value": limit.value, "pointer": limit.pointer });
    let member = |row: &Row| {
        json!({
            "member": row.member, "value": row.value, "from": row.from.as_str(), "pointer": row.pointer
        })
    };
    json!({
        "operation": operation.name,
        "needs": operation.right(),
        "tenant": { "name": caller.tenant(), "pointer": policy.tenant, "admitted": policy.is_admitted },
        "caller": { "subject": caller.subject(), "groups": caller.groups(), "scopes": caller.scopes() },
        "rights": policy.rights.iter().map(right).collect::<Vec<_>>(),
        "limits": policy.limits.iter().map(limit).collect::<Vec<_>>(),
        "policy": policy_json(policy, document),
        "members": rows.iter().map(member).collect::<Vec<_>>(),
        "status": status,
        "problem": problem,
        "requests": requests
            .iter()
            .map(|request| json!({ "method": request.method, "path": request.path, "body": request.body }))
            .collect::<Vec<_>>(),
    })
}
