//! The SDK's CreateMeeting and nothing else: no authentication, no policy, no checks, no logging.

mod client;

use aws_sdk_chimesdkmeetings::Client;
use aws_sdk_chimesdkmeetings::types::{
    AttendeeFeatures, ContentFeatures, MeetingFeaturesConfiguration, NotificationsConfiguration, Tag,
    VideoFeatures,
};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::{Value, json};

fn main() -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let client = client::client()?;
        let queue = std::env::var("NOTIFICATIONS_QUEUE_ARN")?;
        let (client, queue) = (&client, &queue);
        lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| create(client, queue, event.payload)))
            .await
    })
}

/// The request that the gateway sends for the same event and the sample policy, with nothing decided.
async fn create(client: &Client, queue: &str, event: Value) -> Result<Value, Error> {
    let body: Value = serde_json::from_str(event.get("body").and_then(Value::as_str).unwrap_or_default())?;
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let features = MeetingFeaturesConfiguration::builder()
        .video(VideoFeatures::builder().max_resolution("FHD".into()).build())
        .content(ContentFeatures::builder().max_resolution("FHD".into()).build())
        .attendee(AttendeeFeatures::builder().max_count(20).build())
        .build();
    let tag = |key: &str, value: &str| Tag::builder().key(key).value(value).build();
    let output = client
        .create_meeting()
        .client_request_token(uuid::Uuid::new_v4().to_string())
        .external_meeting_id(text("ExternalMeetingId"))
        .media_region(text("MediaRegion"))
        .meeting_features(features)
        .tenant_ids("acme")
        .tags(tag("Tenant", "acme")?)
        .tags(tag("CostCenter", "4711")?)
        .tags(tag("Course", "physics")?)
        .tags(tag("MeetingGateway", "meeting-gateway")?)
        .notifications_configuration(NotificationsConfiguration::builder().sqs_queue_arn(queue).build())
        .send()
        .await?;
    let id = output.meeting().and_then(|meeting| meeting.meeting_id()).unwrap_or_default();
    let answer = json!({ "Meeting": { "MeetingId": id } }).to_string();
    Ok(json!({ "statusCode": 201, "headers": { "content-type": "application/json" }, "body": answer }))
}
