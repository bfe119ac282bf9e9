//! Transactions: writes of several items with their conditions, all or none.

use std::collections::HashMap;

use aws_sdk_dynamodb::operation::RequestId as _;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    AttributeValue, CancellationReason, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
};

use super::client::Registry;
use super::items::Item;
use super::table_error::TableError;
use super::write::names_in;

impl Registry {
    /// An update of a transaction. An item on which its condition fails comes with the reason.
    pub(super) fn transaction_update(
        &self,
        key: Item,
        condition: Option<&str>,
        expression: &str,
        values: HashMap<String, AttributeValue>,
    ) -> Result<TransactWriteItem, TableError> {
        let mut names = names_in(expression);
        names.extend(condition.map(names_in).unwrap_or_default());
        let update = Update::builder()
            .table_name(self.table())
            .set_key(Some(key))
            .set_condition_expression(condition.map(str::to_owned))
            .update_expression(expression)
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(Some(values))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .build()?;
        Ok(TransactWriteItem::builder().update(update).build())
    }

    /// Sends a transaction. When it is canceled, `canceled` reads the reasons, which are in the order of the updates. `None`
    /// where they are no answer but an error.
    pub(super) async fn transact<T>(
        &self,
        updates: Vec<TransactWriteItem>,
        done: T,
        canceled: impl FnOnce(&[CancellationReason]) -> Result<Option<T>, TableError>,
    ) -> Result<T, TableError> {
        let answer = self.client().transact_write_items().set_transact_items(Some(updates)).send().await;
        let Err(error) = answer else { return Ok(done) };
        match error.as_service_error() {
            Some(TransactWriteItemsError::TransactionCanceledException(exception)) => {
                let reasons = exception.cancellation_reasons();
                canceled(reasons)?.ok_or_else(|| TableError::of_canceled(reasons, error.request_id()))
            }
            _ => Err(TableError::from_sdk(&error)),
        }
    }
}
