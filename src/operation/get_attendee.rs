//! GetAttendee: gets an attendee.

use super::row::{Call, Serve, ServeFuture, Success};
use crate::chime::Recency;
use crate::policy::{Admitted, JoinOrModerate};
use crate::request_error::RequestError;

pub(super) struct GetAttendee;

impl Serve<JoinOrModerate> for GetAttendee {
    fn serve<'c>(admitted: Admitted<'c, JoinOrModerate>, call: Call<'c>) -> ServeFuture<'c> {
        Box::pin(serve(admitted, call))
    }
}

async fn serve(admitted: Admitted<'_, JoinOrModerate>, call: Call<'_>) -> Result<Success, RequestError> {
    let id = call.attendee_id()?;
    let meeting = call.own_meeting(&admitted, Recency::Any).await?;
    let seen = call.see_attendee(&admitted, &meeting, &id).await?;
    let body = format!(r#"{{"Attendee":{}}}"#, seen.text);
    Ok(Success::in_meeting(&meeting, body))
}
