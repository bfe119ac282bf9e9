//! The SDK's CreateAttendee and nothing else: no authentication, no policy, no proof whose meeting it is, no logging.

mod client;

use aws_sdk_chimesdkmeetings::Client;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::{Value, json};

fn main() -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let client = client::client()?;
        let client = &client;
        lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| create(client, event.payload))).await
    })
}

/// The request that the gateway sends for the same event of Join, once it knows whose the meeting is.
async fn create(client: &Client, event: Value) -> Result<Value, Error> {
    let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let output = client
        .create_attendee()
        .meeting_id(text("/rawPath").split('/').nth(2).unwrap_or_default())
        .external_user_id(text("/requestContext/authorizer/jwt/claims/sub"))
        .send()
        .await?;
    let id = output.attendee().and_then(|attendee| attendee.attendee_id()).unwrap_or_default();
    let answer = json!({ "Attendee": { "AttendeeId": id } }).to_string();
    Ok(json!({ "statusCode": 201, "headers": { "content-type": "application/json" }, "body": answer }))
}
