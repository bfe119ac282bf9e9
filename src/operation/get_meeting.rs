//! GetMeeting: gets a meeting as it is now.

use super::row::{Call, Serve, ServeFuture, Success};
use crate::chime::Recency;
use crate::policy::{Admitted, AnyRight};
use crate::request_error::RequestError;

pub(super) struct GetMeeting;

impl Serve<AnyRight> for GetMeeting {
    fn serve<'c>(admitted: Admitted<'c, AnyRight>, call: Call<'c>) -> ServeFuture<'c> {
        Box::pin(serve(admitted, call))
    }
}

async fn serve(admitted: Admitted<'_, AnyRight>, call: Call<'_>) -> Result<Success, RequestError> {
    let meeting = call.own_meeting(&admitted, Recency::Now).await?;
    let body = format!(r#"{{"Meeting":{}}}"#, meeting.text());
    Ok(Success::in_meeting(&meeting, body))
}
