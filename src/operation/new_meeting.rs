//! A meeting that an operation may create, and the request to Chime that creates it.

use crate::chime::{Attempts, Chime, CreatedMeeting, ProvenPlan, RoomToken};
use crate::policy::{AttendeePlan, MeetingPlan, NewAttendee};
use crate::request_error::RequestError;

/// The meeting of a creation.
#[derive(Clone, Copy)]
pub(super) struct NewMeeting<'m> {
    /// Every member.
    pub(super) plan: &'m ProvenPlan,
    /// Its first attendees, for CreateMeetingWithAttendees.
    pub(super) attendees: Option<&'m [NewAttendee]>,
}

/// The meeting of a room, for when it has none. Its primary is proven when the meeting is needed.
pub(super) struct RoomMeeting {
    /// Until its primary is proven.
    decided: Option<MeetingPlan>,
    proven: Option<ProvenPlan>,
}

impl NewMeeting<'_> {
    /// Creates the meeting.
    ///
    /// # Errors
    /// When Chime fails.
    pub(super) async fn create(
        self,
        chime: &Chime,
        attempts: Attempts<'_>,
    ) -> Result<CreatedMeeting, RequestError> {
        Ok(match self.attendees {
            None => chime.create_meeting(self.plan, attempts).await?,
            Some(attendees) => chime.create_meeting_with_attendees(self.plan, attendees, attempts).await?,
        })
    }
}

impl RoomMeeting {
    pub(super) fn new(plan: MeetingPlan) -> Self {
        RoomMeeting { decided: Some(plan), proven: None }
    }

    /// Creates the meeting, if that attendee can join it and its primary is the tenant's.
    ///
    /// # Errors
    /// When the attendee asks for what the meeting will not have, or Chime fails.
    pub(super) async fn create(
        &mut self,
        chime: &Chime,
        token: RoomToken<'_>,
        attendee: &AttendeePlan,
        attempts: Attempts<'_>,
    ) -> Result<CreatedMeeting, RequestError> {
        if let Some(plan) = self.decided.take() {
            attendee.check(plan.media())?;
            self.proven = Some(chime.prove_primary(plan, attempts).await?);
        }
        // Missing only after an error above, which ends the request.
        let plan =
            self.proven.as_ref().ok_or(RequestError::Bug("a room's meeting was decided and is gone"))?;
        Ok(chime.create_room_meeting(plan, token, attempts).await?)
    }
}
