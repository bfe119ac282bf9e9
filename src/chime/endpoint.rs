//! Chime's endpoint.

use aws_sdk_chimesdkmeetings::config::endpoint::{DefaultResolver, Params, ResolveEndpoint as _};
use aws_smithy_runtime_api::box_error::BoxError;
use futures_util::FutureExt as _;

/// Chime's endpoint, resolved by the SDK's endpoint rules.
#[derive(Debug, Clone)]
pub struct ChimeEndpoint {
    parameters: Params,
    url: String,
}

impl ChimeEndpoint {
    /// Resolves the endpoint.
    ///
    /// # Errors
    /// When the rules refuse the parameters, such as a custom endpoint together with FIPS.
    pub fn resolve(parameters: Params) -> Result<Self, BoxError> {
        // Only the trait is asynchronous: the rules are computed at once.
        let resolved = DefaultResolver::new().resolve_endpoint(&parameters).now_or_never();
        let endpoint = resolved.unwrap_or_else(|| Err("the endpoint rules returned no result".into()))?;
        Ok(ChimeEndpoint { url: endpoint.url().to_owned(), parameters })
    }

    /// The parameters that the endpoint was resolved from.
    #[must_use]
    pub fn parameters(&self) -> &Params {
        &self.parameters
    }

    /// The endpoint's URL.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }
}
