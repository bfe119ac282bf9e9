//! The AWS SDK's configuration for whichever Chime was chosen.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_chimesdkmeetings::config::Credentials;
use aws_smithy_http_client::{Builder, tls};

/// Made-up credentials for the simulator, or the user's own for anything else, over TLS on ring as in the gateway.
pub(crate) async fn configuration(region: &str, own_credentials: bool) -> SdkConfig {
    let http_client = Builder::new()
        .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring))
        .build_https();
    let loader = aws_config::defaults(BehaviorVersion::latest())
        .region(Region::new(region.to_owned()))
        .http_client(http_client);
    let loader = if own_credentials {
        loader
    } else {
        loader.credentials_provider(Credentials::new("AKIDLOCAL", "made-up", None, None, "local"))
    };
    loader.load().await
}
