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
    /// The meeting to create if the room has none. `None` for a caller who may not create one, or who did not ask for what
    /// the policy leaves open.
    pub meeting: Option<MeetingPlan>,
    /// What a caller who may create a meeting did not ask for, in a body without `Meeting`. It does not keep them from joining a
    /// room that is open.
    pub lacking: Option<Findings>,
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
        let (meeting, lacking) = match self.also::<Create>() {
            Some(creates) => {
                let decision = creates.decide_meeting(request.meeting);
                if request.asks_for_meeting {
                    findings.append(decision.findings);
                    (decision.plan, None)
                } else {
                    let lacking = Some(decision.findings).filter(|found| !found.is_empty());
                    (decision.plan, lacking)
                }
            }
            None => {
                findings.append(request.meeting.findings);
                (None, None)
            }
        };
        findings.append(request.findings);
        // INVARIANT (fail closed): only a request without findings becomes a plan.
        match attendee {
            Some(attendee) if findings.is_empty() => Ok(RoomPlan { attendee, meeting, lacking }),
            _ => Err(findings),
        }
    }
}
