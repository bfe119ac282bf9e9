//! Tests of the whole policy: from documents and requests to plans and findings.

mod attendees;
mod deciding;
mod loading;
mod rights;

use serde_json::Value;

use super::Policies;
use crate::json::MemberError;
use crate::model::Partition;

fn load(document: &Value) -> Result<Policies, Vec<MemberError>> {
    Policies::load(document.to_string().as_bytes(), Partition::Commercial)
}

/// The pointers of a document's errors.
fn errors(document: &Value) -> Vec<String> {
    load(document).err().unwrap_or_default().into_iter().map(|error| error.pointer).collect()
}
