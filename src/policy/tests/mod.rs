//! Tests of the whole policy: from documents and requests to plans and findings.

mod attendees;
mod deciding;
mod limits;
mod loading;
mod rights;
mod rooms;

use serde_json::Value;

use super::{Deployment, Policies};
use crate::json::MemberError;
use crate::model::Partition;

/// A stack with a registry, outside GovCloud.
const DEPLOYMENT: Deployment = Deployment { partition: Partition::Commercial, has_registry: true };

fn load(document: &Value) -> Result<Policies, Vec<MemberError>> {
    Policies::load(document.to_string().as_bytes(), &DEPLOYMENT)
}

/// The pointers of a document's errors.
fn errors(document: &Value) -> Vec<String> {
    load(document).err().unwrap_or_default().into_iter().map(|error| error.pointer).collect()
}
