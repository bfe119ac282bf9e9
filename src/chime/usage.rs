//! What one request's calls to Chime took, for its log line.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::log_text::bounded;

/// What one request's calls to Chime took so far.
#[derive(Debug, Default)]
pub struct ChimeUsage {
    attempts: AtomicU32,
    microseconds: AtomicU64,
    request_id: Mutex<Option<String>>,
}

impl ChimeUsage {
    /// How many attempts were made at calls to Chime.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.attempts.load(Ordering::Relaxed)
    }

    /// The time that was spent on Chime: all attempts, and the waits between them. A call that panicked does not count.
    #[must_use]
    pub fn time(&self) -> Duration {
        Duration::from_micros(self.microseconds.load(Ordering::Relaxed))
    }

    /// Chime's own id of the last attempt at the last call that it answered. AWS support asks for it.
    #[must_use]
    pub fn request_id(&self) -> Option<String> {
        self.request_id.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Another call begins. The ids of earlier ones would mislead.
    pub(super) fn begin(&self) {
        *self.request_id.lock().unwrap_or_else(PoisonError::into_inner) = None;
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
            *self.request_id.lock().unwrap_or_else(PoisonError::into_inner) = Some(bounded(id).into_owned());
        }
    }
}
