//! The SDK's client, set up for Lambda: one HTTP client, no retries of its own, no discovery of anything.

use aws_sdk_chimesdkmeetings::Client;
use aws_sdk_chimesdkmeetings::config::retry::RetryConfig;
use aws_sdk_chimesdkmeetings::config::timeout::TimeoutConfig;
use aws_sdk_chimesdkmeetings::config::{
    BehaviorVersion, Config, Region, SharedCredentialsProvider, StalledStreamProtectionConfig,
};
use aws_smithy_runtime_api::client::http::http_client_fn;

use crate::outbound::Outbound;

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
    outbound: Outbound,
    /// The endpoint whose host all requests go to.
    address: String,
}

impl Chime {
    /// Sets the client up. Nothing is sent.
    pub fn new(settings: ChimeSettings, outbound: &Outbound, credentials: SharedCredentialsProvider) -> Self {
        let connector = outbound.connector();
        let address = settings.endpoint_url.clone().unwrap_or_else(|| regional_endpoint(&settings.region));
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
            outbound: outbound.clone(),
            address,
        }
    }

    /// Value of the tag `MeetingGateway` on every meeting.
    #[must_use]
    pub fn gateway_name(&self) -> &str {
        &self.gateway_name
    }

    /// Opens the connection that the first request needs, and sends nothing on it. Bounded, and never fails.
    pub async fn connect_ahead(&self) {
        self.outbound.connect_ahead(&self.address).await;
    }
}

/// Where Chime is in a region, by the SDK's rules for the partitions that it is in.
fn regional_endpoint(region: &str) -> String {
    format!("https://meetings-chime.{region}.amazonaws.com")
}

#[cfg(test)]
mod tests {
    use aws_sdk_chimesdkmeetings::config::endpoint::{DefaultResolver, Params, ResolveEndpoint};

    use super::*;

    #[tokio::test]
    async fn the_connection_that_is_opened_ahead_goes_where_the_sdk_sends_its_requests() {
        for region in ["us-east-1", "eu-central-1", "il-central-1", "us-gov-west-1"] {
            let params = Params::builder().region(region).build().unwrap();
            let endpoint = ResolveEndpoint::resolve_endpoint(&DefaultResolver::new(), &params).await.unwrap();
            assert_eq!(endpoint.url(), regional_endpoint(region));
        }
    }
}
