//! DeleteAttendee: removes an attendee from a meeting.

use super::row::{Call, Serve, ServeFuture, Success};
use crate::chime::Recency;
use crate::policy::{Admitted, JoinOrModerate, RightName};
use crate::request_error::RequestError;

pub(super) struct DeleteAttendee;

impl Serve<JoinOrModerate> for DeleteAttendee {
    fn serve<'c>(admitted: Admitted<'c, JoinOrModerate>, call: Call<'c>) -> ServeFuture<'c> {
        Box::pin(serve(admitted, call))
    }
}

async fn serve(admitted: Admitted<'_, JoinOrModerate>, call: Call<'_>) -> Result<Success, RequestError> {
    let id = call.attendee_id()?;
    let meeting = call.own_meeting(&admitted, Recency::Any).await?;
    // Whose attendee it is decides only for callers who may act on their own alone.
    if !admitted.holds(RightName::Moderate) {
        call.see_attendee(&admitted, &meeting, &id).await?;
    }
    call.chime.delete_attendee(&meeting, &id, call.attempts).await?;
    Ok(Success::done(&meeting))
}
