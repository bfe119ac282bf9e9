//! CreateMeeting.

use aws_sdk_chimesdkmeetings::Client;
use aws_sdk_chimesdkmeetings::types::{
    AttendeeFeatures, ContentFeatures, MeetingFeaturesConfiguration, NotificationsConfiguration, Tag,
    VideoFeatures,
};
use lambda_runtime::Error;
use ring::rand::{SecureRandom as _, SystemRandom};
use serde_json::{Value, json};

use crate::{body, text};

/// The request that the gateway sends for the same event and the sample policy, with nothing decided.
pub(crate) async fn create(client: &Client, queue: &str, event: &Value) -> Result<Value, Error> {
    let body = body(event)?;
    let features = MeetingFeaturesConfiguration::builder()
        .video(VideoFeatures::builder().max_resolution("FHD".into()).build())
        .content(ContentFeatures::builder().max_resolution("FHD".into()).build())
        .attendee(AttendeeFeatures::builder().max_count(20).build())
        .build();
    let tag = |key: &str, value: &str| Tag::builder().key(key).value(value).build();
    let output = client
        .create_meeting()
        .client_request_token(token()?)
        .external_meeting_id(text(&body, "/ExternalMeetingId"))
        .media_region(text(&body, "/MediaRegion"))
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
    Ok(json!({ "Meeting": { "MeetingId": id } }))
}

/// As random as a UUID of version 4, from the operating system as that is.
fn token() -> Result<String, Error> {
    let mut bytes = [0; 16];
    SystemRandom::new().fill(&mut bytes).map_err(|_| "the operating system returned no random bytes")?;
    Ok(format!("{:032x}", u128::from_ne_bytes(bytes)))
}
