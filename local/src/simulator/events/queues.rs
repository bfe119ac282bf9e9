//! The queues behind their ARNs, asked as Chime asks: GetQueueUrl once, then SendMessage.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::retry::RetryConfig;
use aws_sdk_sqs::config::timeout::TimeoutConfig;
use aws_sdk_sqs::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_sqs::error::{DisplayErrorContext, ProvideErrorMetadata};
use aws_smithy_http_client::{Builder, tls};
use parking_lot::Mutex;

use crate::queue::QueueArn;

/// How long one request to SQS may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why SQS did not take a message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(super) struct SendError(String);

/// The queues at one endpoint.
#[derive(Debug)]
pub(super) struct Queues {
    /// what all clients have in common
    common: aws_sdk_sqs::Config,
    /// those found so far, by ARN
    found: Mutex<HashMap<String, Queue>>,
}

#[derive(Debug, Clone)]
struct Queue {
    client: Client,
    url: String,
}

impl Queues {
    pub(super) fn at(endpoint: &str) -> Self {
        let http_client = Builder::new()
            .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring))
            .build_https();
        let common = aws_sdk_sqs::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .endpoint_url(endpoint)
            .http_client(http_client)
            .timeout_config(TimeoutConfig::builder().operation_timeout(PATIENCE).build())
            // An event is sent again by `delivery`, which says so in the log.
            .retry_config(RetryConfig::disabled())
            .build();
        Self { common, found: Mutex::default() }
    }

    /// Sends one message; returns the id that SQS gives it.
    pub(super) async fn send(&self, arn: &str, body: &str) -> Result<String, SendError> {
        let Queue { client, url } = self.find(arn).await?;
        let sent = client.send_message().queue_url(url).message_body(body).send().await;
        let sent = sent.map_err(|error| refused("SendMessage", &error))?;
        Ok(sent.message_id.unwrap_or_default())
    }

    async fn find(&self, arn: &str) -> Result<Queue, SendError> {
        let found = self.found.lock().get(arn).cloned();
        if let Some(queue) = found {
            return Ok(queue);
        }
        let QueueArn { region, account, name, .. } =
            QueueArn::read(arn).map_err(|error| SendError(error.to_string()))?;
        // Stand-ins for SQS read the account from an access key id that looks like one.
        let credentials = Credentials::new(&account, "made-up", None, None, "local");
        let region = Region::new(region);
        let configuration = self.common.to_builder().region(region).credentials_provider(credentials).build();
        let client = Client::from_conf(configuration);
        let asked = client.get_queue_url().queue_name(name).queue_owner_aws_account_id(account).send().await;
        let url = asked.map_err(|error| refused("GetQueueUrl", &error))?.queue_url.unwrap_or_default();
        let queue = Queue { client, url };
        self.found.lock().insert(arn.to_owned(), queue.clone());
        Ok(queue)
    }
}

fn refused<E, R>(operation: &str, error: &aws_sdk_sqs::error::SdkError<E, R>) -> SendError
where
    E: std::error::Error + ProvideErrorMetadata + 'static,
    R: std::fmt::Debug,
{
    let code = error.code().map(|code| format!(" {code}")).unwrap_or_default();
    SendError(format!("{operation}:{code} {}", DisplayErrorContext(error)))
}
