//! BatchUpdateAttendeeCapabilitiesExcept: sets the capabilities of all attendees but a few.

use super::body::read;
use super::row::{Call, Serve, ServeFuture, Success};
use crate::chime::Recency;
use crate::model::CapabilitiesRequest;
use crate::policy::{Admitted, Moderate};
use crate::request_error::RequestError;

pub(super) struct BatchUpdateAttendeeCapabilitiesExcept;

impl Serve<Moderate> for BatchUpdateAttendeeCapabilitiesExcept {
    fn serve<'c>(admitted: Admitted<'c, Moderate>, call: Call<'c>) -> ServeFuture<'c> {
        Box::pin(serve(admitted, call))
    }
}

async fn serve(admitted: Admitted<'_, Moderate>, call: Call<'_>) -> Result<Success, RequestError> {
    let request = read(call, CapabilitiesRequest::read_with_excluded)?;
    let plan = admitted.decide_capabilities(request)?;
    let meeting = call.own_meeting(&admitted, Recency::Any).await?;
    let capabilities = plan.fit(meeting.media())?;
    let request =
        call.chime.batch_update_attendee_capabilities_except(&meeting, &capabilities, call.attempts);
    request.await?;
    Ok(Success::in_meeting(&meeting, "{}".to_owned()))
}
