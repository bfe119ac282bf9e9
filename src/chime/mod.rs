//! Chime's side of a request: what the policy decided in, what Chime answered out.
//!
//! Takes only what the steps before it made, so that whatever reaches Chime went through authentication, the policy and,
//! where a meeting exists already, the proof that it is the tenant's.

mod answer_text;
mod attempt;
mod client;
mod create;
mod echo;
mod endpoint;
mod error;
mod own_meeting;
mod token;

pub use attempt::{Attempts, Repeat};
pub use client::{Chime, ChimeSettings};
pub use create::CreatedMeeting;
pub use endpoint::ChimeEndpoint;
pub use error::{ChimeError, ChimeErrorKind};
pub use own_meeting::{OwnMeeting, ProvenPlan};
