//! The event that Lambda's event source mapping makes of messages.

use serde_json::{Value, json};

use super::arn::QueueArn;

/// The largest number of messages in a batch, as template.yaml sets it.
pub const BATCH_SIZE: usize = 10;

/// A message as the function gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// SQS's id of the message
    pub id: String,
    /// the text
    pub body: String,
    /// the queue
    pub queue: QueueArn,
    /// how often it was received since it was sent, or put back from the dead letters; this time included
    pub receive_count: u32,
    /// when it was sent, in milliseconds since 1970
    pub sent: u64,
    /// when it was received first, likewise
    pub first_received: u64,
}

/// Lambda's event. `md5OfBody` is left out: nothing that reads queues through Lambda checks it.
#[must_use]
pub fn event(batch: &[Received]) -> Value {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn members(value: &Value) -> Vec<&String> {
        let mut names: Vec<_> = value.as_object().unwrap().keys().collect();
        names.sort();
        names
    }

    #[test]
    fn a_message_has_the_members_of_the_sample_events_but_the_checksum() {
        let sample: Value = serde_json::from_str(include_str!("../../../events/sqs-one.json")).unwrap();
        let sample = &sample["Records"][0];
        let queue = QueueArn::read("arn:aws:sqs:us-east-1:111122223333:meeting-notifications").unwrap();
        let received = Received {
            id: sample["messageId"].as_str().unwrap().to_owned(),
            body: sample["body"].as_str().unwrap().to_owned(),
            queue,
            receive_count: 1,
            sent: 1_795_600_800_100,
            first_received: 1_795_600_800_200,
        };
        let event = event(&[received]);
        let record = &event["Records"][0];
        let mut expected = members(sample);
        expected.retain(|name| *name != "md5OfBody");
        assert_eq!(members(record), expected);
        let made_up = ["receiptHandle"];
        for name in expected.iter().filter(|name| !made_up.contains(&name.as_str())) {
            assert_eq!(record[*name], sample[*name], "{name}");
        }
    }
}
