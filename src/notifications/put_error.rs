//! Why an event is not on the bus.

/// Maximum size of all entries of one PutEvents request, in bytes (EventBridge's user guide, "Calculating PutEvents event
/// entry size").
pub(super) const MAX_BYTES: usize = 256 * 1024;

/// Why an event is not on the bus.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PutError {
    /// It is larger than EventBridge takes.
    #[error("the entry has {0} bytes, and EventBridge takes at most {MAX_BYTES}")]
    TooLarge(usize),
    /// EventBridge refused it, or failed at it each time.
    #[error("EventBridge did not take it: {0}")]
    NotTaken(String),
    /// Too little time was left for a first attempt.
    #[error("too little time was left to put it on the bus")]
    OutOfTime,
}
