//! The record of each request, and the line that is printed for it.

use serde::Serialize;
use serde_json::Value;

use super::query;
use super::read_value::read_item;
use super::table::{ItemKey, KeySchema};
use super::tables::Tables;
use super::transaction::KINDS;
use super::value::{AttributeValue, Item};

/// One request as it arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecordedRequest {
    /// the operation, such as `PutItem`
    pub operation: String,
    /// the keys of the items that it is about, as far as they can be read; of a Query the partition alone
    pub keys: Vec<RecordedKey>,
    /// the body; null when it is not JSON
    pub body: Value,
    /// when it was read, in milliseconds since 1970
    pub time: u64,
    /// the number of the connection that it came on, counted from 1
    pub connection: u64,
    /// how it was answered; absent before the answer
    pub outcome: Option<Outcome>,
}

/// The key of an item; numbers and bytes as they are on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecordedKey {
    /// the partition key
    pub partition: String,
    /// the sort key
    pub sort: Option<String>,
}

/// How a request was answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Outcome {
    /// with a success
    Done,
    /// with an exception of this name
    Refused(String),
    /// not at all
    NoAnswer,
}

impl RecordedRequest {
    /// The line that `cargo run -p local` prints.
    pub(super) fn log_line(&self) -> String {
        let keys: Vec<String> = self.keys.iter().map(RecordedKey::shown).collect();
        let outcome = match &self.outcome {
            Some(Outcome::Done) => "done",
            Some(Outcome::Refused(name)) => name,
            Some(Outcome::NoAnswer) | None => "no answer",
        };
        format!("table  {} {} -> {outcome}\n", self.operation, keys.join(", "))
    }
}

impl RecordedKey {
    fn of(key: &ItemKey) -> Self {
        Self { partition: text(&key.partition), sort: key.sort.as_ref().map(text) }
    }

    fn shown(&self) -> String {
        self.sort.iter().fold(self.partition.clone(), |shown, sort| format!("{shown}/{sort}"))
    }
}

/// The keys that a request is about.
pub(super) fn keys_of(tables: &Tables, operation: &str, body: &Value) -> Vec<RecordedKey> {
    let keys = match operation {
        "TransactWriteItems" => {
            let writes = body.get("TransactItems").and_then(Value::as_array).into_iter().flatten();
            let of_write =
                |write: &Value| KINDS.iter().find_map(|(name, _)| key_of(tables, write.get(name)?));
            return writes.filter_map(of_write).collect();
        }
        "Query" => tables
            .get(table_of(body))
            .ok()
            .and_then(|table| query::partition(table, body))
            .map(|partition| RecordedKey { partition: text(&partition), sort: None }),
        _ => key_of(tables, body),
    };
    keys.into_iter().collect()
}

fn table_of(body: &Value) -> &str {
    body.get("TableName").and_then(Value::as_str).unwrap_or_default()
}

/// The key of one read or write.
fn key_of(tables: &Tables, body: &Value) -> Option<RecordedKey> {
    let keys: &KeySchema = &tables.get(table_of(body)).ok()?.keys;
    let read = |name: &str| -> Option<Item> { read_item(body.get(name)?).ok() };
    let key = match read("Key") {
        Some(key) => keys.of_key(&key),
        None => keys.of_item(&read("Item")?),
    };
    key.ok().map(|key| RecordedKey::of(&key))
}

fn text(value: &AttributeValue) -> String {
    match value {
        AttributeValue::S(text) => text.clone(),
        AttributeValue::N(number) => number.to_string(),
        other => serde_json::to_string(other).unwrap_or_default(),
    }
}
