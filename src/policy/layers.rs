//! The two blocks that make a tenant's policy: everyone's, and the tenant's own over it.

use super::document::Block;
use crate::json::Path;
use crate::model::Limits;

/// A block and its place in the document.
#[derive(Clone, Copy)]
pub(super) struct Source<'b> {
    pub(super) block: &'b Block,
    pub(super) path: &'b Path<'b>,
}

/// A place in the policy document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentPlace {
    /// `Fixed`, `Default` or `Allowed`.
    pub list: &'static str,
    /// JSON pointer in fragment form.
    pub pointer: String,
}

/// The two blocks that make a tenant's policy.
#[derive(Clone, Copy)]
pub(super) struct Layers<'b> {
    pub(super) everyone: Source<'b>,
    pub(super) own: Source<'b>,
}

/// The block of a tenant that has none.
pub(super) static NOTHING: Block =
    Block { fixed: None, default: None, allowed: None, callers: None, limits: Limits::NONE };

impl<'b> Layers<'b> {
    /// Everyone's block with nothing over it.
    pub(super) fn alone(everyone: Source<'b>) -> Self {
        Layers { everyone, own: Source { block: &NOTHING, path: everyone.path } }
    }
}
