//! Attribute values: reading, writing, and what they count for.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::error::{DynamodbError, invalid, invalid_parameter};
use super::number::Number;

/// The attributes of an item, or of a map, by their names.
pub(super) type Item = BTreeMap<String, AttributeValue>;

/// How deep lists and maps may lie in each other.
const MAX_DEPTH: usize = 32;

/// An attribute's value. Text is ordered by its UTF-8 bytes, as DynamoDB orders it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum AttributeValue {
    S(String),
    N(Number),
    B(Vec<u8>),
    Bool(bool),
    Null,
    Ss(BTreeSet<String>),
    Ns(BTreeSet<Number>),
    Bs(BTreeSet<Vec<u8>>),
    L(Vec<AttributeValue>),
    M(Item),
}

impl AttributeValue {
    /// Reads a value as it is on the wire, such as `{"S": "text"}`.
    fn read_within(value: &Value, depth: usize) -> Result<Self, DynamodbError> {
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
            "S" => Ok(Self::S(text(content)?.to_owned())),
            "N" => number(content).map(Self::N),
            "B" => bytes(content).map(Self::B),
            "BOOL" => content.as_bool().map(Self::Bool).ok_or_else(|| unexpected(content)),
            "NULL" => match content {
                Value::Bool(true) => Ok(Self::Null),
                Value::Bool(false) => {
                    Err(invalid_parameter("Null attribute value types must have the value of true"))
                }
                _ => Err(unexpected(content)),
            },
            "SS" => set(content, "string", |value| text(value).map(str::to_owned)).map(Self::Ss),
            "NS" => set(content, "number", number).map(Self::Ns),
            "BS" => set(content, "binary", bytes).map(Self::Bs),
            "L" => {
                let values = content.as_array().ok_or_else(|| unexpected(content))?;
                values
                    .iter()
                    .map(|value| Self::read_within(value, depth))
                    .collect::<Result<_, _>>()
                    .map(Self::L)
            }
            "M" => {
                let members = content.as_object().ok_or_else(|| unexpected(content))?;
                read_map(members, depth).map(Self::M)
            }
            // DynamoDB ignores a name that it does not know, which leaves no value.
            _ => Err(invalid(
                "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
            )),
        }
    }

    /// The type's name on the wire.
    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Self::S(_) => "S",
            Self::N(_) => "N",
            Self::B(_) => "B",
            Self::Bool(_) => "BOOL",
            Self::Null => "NULL",
            Self::Ss(_) => "SS",
            Self::Ns(_) => "NS",
            Self::Bs(_) => "BS",
            Self::L(_) => "L",
            Self::M(_) => "M",
        }
    }

    /// What `size()` says of it; numbers, booleans and null have none.
    pub(super) fn length(&self) -> Option<usize> {
        match self {
            Self::S(text) => Some(text.len()),
            Self::B(bytes) => Some(bytes.len()),
            Self::Ss(set) => Some(set.len()),
            Self::Ns(set) => Some(set.len()),
            Self::Bs(set) => Some(set.len()),
            Self::L(list) => Some(list.len()),
            Self::M(map) => Some(map.len()),
            Self::N(_) | Self::Bool(_) | Self::Null => None,
        }
    }

    /// The bytes that it counts for in an item (developer guide, "DynamoDB item sizes and formats").
    pub(super) fn size(&self) -> usize {
        match self {
            Self::S(text) => text.len(),
            Self::N(number) => number.size(),
            Self::B(bytes) => bytes.len(),
            Self::Bool(_) | Self::Null => 1,
            Self::Ss(set) => set.iter().map(String::len).sum(),
            Self::Ns(set) => set.iter().map(|number| number.size()).sum(),
            Self::Bs(set) => set.iter().map(Vec::len).sum(),
            Self::L(list) => {
                list.iter().map(|value| value.size().saturating_add(1)).sum::<usize>().saturating_add(3)
            }
            Self::M(map) => size_of(map).saturating_add(map.len()).saturating_add(3),
        }
    }
}

/// Reads an item, or the values of placeholders.
pub(super) fn read_item(value: &Value) -> Result<Item, DynamodbError> {
    let members = value.as_object().ok_or_else(|| unexpected(value))?;
    read_map(members, MAX_DEPTH)
}

/// The bytes that an item counts for: names and values.
pub(super) fn size_of(item: &Item) -> usize {
    item.iter().map(|(name, value)| name.len().saturating_add(value.size())).sum()
}

fn read_map(members: &Map<String, Value>, depth: usize) -> Result<Item, DynamodbError> {
    let read =
        |(name, value): (&String, &Value)| Ok((name.clone(), AttributeValue::read_within(value, depth)?));
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

impl Serialize for AttributeValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let value = match self {
            Self::S(text) => json!({ "S": text }),
            Self::N(number) => json!({ "N": number.to_string() }),
            Self::B(bytes) => json!({ "B": STANDARD.encode(bytes) }),
            Self::Bool(truth) => json!({ "BOOL": truth }),
            Self::Null => json!({ "NULL": true }),
            Self::Ss(set) => json!({ "SS": set }),
            Self::Ns(set) => json!({ "NS": set.iter().map(Number::to_string).collect::<Vec<_>>() }),
            Self::Bs(set) => {
                json!({ "BS": set.iter().map(|bytes| STANDARD.encode(bytes)).collect::<Vec<_>>() })
            }
            Self::L(list) => json!({ "L": list }),
            Self::M(map) => json!({ "M": map }),
        };
        value.serialize(serializer)
    }
}
