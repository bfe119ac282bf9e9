//! Checks that hold for any input. The fuzz targets in `fuzz/` run them over generated inputs, the test `corpus` over the
//! inputs that were kept.

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

use meeting_gateway::model::Partition;
use meeting_gateway::policy::Deployment;

/// A stack with a registry, outside GovCloud.
pub const DEPLOYMENT: Deployment = Deployment { partition: Partition::Commercial, has_registry: true };

/// The repository's folder.
#[must_use]
pub fn repository() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}
