//! CreateMeeting: creates a meeting under the tenant's policy.

use super::row::{Call, Serve, ServeFuture, Success};
use crate::finding::Finding;
use crate::json::Json;
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
    let plan = admitted.decide(read(call)?)?;
    let plan = call.chime.prove_primary(plan, call.attempts.deadline).await?;
    let created = call.chime.create_meeting(&plan, call.attempts).await?;
    Ok(Success {
        body: Some(created.body),
        meeting_id: Some(created.meeting_id),
        chime_request_id: created.chime_request_id,
    })
}

/// Reads the body. Its findings are in the request.
fn read(call: Call<'_>) -> Result<MeetingRequest, RequestError> {
    let body = call.request.json_body()?;
    let json = Json::parse(&body).map_err(|error| {
        // serde_json's error has the place and the rule, and quotes nothing from the text.
        Finding::breaks_model("#", format!("must be a JSON object: {error}"))
    })?;
    Ok(MeetingRequest::read(&json, call.request.header(IDEMPOTENCY_KEY_HEADER).as_deref()))
}
