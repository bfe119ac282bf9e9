//! Requests that change the capabilities of attendees.

use aws_sdk_chimesdkmeetings::types::AttendeeIdItem;

use super::ask::ask;
use super::attempt::Attempts;
use super::attendees::{AttendeeAnswer, no_such_attendee, seen};
use super::client::Chime;
use super::error::{ChimeError, ChimeErrorKind};
use super::own_meeting::OwnMeeting;
use super::sdk_attendee::sdk_capabilities;
use crate::model::{AttendeeId, AttendeeOwner};
use crate::policy::NewCapabilities;

impl Chime {
    /// Sets the capabilities of an attendee. The text has a JoinToken only when the reader is the owner.
    ///
    /// # Errors
    /// When there is no such attendee or the meeting has ended, or Chime fails or returns another attendee.
    pub async fn update_attendee_capabilities(
        &self,
        meeting: &OwnMeeting,
        id: &AttendeeId,
        capabilities: &NewCapabilities,
        reader: Option<&AttendeeOwner>,
        attempts: Attempts<'_>,
    ) -> Result<AttendeeAnswer, ChimeError> {
        let request = self
            .client
            .update_attendee_capabilities()
            .meeting_id(meeting.id().as_str())
            .attendee_id(id.as_str())
            .capabilities(sdk_capabilities(capabilities.capabilities())?);
        let send = |text| request.clone().customize().interceptor(text).send();
        let updated = ask(attempts, send, |answer| {
            let seen = answer.text.read(|raw| seen(raw.attendee?, id, reader));
            AttendeeAnswer::of(seen.map(|(_, text)| text), &answer)
        });
        updated.await.map_err(no_such_attendee)
    }

    /// Sets the capabilities of all attendees but the excluded ones.
    ///
    /// # Errors
    /// When the meeting has ended, or Chime fails.
    pub async fn batch_update_attendee_capabilities_except(
        &self,
        meeting: &OwnMeeting,
        capabilities: &NewCapabilities,
        attempts: Attempts<'_>,
    ) -> Result<(), ChimeError> {
        let excluded = capabilities.excluded().iter();
        let excluded: Result<Vec<AttendeeIdItem>, _> =
            excluded.map(|id| AttendeeIdItem::builder().attendee_id(id.as_str()).build()).collect();
        let excluded = excluded
            .map_err(|_| ChimeError::new(ChimeErrorKind::NotSent, "the SDK refused an attendee's id"))?;
        let request = self
            .client
            .batch_update_attendee_capabilities_except()
            .meeting_id(meeting.id().as_str())
            .set_excluded_attendee_ids(Some(excluded))
            .capabilities(sdk_capabilities(capabilities.capabilities())?);
        let send = |text| request.clone().customize().interceptor(text).send();
        // The excluded ids may be missing attendees, so the proof is not forgotten.
        ask(attempts, send, |_| Ok(())).await.map_err(no_such_attendee)
    }
}
