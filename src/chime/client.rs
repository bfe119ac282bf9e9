//! The SDK's client, set up for Lambda: one HTTP client, no retries of its own, no discovery of anything.

use std::time::Duration;

use aws_sdk_chimesdkmeetings::Client;
use aws_sdk_chimesdkmeetings::config::retry::RetryConfig;
use aws_sdk_chimesdkmeetings::config::timeout::TimeoutConfig;
use aws_sdk_chimesdkmeetings::config::{
    BehaviorVersion, Config, Region, SharedCredentialsProvider, StalledStreamProtectionConfig,
};
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::http::{HttpConnectorSettings, SharedHttpConnector, http_client_fn};

/// What the Chime edge needs to know of the stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChimeSettings {
    /// The region whose endpoint is called and whose queue is notified (`AWS_REGION`).
    pub region: String,
    /// Another endpoint than the region's own (`AWS_ENDPOINT_URL_CHIME_SDK_MEETINGS`).
    pub endpoint_url: Option<String>,
    /// Value of the tag `MeetingGateway` on every meeting (`GATEWAY_NAME`).
    pub gateway_name: String,
    /// The queue that Chime's meeting events go to (`NOTIFICATIONS_QUEUE_ARN`).
    pub notifications_queue_arn: String,
}

/// Amazon Chime SDK Meetings, as this gateway uses it.
#[derive(Debug, Clone)]
pub struct Chime {
    pub(super) client: Client,
    pub(super) gateway_name: String,
    pub(super) notifications_queue_arn: String,
}

/// Longest that opening a connection may take, so that a lost packet costs one attempt and not all of them.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// The one HTTP connector of the process, for Chime and for the keys of issuers: TLS on ring, connections kept for the
/// next invocation.
#[must_use]
pub fn http_connector() -> SharedHttpConnector {
    let settings = HttpConnectorSettings::builder().connect_timeout(CONNECT_TIMEOUT).build();
    let connector = Connector::builder()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .connector_settings(settings)
        .build();
    SharedHttpConnector::new(connector)
}

impl Chime {
    /// Sets the client up. Nothing is sent.
    pub fn new(
        settings: ChimeSettings,
        connector: SharedHttpConnector,
        credentials: SharedCredentialsProvider,
    ) -> Self {
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(settings.region))
            .http_client(http_client_fn(move |_, _| connector.clone()))
            .credentials_provider(credentials)
            // Retries are the gateway's own (`attempt.rs`): the SDK's know no deadline, and repeat a full quota.
            .retry_config(RetryConfig::disabled())
            // So is time: every attempt is bounded by what is left of the invocation.
            .timeout_config(TimeoutConfig::disabled())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
        let config = match settings.endpoint_url {
            Some(url) => config.endpoint_url(url),
            None => config,
        };
        Chime {
            client: Client::from_conf(config.build()),
            gateway_name: settings.gateway_name,
            notifications_queue_arn: settings.notifications_queue_arn,
        }
    }
}
