//! The event that Lambda's event source mapping makes of messages of the queue, and the answer to it.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

/// A batch of messages. Only the members that are used are read, so that no other member can fail the batch.
#[derive(Deserialize)]
pub struct Batch {
    /// The messages.
    #[serde(rename = "Records")]
    pub messages: Vec<Message>,
}

/// A message of the queue.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// SQS's id of the message.
    pub message_id: String,
    /// The body, as it was sent.
    pub body: String,
    #[serde(default)]
    attributes: HashMap<String, String>,
}

/// Lambda's event is not a batch of messages. The whole batch stays in the queue.
#[derive(Debug, thiserror::Error)]
#[error("the event is not a batch of SQS messages: {0}")]
pub struct InvalidBatchError(String);

impl Batch {
    /// Reads Lambda's event.
    ///
    /// # Errors
    /// When it is not one of an event source mapping of SQS.
    pub fn read(event: &[u8]) -> Result<Self, InvalidBatchError> {
        serde_json::from_slice(event).map_err(|error| {
            // serde's texts may quote a value; the kind and the place do not.
            let kind = error.classify();
            InvalidBatchError(format!("{kind:?} error at line {}, column {}", error.line(), error.column()))
        })
    }
}

impl Message {
    /// How often SQS has delivered the message, this time included. `None` when Lambda does not say.
    #[must_use]
    pub fn receive_count(&self) -> Option<u32> {
        self.attributes.get("ApproximateReceiveCount")?.parse().ok()
    }
}

/// The messages that failed, by which SQS knows what to deliver again.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchAnswer {
    batch_item_failures: Vec<BatchItemFailure>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct BatchItemFailure {
    item_identifier: String,
}

impl FromIterator<String> for BatchAnswer {
    fn from_iter<I: IntoIterator<Item = String>>(message_ids: I) -> Self {
        let failures = message_ids.into_iter().map(|item_identifier| BatchItemFailure { item_identifier });
        BatchAnswer { batch_item_failures: failures.collect() }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn reads_messages_with_members_that_it_does_not_know() {
        let event = json!({ "Records": [{
            "messageId": "m-1", "body": "{}", "receiptHandle": "r", "eventSource": "aws:sqs",
            "attributes": { "ApproximateReceiveCount": "3", "SentTimestamp": "1" },
            "messageAttributes": { "odd": 7 },
        }] });
        let batch = Batch::read(event.to_string().as_bytes()).unwrap();
        let message = &batch.messages[0];
        assert_eq!((message.message_id.as_str(), message.receive_count()), ("m-1", Some(3)));
    }

    #[test]
    fn an_event_of_another_kind_is_an_error_that_quotes_nothing_of_it() {
        for event in ["", "[]", "{}", r#"{"Records":[{"messageId":"m-1"}]}"#, r#"{"Records":"secret"}"#] {
            let error = Batch::read(event.as_bytes()).err().expect(event).to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn the_answer_names_the_messages_that_failed() {
        let answer: BatchAnswer = ["m-1".to_owned()].into_iter().collect();
        assert_eq!(json!(answer), json!({ "batchItemFailures": [{ "itemIdentifier": "m-1" }] }));
        assert_eq!(json!(BatchAnswer::default()), json!({ "batchItemFailures": [] }));
    }
}
