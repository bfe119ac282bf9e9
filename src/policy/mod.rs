//! Tenant policy: the document, and the one decision that turns a caller's request into a meeting plan.
//!
//! Pure: no IO, no clock, no type of AWS. Loading reports every error of a document at once; deciding reports every
//! finding of a request at once.

mod admit;
mod decide;
mod document;
mod layers;
mod lists;
mod load;
mod merge;
mod merge_members;
mod merge_tags;
mod plan;
mod right;
mod rules;
mod template;
#[cfg(test)]
mod tests;

pub use admit::{AdmissionError, Admitted};
pub use load::Policies;
pub(crate) use merge_tags::GATEWAY_TAG;
pub use plan::{MeetingPlan, Sent};
pub use right::{Create, Right};
pub use rules::TenantIds;
