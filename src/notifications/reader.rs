//! Handles a batch: reads each message, hands its event over, and says what became of each.

use tokio::time::Instant;

use super::batch::{Batch, BatchAnswer};
use super::bus::Bus;
use super::event_line::Invocation;
use super::meeting_event::MeetingEvent;
use super::meeting_registry::MeetingRegistry;
use super::message_error::MessageError;
use super::tenant_event::TenantEvent;
use crate::outbound::within;
use crate::registry::Registry;
use crate::telemetry::ColdStart;

/// The share of the remaining time that the registry may take before the events are put on the bus. The bus has the rest.
const REGISTRY_SHARE: u32 = 2;

/// The reader of the queue.
#[derive(Debug)]
pub struct Notifications {
    service: String,
    bus: Option<Bus>,
    registry: Option<Registry>,
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
    /// A reader for the gateway of that name. Without a bus, an event is handed over when it is logged; without a registry, it has
    /// no tenant.
    #[must_use]
    pub fn new(service: String, bus: Option<Bus>, registry: Option<Registry>) -> Self {
        Notifications { service, bus, registry, cold_start: ColdStart::default() }
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
        let mut events = Vec::new();
        for message in &batch.messages {
            // Only a bug can panic here, and it must not keep the other messages from being handled.
            let error = match std::panic::catch_unwind(|| MeetingEvent::read(&message.body)) {
                Ok(Ok(event)) => {
                    events.push(TenantEvent { message, event, tenant: None, outcome: Ok(None) });
                    continue;
                }
                Ok(Err(error)) => error.into(),
                Err(_) => MessageError::Panicked,
            };
            lines.push_str(&invocation.unread(message, &error));
            failed.push(message.message_id.clone());
        }
        let mut handled = String::new();
        // In a box, since the futures inside nest deeper than the compiler follows.
        Box::pin(self.hand_over(&mut events, deadline)).await;
        for event in &events {
            match &event.outcome {
                Ok(id) => handled.push_str(&invocation.handled(event, id.as_deref())),
                Err(error) => {
                    lines.push_str(&invocation.failed(event, error));
                    failed.push(event.message.message_id.clone());
                }
            }
        }
        lines.push_str(&handled);
        Read { answer: failed.into_iter().collect(), lines }
    }

    /// Hands events over: to the registry, to the bus, and once more to the registry, which frees slots. An event that fails at
    /// one of them is not handed to the next. It is delivered again, and every step may be repeated.
    async fn hand_over(&self, events: &mut [TenantEvent<'_>], deadline: Instant) {
        if let Some(registry) = &self.registry {
            let time = deadline.saturating_duration_since(Instant::now());
            let share = time.checked_div(REGISTRY_SHARE).unwrap_or_default();
            MeetingRegistry::new(registry, &self.service, within(share, deadline)).record(events).await;
        }
        if let Some(bus) = &self.bus {
            let mut good: Vec<_> = events.iter_mut().filter(|event| event.outcome.is_ok()).collect();
            let entries: Vec<&TenantEvent<'_>> = good.iter().map(|event| &**event).collect();
            let put = bus.put(&entries, &self.service, deadline).await;
            for (event, put) in good.iter_mut().zip(put) {
                event.outcome = put.map(Some).map_err(MessageError::from);
            }
        }
        if let Some(registry) = &self.registry {
            let registry = MeetingRegistry::new(registry, &self.service, deadline);
            for event in events.iter_mut().filter(|event| event.outcome.is_ok()) {
                if let Err(error) = registry.free(event).await {
                    event.outcome = Err(error.into());
                }
            }
        }
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
        let reader = Notifications::new("stack".to_owned(), None, None);
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
