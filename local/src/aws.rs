//! What the AWS SDK has to know for whichever Chime was chosen.

use aws_config::{BehaviorVersion, Region};
use aws_sdk_chimesdkmeetings::config::{Credentials, SharedCredentialsProvider};
use aws_smithy_http_client::{Builder, tls};
use meeting_gateway::config::AwsEnvironment;

use crate::cli::ChimeEndpoint;

/// Made-up credentials for the simulator; for anything else the user's own, found as the AWS command line finds them. The
/// real Chime is called with the user's other options too, FIPS and dual-stack endpoints among them.
///
/// # Errors
/// When the user has no credentials that can be found.
pub(crate) async fn environment(
    region: &str,
    chime: Option<&ChimeEndpoint>,
) -> Result<AwsEnvironment, String> {
    let region = Region::new(region.to_owned());
    let Some(chime) = chime else {
        let made_up = Credentials::new("AKIDLOCAL", "made-up", None, None, "local");
        let credentials = Some(SharedCredentialsProvider::new(made_up));
        return Ok(AwsEnvironment { region: Some(region), credentials, ..AwsEnvironment::default() });
    };
    // Single sign-on and the like are asked over TLS on ring, as in the gateway.
    let http_client = Builder::new()
        .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring))
        .build_https();
    let loader = aws_config::defaults(BehaviorVersion::latest());
    let configuration = loader.region(region.clone()).http_client(http_client).load().await;
    let credentials = configuration.credentials_provider().ok_or("no AWS credentials are configured")?;
    let mut aws =
        AwsEnvironment { region: Some(region), credentials: Some(credentials), ..AwsEnvironment::default() };
    if *chime == ChimeEndpoint::Aws {
        aws.use_fips = configuration.use_fips();
        aws.use_dual_stack = configuration.use_dual_stack();
        aws.app_name = configuration.app_name().cloned();
    }
    Ok(aws)
}
