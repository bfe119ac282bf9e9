//! DeleteMeeting: ends a meeting.

use super::row::{Call, Serve, ServeFuture, Success};
use crate::chime::Recency;
use crate::policy::{Admitted, End};
use crate::request_error::RequestError;

pub(super) struct DeleteMeeting;

impl Serve<End> for DeleteMeeting {
    fn serve<'c>(admitted: Admitted<'c, End>, call: Call<'c>) -> ServeFuture<'c> {
        Box::pin(serve(admitted, call))
    }
}

async fn serve(admitted: Admitted<'_, End>, call: Call<'_>) -> Result<Success, RequestError> {
    let meeting = call.own_meeting(&admitted, Recency::Any).await?;
    call.chime.delete_meeting(&meeting, call.attempts).await?;
    Ok(Success::done(&meeting))
}
