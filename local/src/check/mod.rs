//! `check`: the faults of policy documents, or who has each right and which limits hold.

mod command;
mod page;
mod places;

use std::collections::BTreeMap;
use std::path::Path;

use meeting_gateway::json::MemberError;
use meeting_gateway::model::{Limits, Partition, check_control_region};
use meeting_gateway::policy::{Deployment, Policies, RightName};
use serde_json::{Value, json};

pub(crate) use self::command::run;
pub(crate) use self::page::answer;
use self::places::{Places, TextPlace};

/// A fault of a document, or of the region that it is meant for.
#[derive(Debug)]
pub(crate) struct Fault {
    /// `None` for a fault of the region.
    pub(crate) pointer: Option<String>,
    /// Where the member stands in the document, or would stand. `None` for a fault of the region.
    pub(crate) place: Option<TextPlace>,
    pub(crate) detail: String,
}

/// What a document without a fault gives its tenants.
#[derive(Debug)]
pub(crate) struct Checked {
    rights: Vec<Holders>,
    limits: Vec<Limit>,
}

/// Tenants of which the same is so. `None` is those that are not listed.
type Tenants = Vec<Option<String>>;

/// A right, who has it, and the tenants of which that is so.
#[derive(Debug)]
struct Holders {
    right: &'static str,
    holders: String,
    tenants: Tenants,
}

/// A limit on open meetings, `None` for no limit, and the tenants that have it.
#[derive(Debug)]
struct Limit {
    limit: &'static str,
    value: Option<u16>,
    tenants: Tenants,
}

/// The stack that a document is meant for.
#[derive(Debug, Clone)]
pub(crate) struct Stack {
    /// The AWS region that Chime is called in.
    pub(crate) region: String,
    /// Whether the stack has a registry, without which there are neither rooms nor Limits.
    pub(crate) has_registry: bool,
}

impl Stack {
    /// What of the stack counts for a document.
    pub(crate) fn deployment(&self) -> Deployment {
        Deployment { partition: Partition::of_region(&self.region), has_registry: self.has_registry }
    }
}

/// Checks a policy document for that stack. Says who has which right, and which limits hold.
///
/// # Errors
/// Every fault, as one reads the document.
pub(crate) fn check(document: &[u8], stack: &Stack) -> Result<Checked, Vec<Fault>> {
    load(document, stack).map(|policies| Checked { rights: rights(&policies), limits: limits(&policies) })
}

/// The same for a stack that calls the real Chime, which has an endpoint in few regions. What runs here serves in any.
///
/// # Errors
/// Every fault, that of the region first.
pub(crate) fn check_with_region(document: &[u8], stack: &Stack) -> Result<Checked, Vec<Fault>> {
    let checked = check(document, stack);
    let Err(fault) = check_control_region(&stack.region) else { return checked };
    let mut faults = vec![Fault { pointer: None, place: None, detail: fault.to_string() }];
    faults.extend(checked.err().into_iter().flatten());
    Err(faults)
}

/// The policies of a document for that stack.
///
/// # Errors
/// Every fault, as one reads the document.
pub(crate) fn load(document: &[u8], stack: &Stack) -> Result<Policies, Vec<Fault>> {
    Policies::load(document, &stack.deployment()).map_err(|errors| {
        let places = Places::of(document);
        let fault = |MemberError { pointer, detail }| {
            let place = Some(places.find(&pointer));
            Fault { pointer: Some(pointer), place, detail }
        };
        let mut faults: Vec<Fault> = errors.into_iter().map(fault).collect();
        faults.sort_by_key(|fault| fault.place);
        faults
    })
}

impl Fault {
    /// A line for people, which editors make a link of: `policy.json:12:7: #/Everyone/Fixed: is …`.
    pub(crate) fn in_file(&self, file: &Path) -> String {
        let Fault { pointer, place, detail } = self;
        let place = place.map_or_else(String::new, |TextPlace { line, column }| format!("{line}:{column}:"));
        format!("{}:{place} {}: {detail}", file.display(), pointer.as_deref().unwrap_or("region"))
    }
}

fn rights(policies: &Policies) -> Vec<Holders> {
    let of_right = |right: &RightName| {
        let right_name = right.as_str();
        let holders = by_value(policies.holders(*right)).into_iter();
        holders.map(move |(holders, tenants)| Holders { right: right_name, holders, tenants })
    };
    RightName::ALL.iter().flat_map(of_right).collect()
}

fn limits(policies: &Policies) -> Vec<Limit> {
    let of_limit = |index: usize| {
        let of_tenants = policies
            .limits()
            .filter_map(move |(tenant, limits)| limits.each().get(index).map(|(_, value)| (tenant, *value)));
        let limit = Limits::NAMES.get(index).copied().unwrap_or_default();
        by_value(of_tenants).into_iter().map(move |(value, tenants)| Limit { limit, value, tenants })
    };
    (0..Limits::NAMES.len()).flat_map(of_limit).collect()
}

/// The tenants of each value.
fn by_value<'t, V: Ord>(of_tenants: impl Iterator<Item = (Option<&'t str>, V)>) -> BTreeMap<V, Tenants> {
    let mut tenants_of: BTreeMap<V, Tenants> = BTreeMap::new();
    for (tenant, value) in of_tenants {
        tenants_of.entry(value).or_default().push(tenant.map(str::to_owned));
    }
    tenants_of
}

/// What was found as JSON: the members `faults`, `rights` and `limits`.
fn to_json(found: &Result<Checked, Vec<Fault>>) -> Value {
    let (rights, limits, faults) = match found {
        Ok(Checked { rights, limits }) => (rights.as_slice(), limits.as_slice(), [].as_slice()),
        Err(faults) => ([].as_slice(), [].as_slice(), faults.as_slice()),
    };
    let rights: Vec<Value> = rights
        .iter()
        .map(|Holders { right, holders, tenants }| {
            json!({ "right": right, "holders": holders, "tenants": tenants })
        })
        .collect();
    let limits: Vec<Value> = limits
        .iter()
        .map(|Limit { limit, value, tenants }| json!({ "limit": limit, "value": value, "tenants": tenants }))
        .collect();
    json!({ "faults": faults_json(faults), "rights": rights, "limits": limits })
}

/// The faults as JSON, each with `pointer`, `detail`, `line` and `column`. All but `detail` are null for a fault of the region.
pub(crate) fn faults_json(faults: &[Fault]) -> Vec<Value> {
    let fault = |Fault { pointer, place, detail }: &Fault| {
        let (line, column) = (place.map(|place| place.line), place.map(|place| place.column));
        json!({ "pointer": pointer, "detail": detail, "line": line, "column": column })
    };
    faults.iter().map(fault).collect()
}
