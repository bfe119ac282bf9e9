//! The SDK's client, configured for Lambda: a shared HTTP client, and no retries or timeouts by the SDK.

use std::sync::Arc;

use aws_sdk_chimesdkmeetings::Client;
use aws_sdk_chimesdkmeetings::config::{AppName, Config, Region, SharedCredentialsProvider};

use super::endpoint::ChimeEndpoint;
use super::proofs::Proofs;
use crate::outbound::{Outbound, client_config};

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
        let parameters = settings.endpoint.parameters();
        // `attempt.rs` retries, and bounds each attempt by the invocation's remaining time. The SDK would also retry when the
        // quota is full.
        let mut config = client_config!(Config::builder(), outbound, settings.credentials, settings.app_name);
        config
            .set_region(parameters.region().map(|region| Region::new(region.to_owned())))
            .set_use_fips(parameters.use_fips())
            .set_use_dual_stack(parameters.use_dual_stack())
            .set_endpoint_url(parameters.endpoint().map(str::to_owned));
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
