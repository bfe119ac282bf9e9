//! Tables: their keys and their items.

use std::collections::BTreeMap;

use super::error::{DynamodbError, invalid, invalid_parameter};
use super::value::{AttributeValue, Item};

/// The longest partition key and the longest sort key, in bytes (developer guide, "Quotas").
const MAX_PARTITION_KEY: usize = 2_048;
const MAX_SORT_KEY: usize = 1_024;

/// A table.
#[derive(Debug, Clone)]
pub(super) struct Table {
    pub(super) keys: KeySchema,
    /// in the order of their keys. Expired ones stay: DynamoDB deletes them days late, and nothing may rest on it
    pub(super) items: BTreeMap<ItemKey, Item>,
    /// the attribute of time to live, if it is enabled
    pub(super) ttl_attribute: Option<String>,
    /// in milliseconds since 1970
    pub(super) created: u64,
}

/// The attributes that are a table's key.
#[derive(Debug, Clone)]
pub(super) struct KeySchema {
    pub(super) partition: KeyAttribute,
    pub(super) sort: Option<KeyAttribute>,
}

/// An attribute of the key.
#[derive(Debug, Clone)]
pub(super) struct KeyAttribute {
    pub(super) name: String,
    /// `S`, `N` or `B`
    pub(super) kind: String,
}

/// An item's key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ItemKey {
    pub(super) partition: AttributeValue,
    pub(super) sort: Option<AttributeValue>,
}

impl Table {
    /// An empty table.
    pub(super) fn new(keys: KeySchema, created: u64) -> Self {
        Self { keys, items: BTreeMap::new(), ttl_attribute: None, created }
    }
}

impl KeySchema {
    /// The attributes.
    pub(super) fn attributes(&self) -> impl Iterator<Item = &KeyAttribute> {
        std::iter::once(&self.partition).chain(&self.sort)
    }

    /// Whether an attribute is part of the key.
    pub(super) fn has(&self, attribute: &str) -> bool {
        self.attributes().any(|key| key.name == attribute)
    }

    /// The key of an item that is to be written.
    pub(super) fn of_item(&self, item: &Item) -> Result<ItemKey, DynamodbError> {
        let value = |key: &KeyAttribute| {
            let value = item
                .get(&key.name)
                .ok_or_else(|| invalid_parameter(format_args!("Missing the key {} in the item", key.name)))?;
            if value.type_name() != key.kind {
                return Err(invalid_parameter(format_args!(
                    "Type mismatch for key {} expected: {} actual: {}",
                    key.name,
                    key.kind,
                    value.type_name()
                )));
            }
            Ok(value.clone())
        };
        let partition = value(&self.partition)?;
        let sort = self.sort.as_ref().map(value).transpose()?;
        self.checked(ItemKey { partition, sort })
    }

    /// The key that a request gives alone.
    pub(super) fn of_key(&self, key: &Item) -> Result<ItemKey, DynamodbError> {
        let mismatch = || invalid("The provided key element does not match the schema");
        let value = |attribute: &KeyAttribute| {
            let value = key.get(&attribute.name).filter(|value| value.type_name() == attribute.kind);
            value.cloned().ok_or_else(mismatch)
        };
        let partition = value(&self.partition)?;
        let sort = self.sort.as_ref().map(value).transpose()?;
        if key.len() != self.attributes().count() {
            return Err(mismatch());
        }
        self.checked(ItemKey { partition, sort })
    }

    /// The attributes of a key.
    pub(super) fn to_item(&self, key: &ItemKey) -> Item {
        let values = std::iter::once(&key.partition).chain(&key.sort);
        self.attributes().zip(values).map(|(key, value)| (key.name.clone(), value.clone())).collect()
    }

    fn checked(&self, key: ItemKey) -> Result<ItemKey, DynamodbError> {
        let parts = std::iter::once(&key.partition).chain(&key.sort);
        for (attribute, value) in self.attributes().zip(parts) {
            if value.length() == Some(0) {
                let kind = if attribute.kind == "S" { "string" } else { "binary" };
                return Err(invalid(format!(
                    "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty \
                     {kind} value. Key: {}",
                    attribute.name
                )));
            }
        }
        if key.partition.length().unwrap_or(0) > MAX_PARTITION_KEY {
            // DynamoDB's own text lacks the space.
            return Err(invalid_parameter(
                "Size of hashkey has exceeded the maximum size limit of2048 bytes",
            ));
        }
        if key.sort.as_ref().and_then(AttributeValue::length).unwrap_or(0) > MAX_SORT_KEY {
            return Err(invalid_parameter(
                "Aggregated size of all range keys has exceeded the size limit of 1024 bytes",
            ));
        }
        Ok(key)
    }
}
