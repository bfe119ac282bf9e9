//! Join: gives the caller the meeting and an attendee of their own, all that a client needs to join.

use super::body::read_or_empty;
use super::row::{Call, Serve, ServeFuture, Success};
use crate::chime::Recency;
use crate::model::AttendeeRequest;
use crate::policy::{self, Admitted};
use crate::request_error::RequestError;

pub(super) struct Join;

impl Serve<policy::Join> for Join {
    fn serve<'c>(admitted: Admitted<'c, policy::Join>, call: Call<'c>) -> ServeFuture<'c> {
        Box::pin(serve(admitted, call))
    }
}

async fn serve(admitted: Admitted<'_, policy::Join>, call: Call<'_>) -> Result<Success, RequestError> {
    let plan = admitted.decide_attendee(read_or_empty(call, AttendeeRequest::read)?)?;
    let meeting = call.own_meeting(&admitted, Recency::Minute).await?;
    let attendee = plan.fit(meeting.media())?;
    let created = call.chime.create_attendee(&meeting, &attendee, call.attempts).await?;
    let body = format!(r#"{{"Meeting":{},"Attendee":{}}}"#, meeting.text(), created.text);
    Ok(Success::in_meeting(&meeting, body))
}
