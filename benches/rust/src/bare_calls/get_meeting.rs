//! GetMeeting.

use aws_sdk_chimesdkmeetings::Client;
use lambda_runtime::Error;
use serde_json::{Value, json};

use crate::meeting_id;

/// The meeting that the event's path names.
pub(crate) async fn get(client: &Client, event: &Value) -> Result<Value, Error> {
    let output = client.get_meeting().meeting_id(meeting_id(event)).send().await?;
    let id = output.meeting().and_then(|meeting| meeting.meeting_id()).unwrap_or_default();
    Ok(json!({ "Meeting": { "MeetingId": id } }))
}
