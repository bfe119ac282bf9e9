//! The real SDK client against the simulator: what it sends is understood, what comes back is what it expects.

use aws_config::{BehaviorVersion, Region};
use aws_sdk_chimesdkmeetings::Client;
use aws_sdk_chimesdkmeetings::config::retry::RetryConfig;
use aws_sdk_chimesdkmeetings::config::{Config, Credentials, SharedHttpClient};
use aws_sdk_chimesdkmeetings::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_chimesdkmeetings::operation::create_meeting::CreateMeetingError;
use aws_sdk_chimesdkmeetings::operation::create_meeting::builders::CreateMeetingFluentBuilder;
use aws_sdk_chimesdkmeetings::operation::get_meeting::GetMeetingError;
use aws_sdk_chimesdkmeetings::types::{
    AttendeeFeatures, AudioFeatures, ContentFeatures, ContentResolution, MediaPlacementNetworkType,
    MeetingFeatureStatus, MeetingFeaturesConfiguration, NotificationsConfiguration, Tag, VideoFeatures,
    VideoResolution,
};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{self, Provider, TlsContext, TrustStore};
use local::simulator::{Fault, Simulator, TransportFault};
use serde_json::json;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::simulator::ANY_PORT;

pub(crate) fn client(endpoint: &str, attempts: u32) -> Client {
    client_over(Builder::new().build_http(), endpoint, attempts)
}

fn client_over(http_client: SharedHttpClient, endpoint: &str, attempts: u32) -> Client {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .credentials_provider(Credentials::new("AKIDEXAMPLE", "secret", None, None, "test"))
        .http_client(http_client)
        .endpoint_url(endpoint)
        .retry_config(RetryConfig::standard().with_max_attempts(attempts))
        .build();
    Client::from_conf(config)
}

fn create(client: &Client) -> CreateMeetingFluentBuilder {
    client
        .create_meeting()
        .client_request_token("token")
        .media_region("eu-west-2")
        .external_meeting_id("standup")
}

#[tokio::test]
async fn every_member_of_create_meeting_passes_through_the_sdk() {
    let simulator = Simulator::start(ANY_PORT).unwrap();
    let client = client(&simulator.endpoint(), 1);
    let features = MeetingFeaturesConfiguration::builder()
        .audio(AudioFeatures::builder().echo_reduction(MeetingFeatureStatus::Available).build())
        .video(VideoFeatures::builder().max_resolution(VideoResolution::Fhd).build())
        .content(ContentFeatures::builder().max_resolution(ContentResolution::Uhd).build())
        .attendee(AttendeeFeatures::builder().max_count(25).build())
        .build();
    let primary = create(&client).client_request_token("primary").send().await.unwrap();
    let primary = primary.meeting().unwrap().meeting_id().unwrap();

    let created = create(&client)
        .meeting_host_id("host")
        .primary_meeting_id(primary)
        .meeting_features(features)
        .tenant_ids("acme")
        .tags(Tag::builder().key("CostCenter").value("4711").build().unwrap())
        .media_placement_network_type(MediaPlacementNetworkType::DualStack)
        .notifications_configuration(
            NotificationsConfiguration::builder()
                .sqs_queue_arn("arn:aws:sqs:eu-central-1:111122223333:q")
                .sns_topic_arn("arn:aws:sns:eu-central-1:111122223333:t")
                .lambda_function_arn("arn:aws:lambda:eu-central-1:111122223333:function:f")
                .build(),
        )
        .send()
        .await
        .unwrap();

    let meeting = created.meeting().unwrap();
    assert_eq!(meeting.tenant_ids(), ["acme"]);
    assert!(meeting.meeting_arn().unwrap().starts_with("arn:aws:chime:eu-central-1:111122223333:meeting/"));
    assert!(meeting.media_placement().unwrap().audio_host_url().is_some());
    let request = simulator.requests().pop().unwrap();
    assert_eq!((request.region.as_deref(), request.attempt), (Some("eu-central-1"), Some(1)));
    assert_eq!(
        request.body,
        json!({
            "ClientRequestToken": "token", "MediaRegion": "eu-west-2", "ExternalMeetingId": "standup",
            "MeetingHostId": "host", "PrimaryMeetingId": primary, "TenantIds": ["acme"],
            "Tags": [{ "Key": "CostCenter", "Value": "4711" }], "MediaPlacementNetworkType": "DualStack",
            "MeetingFeatures": {
                "Audio": { "EchoReduction": "AVAILABLE" }, "Video": { "MaxResolution": "FHD" },
                "Content": { "MaxResolution": "UHD" }, "Attendee": { "MaxCount": 25 },
            },
            "NotificationsConfiguration": {
                "SqsQueueArn": "arn:aws:sqs:eu-central-1:111122223333:q",
                "SnsTopicArn": "arn:aws:sns:eu-central-1:111122223333:t",
                "LambdaFunctionArn": "arn:aws:lambda:eu-central-1:111122223333:function:f",
            },
        })
    );

    let id = meeting.meeting_id().unwrap();
    let found = client.get_meeting().meeting_id(id).send().await.unwrap();
    assert_eq!(found.meeting(), Some(meeting));
    client.delete_meeting().meeting_id(id).send().await.unwrap();
    let gone = client.get_meeting().meeting_id(id).send().await.unwrap_err();
    assert!(matches!(gone.into_service_error(), GetMeetingError::NotFoundException(_)));
}

#[tokio::test]
async fn the_sdk_raises_its_typed_exceptions() {
    let simulator = Simulator::start(ANY_PORT).unwrap();
    let client = client(&simulator.endpoint(), 1);

    let refused = create(&client).external_meeting_id("aws:x").send().await.unwrap_err().into_service_error();
    assert!(matches!(refused, CreateMeetingError::BadRequestException(_)), "{refused:?}");
    create(&client).send().await.unwrap();
    let conflict = create(&client).tenant_ids("acme").send().await.unwrap_err().into_service_error();
    assert!(matches!(conflict, CreateMeetingError::ConflictException(_)), "{conflict:?}");
    simulator.inject(Fault::exception("ServiceUnavailableException").unwrap().with_retry_after(3), 1);
    match create(&client).send().await.unwrap_err().into_service_error() {
        CreateMeetingError::ServiceUnavailableException(error) => {
            assert_eq!(error.retry_after_seconds(), Some("3"));
            assert_eq!(error.message(), Some("injected"));
            assert!(error.request_id().is_some_and(|id| !id.is_empty()));
        }
        other => panic!("{other:?}"),
    }
    simulator.inject(Fault::exception("AccessDeniedException").unwrap(), 1);
    let denied = create(&client).send().await.unwrap_err().into_service_error();
    assert_eq!(denied.code(), Some("AccessDeniedException"));
}

#[tokio::test]
async fn the_attempts_of_a_retrying_client_are_counted() {
    let simulator = Simulator::start(ANY_PORT).unwrap();
    simulator.inject(Fault::exception("ServiceFailureException").unwrap().after_creating(), 1);
    create(&client(&simulator.endpoint(), 3)).send().await.unwrap();
    let attempts: Vec<_> =
        simulator.requests().iter().map(|request| (request.attempt, request.status)).collect();
    assert_eq!(attempts, [(Some(1), Some(500)), (Some(2), Some(201))]);
    assert_eq!(simulator.meetings().len(), 1, "both attempts carried one token");
}

#[tokio::test]
async fn the_sdk_tells_a_lost_answer_from_an_unreadable_one() {
    let simulator = Simulator::start(ANY_PORT).unwrap();
    let client = client(&simulator.endpoint(), 1);
    simulator.inject(TransportFault::ResetAfterRead { creates: true }, 1);
    assert!(matches!(create(&client).send().await.unwrap_err(), SdkError::DispatchFailure(_)));
    simulator.inject(TransportFault::UnparseableBody { status: 201 }, 1);
    let unreadable = create(&client).send().await.unwrap_err();
    assert_eq!(
        unreadable.raw_response().map(|response| response.status().as_u16()),
        Some(201),
        "{unreadable:?}"
    );
    assert!(unreadable.as_service_error().is_some_and(|error| error.code().is_none()), "{unreadable:?}");
    simulator.inject(TransportFault::TruncatedBody {}, 1);
    assert!(create(&client).send().await.is_err());
    simulator.inject(TransportFault::NoMeeting {}, 1);
    assert!(create(&client).send().await.unwrap().meeting().is_none());
    create(&client).send().await.unwrap();
    assert_eq!(simulator.meetings().len(), 1);
}

#[tokio::test]
async fn it_speaks_tls_and_resets_over_tls() {
    let certified = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(certified.signing_key.serialize_der().into());
    let tls = ServerConfig::builder_with_provider(default_provider().into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certified.cert.der().clone()], key)
        .unwrap();
    let simulator = Simulator::start_tls(ANY_PORT, tls).unwrap();
    assert!(simulator.endpoint().starts_with("https://127.0.0.1:"));
    let trusted = TrustStore::empty().with_pem_certificate(certified.cert.pem());
    let http_client = Builder::new()
        .tls_provider(Provider::Rustls(tls::rustls_provider::CryptoMode::Ring))
        .tls_context(TlsContext::builder().with_trust_store(trusted).build().unwrap())
        .build_https();
    let endpoint = format!("https://localhost:{}", simulator.address().port());
    let client = client_over(http_client, &endpoint, 1);

    assert!(create(&client).send().await.unwrap().meeting().is_some());
    simulator.inject(TransportFault::ResetReusedConnection {}, 1);
    assert!(matches!(create(&client).send().await.unwrap_err(), SdkError::DispatchFailure(_)));
    assert!(create(&client).send().await.unwrap().meeting().is_some());
    assert_eq!((simulator.connections(), simulator.meetings().len()), (2, 1));
}
