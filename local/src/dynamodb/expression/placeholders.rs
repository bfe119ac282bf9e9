//! `ExpressionAttributeNames` and `ExpressionAttributeValues`, and which of them the expressions use.

use std::collections::{BTreeMap, BTreeSet};

use super::super::error::{DynamodbError, invalid};
use super::super::value::{AttributeValue, Item};

/// The placeholders of one request, or of one write of a transaction.
#[derive(Debug, Default)]
pub(crate) struct Placeholders {
    names: BTreeMap<String, String>,
    values: Item,
    used: BTreeSet<String>,
}

impl Placeholders {
    /// Takes the placeholders of a request; `None` where it has none of that kind.
    ///
    /// # Errors
    /// When a map is empty or a key is not a placeholder.
    pub(crate) fn new(
        names: Option<BTreeMap<String, String>>,
        values: Option<Item>,
    ) -> Result<Self, DynamodbError> {
        check_keys("ExpressionAttributeNames", '#', names.as_ref().map(|names| names.keys()))?;
        check_keys("ExpressionAttributeValues", ':', values.as_ref().map(|values| values.keys()))?;
        Ok(Self {
            names: names.unwrap_or_default(),
            values: values.unwrap_or_default(),
            used: BTreeSet::new(),
        })
    }

    /// The attribute that a `#name` stands for.
    pub(super) fn name(&mut self, placeholder: &str) -> Result<String, String> {
        let name = self.names.get(placeholder).cloned().ok_or_else(|| {
            format!(
                "An expression attribute name used in the document path is not defined; attribute name: {placeholder}"
            )
        })?;
        self.used.insert(placeholder.to_owned());
        Ok(name)
    }

    /// The value that a `:value` stands for.
    pub(super) fn value(&mut self, placeholder: &str) -> Result<AttributeValue, String> {
        let value = self.values.get(placeholder).cloned().ok_or_else(|| {
            format!("An expression attribute value used in expression is not defined; attribute value: {placeholder}")
        })?;
        self.used.insert(placeholder.to_owned());
        Ok(value)
    }

    /// Refuses placeholders that no expression uses.
    ///
    /// # Errors
    /// When there is one. `expressions` are those that the request could have, for a request that has none of them.
    pub(crate) fn check_used(&self, has_expression: bool, expressions: &str) -> Result<(), DynamodbError> {
        let kinds = [
            ("ExpressionAttributeNames", self.names.keys().collect::<Vec<_>>()),
            ("ExpressionAttributeValues", self.values.keys().collect()),
        ];
        for (kind, keys) in kinds {
            if !keys.is_empty() && !has_expression {
                return Err(invalid(format!(
                    "{kind} can only be specified when using expressions: {expressions} is null"
                )));
            }
            let unused: Vec<&str> =
                keys.into_iter().filter(|key| !self.used.contains(*key)).map(String::as_str).collect();
            if !unused.is_empty() {
                return Err(invalid(format!(
                    "Value provided in {kind} unused in expressions: keys: {{{}}}",
                    unused.join(", ")
                )));
            }
        }
        Ok(())
    }
}

fn check_keys<'k>(
    kind: &str,
    first: char,
    keys: Option<impl ExactSizeIterator<Item = &'k String>>,
) -> Result<(), DynamodbError> {
    let Some(mut keys) = keys else { return Ok(()) };
    if keys.len() == 0 {
        return Err(invalid(format!("{kind} must not be empty")));
    }
    let is_placeholder = |key: &str| {
        let name = key.strip_prefix(first).unwrap_or_default();
        !name.is_empty() && name.chars().all(|it| it.is_ascii_alphanumeric() || it == '_')
    };
    match keys.find(|key| !is_placeholder(key)) {
        Some(key) => Err(invalid(format!("{kind} contains invalid key: Syntax error; key: \"{key}\""))),
        None => Ok(()),
    }
}
