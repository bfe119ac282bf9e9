//! Calls Chime with what the policy decided, and returns Chime's answer.
//!
//! The types of its arguments come only from the earlier steps. So every request to Chime has passed authentication,
//! the policy and, for an existing meeting, the proof that it is the tenant's.

mod answer_text;
mod ask;
mod attempt;
mod attendee_text;
mod attendees;
mod capabilities;
mod client;
mod create;
mod echo;
mod end;
mod endpoint;
mod error;
mod own_meeting;
mod primary;
mod proofs;
mod prove;
mod sdk_attendee;
mod token;
mod usage;

pub use attempt::{Attempts, Repeat};
pub use attendees::{AttendeeAnswer, SeenAttendee};
pub use client::{Chime, ChimeSettings};
pub use create::CreatedMeeting;
pub use endpoint::ChimeEndpoint;
pub use error::{ChimeError, ChimeErrorKind, Missing};
pub use own_meeting::{OwnMeeting, Recency};
pub use primary::ProvenPlan;
pub use token::RoomToken;
pub use usage::ChimeUsage;
