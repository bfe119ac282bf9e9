//! DeleteMeeting: ends a meeting.

use std::time::Duration;

use registry_core::FreeMeeting;

use super::registry_driver::Driver;
use super::row::{Call, Serve, ServeFuture, Success};
use crate::chime::{OwnMeeting, Recency};
use crate::policy::{Admitted, End, TenantIds};
use crate::registry::{Registry, meeting_key};
use crate::request_error::RequestError;

/// How long the caller waits for the meeting's slots to be freed. The event MeetingEnded frees them too, some seconds later.
const MAX_FREEING_TIME: Duration = Duration::from_secs(1);

pub(super) struct DeleteMeeting;

impl Serve<End> for DeleteMeeting {
    fn serve<'c>(admitted: Admitted<'c, End>, call: Call<'c>) -> ServeFuture<'c> {
        Box::pin(serve(admitted, call))
    }
}

async fn serve(admitted: Admitted<'_, End>, call: Call<'_>) -> Result<Success, RequestError> {
    let meeting = call.own_meeting(&admitted, Recency::Any).await?;
    call.chime.delete_meeting(&meeting, call.attempts).await?;
    if let Some(registry) = call.registry
        && !admitted.limits().are_none()
    {
        free_slots(registry, call, &meeting, admitted.tenant_ids()).await;
    }
    Ok(Success::done(&meeting))
}

/// Frees the slots that the meeting had, so that the next one can be created at once. Not freeing them fails nothing.
async fn free_slots(registry: &Registry, call: Call<'_>, meeting: &OwnMeeting, tenant_ids: &TenantIds) {
    let Some(key) = meeting_key(meeting.id()) else { return };
    let attempts = call.attempts.within(MAX_FREEING_TIME);
    let mut driver = Driver::new(Call { attempts, ..call }, registry, None, tenant_ids);
    driver.run(FreeMeeting::start(key)).await;
}
