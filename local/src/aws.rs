//! The AWS credentials for whichever Chime was chosen.

use aws_config::{BehaviorVersion, Region};
use aws_sdk_chimesdkmeetings::config::{Credentials, SharedCredentialsProvider};
use aws_smithy_http_client::{Builder, tls};

/// Made-up credentials for the simulator; for anything else the user's own, found as the AWS command line finds them.
///
/// # Errors
/// When the user has none that can be found.
pub(crate) async fn credentials(region: &str, own: bool) -> Result<SharedCredentialsProvider, String> {
    if !own {
        let made_up = Credentials::new("AKIDLOCAL", "made-up", None, None, "local");
        return Ok(SharedCredentialsProvider::new(made_up));
    }
    // Single sign-on and the like are asked over TLS on ring, as in the gateway.
    let http_client = Builder::new()
        .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring))
        .build_https();
    let configuration = aws_config::defaults(BehaviorVersion::latest())
        .region(Region::new(region.to_owned()))
        .http_client(http_client)
        .load()
        .await;
    configuration.credentials_provider().ok_or_else(|| "no AWS credentials are configured".to_owned())
}
