//! The queue of meeting events and Lambda's event source mapping for it, with the numbers of the template: batches of
//! ten, five at a time, and a window of five seconds in which a batch fills. The queue of `local` has one reader and waits less, for
//! people who try things out.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use local::clock::milliseconds_since_1970;
use local::queue::{BATCH_SIZE, MAX_RECEIVE_COUNT, QueueArn, Received, TIMEOUT, batch_event, deployed};
use local::runtime_api::{Function, Pool};
use local::simulator::{Delivery, RecordedEvent};
use parking_lot::Mutex;
use serde_json::Value;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

/// How often a poller looks for messages.
const PAUSE: Duration = Duration::from_millis(50);

/// How long the last messages may take.
const PATIENCE: Duration = Duration::from_secs(420);

/// The queue with its readers; dropping it ends them.
pub(crate) struct EventSource {
    pub(crate) pool: Arc<Pool>,
    queue: Arc<Mutex<Queue>>,
    _tasks: JoinSet<()>,
}

#[derive(Default)]
struct Queue {
    /// as many as have come
    arrived: usize,
    waiting: VecDeque<Message>,
    /// those that the function has
    in_flight: Vec<Message>,
    /// those that failed, and when they are received again
    failed: Vec<(Instant, Message)>,
    dead_letters: Vec<String>,
    batches: u64,
    /// the age of the oldest message, each second, in seconds
    ages: Vec<f64>,
}

#[derive(Clone)]
struct Message {
    received: Received,
    at: Instant,
}

/// What became of the messages.
pub(crate) struct Read {
    pub(crate) batches: u64,
    pub(crate) dead_letters: Vec<String>,
    /// messages that are not handled in the end
    pub(crate) left: usize,
    pub(crate) ages: Vec<f64>,
}

impl EventSource {
    /// Starts to read what the simulator sends.
    pub(crate) fn start(function: Function, mut events: UnboundedReceiver<RecordedEvent>) -> Self {
        let pool = Arc::new(Pool::new(function, deployed::CONCURRENCY));
        let queue = Arc::new(Mutex::new(Queue::default()));
        let mut tasks = JoinSet::new();
        for _ in 0..deployed::CONCURRENCY {
            tasks.spawn(poll(Arc::clone(&queue), Arc::clone(&pool)));
        }
        let arriving = Arc::clone(&queue);
        tasks.spawn(async move {
            while let Some(event) = events.recv().await {
                let mut queue = arriving.lock();
                queue.arrived = queue.arrived.saturating_add(1);
                queue.waiting.extend(message(event));
            }
        });
        let watched = Arc::clone(&queue);
        tasks.spawn(async move {
            loop {
                sleep(Duration::from_secs(1)).await;
                watched.lock().note_age();
            }
        });
        Self { pool, queue, _tasks: tasks }
    }

    /// Waits until so many messages have come and none is left. Returns what became of them.
    pub(crate) async fn empty(&self, sent: usize) -> Read {
        let began = Instant::now();
        let is_done = |queue: &Queue| queue.arrived >= sent && queue.left() == 0;
        while !is_done(&self.queue.lock()) && began.elapsed() < PATIENCE {
            sleep(PAUSE).await;
        }
        let queue = self.queue.lock();
        Read {
            batches: queue.batches,
            dead_letters: queue.dead_letters.clone(),
            left: queue.left(),
            ages: queue.ages.clone(),
        }
    }
}

impl Queue {
    fn left(&self) -> usize {
        self.waiting.len().saturating_add(self.in_flight.len()).saturating_add(self.failed.len())
    }

    fn note_age(&mut self) {
        let failed = self.failed.iter().map(|(_, message)| message);
        let messages = self.waiting.iter().chain(&self.in_flight).chain(failed);
        let oldest = messages.map(|message| message.at).min();
        self.ages.push(oldest.map_or(0.0, |at| at.elapsed().as_secs_f64()));
    }

    /// Moves messages into a batch, up to its size.
    fn fill(&mut self, batch: &mut Vec<Message>) {
        let now = Instant::now();
        while let Some(index) = self.failed.iter().position(|(at, _)| *at <= now) {
            let (_, message) = self.failed.swap_remove(index);
            self.waiting.push_back(message);
        }
        while batch.len() < BATCH_SIZE
            && let Some(mut message) = self.waiting.pop_front()
        {
            let received = &mut message.received;
            received.receive_count = received.receive_count.saturating_add(1);
            if received.first_received == 0 {
                received.first_received = milliseconds_since_1970();
            }
            self.in_flight.push(message.clone());
            batch.push(message);
        }
    }

    fn settle(&mut self, batch: Vec<Message>, failed: &HashSet<String>) {
        self.batches = self.batches.saturating_add(1);
        for message in batch {
            let id = message.received.id.clone();
            self.in_flight.retain(|other| other.received.id != id);
            if !failed.contains(&id) {
                continue;
            }
            if message.received.receive_count >= MAX_RECEIVE_COUNT {
                self.dead_letters.push(message.received.body.clone());
            } else if let Some(at) = Instant::now().checked_add(deployed::VISIBILITY_TIMEOUT) {
                self.failed.push((at, message));
            }
        }
    }
}

/// Reads the queue, one batch after the other.
async fn poll(queue: Arc<Mutex<Queue>>, pool: Arc<Pool>) {
    loop {
        let mut batch = Vec::new();
        let mut first: Option<Instant> = None;
        loop {
            queue.lock().fill(&mut batch);
            if !batch.is_empty() {
                let since_first = first.get_or_insert_with(Instant::now).elapsed();
                if batch.len() == BATCH_SIZE || since_first >= deployed::BATCHING_WINDOW {
                    break;
                }
            }
            sleep(PAUSE).await;
        }
        let records: Vec<Received> = batch.iter().map(|message| message.received.clone()).collect();
        let answer = pool.invoke(batch_event(&records).to_string(), TIMEOUT).await;
        // Without an answer all of them failed, as in Lambda.
        let failed = match answer {
            Some(answer) => failures(&answer),
            None => records.into_iter().map(|record| record.id).collect(),
        };
        queue.lock().settle(batch, &failed);
    }
}

/// The messages that an answer says have failed.
fn failures(answer: &[u8]) -> HashSet<String> {
    let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
    let failures = answer.get("batchItemFailures").and_then(Value::as_array).into_iter().flatten();
    let ids = failures.filter_map(|failure| failure.get("itemIdentifier")?.as_str());
    ids.map(str::to_owned).collect()
}

fn message(event: RecordedEvent) -> Option<Message> {
    let Delivery::Sent { message_id: id } = event.delivery else { return None };
    let queue = QueueArn::read(&event.queue).ok()?;
    let (sent, body) = (milliseconds_since_1970(), event.body);
    let received = Received { id, body, queue, receive_count: 0, sent, first_received: 0 };
    Some(Message { received, at: Instant::now() })
}
