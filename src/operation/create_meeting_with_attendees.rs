//! CreateMeetingWithAttendees: creates a meeting together with its first attendees.

use super::body::read;
use super::creation::create;
use super::new_meeting::NewMeeting;
use super::row::{Call, Serve, ServeFuture, Success};
use crate::model::{IDEMPOTENCY_KEY_HEADER, MeetingWithAttendeesRequest};
use crate::policy::{Admitted, CreateWithAttendees};
use crate::request_error::RequestError;

pub(super) struct CreateMeetingWithAttendees;

impl Serve<CreateWithAttendees> for CreateMeetingWithAttendees {
    fn serve<'c>(admitted: Admitted<'c, CreateWithAttendees>, call: Call<'c>) -> ServeFuture<'c> {
        Box::pin(serve(admitted, call))
    }
}

async fn serve(admitted: Admitted<'_, CreateWithAttendees>, call: Call<'_>) -> Result<Success, RequestError> {
    let key = call.request.header(IDEMPOTENCY_KEY_HEADER);
    let request = read(call, |body| MeetingWithAttendeesRequest::read(body, key.as_deref()))?;
    let (plan, attendees) = admitted.decide_with_attendees(request)?;
    let plan = call.chime.prove_primary(plan, call.attempts).await?;
    let meeting = NewMeeting { plan: &plan, attendees: Some(&attendees) };
    let created = create(call, admitted.limits(), meeting).await?;
    Ok(created.into())
}
