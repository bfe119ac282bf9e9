//! BatchCreateAttendee: creates up to 100 attendees.

use super::body::read;
use super::row::{Call, Serve, ServeFuture, Success};
use crate::chime::Recency;
use crate::model::AttendeesRequest;
use crate::policy::{Admitted, AttendeePlan, Moderate};
use crate::request_error::RequestError;

pub(super) struct BatchCreateAttendee;

impl Serve<Moderate> for BatchCreateAttendee {
    fn serve<'c>(admitted: Admitted<'c, Moderate>, call: Call<'c>) -> ServeFuture<'c> {
        Box::pin(serve(admitted, call))
    }
}

async fn serve(admitted: Admitted<'_, Moderate>, call: Call<'_>) -> Result<Success, RequestError> {
    let plans = admitted.decide_attendees(read(call, AttendeesRequest::read)?)?;
    let meeting = call.own_meeting(&admitted, Recency::Any).await?;
    let attendees = AttendeePlan::fit_all(plans, meeting.media())?;
    let created = call.chime.batch_create_attendee(&meeting, &attendees, call.attempts).await?;
    Ok(Success::in_meeting(&meeting, created.text))
}
