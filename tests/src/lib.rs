//! What must hold for any input: the checks that the fuzz targets in `fuzz/` run over what they invent, and that the test
//! `corpus` runs over the inputs that they kept.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a check fails by panicking, and computes with numbers that it chooses"
)]

pub mod request_checks;
pub mod token_check;

use std::path::Path;

/// The repository's folder.
#[must_use]
pub fn repository() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}
