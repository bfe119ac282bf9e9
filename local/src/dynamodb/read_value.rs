//! Attribute values as they are on the wire, such as `{"S": "text"}`.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::error::{DynamodbError, invalid, invalid_parameter};
use super::number::Number;
use super::value::{AttributeValue, Item};

/// How deep lists and maps may lie in each other.
const MAX_DEPTH: usize = 32;

/// Reads an item, or the values of placeholders.
pub(crate) fn read_item(value: &Value) -> Result<Item, DynamodbError> {
    let members = value.as_object().ok_or_else(|| unexpected(value))?;
    read_map(members, MAX_DEPTH)
}

/// Reads a value as it is on the wire, such as `{"S": "text"}`.
fn read_within(value: &Value, depth: usize) -> Result<AttributeValue, DynamodbError> {
    let Value::Object(members) = value else { return Err(unexpected(value)) };
    let mut members = members.iter();
    let (name, content) = members.next().ok_or_else(|| {
        invalid("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes")
    })?;
    if members.next().is_some() {
        return Err(invalid(
            "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported \
                 datatypes",
        ));
    }
    let depth =
        depth.checked_sub(1).ok_or_else(|| invalid("Nesting Levels have exceeded supported limits"))?;
    match name.as_str() {
        "S" => Ok(AttributeValue::S(text(content)?.to_owned())),
        "N" => number(content).map(AttributeValue::N),
        "B" => bytes(content).map(AttributeValue::B),
        "BOOL" => content.as_bool().map(AttributeValue::Bool).ok_or_else(|| unexpected(content)),
        "NULL" => match content {
            Value::Bool(true) => Ok(AttributeValue::Null),
            Value::Bool(false) => {
                Err(invalid_parameter("Null attribute value types must have the value of true"))
            }
            _ => Err(unexpected(content)),
        },
        "SS" => set(content, "string", |value| text(value).map(str::to_owned)).map(AttributeValue::Ss),
        "NS" => set(content, "number", number).map(AttributeValue::Ns),
        "BS" => set(content, "binary", bytes).map(AttributeValue::Bs),
        "L" => {
            let values = content.as_array().ok_or_else(|| unexpected(content))?;
            values
                .iter()
                .map(|value| read_within(value, depth))
                .collect::<Result<_, _>>()
                .map(AttributeValue::L)
        }
        "M" => {
            let members = content.as_object().ok_or_else(|| unexpected(content))?;
            read_map(members, depth).map(AttributeValue::M)
        }
        // DynamoDB ignores a name that it does not know, which leaves no value.
        _ => Err(invalid(
            "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
        )),
    }
}

fn read_map(members: &Map<String, Value>, depth: usize) -> Result<Item, DynamodbError> {
    let read = |(name, value): (&String, &Value)| Ok((name.clone(), read_within(value, depth)?));
    members.iter().map(read).collect()
}

fn text(value: &Value) -> Result<&str, DynamodbError> {
    value.as_str().ok_or_else(|| unexpected(value))
}

fn number(value: &Value) -> Result<Number, DynamodbError> {
    Number::parse(text(value)?).map_err(|error| invalid(error.to_string()))
}

fn bytes(value: &Value) -> Result<Vec<u8>, DynamodbError> {
    let decoded = STANDARD.decode(text(value)?);
    decoded.map_err(|_| DynamodbError::Serialization("Base64 encoded length is unexpected".to_owned()))
}

fn set<T: Ord>(
    value: &Value,
    kind: &str,
    read: impl Fn(&Value) -> Result<T, DynamodbError>,
) -> Result<BTreeSet<T>, DynamodbError> {
    let values = value.as_array().ok_or_else(|| unexpected(value))?;
    let set = values.iter().map(read).collect::<Result<BTreeSet<T>, _>>()?;
    if set.is_empty() {
        return Err(invalid_parameter(format!("An {kind} set  may not be empty")));
    }
    if set.len() < values.len() {
        let shown: Vec<&str> = values.iter().filter_map(Value::as_str).collect();
        return Err(invalid_parameter(format!(
            "Input collection [{}] contains duplicates.",
            shown.join(", ")
        )));
    }
    Ok(set)
}

/// A JSON value of another kind than the one that stands in its place.
fn unexpected(value: &Value) -> DynamodbError {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "TRUE_VALUE or FALSE_VALUE",
        Value::Number(_) => "NUMBER_VALUE",
        Value::String(_) => "STRING_VALUE",
        Value::Array(_) => "Start of list",
        Value::Object(_) => "Start of structure or map",
    };
    DynamodbError::Serialization(format!("{kind} found where another kind of value is expected"))
}
