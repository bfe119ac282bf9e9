//! Key conditions: `KeyConditionExpression` of a Query.

use super::super::error::{DynamodbError, invalid};
use super::super::value::AttributeValue;
use super::condition::{Comparison, Condition};
use super::function::{Function, begins_with};
use super::operand::Operand;
use super::path::Path;
use super::placeholders::Placeholders;

/// The partition that a Query reads, and which of its items.
#[derive(Debug, Clone)]
pub(crate) struct KeyCondition {
    /// The value of the partition key.
    pub(crate) partition: AttributeValue,
    /// What the sort key must be, besides.
    pub(crate) sort: Vec<SortCondition>,
}

/// A condition on the sort key.
#[derive(Debug, Clone)]
pub(crate) struct SortCondition {
    operator: &'static str,
    value: AttributeValue,
}

const KIND: &str = "KeyConditionExpression";

impl KeyCondition {
    /// Reads an expression for a table with these keys.
    pub(crate) fn read(
        expression: &str,
        placeholders: &mut Placeholders,
        partition_key: &str,
        sort_key: Option<&str>,
    ) -> Result<Self, DynamodbError> {
        let condition = Condition::read(KIND, expression, placeholders)?;
        let mut parts = Vec::new();
        split(condition, &mut parts)?;
        let (mut partition, mut sort) = (None, Vec::new());
        for (path, operator, value) in parts {
            let is_key = |key: &str| path.attribute == key && path.is_attribute();
            if is_key(partition_key) {
                if operator != "=" {
                    return Err(invalid("Query key condition not supported"));
                }
                if partition.replace(value).is_some() {
                    return Err(refused("KeyConditionExpressions must only contain one condition per key"));
                }
            } else if sort_key.is_some_and(is_key) {
                sort.push(SortCondition { operator, value });
            } else {
                return Err(invalid(format!(
                    "Query condition missed key schema element: {}",
                    sort_key.filter(|_| partition.is_some()).unwrap_or(partition_key)
                )));
            }
        }
        let partition = partition
            .ok_or_else(|| invalid(format!("Query condition missed key schema element: {partition_key}")))?;
        let is_between = matches!(
            sort.as_slice(),
            [SortCondition { operator: ">=", .. }, SortCondition { operator: "<=", .. }]
        );
        if sort.len() > 1 && !is_between {
            return Err(refused("KeyConditionExpressions must only contain one condition per key"));
        }
        Ok(Self { partition, sort })
    }
}

impl SortCondition {
    /// Whether it holds of a sort key.
    pub(crate) fn holds(&self, key: &AttributeValue) -> bool {
        match self.operator {
            "=" => *key == self.value,
            "<" => *key < self.value,
            "<=" => *key <= self.value,
            ">" => *key > self.value,
            ">=" => *key >= self.value,
            _ => begins_with(key, &self.value),
        }
    }

    /// What the key is compared with.
    pub(crate) fn value(&self) -> &AttributeValue {
        &self.value
    }
}

/// The conditions on single attributes that an expression joins with AND.
fn split(
    condition: Condition,
    parts: &mut Vec<(Path, &'static str, AttributeValue)>,
) -> Result<(), DynamodbError> {
    match condition {
        Condition::And(one, two) => {
            split(*one, parts)?;
            split(*two, parts)
        }
        Condition::Compare(Comparison {
            left: Operand::Path(path),
            comparator,
            right: Operand::Value(value),
        }) if comparator != "<>" => {
            parts.push((path, comparator, value));
            Ok(())
        }
        Condition::Function(Function::BeginsWith(path, Operand::Value(value))) => {
            parts.push((path, "begins_with", value));
            Ok(())
        }
        Condition::Compare(Comparison { comparator: "<>", .. }) => {
            Err(refused("Invalid operator used in KeyConditionExpression: <>"))
        }
        Condition::Or(..) => Err(refused("Invalid operator used in KeyConditionExpression: OR")),
        Condition::Not(..) => Err(refused("Invalid operator used in KeyConditionExpression: NOT")),
        Condition::In(..) => Err(refused("Invalid operator used in KeyConditionExpression: IN")),
        Condition::Compare(_) | Condition::Function(_) => {
            Err(refused("a condition must compare an attribute of the key with a value"))
        }
    }
}

fn refused(message: &str) -> DynamodbError {
    invalid(format!("Invalid {KIND}: {message}"))
}
