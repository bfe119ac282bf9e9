//! Whether an invocation is the first of its process.

use std::sync::atomic::{AtomicBool, Ordering};

/// Whether an invocation is the first of its process.
#[derive(Debug, Default)]
pub struct ColdStart {
    is_over: AtomicBool,
}

impl ColdStart {
    /// True for the first call, false for every later one.
    pub fn take(&self) -> bool {
        !self.is_over.swap(true, Ordering::Relaxed)
    }
}
