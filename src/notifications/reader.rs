//! Handles a batch: reads each message, hands its event over, and says what became of each.

use tokio::time::Instant;

use super::batch::{Batch, BatchAnswer, Message};
use super::bus::{Bus, PutError};
use super::event_line::{Invocation, MessageError};
use super::meeting_event::MeetingEvent;
use crate::telemetry::ColdStart;

/// The reader of the queue.
#[derive(Debug)]
pub struct Notifications {
    service: String,
    bus: Option<Bus>,
    cold_start: ColdStart,
}

/// A batch that was read.
#[derive(Debug)]
#[must_use]
pub struct Read {
    /// The messages that failed.
    pub answer: BatchAnswer,
    /// One log line for each message. Whoever gets them must write them, whatever the log level is.
    pub lines: String,
}

impl Notifications {
    /// A reader for the gateway of that name. Without a bus, an event is handed over when it is logged.
    #[must_use]
    pub fn new(service: String, bus: Option<Bus>) -> Self {
        Notifications { service, bus, cold_start: ColdStart::default() }
    }

    /// Reads and hands over each message of a batch. A message that fails does not keep others from being handed over.
    pub async fn handle(
        &self,
        batch: &Batch,
        function_request_id: &str,
        xray_trace_id: Option<&str>,
        deadline: Instant,
    ) -> Read {
        let invocation = Invocation {
            service: &self.service,
            is_cold_start: self.cold_start.take(),
            function_request_id,
            xray_trace_id,
        };
        let mut lines = String::new();
        let mut failed = Vec::new();
        let mut fail = |message: &Message, event: Option<&MeetingEvent>, error: &MessageError| {
            lines.push_str(&invocation.failed(message, event, error));
            failed.push(message.message_id.clone());
        };
        let mut events = Vec::new();
        for message in &batch.messages {
            // Only a bug can panic here, and it must not keep the other messages from being handled.
            match std::panic::catch_unwind(|| MeetingEvent::read(&message.body)) {
                Ok(Ok(event)) => events.push((message, event)),
                Ok(Err(error)) => fail(message, None, &error.into()),
                Err(_) => fail(message, None, &MessageError::Panicked),
            }
        }
        let put: Vec<Result<Option<String>, PutError>> = match &self.bus {
            None => events.iter().map(|_| Ok(None)).collect(),
            Some(bus) => {
                let entries: Vec<(&str, &MeetingEvent)> =
                    events.iter().map(|(message, event)| (message.message_id.as_str(), event)).collect();
                let put = bus.put(&entries, &self.service, deadline).await;
                put.into_iter().map(|put| put.map(Some)).collect()
            }
        };
        let mut handled = String::new();
        for ((message, event), put) in events.iter().zip(put) {
            match put {
                Ok(id) => handled.push_str(&invocation.handled(message, event, id.as_deref())),
                Err(error) => fail(message, Some(event), &error.into()),
            }
        }
        lines.push_str(&handled);
        Read { answer: failed.into_iter().collect(), lines }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[tokio::test]
    async fn a_message_that_is_no_event_fails_alone() {
        let message = |id: &str, body: &str| json!({ "messageId": id, "body": body });
        let event = json!({ "detail-type": "Chime Meeting State Change",
                            "detail": { "eventType": "chime:MeetingStarted", "externalMeetingId": "secret" } });
        let batch = json!({ "Records": [
            message("m-1", &event.to_string()), message("m-2", "secret"), message("m-3", &event.to_string()),
        ] });
        let batch = Batch::read(batch.to_string().as_bytes()).unwrap();
        let reader = Notifications::new("stack".to_owned(), None);
        let read = reader.handle(&batch, "lambda-id", None, Instant::now()).await;
        assert_eq!(json!(read.answer), json!({ "batchItemFailures": [{ "itemIdentifier": "m-2" }] }));
        let lines: Vec<Value> = read.lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let said: Vec<_> =
            lines.iter().map(|line| (line["message_id"].as_str(), line["message"].as_str())).collect();
        assert_eq!(
            said,
            [
                (Some("m-2"), Some("event failed")),
                (Some("m-1"), Some("event handled")),
                (Some("m-3"), Some("event handled"))
            ]
        );
        assert!(!read.lines.contains("secret"), "{}", read.lines);
    }
}
