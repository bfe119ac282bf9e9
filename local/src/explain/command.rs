//! The command `explain`: reads its files, explains, and prints.

use std::path::Path;

use serde_json::{Value, json};

use super::{Asked, explain, report};
use crate::check::{Stack, check_with_region, faults_json};
use crate::cli::{ExplainOptions, policy_file};
use crate::command::{CommandError, Outcome, print, print_json, read};

/// Explains the request.
pub(crate) async fn run(options: &ExplainOptions) -> Result<Outcome, CommandError> {
    let file = policy_file(&options.policy);
    let document = std::fs::read(&file)
        .map_err(|error| CommandError(format!("cannot read the policy {}: {error}", file.display())))?;
    let stack = Stack { region: options.region.get(), has_registry: options.registry.get() };
    if options.claims.as_os_str() == "-" && options.request.as_deref() == Some("@-") {
        return Err(CommandError("the standard input can be the claims or the request, not both".to_owned()));
    }
    let operation = super::operation(&options.operation).map_err(CommandError)?;
    let (claims, body) = (claims(&options.claims)?, body(options)?);
    let asked = Asked { operation, claims, body, room_is_open: options.room_is_open };
    if let Err(faults) = check_with_region(&document, &stack) {
        if options.json {
            print_json(&json!({ "faults": faults_json(&faults) }))?;
        }
        let faults: Vec<String> = faults.iter().map(|fault| fault.in_file(&file)).collect();
        return Err(CommandError(faults.join("\n")));
    }
    let explained =
        explain(&document, &stack, &asked).await.map_err(|error| CommandError(error.to_string()))?;
    if options.json {
        print_json(&report::json(&explained))?;
    } else {
        print(&report::text(&explained))?;
    }
    Ok(if explained.is_served() { Outcome::Done } else { Outcome::Faulty })
}

fn claims(file: &Path) -> Result<Value, CommandError> {
    let invalid = |why: &str| CommandError(format!("the claims in {} {why}", file.display()));
    let claims: Value =
        serde_json::from_slice(&read(file)?).map_err(|error| invalid(&format!("are not JSON: {error}")))?;
    if claims.is_object() { Ok(claims) } else { Err(invalid("must be a JSON object")) }
}

/// The body: text, or that of a file.
fn body(options: &ExplainOptions) -> Result<Option<String>, CommandError> {
    let Some(text) = &options.request else { return Ok(None) };
    let Some(file) = text.strip_prefix('@') else { return Ok(Some(text.clone())) };
    let text = String::from_utf8(read(Path::new(file))?);
    text.map(Some).map_err(|error| CommandError(format!("the request in {file} is not UTF-8: {error}")))
}
