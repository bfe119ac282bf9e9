//! The SDK's client for the table.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{AppName, Config, Region, SharedCredentialsProvider};

use super::endpoint::RegistryEndpoint;
use super::names::TableName;
use crate::outbound::{Outbound, client_config};

/// Settings of the registry.
#[derive(Debug, Clone)]
pub struct RegistrySettings {
    /// The table (`REGISTRY_TABLE`).
    pub table: TableName,
    /// The endpoint, and the region.
    pub endpoint: RegistryEndpoint,
    /// Credentials that requests are signed with.
    pub credentials: SharedCredentialsProvider,
    /// The application's name in the User-Agent of requests (`AWS_SDK_UA_APP_ID`).
    pub app_name: Option<AppName>,
}

/// The registry's table.
#[derive(Debug, Clone)]
pub struct Registry {
    client: Client,
    table: TableName,
    outbound: Outbound,
    url: String,
}

impl Registry {
    /// Creates the client. Sends nothing.
    #[must_use]
    pub fn new(settings: RegistrySettings, outbound: &Outbound) -> Self {
        let url = settings.endpoint.url().to_owned();
        let config = client_config!(Config::builder(), outbound, settings.credentials, settings.app_name)
            .region(Region::new(settings.endpoint.region().to_owned()))
            .endpoint_resolver(settings.endpoint);
        Registry {
            client: Client::from_conf(config.build()),
            table: settings.table,
            outbound: outbound.clone(),
            url,
        }
    }

    /// Opens the connection for the first request, without sending a request. Bounded in time, and never fails.
    pub async fn connect_ahead(&self) {
        self.outbound.connect_ahead(&self.url).await;
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    pub(super) fn table(&self) -> &str {
        self.table.as_str()
    }
}
