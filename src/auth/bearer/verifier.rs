//! Runs the checks in order: header, token, issuer, keys, signature, claims, caller.

use std::sync::Arc;
use std::time::SystemTime;

use aws_smithy_runtime_api::client::http::SharedHttpConnector;

use super::authorization::bearer_token;
use super::claims::VerifiedToken;
use super::compact::UnverifiedToken;
use super::key_cache::KeyCache;
use super::key_set::KeySet;
use super::settings::{BearerSettings, IssuerSettings, KeySource};
use crate::auth::caller::Caller;
use crate::auth::error::AuthenticationError;
use crate::auth::token_error::TokenError;

/// Verifies bearer tokens of the configured issuers and caches their keys.
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
    /// A verifier that has no keys yet. `connector` makes its requests. The verifier follows no redirections and has its
    /// own time limit, so any connector is suitable.
    #[must_use]
    pub fn new(settings: BearerSettings, connector: SharedHttpConnector) -> Self {
        let issuers = settings
            .issuers
            .into_iter()
            .map(|settings| Arc::new(TrustedIssuer { settings, cache: KeyCache::new() }))
            .collect();
        Verifier { issuers, connector }
    }

    /// Fetches the keys of all issuers concurrently, before the first request, within [`super::FETCH_TIMEOUT`]. Logs
    /// issuers whose keys can't be fetched; the next token retries.
    pub async fn prefetch(&self) {
        let mut fetches = tokio::task::JoinSet::new();
        for issuer in &self.issuers {
            if matches!(issuer.settings.keys, KeySource::File(_)) {
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
    /// The first check that fails, in the order of [`super`].
    pub async fn authenticate(&self, authorization: Option<&str>) -> Result<Caller, AuthenticationError> {
        self.authenticate_at(authorization, SystemTime::now()).await
    }

    /// [`Verifier::authenticate`] at a given time, for tests.
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

/// Verifies the value of an Authorization header like [`Verifier`], but with the given keys and time.
///
/// # Errors
/// The first check that fails, in the order of [`super`]. Never `KeysUnavailable`.
pub fn decide(
    authorization: Option<&str>,
    trusted: &[(&IssuerSettings, &KeySet)],
    now: SystemTime,
) -> Result<Caller, AuthenticationError> {
    verify(bearer_token(authorization)?, trusted, now)
}

/// [`decide`] for a token without its header.
///
/// # Errors
/// The first check that fails, in the order of [`super`]. Never `NoCredentials` or `KeysUnavailable`.
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
