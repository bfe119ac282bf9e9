//! The two blocks that make a tenant's policy: everyone's, and the tenant's own over it.

use super::document::Block;
use crate::json::Path;

/// A block and its place in the document.
#[derive(Clone, Copy)]
pub(super) struct Source<'b> {
    pub(super) block: &'b Block,
    pub(super) path: &'b Path<'b>,
}

/// The two blocks that make a tenant's policy.
#[derive(Clone, Copy)]
pub(super) struct Layers<'b> {
    pub(super) everyone: Source<'b>,
    pub(super) own: Source<'b>,
}
