//! `check`: the faults of policy documents, or who has each right and which limits hold.

use std::collections::BTreeMap;
use std::path::Path;

use meeting_gateway::model::{Limits, Partition, check_control_region};
use meeting_gateway::policy::{Deployment, Policies, RightName};
use serde_json::{Value, json};

use crate::cli::CheckOptions;
use crate::command::{CommandError, Outcome, print, print_json, read};

/// Checks every document.
pub(crate) fn run(options: &CheckOptions) -> Result<Outcome, CommandError> {
    let (region, has_registry) = (options.region.get(), options.registry.get());
    let inputs = options.files.iter().filter(|file| file.as_os_str() == "-").count();
    if inputs > 1 {
        return Err(CommandError("`-` is named twice, and the standard input can be read once".to_owned()));
    }
    let (mut checked, mut unreadable) = (Vec::with_capacity(options.files.len()), Vec::new());
    for file in &options.files {
        match read(file) {
            Ok(document) => checked.push((file.as_path(), check(&document, &region, has_registry))),
            Err(CommandError(message)) => unreadable.push(message),
        }
    }
    if options.json {
        let documents: Vec<Value> = checked.iter().map(|(file, found)| to_json(file, found)).collect();
        print_json(&Value::Array(documents))?;
    } else {
        for (file, found) in &checked {
            report(file, found)?;
        }
    }
    if !unreadable.is_empty() {
        return Err(CommandError(unreadable.join("\n")));
    }
    let is_faulty = checked.iter().any(|(_, found)| found.is_err());
    Ok(if is_faulty { Outcome::Faulty } else { Outcome::Done })
}

/// A fault of a document, or of the region that it is meant for.
#[derive(Debug)]
pub(crate) struct Fault {
    /// `None` for a fault of the region.
    pub(crate) pointer: Option<String>,
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

/// Checks a policy document for a stack in that region, with a registry or without, and the region. Says who has which right,
/// and which limits hold.
///
/// # Errors
/// Every fault.
pub(crate) fn check(document: &[u8], region: &str, has_registry: bool) -> Result<Checked, Vec<Fault>> {
    let region_fault = check_control_region(region).err();
    let mut faults: Vec<Fault> =
        region_fault.into_iter().map(|fault| Fault { pointer: None, detail: fault.to_string() }).collect();
    let policies = match Policies::load(document, &deployment(region, has_registry)) {
        Ok(policies) => policies,
        Err(errors) => {
            let fault = |error: meeting_gateway::json::MemberError| Fault {
                pointer: Some(error.pointer),
                detail: error.detail,
            };
            faults.extend(errors.into_iter().map(fault));
            return Err(faults);
        }
    };
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(Checked { rights: rights(&policies), limits: limits(&policies) })
}

/// The stack that a document is meant for.
pub(crate) fn deployment(region: &str, has_registry: bool) -> Deployment {
    Deployment { partition: Partition::of_region(region), has_registry }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Fault { pointer, detail } = self;
        write!(f, "{}: {detail}", pointer.as_deref().unwrap_or("region"))
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

/// Tenants that a line names; of more it says only how many.
const MAX_NAMED: usize = 10;

/// A line for each right and each answer to who has it, such as `Join: every caller (acme, globex)`, and for each limit and
/// each value of it; or each fault, to the standard error.
fn report(file: &Path, found: &Result<Checked, Vec<Fault>>) -> Result<(), CommandError> {
    let file = file.display();
    match found {
        Ok(Checked { rights, limits }) => {
            let mut text = format!("{file}: no fault found\n");
            for Holders { right, holders, tenants } in rights {
                text.push_str(&format!("{right}: {holders} ({})\n", named(tenants)));
            }
            for Limit { limit, value, tenants } in limits {
                let value = value.map_or("no limit".to_owned(), |value| value.to_string());
                text.push_str(&format!("{limit}: {value} ({})\n", named(tenants)));
            }
            print(&text)
        }
        Err(faults) => {
            faults.iter().for_each(|fault| eprintln!("{file}: {fault}"));
            Ok(())
        }
    }
}

fn named(tenants: &[Option<String>]) -> String {
    let name =
        |tenant: &Option<String>| tenant.clone().unwrap_or_else(|| "tenants that are not listed".to_owned());
    let named: Vec<String> = tenants.iter().take(MAX_NAMED).map(name).collect();
    let more = tenants.len().saturating_sub(MAX_NAMED);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    format!("{}{more}", named.join(", "))
}

fn to_json(file: &Path, found: &Result<Checked, Vec<Fault>>) -> Value {
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
    let faults = faults_json(faults);
    json!({ "file": file.display().to_string(), "faults": faults, "rights": rights, "limits": limits })
}

/// The faults as JSON, each with `pointer` (null for a fault of the region) and `detail`.
pub(crate) fn faults_json(faults: &[Fault]) -> Vec<Value> {
    faults.iter().map(|Fault { pointer, detail }| json!({ "pointer": pointer, "detail": detail })).collect()
}
