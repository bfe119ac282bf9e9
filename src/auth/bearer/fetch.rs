//! Fetching an issuer's published documents, with bounds on what an endpoint can make this function spend.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{HttpConnector as _, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use http_body_util::{BodyExt as _, Limited};

use super::{KeySet, KeySource, SecureUrl};
use crate::json::Json;
use crate::outbound::chain_of_causes;

/// The most time, in all, that getting an issuer's keys may take: discovery and key set together. It bounds what a
/// silent endpoint adds to the function's start and to the one request that waits for a refresh.
pub const FETCH_TIMEOUT: Duration = Duration::from_millis(1500);

/// The largest document, in bytes, that is read: over a hundred times a usual key set.
pub const MAXIMUM_BODY_LENGTH: usize = 256 * 1024;

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
}

/// Gets the keys anew. Shipped keys need no fetching and come back as they are.
pub(super) async fn fetch_keys(
    connector: &SharedHttpConnector,
    issuer: &str,
    source: &KeySource,
) -> Result<Arc<KeySet>, FetchError> {
    let fetch = async {
        let discovered;
        let address = match source {
            KeySource::File(keys) => return Ok(Arc::clone(keys)),
            KeySource::Uri(address) => address,
            KeySource::Discovered(configuration) => {
                discovered = read_configuration(&get(connector, configuration).await?, issuer)?;
                &discovered
            }
        };
        let keys = KeySet::parse(&get(connector, address).await?).map_err(FetchError::KeySet)?;
        Ok(Arc::new(keys))
    };
    tokio::time::timeout(FETCH_TIMEOUT, fetch).await.unwrap_or(Err(FetchError::TimedOut))
}

/// The `jwks_uri` of a published configuration whose `issuer` is exactly the one that was asked (OpenID Connect
/// Discovery 1.0, section 4.3): another's configuration, served from here by mistake or malice, is not taken.
fn read_configuration(text: &[u8], issuer: &str) -> Result<SecureUrl, FetchError> {
    let json = Json::parse(text).map_err(|_| FetchError::Configuration("is not JSON"))?;
    if json.has_repeated_members() {
        return Err(FetchError::Configuration("names a member twice"));
    }
    let member = |name: &str| json.as_object().and_then(|object| object.get(name)).and_then(Json::as_str);
    if member("issuer") != Some(issuer) {
        return Err(FetchError::Configuration("is another issuer's: `issuer` differs from the setting"));
    }
    let address = member("jwks_uri").ok_or(FetchError::Configuration("has no `jwks_uri`"))?;
    SecureUrl::parse(address).map_err(|_| FetchError::Configuration("has a `jwks_uri` that is not https"))
}

/// Gets a document, trying once more when the connection fails: after a pause between invocations, the connection that
/// was kept open is usually dead, and only using it tells.
async fn get(connector: &SharedHttpConnector, address: &SecureUrl) -> Result<Vec<u8>, FetchError> {
    match get_once(connector, address).await {
        Err(FetchError::Connection(_)) => get_once(connector, address).await,
        outcome => outcome,
    }
}

async fn get_once(connector: &SharedHttpConnector, address: &SecureUrl) -> Result<Vec<u8>, FetchError> {
    let mut request =
        HttpRequest::get(address.as_str()).map_err(|error| FetchError::Connection(error.to_string()))?;
    request.headers_mut().insert("accept", "application/json, application/jwk-set+json");
    request.headers_mut().insert("user-agent", concat!("meeting-gateway/", env!("CARGO_PKG_VERSION")));
    let response =
        connector.call(request).await.map_err(|error| FetchError::Connection(chain_of_causes(&error)))?;
    let status = response.status().as_u16();
    if status != 200 {
        return Err(FetchError::Status(status));
    }
    let announced = response.headers().get("content-length").and_then(|length| length.parse::<usize>().ok());
    if announced.is_some_and(|length| length > MAXIMUM_BODY_LENGTH) {
        return Err(FetchError::TooLarge);
    }
    let body = Limited::new(response.into_body(), MAXIMUM_BODY_LENGTH).collect().await.map_err(|error| {
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
            FetchError::TooLarge => write!(f, "the answer is larger than {MAXIMUM_BODY_LENGTH} bytes"),
            FetchError::Configuration(problem) => write!(f, "the published configuration {problem}"),
            FetchError::KeySet(error) => write!(f, "the key set: {error}"),
        }
    }
}

impl std::error::Error for FetchError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_tells_failures_apart_and_repeats_nothing_of_the_endpoints() {
        for (error, text) in [
            (FetchError::TimedOut, "no complete answer within 1500 ms"),
            (FetchError::Connection("refused".to_owned()), "no answer: refused"),
            (FetchError::Status(302), "the answer has status 302, not 200"),
            (FetchError::TooLarge, "the answer is larger than 262144 bytes"),
            (FetchError::Configuration("is not JSON"), "the published configuration is not JSON"),
            (FetchError::KeySet(crate::auth::bearer::KeySetError::NotJson("x".to_owned())), "the key set: "),
        ] {
            assert!(error.to_string().starts_with(text), "{error}");
        }
    }
}
