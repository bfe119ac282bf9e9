//! Where Chime is called.

use aws_sdk_chimesdkmeetings::config::endpoint::{DefaultResolver, Params, ResolveEndpoint as _};
use aws_smithy_runtime_api::box_error::BoxError;
use futures_util::FutureExt as _;

/// The address that Chime is called at, by the SDK's own endpoint rules. One that exists has been resolved.
#[derive(Debug, Clone)]
pub struct ChimeEndpoint {
    parameters: Params,
    url: String,
}

impl ChimeEndpoint {
    /// Asks the SDK's endpoint rules for the address.
    ///
    /// # Errors
    /// What the rules say against the parameters, such as a custom endpoint together with FIPS.
    pub fn resolve(parameters: Params) -> Result<Self, BoxError> {
        // The rules are computed at once; only the trait is asynchronous.
        let resolved = DefaultResolver::new().resolve_endpoint(&parameters).now_or_never();
        let endpoint = resolved.unwrap_or_else(|| Err("the endpoint rules have no result".into()))?;
        Ok(ChimeEndpoint { url: endpoint.url().to_owned(), parameters })
    }

    /// What the address was resolved from.
    #[must_use]
    pub fn parameters(&self) -> &Params {
        &self.parameters
    }

    /// The address itself.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }
}
