//! Caches the keys of one issuer: fetched at start and refreshed when a request needs it.
//!
//! **Clock.** Lambda freezes the process between invocations, and a monotonic clock may stop meanwhile: by `Instant`,
//! yesterday's keys could be minutes old. Therefore ages use the wall clock. If the wall clock is set back by more than a
//! minute, an age counts as infinite, so that the keys are fetched again. Only the time limit of a fetch uses tokio's
//! clock.
//!
//! **No background task.** It would run only during invocations and slow them down. Instead, the first request that finds
//! the keys too old fetches them, and concurrent requests wait for the same fetch.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use aws_smithy_runtime_api::client::http::SharedHttpConnector;

use super::fetch::{FetchError, fetch_keys};
use super::key_set::{KeySet, RejectedKey};
use super::settings::{IssuerSettings, KeySource};
use crate::auth::error::AuthenticationError;

/// Keys older than this are fetched again before use. A withdrawn key is accepted at most this long while the endpoint
/// answers.
pub const REFRESH_AFTER: Duration = Duration::from_secs(60 * 60);

/// Keys older than this are never used. A withdrawn key is accepted at most this long while the endpoint fails.
pub const MAX_KEY_AGE: Duration = Duration::from_secs(24 * 60 * 60);

/// The minimum time between two fetches that requests cause, regardless of how many unknown key ids they name.
pub const MIN_FETCH_INTERVAL: Duration = Duration::from_secs(10);

/// The maximum time between two fetches while the endpoint fails. The time doubles from [`MIN_FETCH_INTERVAL`].
pub const MAX_FETCH_INTERVAL: Duration = Duration::from_secs(60);

/// One issuer's keys.
#[derive(Debug)]
pub(super) struct KeyCache {
    state: Mutex<State>,
    /// Locked during a fetch, so that concurrent requests wait for it.
    fetching: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct State {
    cached: Option<CachedKeys>,
    /// When the last fetch began that a request caused. The prefetch does not count, so that the first request can retry.
    last_attempt: Option<SystemTime>,
    /// How many fetches have failed since the last success.
    failures: u32,
}

#[derive(Debug, Clone)]
struct CachedKeys {
    keys: Arc<KeySet>,
    fetched_at: SystemTime,
}

impl KeyCache {
    pub(super) fn new() -> Self {
        KeyCache { state: Mutex::new(State::default()), fetching: tokio::sync::Mutex::new(()) }
    }

    /// Fetches the keys before the first request. Only logs a failure.
    pub(super) async fn prefetch(
        &self,
        connector: &SharedHttpConnector,
        issuer: &IssuerSettings,
        now: SystemTime,
    ) {
        let _guard = self.fetching.lock().await;
        match fetch_keys(connector, &issuer.keys).await {
            Ok(keys) => self.state().succeed(issuer, keys, now),
            Err(error) => log_failure(issuer, &error),
        }
    }

    /// The keys for a token that names `kid`. They may not have that key.
    ///
    /// They are fetched first if a fetch is due and they are too old or do not have that key.
    ///
    /// # Errors
    /// `KeysUnavailable` if there are no keys.
    pub(super) async fn keys_for(
        &self,
        kid: &str,
        connector: &SharedHttpConnector,
        issuer: &IssuerSettings,
        now: SystemTime,
    ) -> Result<Arc<KeySet>, AuthenticationError> {
        if let KeySource::File(keys) = &issuer.keys {
            return Ok(Arc::clone(keys));
        }
        if let Some(keys) = self.state().satisfying(kid, now) {
            return Ok(keys);
        }
        let _guard = self.fetching.lock().await;
        // While this request waited, another request may have fetched the key.
        if let Some(keys) = self.state().satisfying(kid, now) {
            return Ok(keys);
        }
        if self.state().begin_attempt(now) {
            match fetch_keys(connector, &issuer.keys).await {
                Ok(keys) => self.state().succeed(issuer, keys, now),
                Err(error) => {
                    log_failure(issuer, &error);
                    self.state().fail();
                }
            }
        }
        let state = self.state();
        state
            .usable(now)
            .ok_or_else(|| AuthenticationError::KeysUnavailable { retry_after: state.retry_after(now) })
    }

    /// Ignores poisoning: no statement leaves the state inconsistent.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The cached keys, if they are fresh and have this key.
    fn satisfying(&self, kid: &str, now: SystemTime) -> Option<Arc<KeySet>> {
        let cached = self.cached.as_ref().filter(|cached| age(cached.fetched_at, now) < REFRESH_AFTER)?;
        cached.keys.has(kid).then(|| Arc::clone(&cached.keys))
    }

    /// The cached keys, if they are younger than [`MAX_KEY_AGE`].
    fn usable(&self, now: SystemTime) -> Option<Arc<KeySet>> {
        let cached = self.cached.as_ref().filter(|cached| age(cached.fetched_at, now) < MAX_KEY_AGE)?;
        Some(Arc::clone(&cached.keys))
    }

    /// Whether a fetch is due. If so, it counts as begun, even if its request is dropped.
    fn begin_attempt(&mut self, now: SystemTime) -> bool {
        let due = self.last_attempt.is_none_or(|last| age(last, now) >= self.pause());
        if due {
            self.last_attempt = Some(now);
        }
        due
    }

    fn succeed(&mut self, issuer: &IssuerSettings, keys: Arc<KeySet>, now: SystemTime) {
        log_rejected(issuer, keys.rejected());
        tracing::info!(issuer = issuer.issuer, keys = keys.len(), "keys fetched");
        self.cached = Some(CachedKeys { keys, fetched_at: now });
        self.failures = 0;
    }

    fn fail(&mut self) {
        self.failures = self.failures.saturating_add(1);
    }

    /// The time between two attempts: 10 s; after failures 10, 20, 40, 60, 60 … s.
    fn pause(&self) -> Duration {
        let doublings = self.failures.saturating_sub(1).min(16);
        MIN_FETCH_INTERVAL.saturating_mul(1 << doublings).min(MAX_FETCH_INTERVAL)
    }

    /// Seconds until the next fetch is due, at least 1.
    fn retry_after(&self, now: SystemTime) -> u32 {
        let waited = self.last_attempt.map_or(Duration::MAX, |last| age(last, now));
        let seconds = self.pause().saturating_sub(waited).as_secs();
        u32::try_from(seconds).unwrap_or(u32::MAX).max(1)
    }
}

/// How long ago `then` was. Concurrent requests see slightly different times, so up to a minute ahead counts as now; more
/// means that the clock was set back.
fn age(then: SystemTime, now: SystemTime) -> Duration {
    const CONCURRENT: Duration = Duration::from_secs(60);
    match now.duration_since(then) {
        Ok(age) => age,
        Err(ahead) if ahead.duration() <= CONCURRENT => Duration::ZERO,
        Err(_) => Duration::MAX,
    }
}

fn log_rejected(issuer: &IssuerSettings, keys: &[RejectedKey]) {
    for key in keys {
        tracing::info!(issuer = issuer.issuer, key = key.index, reason = %key.error, "key rejected");
    }
}

fn log_failure(issuer: &IssuerSettings, error: &FetchError) {
    if let FetchError::NoUsableKey(keys) = error {
        log_rejected(issuer, keys);
    }
    tracing::warn!(issuer = issuer.issuer, cause = %error, "the issuer's keys could not be fetched");
}
