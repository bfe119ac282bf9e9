//! The registry's table: played here, or made in a DynamoDB that runs elsewhere.

use std::fmt;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Config};
use aws_sdk_dynamodb::error::DisplayErrorContext;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType, TableStatus,
    TimeToLiveSpecification,
};
use local::dynamodb::{Dynamodb, TABLE};
use meeting_gateway::config::AwsEnvironment;
use serde_json::Value;

use crate::aws::https_client;

/// The registry's table, which stays as long as this does.
#[derive(Debug)]
pub(crate) struct Registry {
    table: String,
    url: String,
    /// what plays it; none where it is elsewhere
    played: Option<Dynamodb>,
}

/// How long a table may take to be made.
const PATIENCE: Duration = Duration::from_secs(30);

impl Registry {
    /// The one that is played here.
    pub(crate) fn played(dynamodb: Dynamodb) -> Self {
        Self { table: TABLE.to_owned(), url: dynamodb.url(), played: Some(dynamodb) }
    }

    /// A table elsewhere, which is made if it is missing: keys, payment and time to live as in template.yaml.
    ///
    /// # Errors
    /// When it can't be found or made.
    pub(crate) async fn elsewhere(url: String, table: String, aws: &AwsEnvironment) -> Result<Self, String> {
        let registry = Self { table, url, played: None };
        let made = tokio::time::timeout(PATIENCE, registry.make_table(aws));
        let made =
            made.await.unwrap_or_else(|_| Err(format!("it took longer than {} s", PATIENCE.as_secs())));
        let Self { table, url, .. } = &registry;
        made.map_err(|error| format!("cannot find or make the table {table} at {url}: {error}"))?;
        Ok(registry)
    }

    /// The settings that name it.
    pub(crate) fn settings(&self) -> [(String, String); 2] {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        [pair("REGISTRY_TABLE", &self.table), pair("AWS_ENDPOINT_URL_DYNAMODB", &self.url)]
    }

    /// Every item of the table, as DynamoDB writes items; `None` where the table is elsewhere.
    pub(crate) fn items(&self) -> Option<Vec<Value>> {
        self.played.as_ref().map(Dynamodb::items)
    }

    async fn make_table(&self, aws: &AwsEnvironment) -> Result<(), String> {
        let mut config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .http_client(https_client())
            .endpoint_url(&self.url);
        config.set_region(aws.region.clone()).set_credentials_provider(aws.credentials.clone());
        let client = Client::from_conf(config.build());
        if self.is_active(&client).await? == Some(true) {
            return Ok(());
        }
        let attribute = |name: &str| {
            let definition = AttributeDefinition::builder().attribute_name(name);
            definition.attribute_type(ScalarAttributeType::S).build().map_err(text)
        };
        let key = |name: &str, kind: KeyType| {
            KeySchemaElement::builder().attribute_name(name).key_type(kind).build().map_err(text)
        };
        let made = client
            .create_table()
            .table_name(&self.table)
            .attribute_definitions(attribute("pk")?)
            .attribute_definitions(attribute("sk")?)
            .key_schema(key("pk", KeyType::Hash)?)
            .key_schema(key("sk", KeyType::Range)?)
            .billing_mode(BillingMode::PayPerRequest)
            .send()
            .await;
        // Another `local` may be making it.
        if let Err(error) = made
            && !error.as_service_error().is_some_and(|error| error.is_resource_in_use_exception())
        {
            return Err(DisplayErrorContext(error).to_string());
        }
        while self.is_active(&client).await? != Some(true) {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        let ttl =
            TimeToLiveSpecification::builder().attribute_name("ttl").enabled(true).build().map_err(text)?;
        let set = client.update_time_to_live().table_name(&self.table).time_to_live_specification(ttl).send();
        set.await.map(|_| ()).map_err(|error| DisplayErrorContext(error).to_string())
    }

    /// Whether the table can be used; none when there is no such table.
    async fn is_active(&self, client: &Client) -> Result<Option<bool>, String> {
        match client.describe_table().table_name(&self.table).send().await {
            Ok(found) => {
                let status = found.table().and_then(|table| table.table_status());
                Ok(Some(status == Some(&TableStatus::Active)))
            }
            Err(error) if error.as_service_error().is_some_and(|it| it.is_resource_not_found_exception()) => {
                Ok(None)
            }
            Err(error) => Err(DisplayErrorContext(error).to_string()),
        }
    }
}

/// The SDK's builders fail only where a required member is missing.
fn text(error: impl fmt::Display) -> String {
    error.to_string()
}
