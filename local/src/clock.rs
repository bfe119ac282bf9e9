//! The time, as AWS writes it.

use std::time::{SystemTime, UNIX_EPOCH};

/// In milliseconds since 1970.
#[must_use]
pub fn milliseconds_since_1970() -> u64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX)
}
