//! Tenant policy: the document, and the decisions that make plans of meetings and attendees from a caller's
//! request.
//!
//! Pure: no IO, no clock, no types of the AWS SDK. Loading reports every error of a document at once, and deciding
//! reports every finding of a request at once.

mod admit;
mod attendee_plan;
mod decide;
mod decide_attendee;
mod decide_room;
mod deployment;
mod document;
mod explain;
mod layers;
mod limits;
mod lists;
mod load;
mod merge;
mod merge_callers;
mod merge_limits;
mod merge_members;
mod merge_tags;
mod plan;
mod right;
mod rules;
mod template;
#[cfg(test)]
mod tests;

pub use admit::{AdmissionError, Admitted, MissingRight};
pub use attendee_plan::{AttendeePlan, CapabilitiesPlan, NewAttendee, NewCapabilities};
pub use decide_room::RoomPlan;
pub use deployment::Deployment;
pub use explain::{LimitExplanation, MemberExplanation, PolicyExplanation, RightExplanation, explain};
pub use layers::DocumentPlace;
pub use load::Policies;
pub(crate) use merge_tags::GATEWAY_TAG;
pub use merge_tags::TagPlace;
pub use plan::{MeetingPlan, Sent};
pub use right::{
    AnyRight, Create, CreateWithAttendees, CreatesAttendees, CreatesMeetings, End, Join, JoinOrModerate,
    Moderate, Right, RightName,
};
pub use rules::TenantIds;
