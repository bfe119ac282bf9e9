//! What each operation does to the tables, and what it answers.

use serde_json::{Value, json};

use super::error::{DynamodbError, invalid};
use super::expression::{Projection, project};
use super::members::Members;
use super::query;
use super::tables::Tables;
use super::transaction;
use super::value::Item;
use super::write::{Change, Kind, Write};

/// The operations that are played.
const OPERATIONS: &[&str] = &[
    "GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "Scan", "TransactWriteItems", "CreateTable",
    "DescribeTable", "DeleteTable", "ListTables", "UpdateTimeToLive", "DescribeTimeToLive",
];

/// Performs an operation.
pub(super) fn perform(tables: &mut Tables, operation: &str, body: &Value) -> Result<Value, DynamodbError> {
    let members = &mut Members::new(body.clone())?;
    match operation {
        "GetItem" => get_item(tables, members),
        "PutItem" => write_item(tables, Kind::Put, members),
        "UpdateItem" => write_item(tables, Kind::Update, members),
        "DeleteItem" => write_item(tables, Kind::Delete, members),
        "Query" => query::query(tables, members),
        "Scan" => query::scan(tables, members),
        "TransactWriteItems" => transaction::transact(tables, members, body),
        "CreateTable" => tables.create(members),
        "DescribeTable" => tables.describe(members),
        "DeleteTable" => tables.delete(members),
        "ListTables" => tables.list(members),
        "UpdateTimeToLive" => tables.set_ttl(members),
        "DescribeTimeToLive" => tables.ttl(members),
        _ => Err(DynamodbError::UnknownOperation(format!(
            "`{operation}` is not played on this machine; there are {}",
            OPERATIONS.join(", ")
        ))),
    }
}

fn get_item(tables: &Tables, members: &mut Members) -> Result<Value, DynamodbError> {
    let table = members.table()?;
    let mut placeholders = members.placeholders()?;
    let projection = match members.text("ProjectionExpression")? {
        Some(expression) => Some(Projection::read(&expression, &mut placeholders)?),
        None => None,
    };
    placeholders.check_used(projection.is_some(), "ProjectionExpression")?;
    // Every read is consistent here: what was written is there at once.
    members.flag("ConsistentRead")?;
    members.expect_default("ReturnConsumedCapacity", "NONE")?;
    let key = members.required_item("Key")?;
    members.expect_no_more()?;
    let table = tables.get(&table)?;
    let item = table.items.get(&table.keys.of_key(&key)?);
    Ok(match (item, projection) {
        (None, _) => json!({}),
        (Some(item), None) => json!({ "Item": item }),
        (Some(item), Some(projection)) => json!({ "Item": projection.of(item) }),
    })
}

fn write_item(tables: &mut Tables, kind: Kind, members: &mut Members) -> Result<Value, DynamodbError> {
    let all = ["NONE", "ALL_OLD", "UPDATED_OLD", "ALL_NEW", "UPDATED_NEW"];
    let returned = members.choice("ReturnValues", &all)?;
    if kind != Kind::Update && !["NONE", "ALL_OLD"].contains(&returned) {
        return Err(invalid("Return values set to invalid value"));
    }
    members.expect_default("ReturnConsumedCapacity", "NONE")?;
    members.expect_default("ReturnItemCollectionMetrics", "NONE")?;
    let write = Write::read(tables, kind, members)?;
    members.expect_no_more()?;
    let change = write.change(tables)?;
    write.apply(tables, &change)?;
    Ok(match returned_attributes(returned, &write, change) {
        Some(item) => json!({ "Attributes": item }),
        None => json!({}),
    })
}

fn returned_attributes(returned: &str, write: &Write, Change { old, new }: Change) -> Option<Item> {
    let updated = |item: Option<Item>| {
        let paths = write.update()?.paths();
        Some(project(&item?, &paths)).filter(|item| !item.is_empty())
    };
    match returned {
        "ALL_OLD" => old,
        "ALL_NEW" => new,
        "UPDATED_OLD" => updated(old),
        "UPDATED_NEW" => updated(new),
        _ => None,
    }
}
