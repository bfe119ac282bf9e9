//! The command `check`: reads its files, checks each, and prints.

use std::path::Path;

use serde_json::Value;

use super::{Checked, Fault, Holders, Limit, Stack, check_with_region, to_json};
use crate::cli::CheckOptions;
use crate::command::{CommandError, Outcome, print, print_json, read};

/// Checks every document.
pub(crate) fn run(options: &CheckOptions) -> Result<Outcome, CommandError> {
    let stack = Stack { region: options.region.get(), has_registry: options.registry.get() };
    let inputs = options.files.iter().filter(|file| file.as_os_str() == "-").count();
    if inputs > 1 {
        return Err(CommandError("`-` is named twice, and the standard input can be read once".to_owned()));
    }
    let (mut checked, mut unreadable) = (Vec::with_capacity(options.files.len()), Vec::new());
    for file in &options.files {
        match read(file) {
            Ok(document) => checked.push((file.as_path(), check_with_region(&document, &stack))),
            Err(CommandError(message)) => unreadable.push(message),
        }
    }
    if options.json {
        let documents: Vec<Value> = checked.iter().map(|(file, found)| json_of_file(file, found)).collect();
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

/// Tenants that a line names; of more it says only how many.
const MAX_NAMED: usize = 10;

/// A line for each right and each answer to who has it, such as `Join: every caller (acme, globex)`, and for each limit and
/// each value of it; or each fault, to the standard error.
fn report(file: &Path, found: &Result<Checked, Vec<Fault>>) -> Result<(), CommandError> {
    match found {
        Ok(Checked { rights, limits }) => {
            let mut text = format!("{}: no fault found\n", file.display());
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
            faults.iter().for_each(|fault| eprintln!("{}", fault.in_file(file)));
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

/// What was found in a file: `file` beside the members of [`to_json`].
fn json_of_file(file: &Path, found: &Result<Checked, Vec<Fault>>) -> Value {
    let mut json = to_json(found);
    if let Some(members) = json.as_object_mut() {
        members.insert("file".to_owned(), file.display().to_string().into());
    }
    json
}
