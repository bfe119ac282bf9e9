//! The messages and their order: who waits, who is held, who is delivered again and when. Reads no clock.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
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

/// The messages, each with a number that grows with every one that comes. Nothing here looks through all of them for one: thousands
/// may be held, or wait.
#[derive(Debug, Default)]
pub(super) struct Line {
    holds: bool,
    entries: BTreeMap<u64, Entry>,
    /// the number of each message by its id
    numbers: HashMap<String, u64>,
    /// the number of the next message
    next: u64,
    /// those that wait, in the order in which they are delivered
    waiting: VecDeque<u64>,
    /// those that failed and when they are delivered again, the next one first; also of those that were delivered before that
    retries: VecDeque<(Instant, u64)>,
    /// those that were delivered or dropped
    done: BTreeSet<u64>,
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
        self.entries.values().map(|entry| entry.message.clone()).collect()
    }

    /// Takes a message that was sent now, in milliseconds since 1970. Returns its id.
    pub(super) fn arrive(&mut self, message: Message, queue: QueueArn, now: u64) -> String {
        let id = message.id.clone();
        let number = self.next;
        self.next = number.saturating_add(1);
        self.numbers.insert(id.clone(), number);
        let message = Message { state: MessageState::Held, ..message };
        let entry =
            Entry { message, queue, sent: now, first_received: None, receive_count: 0, retry_at: None };
        self.entries.insert(number, entry);
        if !self.holds {
            self.enqueue(number);
        }
        self.forget_oldest();
        id
    }

    pub(super) fn hold(&mut self, holds: bool) {
        self.holds = holds;
        if !holds {
            self.held().into_iter().for_each(|number| self.enqueue(number));
        }
    }

    pub(super) fn deliver_reversed(&mut self) {
        self.held().into_iter().rev().for_each(|number| self.enqueue(number));
    }

    pub(super) fn deliver(&mut self, id: &str) -> Result<(), QueueError> {
        let (number, entry) = self.find(id)?;
        match entry.message.state {
            MessageState::Waiting => return Err(QueueError::OnItsWay(id.to_owned())),
            // Whoever puts a dead letter back sends it anew.
            MessageState::DeadLetter => entry.receive_count = 0,
            _ => {}
        }
        self.enqueue(number);
        Ok(())
    }

    pub(super) fn drop_message(&mut self, id: &str) -> Result<(), QueueError> {
        let (number, entry) = self.find(id)?;
        let state = entry.message.state;
        if state != MessageState::Held {
            return Err(QueueError::NotHeld { id: id.to_owned(), state });
        }
        self.set_state(number, MessageState::Dropped);
        Ok(())
    }

    pub(super) fn clear(&mut self) {
        *self = Self { holds: self.holds, next: self.next, ..Self::default() };
    }

    /// How many messages wait to be delivered, the failed ones among them whose time has come.
    pub(super) fn waiting(&mut self, now: Instant) -> usize {
        self.retry_due(now);
        self.waiting.len()
    }

    /// Takes the next batch to deliver, at most [`BATCH_SIZE`] messages; `time` is in milliseconds since 1970.
    pub(super) fn take_batch(&mut self, time: u64) -> Vec<Received> {
        let count = self.waiting.len().min(BATCH_SIZE);
        let numbers: Vec<u64> = self.waiting.drain(..count).collect();
        numbers.into_iter().filter_map(|number| self.receive(number, time)).collect()
    }

    /// When failed messages are to be looked at again.
    pub(super) fn next_retry(&self) -> Option<Instant> {
        self.retries.front().map(|(at, _)| *at)
    }

    /// Notes what the function did with a message, which may have been forgotten meanwhile.
    pub(super) fn settle(&mut self, id: &str, failed: bool, lines: Vec<Box<RawValue>>, now: Instant) {
        let Ok((number, entry)) = self.find(id) else { return };
        entry.message.lines.extend(lines);
        let state = match failed {
            false => MessageState::Delivered,
            true if entry.receive_count >= MAX_RECEIVE_COUNT => MessageState::DeadLetter,
            true => {
                let at = now.checked_add(RETRY_AFTER).unwrap_or(now);
                entry.retry_at = Some(at);
                self.retries.push_back((at, number));
                MessageState::Failed
            }
        };
        self.set_state(number, state);
        self.forget_oldest();
    }

    /// Lets the failed messages whose time has come wait again, or holds them.
    fn retry_due(&mut self, now: Instant) {
        while let Some((at, number)) = self.retries.pop_front_if(|(at, _)| *at <= now) {
            let Some(entry) = self.entries.get_mut(&number).filter(|entry| entry.retry_at == Some(at)) else {
                // It was delivered before.
                continue;
            };
            entry.retry_at = None;
            if self.holds {
                self.set_state(number, MessageState::Held);
            } else {
                self.enqueue(number);
            }
        }
    }

    fn receive(&mut self, number: u64, time: u64) -> Option<Received> {
        let entry = self.entries.get_mut(&number)?;
        entry.message.deliveries = entry.message.deliveries.saturating_add(1);
        entry.receive_count = entry.receive_count.saturating_add(1);
        Some(Received {
            id: entry.message.id.clone(),
            body: entry.message.body.clone(),
            queue: entry.queue.clone(),
            receive_count: entry.receive_count,
            sent: entry.sent,
            first_received: *entry.first_received.get_or_insert(time),
        })
    }

    fn enqueue(&mut self, number: u64) {
        if let Some(entry) = self.entries.get_mut(&number) {
            entry.retry_at = None;
            self.set_state(number, MessageState::Waiting);
            self.waiting.push_back(number);
        }
    }

    fn set_state(&mut self, number: u64, state: MessageState) {
        if let Some(entry) = self.entries.get_mut(&number) {
            entry.message.state = state;
        }
        if matches!(state, MessageState::Delivered | MessageState::Dropped) {
            self.done.insert(number);
        } else {
            self.done.remove(&number);
        }
    }

    fn held(&self) -> Vec<u64> {
        let held = self.entries.iter().filter(|(_, entry)| entry.message.state == MessageState::Held);
        held.map(|(number, _)| *number).collect()
    }

    fn find(&mut self, id: &str) -> Result<(u64, &mut Entry), QueueError> {
        let found = self.numbers.get(id).and_then(|number| Some((*number, self.entries.get_mut(number)?)));
        found.ok_or_else(|| QueueError::Unknown(id.to_owned()))
    }

    fn forget_oldest(&mut self) {
        while self.entries.len() > KEPT_MESSAGES
            && let Some(number) = self.done.pop_first()
        {
            if let Some(entry) = self.entries.remove(&number) {
                self.numbers.remove(&entry.message.id);
            }
        }
    }
}

#[cfg(test)]
mod tests;
