//! The editors' schema of the policy document.

use super::document::Document;

/// The JSON Schema of the policy document, as the file beside the sample has it.
#[must_use]
pub fn document_schema() -> schemars::Schema {
    schemars::schema_for!(Document)
}
