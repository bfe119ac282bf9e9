//! Sends events in the background: those of one meeting in order, and none so that an answer of Chime's waits for it.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;

use super::queues::Queues;
use super::record::{Delivery, Entry};
use crate::log::Log;

/// How many events are sent at the same time.
const LANES: u64 = 16;

/// How long to wait before an event is sent again; after the last time it has failed.
const PAUSES: [Duration; 4] = [
    Duration::from_millis(100),
    Duration::from_millis(300),
    Duration::from_millis(1000),
    Duration::from_millis(3000),
];

/// The tasks that send; dropping them ends them.
#[derive(Debug)]
pub(super) struct Lanes {
    senders: Vec<UnboundedSender<Entry>>,
    _tasks: JoinSet<()>,
}

impl Lanes {
    /// Must be called inside a Tokio runtime.
    pub(super) fn start(queues: &Arc<Queues>, log: &Log) -> Self {
        let mut tasks = JoinSet::new();
        let senders = (0..LANES).map(|_| {
            let (sender, mut entries) = unbounded_channel();
            let (queues, log) = (Arc::clone(queues), log.clone());
            tasks.spawn(async move {
                while let Some(entry) = entries.recv().await {
                    deliver(&queues, &log, &entry).await;
                }
            });
            sender
        });
        Self { senders: senders.collect(), _tasks: tasks }
    }

    /// Sends an event after those of its meeting that were handed in before.
    pub(super) fn send(&self, meeting_id: &str, entry: Entry) {
        let mut hasher = DefaultHasher::new();
        meeting_id.hash(&mut hasher);
        let lane = hasher.finish().checked_rem(LANES).and_then(|lane| usize::try_from(lane).ok());
        if let Some(sender) = lane.and_then(|lane| self.senders.get(lane)) {
            // Its task ends only when the lanes are dropped.
            let _ = sender.send(entry);
        }
    }
}

async fn deliver(queues: &Queues, log: &Log, entry: &Entry) {
    let event = entry.read();
    let what = format!(
        "{} of meeting {} to {}",
        event.event_type.as_deref().unwrap_or("a message that is no event"),
        event.meeting_id,
        event.queue
    );
    let mut pauses = PAUSES.iter();
    while entry.is_waiting() {
        let error = match queues.send(&event.queue, &event.body).await {
            Ok(message_id) => {
                entry.note(Delivery::Sent { message_id });
                log.write(&format!("event  {what}\n"));
                return;
            }
            Err(error) => error.to_string(),
        };
        let Some(pause) = pauses.next() else {
            log.write(&format!(
                "event  {what} is LOST, sent {} times: {error}\n",
                PAUSES.len().saturating_add(1)
            ));
            entry.note(Delivery::Failed { error });
            return;
        };
        log.write(&format!("event  {what} is sent again in {pause:?}: {error}\n"));
        tokio::time::sleep(*pause).await;
    }
}
