//! The members of a request. What is not played here is refused by name, never ignored.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::error::{DynamodbError, constraint, invalid};
use super::expression::Placeholders;
use super::read_value::read_item;
use super::value::Item;

/// The members that were not read yet.
#[derive(Debug)]
pub(super) struct Members(Map<String, Value>);

impl Members {
    /// The members of an object.
    pub(super) fn new(value: Value) -> Result<Self, DynamodbError> {
        match value {
            Value::Object(mut members) => {
                // A member that is null is one that is not there.
                members.retain(|_, value| !value.is_null());
                Ok(Self(members))
            }
            _ => Err(unexpected("the request", "an object")),
        }
    }

    /// Refuses what was not read.
    pub(super) fn expect_no_more(&self) -> Result<(), DynamodbError> {
        let names: Vec<&str> = self.0.keys().map(String::as_str).collect();
        if names.is_empty() {
            return Ok(());
        }
        Err(invalid(format!("not played on this machine: {}", names.join(", "))))
    }

    /// Refuses a member with any other value than this one, which is its default.
    pub(super) fn expect_default(&mut self, name: &str, default: &str) -> Result<(), DynamodbError> {
        match self.text(name)? {
            Some(value) if value != default => {
                Err(invalid(format!("not played on this machine: {name} {value}")))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn text(&mut self, name: &str) -> Result<Option<String>, DynamodbError> {
        match self.0.remove(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(unexpected(name, "a string")),
        }
    }

    pub(super) fn required_text(&mut self, name: &str) -> Result<String, DynamodbError> {
        self.text(name)?.ok_or_else(|| missing(name))
    }

    /// The name of the table, of which an ARN holds the end.
    pub(super) fn table(&mut self) -> Result<String, DynamodbError> {
        let name = self.required_text("TableName")?;
        Ok(name.rsplit_once(":table/").map_or(name.clone(), |(_, name)| name.to_owned()))
    }

    /// A boolean; false where there is none.
    pub(super) fn flag(&mut self, name: &str) -> Result<bool, DynamodbError> {
        Ok(self.optional_flag(name)?.unwrap_or(false))
    }

    pub(super) fn optional_flag(&mut self, name: &str) -> Result<Option<bool>, DynamodbError> {
        match self.0.remove(name) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(flag)),
            Some(_) => Err(unexpected(name, "a boolean")),
        }
    }

    /// A count of at least one.
    pub(super) fn count(&mut self, name: &str) -> Result<Option<usize>, DynamodbError> {
        let Some(value) = self.0.remove(name) else { return Ok(None) };
        let number = value.as_i64().ok_or_else(|| unexpected(name, "a number"))?;
        match usize::try_from(number) {
            Ok(count) if count > 0 => Ok(Some(count)),
            _ => {
                let subject = format_args!("Value '{number}' at '{}'", wire_name(name));
                Err(constraint(subject, "have value greater than or equal to 1"))
            }
        }
    }

    /// One of some values; the first is the default.
    pub(super) fn choice<'c>(&mut self, name: &str, choices: &[&'c str]) -> Result<&'c str, DynamodbError> {
        let Some(value) = self.text(name)? else { return Ok(choices.first().copied().unwrap_or_default()) };
        choices.iter().find(|choice| **choice == value).copied().ok_or_else(|| {
            let subject = format_args!("Value '{value}' at '{}'", wire_name(name));
            constraint(subject, format_args!("satisfy enum value set: [{}]", choices.join(", ")))
        })
    }

    pub(super) fn array(&mut self, name: &str) -> Result<Vec<Value>, DynamodbError> {
        match self.0.remove(name) {
            None => Err(missing(name)),
            Some(Value::Array(values)) => Ok(values),
            Some(_) => Err(unexpected(name, "a list")),
        }
    }

    pub(super) fn object(&mut self, name: &str) -> Result<Option<Members>, DynamodbError> {
        self.0.remove(name).map(Members::new).transpose()
    }

    pub(super) fn item(&mut self, name: &str) -> Result<Option<Item>, DynamodbError> {
        self.0.remove(name).map(|value| read_item(&value)).transpose()
    }

    pub(super) fn required_item(&mut self, name: &str) -> Result<Item, DynamodbError> {
        self.item(name)?.ok_or_else(|| missing(name))
    }

    /// The placeholders of the expressions.
    pub(super) fn placeholders(&mut self) -> Result<Placeholders, DynamodbError> {
        let kind = "ExpressionAttributeNames";
        let names = match self.0.remove(kind) {
            None => None,
            Some(Value::Object(names)) => Some(
                names
                    .into_iter()
                    .map(|(key, name)| match name {
                        Value::String(name) => Ok((key, name)),
                        _ => Err(unexpected(kind, "strings")),
                    })
                    .collect::<Result<BTreeMap<_, _>, _>>()?,
            ),
            Some(_) => return Err(unexpected(kind, "an object")),
        };
        let values = self.item("ExpressionAttributeValues")?;
        Placeholders::new(names, values)
    }

    /// The names of members that are left.
    pub(super) fn names(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }
}

fn missing(name: &str) -> DynamodbError {
    constraint(format_args!("Value null at '{}'", wire_name(name)), "not be null")
}

fn unexpected(name: &str, kind: &str) -> DynamodbError {
    DynamodbError::Serialization(format!("{name}: {kind} is expected"))
}

/// The name that DynamoDB's constraint errors have for a member: with a small first letter.
fn wire_name(name: &str) -> String {
    let mut characters = name.chars();
    let first = characters.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(characters).collect()
}
