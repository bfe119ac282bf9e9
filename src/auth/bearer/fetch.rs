//! Fetches an issuer's published documents, with bounds on the time and memory that an endpoint can cost.

use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{HttpConnector as _, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use http_body_util::{BodyExt as _, Limited};

use super::discovery::DiscoveredUrl;
use super::key_set::{KeySet, KeySetError, MAX_KEY_SET_LENGTH, RejectedKey};
use super::secure_url::SecureUrl;
use super::settings::KeySource;
use crate::outbound::chain_of_causes;

/// The maximum time to fetch an issuer's keys, discovery included. It bounds what a silent endpoint adds to the function's
/// start and to the request that waits for a refresh.
pub const FETCH_TIMEOUT: Duration = Duration::from_millis(1500);

/// The maximum length of any document, in bytes.
const MAX_BODY_LENGTH: usize = MAX_KEY_SET_LENGTH;

/// Why an issuer's keys can't be fetched. No variant has anything that the endpoint sent.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    #[error("no complete answer within {} ms", FETCH_TIMEOUT.as_millis())]
    TimedOut,
    #[error("no answer: {0}")]
    Connection(String),
    /// Any status but 200. Redirections are not followed: only the settings say where the keys are.
    #[error("the answer has status {0}, not 200")]
    Status(u16),
    #[error("the answer is larger than {} bytes", MAX_BODY_LENGTH)]
    TooLarge,
    /// The published configuration breaks OpenID Connect Discovery.
    #[error("the published configuration {0}")]
    Configuration(&'static str),
    #[error("the key set: {0}")]
    KeySet(#[from] KeySetError),
    /// All keys of the key set are rejected. One error stands for all: a document of the maximum length has tens of
    /// thousands of keys.
    #[error(
        "the key set has no usable key among {}{}", .0.len(),
        .0.first().map(|key| format!("; key {}: {}", key.index, key.error)).unwrap_or_default()
    )]
    NoUsableKey(Vec<RejectedKey>),
}

/// Where a document is fetched from. Only a checked address makes one.
#[derive(Debug, Clone, Copy)]
struct Address<'a>(&'a str);

/// Fetches the keys: at least one. Keys from a file are returned as they are.
///
/// A key set without a usable key is an error: it is a mistake of the issuer and must not replace the current keys.
pub(super) async fn fetch_keys(
    connector: &SharedHttpConnector,
    source: &KeySource,
) -> Result<Arc<KeySet>, FetchError> {
    let fetch = async {
        let text = match source {
            KeySource::File(keys) => return Ok(Arc::clone(keys)),
            KeySource::Uri(address) => get(connector, address.into()).await?,
            KeySource::Discovered(discovery) => {
                let configuration = get(connector, discovery.configuration().into()).await?;
                let address = discovery.keys_address(&configuration).map_err(FetchError::Configuration)?;
                get(connector, (&address).into()).await?
            }
        };
        let keys = KeySet::parse(&text)?;
        if keys.is_empty() {
            return Err(FetchError::NoUsableKey(keys.rejected().to_vec()));
        }
        Ok(Arc::new(keys))
    };
    tokio::time::timeout(FETCH_TIMEOUT, fetch).await.unwrap_or(Err(FetchError::TimedOut))
}

impl<'a> From<&'a SecureUrl> for Address<'a> {
    fn from(url: &'a SecureUrl) -> Self {
        Address(url.as_str())
    }
}

impl<'a> From<&'a DiscoveredUrl> for Address<'a> {
    fn from(url: &'a DiscoveredUrl) -> Self {
        Address(url.as_str())
    }
}

/// Gets a document and retries once if the connection fails: after a pause between invocations, the pooled connection is
/// usually dead.
async fn get(connector: &SharedHttpConnector, address: Address<'_>) -> Result<Vec<u8>, FetchError> {
    match get_once(connector, address).await {
        Err(FetchError::Connection(_)) => get_once(connector, address).await,
        outcome => outcome,
    }
}

async fn get_once(connector: &SharedHttpConnector, address: Address<'_>) -> Result<Vec<u8>, FetchError> {
    let mut request =
        HttpRequest::get(address.0).map_err(|error| FetchError::Connection(error.to_string()))?;
    request.headers_mut().insert("accept", "application/json, application/jwk-set+json");
    request.headers_mut().insert("user-agent", concat!("meeting-gateway/", env!("CARGO_PKG_VERSION")));
    let response =
        connector.call(request).await.map_err(|error| FetchError::Connection(chain_of_causes(&error)))?;
    let status = response.status().as_u16();
    if status != 200 {
        return Err(FetchError::Status(status));
    }
    let announced = response.headers().get("content-length").and_then(|length| length.parse::<usize>().ok());
    if announced.is_some_and(|length| length > MAX_BODY_LENGTH) {
        return Err(FetchError::TooLarge);
    }
    let body = Limited::new(response.into_body(), MAX_BODY_LENGTH).collect().await.map_err(|error| {
        if error.is::<http_body_util::LengthLimitError>() {
            FetchError::TooLarge
        } else {
            FetchError::Connection(error.to_string())
        }
    })?;
    Ok(body.to_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::bearer::key_error::KeyError;

    #[test]
    fn log_tells_errors_apart() {
        for (error, text) in [
            (FetchError::TimedOut, "no complete answer within 1500 ms"),
            (FetchError::Connection("refused".to_owned()), "no answer: refused"),
            (FetchError::Status(302), "the answer has status 302, not 200"),
            (FetchError::TooLarge, "the answer is larger than 262144 bytes"),
            (FetchError::Configuration("is not JSON"), "the published configuration is not JSON"),
            (FetchError::KeySet(KeySetError::NotJson("x".to_owned())), "the key set: not JSON: x"),
            (FetchError::NoUsableKey(Vec::new()), "the key set has no usable key among 0"),
            (
                FetchError::NoUsableKey(vec![RejectedKey { index: 0, error: KeyError::NoKid }; 3]),
                "the key set has no usable key among 3; key 0: no `kid`",
            ),
        ] {
            assert_eq!(error.to_string(), text);
        }
    }
}
