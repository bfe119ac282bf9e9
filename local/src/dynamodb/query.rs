//! Query and Scan.

use std::ops::Bound;

use serde_json::{Map, Value, json};

use super::error::{DynamodbError, invalid, invalid_parameter};
use super::expression::{Condition, KeyCondition, Placeholders, Projection};
use super::members::Members;
use super::table::{ItemKey, Table};
use super::tables::Tables;
use super::value::{AttributeValue, Item, size_of};

/// After how many bytes of items a page ends (API reference, Query: 1 MB).
const MAX_PAGE: usize = 1_048_576;

/// Query: the items of one partition, in the order of their sort keys.
pub(super) fn query(tables: &Tables, members: &mut Members) -> Result<Value, DynamodbError> {
    let table = tables.get(&members.table()?)?;
    let mut placeholders = members.placeholders()?;
    let condition = key_condition(table, members, &mut placeholders)?;
    let page = Page::read(members, &mut placeholders, true)?;
    let is_ascending = members.optional_flag("ScanIndexForward")?.unwrap_or(true);
    members.expect_no_more()?;
    let start = page.start(table)?;
    if start.as_ref().is_some_and(|start| start.partition != condition.partition) {
        return Err(invalid(
            "The provided starting key is outside query boundaries based on provided conditions",
        ));
    }
    let first = ItemKey { partition: condition.partition.clone(), sort: None };
    let found = table
        .items
        .range(first..)
        .take_while(|(key, _)| key.partition == condition.partition)
        .filter(|(key, _)| condition.sort.iter().all(|it| key.sort.as_ref().is_some_and(|key| it.holds(key))))
        .filter(|(key, _)| {
            start.as_ref().is_none_or(|start| if is_ascending { *key > start } else { *key < start })
        });
    let mut found: Vec<(&ItemKey, &Item)> = found.collect();
    if !is_ascending {
        found.reverse();
    }
    page.answer(table, found.into_iter())
}

/// Scan: all items. DynamoDB's order is that of a hash; here it is that of the keys.
pub(super) fn scan(tables: &Tables, members: &mut Members) -> Result<Value, DynamodbError> {
    let table = tables.get(&members.table()?)?;
    let mut placeholders = members.placeholders()?;
    let page = Page::read(members, &mut placeholders, false)?;
    members.expect_no_more()?;
    let after = page.start(table)?.map_or(Bound::Unbounded, Bound::Excluded);
    page.answer(table, table.items.range((after, Bound::Unbounded)))
}

/// The partition that a Query asks for, for the record of requests.
pub(super) fn partition(table: &Table, body: &Value) -> Option<AttributeValue> {
    let mut members = Members::new(body.clone()).ok()?;
    let mut placeholders = members.placeholders().ok()?;
    key_condition(table, &mut members, &mut placeholders).ok().map(|condition| condition.partition)
}

fn key_condition(
    table: &Table,
    members: &mut Members,
    placeholders: &mut Placeholders,
) -> Result<KeyCondition, DynamodbError> {
    let expression = members.text("KeyConditionExpression")?.ok_or_else(|| {
        invalid(
            "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.",
        )
    })?;
    let sort = table.keys.sort.as_ref();
    let condition = KeyCondition::read(
        &expression,
        placeholders,
        &table.keys.partition.name,
        sort.map(|key| key.name.as_str()),
    )?;
    let is_of_kind = |value: &AttributeValue, kind: &str| value.type_name() == kind;
    let of_sort = condition.sort.iter().all(|it| sort.is_some_and(|key| is_of_kind(it.value(), &key.kind)));
    if !is_of_kind(&condition.partition, &table.keys.partition.kind) || !of_sort {
        return Err(invalid_parameter("Condition parameter type does not match schema type"));
    }
    Ok(condition)
}

/// Which part of what is found an answer has.
struct Page {
    filter: Option<Condition>,
    projection: Option<Projection>,
    limit: Option<usize>,
    start: Option<Item>,
    counts_only: bool,
}

impl Page {
    fn read(
        members: &mut Members,
        placeholders: &mut Placeholders,
        has_key: bool,
    ) -> Result<Self, DynamodbError> {
        let filter = match members.text("FilterExpression")? {
            Some(expression) => Some(Condition::read("FilterExpression", &expression, placeholders)?),
            None => None,
        };
        let projection = match members.text("ProjectionExpression")? {
            Some(expression) => Some(Projection::read(&expression, placeholders)?),
            None => None,
        };
        let has_expression = has_key || filter.is_some() || projection.is_some();
        placeholders.check_used(has_expression, "FilterExpression")?;
        if let Some(index) = members.text("IndexName")? {
            return Err(invalid(format!("The table does not have the specified index: {index}")));
        }
        let all = if projection.is_some() { "SPECIFIC_ATTRIBUTES" } else { "ALL_ATTRIBUTES" };
        let selected = members.choice("Select", &[all, "COUNT"])?;
        members.expect_default("ReturnConsumedCapacity", "NONE")?;
        members.flag("ConsistentRead")?;
        Ok(Self {
            filter,
            projection,
            limit: members.count("Limit")?,
            start: members.item("ExclusiveStartKey")?,
            counts_only: selected == "COUNT",
        })
    }

    /// The key after which the answer begins.
    fn start(&self, table: &Table) -> Result<Option<ItemKey>, DynamodbError> {
        let key = self.start.as_ref().map(|start| table.keys.of_key(start)).transpose();
        key.map_err(|_| invalid("The provided starting key is invalid"))
    }

    /// A page ends after `Limit` items that were read, whether there are more or not, or after 1 MB.
    fn answer<'i>(
        &self,
        table: &Table,
        found: impl Iterator<Item = (&'i ItemKey, &'i Item)>,
    ) -> Result<Value, DynamodbError> {
        let (mut items, mut read, mut bytes) = (Vec::new(), 0_usize, 0_usize);
        let mut last = None;
        for (key, item) in found {
            read = read.saturating_add(1);
            bytes = bytes.saturating_add(size_of(item));
            if self.filter.as_ref().is_none_or(|filter| filter.holds(item)) {
                items.push(self.projection.as_ref().map_or_else(|| item.clone(), |it| it.of(item)));
            }
            if self.limit == Some(read) || bytes > MAX_PAGE {
                last = Some(table.keys.to_item(key));
                break;
            }
        }
        let mut answer = Map::new();
        answer.insert("Count".to_owned(), json!(items.len()));
        answer.insert("ScannedCount".to_owned(), json!(read));
        if !self.counts_only {
            answer.insert("Items".to_owned(), json!(items));
        }
        if let Some(last) = last {
            answer.insert("LastEvaluatedKey".to_owned(), json!(last));
        }
        Ok(Value::Object(answer))
    }
}
