//! CreateMeeting: creates a meeting under the tenant's policy.

use super::body::read;
use super::creation::create;
use super::new_meeting::NewMeeting;
use super::row::{Call, Serve, ServeFuture, Success};
use crate::model::{IDEMPOTENCY_KEY_HEADER, MeetingRequest};
use crate::policy::{Admitted, Create};
use crate::request_error::RequestError;

pub(super) struct CreateMeeting;

impl Serve<Create> for CreateMeeting {
    fn serve<'c>(admitted: Admitted<'c, Create>, call: Call<'c>) -> ServeFuture<'c> {
        Box::pin(serve(admitted, call))
    }
}

async fn serve(admitted: Admitted<'_, Create>, call: Call<'_>) -> Result<Success, RequestError> {
    let key = call.request.header(IDEMPOTENCY_KEY_HEADER);
    let limits = admitted.limits();
    let plan = admitted.decide(read(call, |body| MeetingRequest::read(body, key.as_deref()))?)?;
    let plan = call.chime.prove_primary(plan, call.attempts).await?;
    let created = create(call, limits, NewMeeting { plan: &plan, attendees: None }).await?;
    Ok(created.into())
}
