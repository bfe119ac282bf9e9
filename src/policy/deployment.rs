//! What a document depends on besides its text.

use crate::model::Partition;

/// The stack that a document is loaded for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deployment {
    /// The partition, which decides in which regions media can be hosted.
    pub partition: Partition,
    /// Whether the stack has a registry. Without one there are no Limits.
    pub has_registry: bool,
}
