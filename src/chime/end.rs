//! DeleteMeeting.

use super::ask::ask;
use super::attempt::Attempts;
use super::client::Chime;
use super::error::ChimeError;
use super::own_meeting::OwnMeeting;

impl Chime {
    /// Ends a meeting, and forgets its proof. Not finding it counts as done when an earlier attempt may have ended it.
    ///
    /// # Errors
    /// When the meeting has ended, or Chime fails.
    pub async fn delete_meeting(
        &self,
        meeting: &OwnMeeting,
        attempts: Attempts<'_>,
    ) -> Result<(), ChimeError> {
        let request = self.client.delete_meeting().meeting_id(meeting.id().as_str());
        let send = |text| request.clone().customize().interceptor(text).send();
        match ask(attempts, send, |_| Ok(())).await {
            Err(error) if !error.is_done_deletion() => Err(self.error_in(meeting, error)),
            _ => {
                self.forget(meeting);
                Ok(())
            }
        }
    }
}
