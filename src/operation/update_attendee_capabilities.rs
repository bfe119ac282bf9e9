//! UpdateAttendeeCapabilities: sets what an attendee may send and receive.

use super::body::read;
use super::row::{Call, Serve, ServeFuture, Success};
use crate::chime::Recency;
use crate::model::CapabilitiesRequest;
use crate::policy::{Admitted, Moderate};
use crate::request_error::RequestError;

pub(super) struct UpdateAttendeeCapabilities;

impl Serve<Moderate> for UpdateAttendeeCapabilities {
    fn serve<'c>(admitted: Admitted<'c, Moderate>, call: Call<'c>) -> ServeFuture<'c> {
        Box::pin(serve(admitted, call))
    }
}

async fn serve(admitted: Admitted<'_, Moderate>, call: Call<'_>) -> Result<Success, RequestError> {
    let plan = admitted.decide_capabilities(read(call, CapabilitiesRequest::read)?)?;
    let id = call.attendee_id()?;
    let meeting = call.own_meeting(&admitted, Recency::Any).await?;
    let capabilities = plan.fit(meeting.media())?;
    let reader = admitted.owner();
    let request =
        call.chime.update_attendee_capabilities(&meeting, &id, &capabilities, reader.as_ref(), call.attempts);
    let updated = request.await?;
    let body = format!(r#"{{"Attendee":{}}}"#, updated.text);
    Ok(Success::in_meeting(&meeting, body))
}
