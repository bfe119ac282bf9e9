//! What the AWS SDK has to know for whichever Chime and DynamoDB were chosen.

use aws_config::{BehaviorVersion, Region};
use aws_sdk_chimesdkmeetings::config::{Credentials, SharedCredentialsProvider, SharedHttpClient};
use aws_smithy_http_client::{Builder, tls};
use meeting_gateway::config::AwsEnvironment;

use crate::cli::ServeOptions;
use crate::endpoint::{ChimeEndpoint, RegistryEndpoint};

/// Made-up credentials.
pub(crate) fn made_up(region: &str) -> AwsEnvironment {
    let made_up = Credentials::new("AKIDLOCAL", "made-up", None, None, "local");
    AwsEnvironment {
        region: Some(Region::new(region.to_owned())),
        credentials: Some(SharedCredentialsProvider::new(made_up)),
        ..AwsEnvironment::default()
    }
}

/// A client for whatever else is asked, single sign-on among it, over TLS on ring, as in the gateway.
pub(crate) fn https_client() -> SharedHttpClient {
    Builder::new().tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring)).build_https()
}

/// Made-up credentials for what is played here and for emulators of DynamoDB; for anything else the user's own, found as the AWS
/// command line finds them. The real Chime is called with the user's other options too, FIPS and dual-stack endpoints among
/// them.
///
/// # Errors
/// When the user has no credentials that can be found, or those options keep DynamoDB from being called where it is.
pub(crate) async fn environment(options: &ServeOptions) -> Result<AwsEnvironment, String> {
    if !options.uses_own_credentials() {
        return Ok(made_up(&options.region()));
    }
    let region = Region::new(options.region());
    let loader = aws_config::defaults(BehaviorVersion::latest());
    let configuration = loader.region(region.clone()).http_client(https_client()).load().await;
    let credentials = configuration.credentials_provider().ok_or("no AWS credentials are configured")?;
    let mut aws =
        AwsEnvironment { region: Some(region), credentials: Some(credentials), ..AwsEnvironment::default() };
    if options.chime_endpoint == Some(ChimeEndpoint::Aws) {
        aws.use_fips = configuration.use_fips();
        aws.use_dual_stack = configuration.use_dual_stack();
        aws.app_name = configuration.app_name().cloned();
    }
    let is_on = |option: Option<bool>| option == Some(true);
    if (is_on(aws.use_fips) || is_on(aws.use_dual_stack)) && options.registry != Some(RegistryEndpoint::None)
    {
        return Err("AWS_USE_FIPS_ENDPOINT and AWS_USE_DUALSTACK_ENDPOINT count for DynamoDB too, whose endpoint is given here: \
                    add --registry none"
            .to_owned());
    }
    Ok(aws)
}
