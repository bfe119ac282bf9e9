//! The event that Lambda's event source mapping makes of messages.

use serde_json::{Value, json};

use super::arn::QueueArn;

/// The largest number of messages in a batch, as template.yaml sets it.
pub const BATCH_SIZE: usize = 10;

/// A message as the function gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Received {
    pub(super) id: String,
    pub(super) body: String,
    pub(super) queue: QueueArn,
    /// how often it was received since it was sent, or put back from the dead letters; this time included
    pub(super) receive_count: u32,
    /// when it was sent, in milliseconds since 1970
    pub(super) sent: u64,
    /// when it was received first, likewise
    pub(super) first_received: u64,
}

/// Lambda's event. `md5OfBody` is left out: nothing that reads queues through Lambda checks it.
pub(super) fn event(batch: &[Received]) -> Value {
    json!({ "Records": batch.iter().map(record).collect::<Vec<_>>() })
}

fn record(message: &Received) -> Value {
    json!({
        "messageId": message.id,
        "receiptHandle": format!("{}-{}", message.id, message.receive_count),
        "body": message.body,
        "attributes": {
            "ApproximateReceiveCount": message.receive_count.to_string(),
            "SentTimestamp": message.sent.to_string(),
            "SenderId": "AIDAEXAMPLE",
            "ApproximateFirstReceiveTimestamp": message.first_received.to_string(),
        },
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": message.queue.to_string(),
        "awsRegion": message.queue.region,
    })
}
