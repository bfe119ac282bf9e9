//! Fetching an issuer's published documents, with bounds on what an endpoint can make this function spend.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{HttpConnector as _, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use http_body_util::{BodyExt as _, Limited};

use super::discovery::DiscoveredUrl;
use super::{KeySet, KeySource, LeftOut, SecureUrl};
use crate::outbound::chain_of_causes;

/// The most time, in all, that getting an issuer's keys may take: discovery and key set together. It bounds what a
/// silent endpoint adds to the function's start and to the one request that waits for a refresh.
pub const FETCH_TIMEOUT: Duration = Duration::from_millis(1500);

/// The largest document, in bytes, that is read: over a hundred times a usual key set.
pub const MAX_BODY_LENGTH: usize = 256 * 1024;

/// Why an issuer's keys could not be had. No variant holds anything that the endpoint sent.
#[derive(Debug)]
pub(super) enum FetchError {
    TimedOut,
    /// No answer: the connection's own words.
    Connection(String),
    /// Any status but 200. A redirection is not followed: the settings say where the keys are, nobody else does.
    Status(u16),
    TooLarge,
    /// The published configuration is not what OpenID Connect Discovery asks for.
    Configuration(&'static str),
    KeySet(super::KeySetError),
    /// The key set has no key that can verify a token; these are left out of it.
    NoUsableKey(Vec<LeftOut>),
}

/// Where a document is fetched from. Only a checked address makes one.
#[derive(Debug, Clone, Copy)]
struct Address<'a>(&'a str);

/// Gets the keys anew: at least one. Shipped keys need no fetching and come back as they are.
///
/// A key set without a usable key fails like an endpoint that does not answer: at an issuer that signs tokens it is a
/// mistake, and must not cost the keys that are held.
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
        let keys = KeySet::parse(&text).map_err(FetchError::KeySet)?;
        if keys.is_empty() {
            return Err(FetchError::NoUsableKey(keys.left_out().to_vec()));
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

/// Gets a document, trying once more when the connection fails: after a pause between invocations, the connection that
/// was kept open is usually dead, and only using it tells.
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

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FetchError::TimedOut => write!(f, "no complete answer within {} ms", FETCH_TIMEOUT.as_millis()),
            FetchError::Connection(cause) => write!(f, "no answer: {cause}"),
            FetchError::Status(status) => write!(f, "the answer has status {status}, not 200"),
            FetchError::TooLarge => write!(f, "the answer is larger than {MAX_BODY_LENGTH} bytes"),
            FetchError::Configuration(problem) => write!(f, "the published configuration {problem}"),
            FetchError::KeySet(error) => write!(f, "the key set: {error}"),
            FetchError::NoUsableKey(left_out) => match left_out.first() {
                None => f.write_str("the key set is empty"),
                // One reason stands for all: a document of the largest size has tens of thousands of entries.
                Some(LeftOut { index, fault }) => {
                    write!(f, "the key set has no usable key among {}; key {index}: {fault}", left_out.len())
                }
            },
        }
    }
}

impl std::error::Error for FetchError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::bearer::KeyError;

    #[test]
    fn the_log_tells_failures_apart_and_repeats_nothing_of_the_endpoints() {
        for (error, text) in [
            (FetchError::TimedOut, "no complete answer within 1500 ms"),
            (FetchError::Connection("refused".to_owned()), "no answer: refused"),
            (FetchError::Status(302), "the answer has status 302, not 200"),
            (FetchError::TooLarge, "the answer is larger than 262144 bytes"),
            (FetchError::Configuration("is not JSON"), "the published configuration is not JSON"),
            (FetchError::KeySet(crate::auth::bearer::KeySetError::NotJson("x".to_owned())), "the key set: "),
            (FetchError::NoUsableKey(Vec::new()), "the key set is empty"),
            (
                FetchError::NoUsableKey(vec![LeftOut { index: 0, fault: KeyError::NoKid }; 3]),
                "the key set has no usable key among 3; key 0: no `kid`",
            ),
        ] {
            assert!(error.to_string().starts_with(text), "{error}");
        }
    }
}
