//! What one request's calls to Chime took, for its log line.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::log_text::bounded;
use crate::outbound::CallUsage;

/// What one request's calls to Chime took so far.
#[derive(Debug, Default)]
pub struct ChimeUsage {
    calls: CallUsage,
    request_id: Mutex<Option<String>>,
}

impl ChimeUsage {
    /// How many attempts were made at calls to Chime.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.calls.attempts()
    }

    /// The time that was spent on Chime: all attempts, and the waits between them. A call that panicked does not count.
    #[must_use]
    pub fn time(&self) -> Duration {
        self.calls.time()
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

    pub(super) fn calls(&self) -> &CallUsage {
        &self.calls
    }

    pub(super) fn note_request_id(&self, id: Option<&str>) {
        if let Some(id) = id {
            *self.request_id.lock().unwrap_or_else(PoisonError::into_inner) = Some(bounded(id).into_owned());
        }
    }
}
