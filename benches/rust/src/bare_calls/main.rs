//! The SDK's calls and nothing else: no authentication, no policy, no proof whose meeting it is, no logging. Which call is
//! made, the variable `_HANDLER` says, which Lambda sets to a function's handler.

mod client;
mod create_attendee;
mod create_meeting;
mod get_meeting;
mod join;

use aws_sdk_chimesdkmeetings::Client;
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::{Value, json};

/// A call.
#[derive(Clone, Copy)]
enum Handler {
    CreateMeeting,
    GetMeeting,
    CreateAttendee,
    Join,
}

fn main() -> Result<(), Error> {
    let handler = match std::env::var("_HANDLER")?.as_str() {
        "CreateMeeting" => Handler::CreateMeeting,
        "GetMeeting" => Handler::GetMeeting,
        "CreateAttendee" => Handler::CreateAttendee,
        "Join" => Handler::Join,
        other => return Err(format!("there is no handler `{other}`").into()),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let client = client::client()?;
        let queue = std::env::var("NOTIFICATIONS_QUEUE_ARN")?;
        let (client, queue) = (&client, &queue);
        lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| {
            answer(handler, client, queue, event.payload)
        }))
        .await
    })
}

async fn answer(handler: Handler, client: &Client, queue: &str, event: Value) -> Result<Value, Error> {
    let (status, body) = match handler {
        Handler::CreateMeeting => (201, create_meeting::create(client, queue, &event).await?),
        Handler::GetMeeting => (200, get_meeting::get(client, &event).await?),
        Handler::CreateAttendee => (201, create_attendee::create(client, &event).await?),
        Handler::Join => (201, join::join(client, &event).await?),
    };
    let headers = json!({ "content-type": "application/json" });
    Ok(json!({ "statusCode": status, "headers": headers, "body": body.to_string() }))
}

/// A text in the event; empty where it has none.
fn text<'e>(event: &'e Value, pointer: &str) -> &'e str {
    event.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// The body of the event, as JSON.
fn body(event: &Value) -> Result<Value, Error> {
    Ok(serde_json::from_str(text(event, "/body"))?)
}

/// The meeting that the path names.
fn meeting_id(event: &Value) -> &str {
    text(event, "/rawPath").split('/').nth(2).unwrap_or_default()
}
