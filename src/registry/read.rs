//! Reads, all of them strongly consistent: what is decided by them must rest on every write before.

use super::client::Registry;
use super::items::{Item, text};
use super::table_error::TableError;
use super::write::names_in;

impl Registry {
    /// Reads an item.
    pub(super) async fn get(&self, key: Item) -> Result<Option<Item>, TableError> {
        let request = self.client().get_item();
        let request = request.table_name(self.table()).set_key(Some(key)).consistent_read(true);
        let answer = request.send().await.map_err(|error| TableError::from_sdk(&error))?;
        Ok(answer.item)
    }

    /// Reads all items with a partition key, page by page, and gives each to `read`.
    pub(super) async fn query(
        &self,
        partition: &str,
        mut read: impl FnMut(&Item) -> Result<(), TableError>,
    ) -> Result<(), TableError> {
        const KEYS: &str = "#pk = :pk";
        let mut from: Option<Item> = None;
        loop {
            let request = self.client().query().table_name(self.table()).consistent_read(true);
            let answer = request
                .key_condition_expression(KEYS)
                .set_expression_attribute_names(Some(names_in(KEYS)))
                .expression_attribute_values(":pk", text(partition))
                .set_exclusive_start_key(from)
                .send()
                .await
                .map_err(|error| TableError::from_sdk(&error))?;
            answer.items().iter().try_for_each(&mut read)?;
            from = answer.last_evaluated_key.filter(|key| !key.is_empty());
            if from.is_none() {
                return Ok(());
            }
        }
    }
}
