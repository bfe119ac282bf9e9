//! Writes of one item, and what expressions are made of.

use std::collections::HashMap;

use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};

use super::client::Registry;
use super::items::Item;
use super::table_error::TableError;

/// What became of a PutItem with a condition.
#[derive(Debug)]
pub(super) enum Put {
    /// It is written, over this item.
    Written(Option<Item>),
    /// The condition failed on this item.
    Refused(Option<Item>),
}

impl Registry {
    /// Writes an item if a condition holds.
    pub(super) async fn put(
        &self,
        item: Item,
        condition: &str,
        values: HashMap<String, AttributeValue>,
    ) -> Result<Put, TableError> {
        let request = self.client().put_item();
        let answer = request
            .table_name(self.table())
            .set_item(Some(item))
            .condition_expression(condition)
            .set_expression_attribute_names(Some(names_in(condition)))
            .set_expression_attribute_values(some(values))
            .return_values(ReturnValue::AllOld)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match answer {
            Ok(answer) => Ok(Put::Written(answer.attributes)),
            Err(error) => match error.as_service_error() {
                Some(PutItemError::ConditionalCheckFailedException(failed)) => {
                    Ok(Put::Refused(failed.item.clone()))
                }
                _ => Err(TableError::from_sdk(&error)),
            },
        }
    }

    /// Removes an item if a condition holds. One that does not hold is fine: then there is nothing to remove.
    pub(super) async fn delete(
        &self,
        key: Item,
        condition: &str,
        values: HashMap<String, AttributeValue>,
    ) -> Result<(), TableError> {
        let request = self.client().delete_item();
        let answer = request
            .table_name(self.table())
            .set_key(Some(key))
            .condition_expression(condition)
            .set_expression_attribute_names(Some(names_in(condition)))
            .set_expression_attribute_values(some(values))
            .send()
            .await;
        match answer {
            Ok(_) => Ok(()),
            Err(error) => match error.as_service_error() {
                Some(DeleteItemError::ConditionalCheckFailedException(_)) => Ok(()),
                _ => Err(TableError::from_sdk(&error)),
            },
        }
    }

    /// Updates an item, or makes one where there is none. Returns of the item what `returned` says.
    pub(super) async fn update(
        &self,
        key: Item,
        expression: &str,
        values: HashMap<String, AttributeValue>,
        returned: ReturnValue,
    ) -> Result<Option<Item>, TableError> {
        let request = self.client().update_item();
        let answer = request
            .table_name(self.table())
            .set_key(Some(key))
            .update_expression(expression)
            .set_expression_attribute_names(Some(names_in(expression)))
            .set_expression_attribute_values(Some(values))
            .return_values(returned)
            .send()
            .await
            .map_err(|error| TableError::from_sdk(&error))?;
        Ok(answer.attributes)
    }
}

/// The placeholders of an expression, `#name` for the attribute `name`. Many attributes have names that DynamoDB reserves.
pub(super) fn names_in(expression: &str) -> HashMap<String, String> {
    let name_of = |rest: &str| -> String {
        rest.chars().take_while(|character| character.is_ascii_alphanumeric() || *character == '_').collect()
    };
    let names = expression.split('#').skip(1).map(name_of);
    names.map(|name| (format!("#{name}"), name)).collect()
}

/// Attributes of an item, or values of an expression, by their names.
pub(super) fn values<const N: usize>(values: [(&str, AttributeValue); N]) -> HashMap<String, AttributeValue> {
    values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// DynamoDB refuses an empty map.
fn some(values: HashMap<String, AttributeValue>) -> Option<HashMap<String, AttributeValue>> {
    Some(values).filter(|values| !values.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_placeholder_of_an_expression_has_its_name() {
        let mut names: Vec<_> =
            names_in("attribute_not_exists(#pk) OR #expires <= :now OR #behind_since=:s AND #pk = :p")
                .into_iter()
                .collect();
        names.sort();
        let expected = [("#behind_since", "behind_since"), ("#expires", "expires"), ("#pk", "pk")];
        assert_eq!(names, expected.map(|(placeholder, name)| (placeholder.to_owned(), name.to_owned())));
    }
}
