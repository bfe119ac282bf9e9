//! What one request's calls to the table took, for its log line.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::outbound::CallUsage;

/// What one request's calls to the table took so far.
#[derive(Debug, Default)]
pub struct RegistryUsage {
    calls: CallUsage,
    has_failed: AtomicBool,
}

impl RegistryUsage {
    /// How many attempts were made at requests to the table.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.calls.attempts()
    }

    /// The time that was spent on the table: all attempts, and the waits between them.
    #[must_use]
    pub fn time(&self) -> Duration {
        self.calls.time()
    }

    /// Whether a request to the table got no answer in the end.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.has_failed.load(Ordering::Relaxed)
    }

    pub(super) fn calls(&self) -> &CallUsage {
        &self.calls
    }

    pub(super) fn note_failure(&self) {
        self.has_failed.store(true, Ordering::Relaxed);
    }
}
