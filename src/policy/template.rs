//! Texts of the policy document that may contain the tenant's name.

use std::borrow::Cow;

use crate::json::{Json, ReadJson};

/// A text in which `${tenant}` is replaced by the tenant's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Template(String);

/// The only variable.
const TENANT: &str = "${tenant}";

impl Template {
    /// Whether the text contains the variable.
    pub(super) fn has_variable(&self) -> bool {
        self.0.contains(TENANT)
    }

    /// The text for one tenant.
    pub(super) fn fill<'t>(&'t self, tenant: &'t str) -> Cow<'t, str> {
        if self.0 == TENANT {
            return Cow::Borrowed(tenant);
        }
        if !self.0.contains('$') {
            return Cow::Borrowed(&self.0);
        }
        // Not `str::replace`, whose setup costs more than reading such a short text. This runs for every tenant.
        let mut filled = String::with_capacity(self.0.len().saturating_add(tenant.len()));
        let mut rest = self.0.as_str();
        while let Some((before, after)) = rest.split_once('$') {
            filled.push_str(before);
            match after.strip_prefix("{tenant}") {
                Some(after_variable) => {
                    filled.push_str(tenant);
                    rest = after_variable;
                }
                None => {
                    filled.push('$');
                    rest = after;
                }
            }
        }
        filled.push_str(rest);
        Cow::Owned(filled)
    }
}

impl ReadJson for Template {
    fn read_json(json: &Json<'_>) -> Result<Self, String> {
        let Json::String(text) = json else { return Err(format!("must be a string, not {}", json.kind())) };
        if text.contains('$') && text.replace(TENANT, "").contains("${") {
            return Err("contains a variable other than `${tenant}`".to_owned());
        }
        Ok(Template(text.clone().into_owned()))
    }
}
