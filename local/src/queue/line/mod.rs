//! The messages and their order: who waits, who is held, who is delivered again and when. Reads no clock.

use std::collections::VecDeque;
use std::time::Duration;

use serde_json::value::RawValue;
use tokio::time::Instant;

use super::arn::QueueArn;
use super::batch::{BATCH_SIZE, Received};
use super::message::{Message, MessageState, QueueError};

/// How often a message is received before it is a dead letter, as template.yaml sets it (`maxReceiveCount`).
pub const MAX_RECEIVE_COUNT: u32 = 5;

/// How long after a failure a message is delivered again. In the stack it is the VisibilityTimeout of 125 seconds: here one
/// wants to see a dead letter within ten.
pub const RETRY_AFTER: Duration = Duration::from_secs(2);

/// How many messages are kept at least. The oldest that were delivered or dropped are forgotten.
pub const KEPT_MESSAGES: usize = 200;

/// The messages.
#[derive(Debug, Default)]
pub(super) struct Line {
    holds: bool,
    /// in the order in which they came
    entries: Vec<Entry>,
    /// the ids of those that wait, in the order in which they are delivered
    waiting: VecDeque<String>,
}

#[derive(Debug)]
struct Entry {
    message: Message,
    queue: QueueArn,
    sent: u64,
    first_received: Option<u64>,
    receive_count: u32,
    /// when a failed one is delivered again
    retry_at: Option<Instant>,
}

impl Line {
    pub(super) fn holds(&self) -> bool {
        self.holds
    }

    pub(super) fn messages(&self) -> Vec<Message> {
        self.entries.iter().map(|entry| entry.message.clone()).collect()
    }

    /// Takes a message that was sent now, in milliseconds since 1970. Returns its id.
    pub(super) fn arrive(&mut self, message: Message, queue: QueueArn, now: u64) -> String {
        let id = message.id.clone();
        self.entries.push(Entry {
            message: Message { state: MessageState::Held, ..message },
            queue,
            sent: now,
            first_received: None,
            receive_count: 0,
            retry_at: None,
        });
        if !self.holds {
            self.enqueue(&id);
        }
        self.forget_oldest();
        id
    }

    pub(super) fn hold(&mut self, holds: bool) {
        self.holds = holds;
        if !holds {
            for id in self.held() {
                self.enqueue(&id);
            }
        }
    }

    pub(super) fn deliver_reversed(&mut self) {
        for id in self.held().iter().rev() {
            self.enqueue(id);
        }
    }

    pub(super) fn deliver(&mut self, id: &str) -> Result<(), QueueError> {
        let entry = self.entry(id)?;
        match entry.message.state {
            MessageState::Waiting => return Err(QueueError::OnItsWay(id.to_owned())),
            // Whoever puts a dead letter back sends it anew.
            MessageState::DeadLetter => entry.receive_count = 0,
            _ => {}
        }
        self.enqueue(id);
        Ok(())
    }

    pub(super) fn drop_message(&mut self, id: &str) -> Result<(), QueueError> {
        let message = &mut self.entry(id)?.message;
        if message.state != MessageState::Held {
            return Err(QueueError::NotHeld { id: id.to_owned(), state: message.state });
        }
        message.state = MessageState::Dropped;
        Ok(())
    }

    pub(super) fn clear(&mut self) {
        self.entries.clear();
        self.waiting.clear();
    }

    /// How many messages wait to be delivered, the failed ones among them whose time has come.
    pub(super) fn waiting(&mut self, now: Instant) -> usize {
        self.retry_due(now);
        self.waiting.len()
    }

    /// Takes the next batch to deliver, at most [`BATCH_SIZE`] messages; `time` is in milliseconds since 1970.
    pub(super) fn take_batch(&mut self, time: u64) -> Vec<Received> {
        let count = self.waiting.len().min(BATCH_SIZE);
        let ids: Vec<String> = self.waiting.drain(..count).collect();
        ids.iter().filter_map(|id| self.receive(id, time)).collect()
    }

    /// When the next failed message is delivered again.
    pub(super) fn next_retry(&self) -> Option<Instant> {
        self.entries.iter().filter_map(|entry| entry.retry_at).min()
    }

    /// Notes what the function did with a message, which may have been forgotten meanwhile.
    pub(super) fn settle(&mut self, id: &str, failed: bool, lines: Vec<Box<RawValue>>, now: Instant) {
        let Ok(entry) = self.entry(id) else { return };
        entry.message.lines.extend(lines);
        entry.message.state = match failed {
            false => MessageState::Delivered,
            true if entry.receive_count >= MAX_RECEIVE_COUNT => MessageState::DeadLetter,
            true => {
                entry.retry_at = now.checked_add(RETRY_AFTER);
                MessageState::Failed
            }
        };
        self.forget_oldest();
    }

    /// Lets the failed messages whose time has come wait again, or holds them.
    fn retry_due(&mut self, now: Instant) {
        let is_due = |entry: &&mut Entry| entry.retry_at.is_some_and(|at| at <= now);
        let mut due = Vec::new();
        for entry in self.entries.iter_mut().filter(is_due) {
            entry.retry_at = None;
            entry.message.state = MessageState::Held;
            due.push(entry.message.id.clone());
        }
        if !self.holds {
            for id in due {
                self.enqueue(&id);
            }
        }
    }

    fn receive(&mut self, id: &str, time: u64) -> Option<Received> {
        let entry = self.entry(id).ok()?;
        entry.message.deliveries = entry.message.deliveries.saturating_add(1);
        entry.receive_count = entry.receive_count.saturating_add(1);
        Some(Received {
            id: id.to_owned(),
            body: entry.message.body.clone(),
            queue: entry.queue.clone(),
            receive_count: entry.receive_count,
            sent: entry.sent,
            first_received: *entry.first_received.get_or_insert(time),
        })
    }

    fn enqueue(&mut self, id: &str) {
        if let Ok(entry) = self.entry(id) {
            entry.retry_at = None;
            entry.message.state = MessageState::Waiting;
            self.waiting.push_back(id.to_owned());
        }
    }

    fn held(&self) -> Vec<String> {
        let held = self.entries.iter().filter(|entry| entry.message.state == MessageState::Held);
        held.map(|entry| entry.message.id.clone()).collect()
    }

    fn entry(&mut self, id: &str) -> Result<&mut Entry, QueueError> {
        let found = self.entries.iter_mut().find(|entry| entry.message.id == id);
        found.ok_or_else(|| QueueError::Unknown(id.to_owned()))
    }

    fn forget_oldest(&mut self) {
        let is_done =
            |entry: &Entry| matches!(entry.message.state, MessageState::Delivered | MessageState::Dropped);
        let mut surplus = self.entries.len().saturating_sub(KEPT_MESSAGES);
        self.entries.retain(|entry| {
            let is_forgotten = surplus > 0 && is_done(entry);
            surplus = surplus.saturating_sub(usize::from(is_forgotten));
            !is_forgotten
        });
    }
}

#[cfg(test)]
mod tests;
