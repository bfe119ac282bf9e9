//! Runs the function for each batch, as Lambda's event source mapping does.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use meeting_gateway::notifications::{Batch, Notifications, Read};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use tokio::time::Instant;
use uuid::Uuid;

use super::batch::{self, BATCH_SIZE, Received};
use super::shared::Shared;
use crate::clock::milliseconds_since_1970;

/// The function's timeout, as template.yaml sets it.
pub const TIMEOUT: Duration = Duration::from_secs(20);

/// How long the first message of a batch waits for others. In the stack it is five seconds (`MaximumBatchingWindowInSeconds`);
/// here it is short, but longer than the gateway takes to note whose meeting it has created, which is 200 milliseconds at most.
const BATCHING_WINDOW: Duration = Duration::from_millis(250);

/// Time before the timeout that the function keeps to answer in, as in Lambda.
const RESERVE: Duration = Duration::from_millis(500);

/// Where the function's log lines go: called with whole lines, for a batch at a time.
pub type WriteLines = Box<dyn Fn(&str) + Send + Sync>;

/// The reader of the queue: one batch at a time, so that the messages keep their order.
pub(super) struct Reader {
    pub(super) shared: Arc<Shared>,
    pub(super) notifications: Arc<Notifications>,
    pub(super) write_lines: WriteLines,
}

/// What the function did with a batch.
struct Outcome {
    /// the log lines, whole
    lines: String,
    /// the messages that failed; none when the whole batch did
    failed: Option<HashSet<String>>,
}

impl Reader {
    pub(super) async fn run(self) {
        loop {
            match self.waiting() {
                0 => {
                    self.wait().await;
                    continue;
                }
                1..BATCH_SIZE => tokio::time::sleep(BATCHING_WINDOW).await,
                _ => {}
            }
            let batch = self.shared.change(|line| line.take_batch(milliseconds_since_1970()));
            if batch.is_empty() {
                // Someone has cleared the queue meanwhile.
                continue;
            }
            let outcome = self.deliver(&batch).await;
            (self.write_lines)(&outcome.lines);
            self.settle(&batch, &outcome);
        }
    }

    /// How many messages wait. That failed ones wait again or are held now is a change that others are told of.
    fn waiting(&self) -> usize {
        let now = Instant::now();
        let next_retry = self.shared.line.lock().next_retry();
        if next_retry.is_some_and(|at| at <= now) {
            self.shared.change(|line| line.waiting(now))
        } else {
            self.shared.line.lock().waiting(now)
        }
    }

    /// Waits for a change, or until a failed message is to be delivered again.
    async fn wait(&self) {
        let next_retry = self.shared.line.lock().next_retry();
        let changed = self.shared.arrived.notified();
        match next_retry {
            None => changed.await,
            Some(at) => {
                // Either way the messages are looked at again.
                let _ = tokio::time::timeout_at(at, changed).await;
            }
        }
    }

    /// Runs the function in a task of its own, so that a panic or a timeout fails the batch alone.
    async fn deliver(&self, batch: &[Received]) -> Outcome {
        let event = batch::event(batch).to_string();
        let notifications = Arc::clone(&self.notifications);
        let mut running = tokio::spawn(async move {
            let batch = Batch::read(event.as_bytes()).map_err(|error| error.to_string())?;
            let now = Instant::now();
            let deadline = now.checked_add(TIMEOUT.saturating_sub(RESERVE)).unwrap_or(now);
            Ok::<_, String>(notifications.handle(&batch, &Uuid::new_v4().to_string(), None, deadline).await)
        });
        let cause = match tokio::time::timeout(TIMEOUT, &mut running).await {
            Ok(Ok(Ok(read))) => return Outcome::of(read),
            Ok(Ok(Err(error))) => error,
            Ok(Err(error)) => error.to_string(),
            Err(_) => {
                running.abort();
                format!("it did not answer within {} seconds", TIMEOUT.as_secs())
            }
        };
        Outcome { lines: format!("queue  the function failed at the whole batch: {cause}\n"), failed: None }
    }

    fn settle(&self, batch: &[Received], outcome: &Outcome) {
        let lines = outcome.lines.lines();
        let lines: Vec<(String, Box<RawValue>)> = lines.filter_map(of_message).collect();
        let now = Instant::now();
        self.shared.change(|line| {
            for Received { id, .. } in batch {
                let failed = outcome.failed.as_ref().is_none_or(|failed| failed.contains(id));
                let of_this = lines.iter().filter(|(message_id, _)| message_id == id);
                line.settle(id, failed, of_this.map(|(_, line)| line.clone()).collect(), now);
            }
        });
    }
}

impl Outcome {
    fn of(read: Read) -> Self {
        let answer = json!(read.answer);
        let failures = answer.get("batchItemFailures").and_then(Value::as_array).into_iter().flatten();
        let ids = failures.filter_map(|failure| failure.get("itemIdentifier")?.as_str());
        let failed = Some(ids.map(str::to_owned).collect());
        Self { lines: read.lines, failed }
    }
}

/// A log line, with the id of the message that it is about.
fn of_message(line: &str) -> Option<(String, Box<RawValue>)> {
    #[derive(Deserialize)]
    struct Members {
        message_id: String,
    }
    let Members { message_id } = serde_json::from_str(line).ok()?;
    Some((message_id, serde_json::from_str(line).ok()?))
}
