//! Tenant policy: the document, and the decision that makes a meeting plan from a caller's request.
//!
//! Pure: no IO, no clock, no types of the AWS SDK. Loading reports every error of a document at once, and deciding
//! reports every finding of a request at once.

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
