//! DeleteMeeting.

use super::ask::ask;
use super::attempt::Attempts;
use super::client::Chime;
use super::error::ChimeError;
use super::own_meeting::OwnMeeting;

impl Chime {
    /// Ends a meeting, and forgets its proof. Not finding it counts as done when an earlier attempt may have ended it.
    /// Returns Chime's request id.
    ///
    /// # Errors
    /// When the meeting has ended, or Chime fails.
    pub async fn delete_meeting(
        &self,
        meeting: &OwnMeeting,
        attempts: Attempts,
    ) -> Result<Option<String>, ChimeError> {
        let request = self.client.delete_meeting().meeting_id(meeting.id().as_str());
        let send = |text| request.clone().customize().interceptor(text).send();
        match ask(attempts, send, |answer| Ok(answer.request_id)).await {
            Ok(request_id) => {
                self.forget(meeting);
                Ok(request_id)
            }
            Err(error) if error.is_done_deletion() => {
                self.forget(meeting);
                Ok(error.request_id)
            }
            Err(error) => Err(self.error_in(meeting, error)),
        }
    }
}
