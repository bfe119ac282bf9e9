//! CreateAttendee: creates an attendee, for oneself or for others.

use super::body::read_or_empty;
use super::row::{Call, Serve, ServeFuture, Success};
use crate::chime::Recency;
use crate::model::AttendeeRequest;
use crate::policy::{Admitted, JoinOrModerate};
use crate::request_error::RequestError;

pub(super) struct CreateAttendee;

impl Serve<JoinOrModerate> for CreateAttendee {
    fn serve<'c>(admitted: Admitted<'c, JoinOrModerate>, call: Call<'c>) -> ServeFuture<'c> {
        Box::pin(serve(admitted, call))
    }
}

async fn serve(admitted: Admitted<'_, JoinOrModerate>, call: Call<'_>) -> Result<Success, RequestError> {
    let plan = admitted.decide_attendee(read_or_empty(call, AttendeeRequest::read)?)?;
    let meeting = call.own_meeting(&admitted, Recency::Any).await?;
    let attendee = plan.fit(meeting.media())?;
    let created = call.chime.create_attendee(&meeting, &attendee, call.attempts).await?;
    let body = format!(r#"{{"Attendee":{}}}"#, created.text);
    Ok(Success::in_meeting(&meeting, body))
}
