//! The decision on a request to join a room: the attendee, and the meeting for when the room has none.

use super::admit::Admitted;
use super::attendee_plan::AttendeePlan;
use super::plan::MeetingPlan;
use super::right::{Create, Join};
use crate::finding::Findings;
use crate::model::RoomRequest;

/// What is decided of a request to join a room.
#[derive(Debug)]
pub struct RoomPlan {
    /// The caller's attendee. It is not yet compared with the media of a meeting: that of an open room may have other media
    /// than [`RoomPlan::meeting`]. Before a meeting of the plan is created, [`AttendeePlan::check`] finds what it would lack.
    pub attendee: AttendeePlan,
    /// The meeting to create if the room has none. `None` for a caller who may not create one.
    pub meeting: Option<MeetingPlan>,
}

impl Admitted<'_, Join> {
    /// Decides a request to join a room. What is asked of the meeting is checked against the policy only for a caller who
    /// may create one: for all others `Meeting` is never used.
    ///
    /// # Errors
    /// Every finding of the request itself, of both parts, and one for each member that the policy does not allow.
    pub fn decide_room(&self, request: RoomRequest) -> Result<RoomPlan, Findings> {
        let mut findings = Findings::default();
        let attendee = self.decide_attendee(request.attendee).map_err(|found| findings.append(found)).ok();
        let meeting = match self.also::<Create>() {
            Some(creates) => {
                let decision = creates.decide_meeting(request.meeting);
                findings.append(decision.findings);
                decision.plan
            }
            None => {
                findings.append(request.meeting.findings);
                None
            }
        };
        findings.append(request.findings);
        // INVARIANT (fail closed): only a request without findings becomes a plan.
        match attendee {
            Some(attendee) if findings.is_empty() => Ok(RoomPlan { attendee, meeting }),
            _ => Err(findings),
        }
    }
}
