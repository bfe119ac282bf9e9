//! What the gateway's Join does, as one would write it: GetMeeting, then CreateAttendee for the caller.

use aws_sdk_chimesdkmeetings::Client;
use lambda_runtime::Error;
use serde_json::{Value, json};

use crate::create_attendee::create_for;
use crate::{get_meeting, meeting_id, text};

/// The attendee's user is the caller's subject.
pub(crate) async fn join(client: &Client, event: &Value) -> Result<Value, Error> {
    let mut answer = get_meeting::get(client, event).await?;
    let caller = text(event, "/requestContext/authorizer/jwt/claims/sub");
    let id = create_for(client, meeting_id(event), caller).await?;
    if let Some(members) = answer.as_object_mut() {
        members.insert("Attendee".to_owned(), json!({ "AttendeeId": id }));
    }
    Ok(answer)
}
