//! What one request's calls to the table took, for its log line.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

/// What one request's calls to the table took so far.
#[derive(Debug, Default)]
pub struct RegistryUsage {
    attempts: AtomicU32,
    microseconds: AtomicU64,
    has_failed: AtomicBool,
}

impl RegistryUsage {
    /// How many attempts were made at requests to the table.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.attempts.load(Ordering::Relaxed)
    }

    /// The time that was spent on the table: all attempts, and the waits between them.
    #[must_use]
    pub fn time(&self) -> Duration {
        Duration::from_micros(self.microseconds.load(Ordering::Relaxed))
    }

    /// Whether a request to the table got no answer in the end.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.has_failed.load(Ordering::Relaxed)
    }

    pub(super) fn count_attempt(&self) {
        self.attempts.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn add_time(&self, time: Duration) {
        // 2^64 microseconds are half a million years.
        let microseconds = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        self.microseconds.fetch_add(microseconds, Ordering::Relaxed);
    }

    pub(super) fn note_failure(&self) {
        self.has_failed.store(true, Ordering::Relaxed);
    }
}
