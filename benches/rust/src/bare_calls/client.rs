//! The client of a bare call: the SDK's own retries and timeouts, and the system's root store.

use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_sdk_chimesdkmeetings::Client;
use aws_sdk_chimesdkmeetings::config::{BehaviorVersion, Config, Region};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use lambda_runtime::Error;

/// Reads the region and the endpoint from the environment.
pub(crate) fn client() -> Result<Client, Error> {
    let http_client = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(std::env::var("AWS_REGION")?))
        .endpoint_url(std::env::var("AWS_ENDPOINT_URL_CHIME_SDK_MEETINGS")?)
        .http_client(http_client)
        .credentials_provider(EnvironmentVariableCredentialsProvider::new())
        .build();
    Ok(Client::from_conf(config))
}
