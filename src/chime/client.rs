//! The SDK's client, configured for Lambda: a shared HTTP client, and no retries or timeouts by the SDK.

use std::sync::Arc;

use aws_sdk_chimesdkmeetings::Client;
use aws_sdk_chimesdkmeetings::config::retry::RetryConfig;
use aws_sdk_chimesdkmeetings::config::timeout::TimeoutConfig;
use aws_sdk_chimesdkmeetings::config::{
    AppName, BehaviorVersion, Config, Region, SharedCredentialsProvider, StalledStreamProtectionConfig,
};
use aws_smithy_runtime_api::client::http::http_client_fn;

use super::endpoint::ChimeEndpoint;
use super::proofs::Proofs;
use crate::outbound::Outbound;

/// Settings of the Chime client.
#[derive(Debug, Clone)]
pub struct ChimeSettings {
    /// The endpoint, in the region of the notifications queue.
    pub endpoint: ChimeEndpoint,
    /// Credentials that requests are signed with.
    pub credentials: SharedCredentialsProvider,
    /// The application's name in the User-Agent of requests (`AWS_SDK_UA_APP_ID`).
    pub app_name: Option<AppName>,
    /// Value of the tag `MeetingGateway` on every meeting (`GATEWAY_NAME`).
    pub gateway_name: String,
    /// ARN of the queue for Chime's meeting events (`NOTIFICATIONS_QUEUE_ARN`).
    pub notifications_queue_arn: String,
}

/// Amazon Chime SDK Meetings, as this gateway uses it.
#[derive(Debug, Clone)]
pub struct Chime {
    pub(super) client: Client,
    pub(super) gateway_name: String,
    pub(super) notifications_queue_arn: String,
    pub(super) proofs: Arc<Proofs>,
    outbound: Outbound,
    endpoint: ChimeEndpoint,
}

impl Chime {
    /// Creates the client. Sends nothing.
    pub fn new(settings: ChimeSettings, outbound: &Outbound) -> Self {
        let connector = outbound.connector();
        let parameters = settings.endpoint.parameters();
        let mut config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .http_client(http_client_fn(move |_, _| connector.clone()))
            .credentials_provider(settings.credentials)
            // `attempt.rs` retries instead: the SDK knows no deadline, and would retry when the quota is full.
            .retry_config(RetryConfig::disabled())
            // `attempt.rs` bounds each attempt by the invocation's remaining time.
            .timeout_config(TimeoutConfig::disabled())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
        config
            .set_region(parameters.region().map(|region| Region::new(region.to_owned())))
            .set_use_fips(parameters.use_fips())
            .set_use_dual_stack(parameters.use_dual_stack())
            .set_endpoint_url(parameters.endpoint().map(str::to_owned))
            .set_app_name(settings.app_name);
        Chime {
            client: Client::from_conf(config.build()),
            gateway_name: settings.gateway_name,
            notifications_queue_arn: settings.notifications_queue_arn,
            proofs: Arc::default(),
            outbound: outbound.clone(),
            endpoint: settings.endpoint,
        }
    }

    /// Value of the tag `MeetingGateway` on every meeting.
    #[must_use]
    pub fn gateway_name(&self) -> &str {
        &self.gateway_name
    }

    /// Opens the connection for the first request, without sending a request. Bounded in time, and never fails.
    pub async fn connect_ahead(&self) {
        self.outbound.connect_ahead(self.endpoint.url()).await;
    }
}
