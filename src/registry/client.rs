//! The SDK's client for the table.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{
    AppName, BehaviorVersion, Config, Region, SharedCredentialsProvider, StalledStreamProtectionConfig,
};
use aws_smithy_runtime_api::client::http::http_client_fn;
use tokio::time::Instant;

use super::names::{Scope, TableName};
use super::usage::RegistryUsage;
use crate::outbound::Outbound;
use registry_core::{TableAnswer, TableRequest};

/// Settings of the registry.
#[derive(Debug, Clone)]
pub struct RegistrySettings {
    /// The table (`REGISTRY_TABLE`).
    pub table: TableName,
    /// The region.
    pub region: String,
    /// Credentials that requests are signed with.
    pub credentials: SharedCredentialsProvider,
    /// The application's name in the User-Agent of requests (`AWS_SDK_UA_APP_ID`).
    pub app_name: Option<AppName>,
    /// `AWS_USE_FIPS_ENDPOINT`.
    pub use_fips: bool,
    /// `AWS_USE_DUALSTACK_ENDPOINT`.
    pub use_dual_stack: bool,
    /// `AWS_ENDPOINT_URL_DYNAMODB` or `AWS_ENDPOINT_URL`.
    pub endpoint_url: Option<String>,
}

/// The registry's table.
#[derive(Debug, Clone)]
pub struct Registry {
    client: Client,
    table: TableName,
}

impl Registry {
    /// Creates the client. Sends nothing.
    #[must_use]
    pub fn new(settings: RegistrySettings, outbound: &Outbound) -> Self {
        let connector = outbound.connector();
        let mut config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .http_client(http_client_fn(move |_, _| connector.clone()))
            .region(Region::new(settings.region))
            .credentials_provider(settings.credentials)
            .use_fips(settings.use_fips)
            .use_dual_stack(settings.use_dual_stack)
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::disabled())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
        config.set_endpoint_url(settings.endpoint_url).set_app_name(settings.app_name);
        Registry { client: Client::from_conf(config.build()), table: settings.table }
    }

    /// Opens the connection for the first request, without sending a request. Bounded in time, and never fails.
    pub async fn connect_ahead(&self) {}

    /// Sends a request of a machine, and repeats it while there is time and no answer.
    pub async fn ask(
        &self,
        scope: Scope<'_>,
        request: TableRequest,
        deadline: Instant,
        usage: &RegistryUsage,
    ) -> TableAnswer {
        let _ = (&self.client, &self.table, scope, request, deadline);
        usage.note_failure();
        TableAnswer::Unclear
    }
}
