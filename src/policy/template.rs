//! Texts of the policy document that differ from tenant to tenant.

use std::borrow::Cow;

use crate::json::{Json, ReadJson};

/// A text in which `${tenant}` stands for the tenant's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Template(String);

/// The one variable.
const TENANT: &str = "${tenant}";

impl Template {
    /// Whether the text differs from tenant to tenant.
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
        // Character by character and not by `replace`, whose search costs more to set up than a text of this length to
        // read: this runs for every tenant of the document.
        let mut filled = String::with_capacity(self.0.len().saturating_add(tenant.len()));
        let mut rest = self.0.as_str();
        while let Some((before, after)) = rest.split_once('$') {
            filled.push_str(before);
            match after.strip_prefix("{tenant}") {
                Some(behind) => {
                    filled.push_str(tenant);
                    rest = behind;
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
            return Err("holds a variable that is not `${tenant}`, the only one there is".to_owned());
        }
        Ok(Template(text.clone().into_owned()))
    }
}
