//! The numbers of the deployed queue and its mapping that the queue played here does not have.

use std::time::Duration;

/// Batches that the function has at once (`MaximumConcurrency`).
pub const CONCURRENCY: usize = 5;

/// How long the first message of a batch waits for others (`MaximumBatchingWindowInSeconds`).
pub const BATCHING_WINDOW: Duration = Duration::from_secs(5);

/// When a message that failed is received again (`VisibilityTimeout`).
pub const VISIBILITY_TIMEOUT: Duration = Duration::from_secs(125);
