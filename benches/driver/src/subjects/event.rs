//! The events that functions are asked with: the samples of events/, for one caller.

use serde_json::{Value, json};

use crate::subjects::Operation;
use crate::{Failure, repository};

/// Who asks, in the samples and in the token of bearer mode.
pub(crate) const CALLER: &str = "6f1c0d4e-8a57-4b1e-9a0f-1d2e3c4b5a60";

/// The event of an operation, in bearer mode with the token.
pub(crate) fn event(operation: Operation, token: Option<&str>) -> Result<Vec<u8>, Failure> {
    let mut event = match operation {
        Operation::Constant | Operation::CreateMeeting => without_key(sample("http-api-create")?)?,
        Operation::GetMeeting => sample("http-api-get-meeting")?,
        Operation::CreateAttendee => sample("http-api-create-attendee")?,
        Operation::Join => sample("http-api-join")?,
        Operation::JoinRoom => sample("http-api-join-room")?,
        Operation::Batch => ten_events(sample("sqs-meeting-and-attendees")?)?,
    };
    if let Some(token) = token {
        let headers = event.get_mut("headers").and_then(Value::as_object_mut).ok_or("no headers")?;
        headers.insert("authorization".to_owned(), json!(format!("Bearer {token}")));
    }
    Ok(serde_json::to_vec(&event)?)
}

fn sample(name: &str) -> Result<Value, Failure> {
    let text = std::fs::read_to_string(repository().join(format!("events/{name}.json")))?;
    Ok(serde_json::from_str(&text)?)
}

/// Without an idempotency key, so that every request makes a meeting.
fn without_key(mut event: Value) -> Result<Value, Failure> {
    let body = event.get("body").and_then(Value::as_str).ok_or("the event has no body")?;
    let mut body: Value = serde_json::from_str(body)?;
    body.as_object_mut().ok_or("the body is no object")?.remove("ClientRequestToken");
    event.as_object_mut().ok_or("the event is no object")?.insert("body".to_owned(), json!(body.to_string()));
    Ok(event)
}

/// The sample has nine; the first comes once more, as another message.
fn ten_events(mut batch: Value) -> Result<Value, Failure> {
    let records = batch.get_mut("Records").and_then(Value::as_array_mut).ok_or("the batch has no records")?;
    let mut again = records.first().cloned().ok_or("the batch is empty")?;
    let id = again.get_mut("messageId").ok_or("a message has no id")?;
    *id = json!("5a3b1e00-0000-4000-9000-0000000000ff");
    while records.len() < 10 {
        records.push(again.clone());
    }
    Ok(batch)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_has_ten_events() -> Result<(), Failure> {
        let batch: Value = serde_json::from_slice(&event(Operation::Batch, None)?)?;
        assert_eq!(batch.get("Records").and_then(Value::as_array).map(Vec::len), Some(10));
        Ok(())
    }

    #[test]
    fn the_samples_are_of_the_caller_that_the_token_is_for() -> Result<(), Failure> {
        for operation in [
            Operation::CreateMeeting,
            Operation::GetMeeting,
            Operation::CreateAttendee,
            Operation::Join,
            Operation::JoinRoom,
        ] {
            let event: Value = serde_json::from_slice(&event(operation, None)?)?;
            let caller = event.pointer("/requestContext/authorizer/jwt/claims/sub");
            assert_eq!(caller, Some(&json!(CALLER)), "{operation}");
        }
        Ok(())
    }
}
