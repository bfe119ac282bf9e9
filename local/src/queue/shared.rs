//! The state of a queue.

use parking_lot::Mutex;
use tokio::sync::{Notify, watch};

use super::line::Line;

/// What the queue and its reader share.
pub(super) struct Shared {
    pub(super) line: Mutex<Line>,
    /// notified after each change, for the reader
    pub(super) arrived: Notify,
    pub(super) revision: watch::Sender<u64>,
}

impl Shared {
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut Line) -> T) -> T {
        let result = change(&mut self.line.lock());
        self.revision.send_modify(|revision| *revision = revision.wrapping_add(1));
        self.arrived.notify_one();
        result
    }
}
