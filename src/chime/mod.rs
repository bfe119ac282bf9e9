//! The Chime edge: a meeting plan in, the meeting as Chime gave it out.
//!
//! Takes nothing but a [`MeetingPlan`](crate::policy::MeetingPlan), so that whatever reaches Chime went through
//! authentication and the policy.

mod attempt;
mod client;
mod create;
mod endpoint;
mod error;
mod primary;
mod token;

pub use client::{Chime, ChimeSettings};
pub use create::CreatedMeeting;
pub use endpoint::ChimeEndpoint;
pub use error::{ChimeError, ChimeFailure};
