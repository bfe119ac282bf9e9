//! TransactWriteItems.

use serde_json::{Value, json};

use super::error::{CancellationReason, DynamodbError, constraint, invalid};
use super::members::Members;
use super::tables::Tables;
use super::write::{Kind, Write};

/// The most writes of one transaction, and the most bytes (API reference, TransactWriteItems).
const MAX_WRITES: usize = 100;
const MAX_BYTES: usize = 4 * 1_048_576;

/// The longest ClientRequestToken (API reference, TransactWriteItems).
const MAX_TOKEN: usize = 36;

/// The kinds of writes by their names.
pub(super) const KINDS: &[(&str, Kind)] = &[
    ("Put", Kind::Put),
    ("Update", Kind::Update),
    ("Delete", Kind::Delete),
    ("ConditionCheck", Kind::Check),
];

/// Writes everything, or nothing.
pub(super) fn transact(
    tables: &mut Tables,
    members: &mut Members,
    body: &Value,
) -> Result<Value, DynamodbError> {
    members.expect_default("ReturnConsumedCapacity", "NONE")?;
    members.expect_default("ReturnItemCollectionMetrics", "NONE")?;
    let token = members.text("ClientRequestToken")?;
    if token.as_ref().is_some_and(|token| token.is_empty() || token.len() > MAX_TOKEN) {
        return Err(constraint("Value at 'clientRequestToken'", "have length less than or equal to 36"));
    }
    let elements = members.array("TransactItems")?;
    members.expect_no_more()?;
    if elements.is_empty() || elements.len() > MAX_WRITES {
        let bound =
            if elements.is_empty() { "greater than or equal to 1" } else { "less than or equal to 100" };
        return Err(constraint("Value at 'transactItems'", format_args!("have length {bound}")));
    }
    if let Some(token) = &token
        && tables.repeats(token, body)?
    {
        return Ok(json!({}));
    }
    let writes = elements.into_iter().map(|element| read(tables, element)).collect::<Result<Vec<_>, _>>()?;
    for (index, one) in writes.iter().enumerate() {
        let mut others = writes.iter().skip(index.saturating_add(1));
        if others.any(|two| two.table == one.table && two.key == one.key) {
            return Err(invalid("Transaction request cannot include multiple operations on one item"));
        }
    }
    let changes: Vec<_> = writes.iter().map(|write| write.change(tables)).collect();
    if changes.iter().any(Result::is_err) {
        let reasons = changes.into_iter().map(|change| change.err().map_or(CancellationReason::NONE, reason));
        return Err(DynamodbError::TransactionCanceled(reasons.collect()));
    }
    let changes: Vec<_> = writes.iter().zip(changes.into_iter().flatten()).collect();
    if changes.iter().map(|(write, change)| write.size(change)).sum::<usize>() > MAX_BYTES {
        return Err(invalid("Transaction request cannot exceed 4 MB"));
    }
    for (write, change) in &changes {
        write.apply(tables, change)?;
    }
    if let Some(token) = token {
        tables.remember(token, body.clone());
    }
    Ok(json!({}))
}

fn read(tables: &Tables, element: Value) -> Result<Write, DynamodbError> {
    let mut element = Members::new(element)?;
    let names = element.names();
    let [name] = names.as_slice() else {
        return Err(invalid("TransactItems can only contain one of Check, Put, Update or Delete"));
    };
    let kind = KINDS.iter().find(|(known, _)| known == name).map(|(_, kind)| *kind);
    let kind = kind.ok_or_else(|| invalid(format!("not played on this machine: {name}")))?;
    let mut members = element.object(name)?.ok_or_else(|| invalid("a write is missing"))?;
    let write = Write::read(tables, kind, &mut members)?;
    members.expect_no_more()?;
    Ok(write)
}

fn reason(error: DynamodbError) -> CancellationReason {
    let message = Some(error.to_string());
    match error {
        DynamodbError::ConditionalCheckFailed(item) => {
            CancellationReason { code: "ConditionalCheckFailed", message, item }
        }
        _ => CancellationReason { code: "ValidationError", message, item: None },
    }
}
