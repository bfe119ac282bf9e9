//! `check`: the faults of policy documents, and who has each right.

use std::collections::BTreeMap;
use std::path::Path;

use meeting_gateway::model::{Partition, check_control_region};
use meeting_gateway::policy::{Deployment, Policies, RightName};
use serde_json::{Value, json};

use crate::cli::CheckOptions;
use crate::command::{CommandError, Outcome, print, print_json, read};

/// Checks every document.
pub(crate) fn run(options: &CheckOptions) -> Result<Outcome, CommandError> {
    let region = options.region.get();
    let inputs = options.files.iter().filter(|file| file.as_os_str() == "-").count();
    if inputs > 1 {
        return Err(CommandError("`-` is named twice, and the standard input can be read once".to_owned()));
    }
    let (mut checked, mut unreadable) = (Vec::with_capacity(options.files.len()), Vec::new());
    for file in &options.files {
        match read(file) {
            Ok(document) => checked.push((file.as_path(), check(&document, &region))),
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

/// A right, who has it, and the tenants of which that is so. `None` is the tenants that are not listed.
#[derive(Debug)]
pub(crate) struct Holders {
    right: &'static str,
    holders: String,
    tenants: Vec<Option<String>>,
}

/// Checks a policy document and the region that it is meant for. Says who has which right.
///
/// # Errors
/// Every fault.
pub(crate) fn check(document: &[u8], region: &str) -> Result<Vec<Holders>, Vec<Fault>> {
    let region_fault = check_control_region(region).err();
    let mut faults: Vec<Fault> =
        region_fault.into_iter().map(|fault| Fault { pointer: None, detail: fault.to_string() }).collect();
    let policies = match Policies::load(
        document,
        &Deployment { partition: Partition::of_region(region), has_registry: true },
    ) {
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
    if faults.is_empty() { Ok(rights(&policies)) } else { Err(faults) }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Fault { pointer, detail } = self;
        write!(f, "{}: {detail}", pointer.as_deref().unwrap_or("region"))
    }
}

fn rights(policies: &Policies) -> Vec<Holders> {
    let of_right = |right: &RightName| {
        let mut tenants_of: BTreeMap<String, Vec<Option<String>>> = BTreeMap::new();
        for (tenant, holders) in policies.holders(*right) {
            tenants_of.entry(holders).or_default().push(tenant.map(str::to_owned));
        }
        let right = right.as_str();
        tenants_of.into_iter().map(move |(holders, tenants)| Holders { right, holders, tenants })
    };
    RightName::ALL.iter().flat_map(of_right).collect()
}

/// Tenants that a line names; of more it says only how many.
const MAX_NAMED: usize = 10;

/// A line for each right and each answer to who has it, such as `Join: every caller (acme, globex)`; or each fault, to the
/// standard error.
fn report(file: &Path, found: &Result<Vec<Holders>, Vec<Fault>>) -> Result<(), CommandError> {
    let file = file.display();
    match found {
        Ok(rights) => {
            let mut text = format!("{file}: no fault found\n");
            for Holders { right, holders, tenants } in rights {
                let name = |tenant: &Option<String>| {
                    tenant.clone().unwrap_or_else(|| "tenants that are not listed".to_owned())
                };
                let named: Vec<String> = tenants.iter().take(MAX_NAMED).map(name).collect();
                let more = tenants.len().saturating_sub(MAX_NAMED);
                let more = if more == 0 { String::new() } else { format!(" and {more} more") };
                text.push_str(&format!("{right}: {holders} ({}{more})\n", named.join(", ")));
            }
            print(&text)
        }
        Err(faults) => {
            faults.iter().for_each(|fault| eprintln!("{file}: {fault}"));
            Ok(())
        }
    }
}

fn to_json(file: &Path, found: &Result<Vec<Holders>, Vec<Fault>>) -> Value {
    let (rights, faults) = match found {
        Ok(rights) => (rights.as_slice(), [].as_slice()),
        Err(faults) => ([].as_slice(), faults.as_slice()),
    };
    let rights: Vec<Value> = rights
        .iter()
        .map(|Holders { right, holders, tenants }| {
            json!({ "right": right, "holders": holders, "tenants": tenants })
        })
        .collect();
    json!({ "file": file.display().to_string(), "faults": faults_json(faults), "rights": rights })
}

/// The faults as JSON, each with `pointer` (null for a fault of the region) and `detail`.
pub(crate) fn faults_json(faults: &[Fault]) -> Vec<Value> {
    faults.iter().map(|Fault { pointer, detail }| json!({ "pointer": pointer, "detail": detail })).collect()
}
