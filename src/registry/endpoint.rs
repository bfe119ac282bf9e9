//! DynamoDB's endpoint.

use aws_sdk_dynamodb::config::endpoint::{
    DefaultResolver, Endpoint, EndpointFuture, Params, ResolveEndpoint,
};
use aws_smithy_runtime_api::box_error::BoxError;
use futures_util::FutureExt as _;

/// DynamoDB's endpoint, resolved once by the SDK's endpoint rules.
///
/// It is that of the region and never one of an account, which those rules would prefer: so the host to which init connects is the
/// one that requests go to, whatever the credentials say.
#[derive(Debug, Clone)]
pub struct RegistryEndpoint {
    region: String,
    endpoint: Endpoint,
}

impl RegistryEndpoint {
    /// Resolves the endpoint. `url` is a custom endpoint.
    ///
    /// # Errors
    /// When the rules refuse the combination, such as a custom endpoint together with FIPS.
    pub fn resolve(
        region: &str,
        use_fips: bool,
        use_dual_stack: bool,
        url: Option<String>,
    ) -> Result<Self, BoxError> {
        let parameters = Params::builder()
            .region(region)
            .use_fips(use_fips)
            .use_dual_stack(use_dual_stack)
            .set_endpoint(url)
            .build()?;
        // Only the trait is asynchronous: the rules are computed at once.
        let resolved = DefaultResolver::new().resolve_endpoint(&parameters).now_or_never();
        let endpoint = resolved.unwrap_or_else(|| Err("the endpoint rules returned no result".into()))?;
        Ok(RegistryEndpoint { region: region.to_owned(), endpoint })
    }

    /// The region, with which requests are signed.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }

    /// The endpoint's URL.
    #[must_use]
    pub fn url(&self) -> &str {
        self.endpoint.url()
    }
}

impl ResolveEndpoint for RegistryEndpoint {
    fn resolve_endpoint<'a>(&'a self, _: &'a Params) -> EndpointFuture<'a> {
        EndpointFuture::ready(Ok(self.endpoint.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resolves_the_regions_endpoint() {
        const LOCAL: Option<&str> = Some("http://127.0.0.1:3003");
        for (region, use_fips, use_dual_stack, url, expected, why) in [
            (
                "eu-central-1",
                false,
                false,
                None,
                Some("https://dynamodb.eu-central-1.amazonaws.com"),
                "plain",
            ),
            ("us-east-1", true, false, None, Some("https://dynamodb-fips.us-east-1.amazonaws.com"), "FIPS"),
            ("us-east-1", false, true, None, Some("https://dynamodb.us-east-1.api.aws"), "dual-stack"),
            (
                "us-gov-west-1",
                true,
                false,
                None,
                Some("https://dynamodb.us-gov-west-1.amazonaws.com"),
                "GovCloud's endpoint is a FIPS endpoint",
            ),
            ("us-east-1", false, false, LOCAL, LOCAL, "an endpoint that is set"),
            ("us-east-1", true, false, LOCAL, None, "nobody knows whether that one has FIPS"),
            ("not a region", false, false, None, None, "no name of a host"),
        ] {
            let url = url.map(str::to_owned);
            let resolved = RegistryEndpoint::resolve(region, use_fips, use_dual_stack, url);
            assert_eq!(resolved.ok().as_ref().map(RegistryEndpoint::url), expected, "{why}");
        }
    }
}
