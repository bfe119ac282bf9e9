//! The order of things: header, token, issuer, keys, signature, claims, caller.

use std::sync::Arc;
use std::time::SystemTime;

use aws_smithy_runtime_api::client::http::SharedHttpConnector;

use super::authorization::bearer_token;
use super::claims::VerifiedToken;
use super::compact::UnverifiedToken;
use super::key_cache::{KeyCache, NoKeysError};
use super::{BearerSettings, IssuerSettings, KeySet};
use crate::auth::{AuthenticationError, Caller, TokenError};

/// Verifies bearer tokens against the issuers of the settings, whose keys it keeps.
#[derive(Debug)]
pub struct Verifier {
    issuers: Vec<Arc<TrustedIssuer>>,
    connector: SharedHttpConnector,
}

#[derive(Debug)]
struct TrustedIssuer {
    settings: IssuerSettings,
    cache: KeyCache,
}

impl Verifier {
    /// A verifier that has no keys yet. `connector` makes its requests; it follows no redirections and bounds its own
    /// time, so any connector does.
    #[must_use]
    pub fn new(settings: BearerSettings, connector: SharedHttpConnector) -> Self {
        let issuers = settings
            .issuers
            .into_iter()
            .map(|settings| Arc::new(TrustedIssuer { settings, cache: KeyCache::new() }))
            .collect();
        Verifier { issuers, connector }
    }

    /// Fetches the keys of all issuers side by side, so that the first request need not: at most
    /// [`super::FETCH_TIMEOUT`] in all. An issuer whose keys cannot be had is logged and tried again when a token of
    /// its comes.
    pub async fn prefetch(&self) {
        let mut fetches = tokio::task::JoinSet::new();
        for issuer in &self.issuers {
            if matches!(issuer.settings.keys, super::KeySource::File(_)) {
                continue;
            }
            let (issuer, connector) = (Arc::clone(issuer), self.connector.clone());
            fetches.spawn(async move {
                issuer.cache.prefetch(&connector, &issuer.settings, SystemTime::now()).await;
            });
        }
        fetches.join_all().await;
    }

    /// The caller that the value of an Authorization header names.
    ///
    /// # Errors
    /// Whichever check fails first, in the order that this module's parent lists.
    pub async fn authenticate(&self, authorization: Option<&str>) -> Result<Caller, AuthenticationError> {
        self.authenticate_at(authorization, SystemTime::now()).await
    }

    /// [`Verifier::authenticate`] at a time of the caller's choosing, for tests of what time changes.
    ///
    /// # Errors
    /// The same.
    pub async fn authenticate_at(
        &self,
        authorization: Option<&str>,
        now: SystemTime,
    ) -> Result<Caller, AuthenticationError> {
        let token = UnverifiedToken::read(bearer_token(authorization)?)?;
        let claimed = token.claimed_issuer()?;
        let issuer = self
            .issuers
            .iter()
            .find(|issuer| issuer.settings.issuer == claimed)
            .ok_or(TokenError::UnknownIssuer)?;
        let keys = issuer.cache.keys_for(&token.kid, &self.connector, &issuer.settings, now).await?;
        VerifiedToken::verify(token, &keys)?.caller(&issuer.settings, now)
    }
}

/// The decision over the value of an Authorization header with the keys given: what [`Verifier`] does, without fetching
/// and clock.
///
/// # Errors
/// Whichever check fails first, in the order that this module's parent lists. Never `KeysUnavailable`.
pub fn decide(
    authorization: Option<&str>,
    trusted: &[(&IssuerSettings, &KeySet)],
    now: SystemTime,
) -> Result<Caller, AuthenticationError> {
    verify(bearer_token(authorization)?, trusted, now)
}

/// [`decide`] for a token that has left its header.
///
/// # Errors
/// Whichever check fails first, in the order that this module's parent lists. Never `NoCredentials` nor
/// `KeysUnavailable`.
pub fn verify(
    token: &str,
    trusted: &[(&IssuerSettings, &KeySet)],
    now: SystemTime,
) -> Result<Caller, AuthenticationError> {
    let token = UnverifiedToken::read(token)?;
    let claimed = token.claimed_issuer()?;
    let (issuer, keys) =
        trusted.iter().find(|(issuer, _)| issuer.issuer == claimed).ok_or(TokenError::UnknownIssuer)?;
    VerifiedToken::verify(token, keys)?.caller(issuer, now)
}

impl From<NoKeysError> for AuthenticationError {
    fn from(none: NoKeysError) -> Self {
        AuthenticationError::KeysUnavailable { retry_after: none.retry_after }
    }
}
