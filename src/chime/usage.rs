//! What one request's calls to Chime took, for its log line.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// What one request's calls to Chime took so far. It is also right after a panic.
#[derive(Debug, Default)]
pub struct ChimeUsage {
    attempts: AtomicU32,
    microseconds: AtomicU64,
    request_id: Mutex<Option<String>>,
}

impl ChimeUsage {
    /// How many HTTP requests to Chime were begun.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.attempts.load(Ordering::Relaxed)
    }

    /// The time that was spent on Chime: all attempts, and the waits between them.
    #[must_use]
    pub fn time(&self) -> Duration {
        Duration::from_micros(self.microseconds.load(Ordering::Relaxed))
    }

    /// Chime's own id of the last request that it answered. AWS support asks for it.
    #[must_use]
    pub fn request_id(&self) -> Option<String> {
        self.request_id.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn count_attempt(&self) {
        self.attempts.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn add_time(&self, time: Duration) {
        // 2^64 microseconds are half a million years.
        let microseconds = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        self.microseconds.fetch_add(microseconds, Ordering::Relaxed);
    }

    pub(super) fn note_request_id(&self, id: Option<&str>) {
        if let Some(id) = id {
            *self.request_id.lock().unwrap_or_else(PoisonError::into_inner) = Some(id.to_owned());
        }
    }
}
