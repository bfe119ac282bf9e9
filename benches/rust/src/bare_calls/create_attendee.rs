//! CreateAttendee.

use aws_sdk_chimesdkmeetings::Client;
use lambda_runtime::Error;
use serde_json::{Value, json};

use crate::{body, meeting_id, text};

/// For the user whom the event's body names.
pub(crate) async fn create(client: &Client, event: &Value) -> Result<Value, Error> {
    let body = body(event)?;
    let id = create_for(client, meeting_id(event), text(&body, "/ExternalUserId")).await?;
    Ok(json!({ "Attendee": { "AttendeeId": id } }))
}

/// The id of the new attendee.
pub(crate) async fn create_for(client: &Client, meeting_id: &str, user: &str) -> Result<String, Error> {
    let request = client.create_attendee().meeting_id(meeting_id).external_user_id(user);
    let output = request.send().await?;
    Ok(output.attendee().and_then(|attendee| attendee.attendee_id()).unwrap_or_default().to_owned())
}
