//! What calls to a service took.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

/// What the calls to one service took so far.
#[derive(Debug, Default)]
pub struct CallUsage {
    attempts: AtomicU32,
    microseconds: AtomicU64,
}

impl CallUsage {
    /// How many attempts were made.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.attempts.load(Ordering::Relaxed)
    }

    /// The time that was spent: all attempts, and the waits between them. A call that panicked does not count.
    #[must_use]
    pub fn time(&self) -> Duration {
        Duration::from_micros(self.microseconds.load(Ordering::Relaxed))
    }

    pub(super) fn count_attempt(&self) {
        self.attempts.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn add_time(&self, time: Duration) {
        // 2^64 microseconds are half a million years.
        let microseconds = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        self.microseconds.fetch_add(microseconds, Ordering::Relaxed);
    }
}
