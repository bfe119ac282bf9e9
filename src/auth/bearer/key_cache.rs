//! The keys of one issuer while the function runs: fetched at start, refreshed in use, bounded in every direction.
//!
//! **Which clock.** Between invocations Lambda freezes the process, and a monotonic clock may stand still for that
//! time; after a thaw `Instant` would call keys of yesterday minutes old. So ages are measured on the wall clock, which
//! is right again after a thaw. It can be set back: an age that comes out negative by more than a minute counts as
//! infinite, so that the keys are fetched again rather than believed for longer. Only the time limit of a fetch, which
//! lies within one invocation, is on tokio's clock.
//!
//! **No background task.** It would run only while some invocation does, at that invocation's cost and never when it
//! should. Whichever request finds the keys too old fetches them; those that come meanwhile wait for the same fetch.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use aws_smithy_runtime_api::client::http::SharedHttpConnector;

use super::fetch::{FetchError, fetch_keys};
use super::{IssuerSettings, KeySet, KeySource, LeftOut};

/// Keys older than this are fetched again before they are used: the longest that a withdrawn key is accepted while the
/// endpoint answers.
pub const REFRESH_AFTER: Duration = Duration::from_secs(60 * 60);

/// Keys older than this are not used at all: the longest that a withdrawn key is accepted while the endpoint fails.
pub const MAX_KEY_AGE: Duration = Duration::from_secs(24 * 60 * 60);

/// The least time between two fetches that requests cause, however many unknown key ids they name.
pub const MIN_FETCH_INTERVAL: Duration = Duration::from_secs(10);

/// The most that the time between two fetches grows to while the endpoint fails. It doubles from
/// [`MIN_FETCH_INTERVAL`].
pub const MAX_FETCH_INTERVAL: Duration = Duration::from_secs(60);

/// One issuer's keys.
#[derive(Debug)]
pub(super) struct KeyCache {
    state: Mutex<State>,
    /// Held by whoever fetches, so that all others wait for that fetch in place of making their own.
    fetching: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct State {
    held: Option<Held>,
    /// When the last fetch began that a request caused. The one at start does not count: it must not keep the first
    /// request from trying again.
    last_attempt: Option<SystemTime>,
    /// How many fetches have failed since one succeeded.
    failures: u32,
}

#[derive(Debug, Clone)]
struct Held {
    keys: Arc<KeySet>,
    fetched_at: SystemTime,
}

/// No key of the issuer is held.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NoKeysError {
    /// Seconds until a fetch may be tried again, at least 1.
    pub(super) retry_after: u32,
}

impl KeyCache {
    pub(super) fn new() -> Self {
        KeyCache { state: Mutex::new(State::default()), fetching: tokio::sync::Mutex::new(()) }
    }

    /// Fetches the keys ahead of the first request. A failure is logged and has no other effect.
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

    /// The keys to verify a token with that names `kid`.
    ///
    /// They are fetched first when they are too old, or when they do not have that key and a fetch is due. What comes
    /// back may still not have it.
    pub(super) async fn keys_for(
        &self,
        kid: &str,
        connector: &SharedHttpConnector,
        issuer: &IssuerSettings,
        now: SystemTime,
    ) -> Result<Arc<KeySet>, NoKeysError> {
        if let KeySource::File(keys) = &issuer.keys {
            return Ok(Arc::clone(keys));
        }
        if let Some(keys) = self.state().satisfying(kid, now) {
            return Ok(keys);
        }
        let _guard = self.fetching.lock().await;
        // While this request waited, another's fetch may have brought what it needs.
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
        state.usable(now).ok_or_else(|| NoKeysError { retry_after: state.retry_after(now) })
    }

    /// The state is whole between any two statements that hold it, so a panic elsewhere cannot have spoilt it.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The held keys, when they are fresh and have that key.
    fn satisfying(&self, kid: &str, now: SystemTime) -> Option<Arc<KeySet>> {
        let held = self.held.as_ref().filter(|held| age(held.fetched_at, now) < REFRESH_AFTER)?;
        held.keys.has(kid).then(|| Arc::clone(&held.keys))
    }

    /// The held keys, when there are any and they are not too old to be used at all.
    fn usable(&self, now: SystemTime) -> Option<Arc<KeySet>> {
        let held = self.held.as_ref().filter(|held| age(held.fetched_at, now) < MAX_KEY_AGE)?;
        Some(Arc::clone(&held.keys))
    }

    /// Whether a fetch may begin now; if so it counts as begun, even when the request that makes it is dropped.
    fn begin_attempt(&mut self, now: SystemTime) -> bool {
        let due = self.last_attempt.is_none_or(|last| age(last, now) >= self.pause());
        if due {
            self.last_attempt = Some(now);
        }
        due
    }

    fn succeed(&mut self, issuer: &IssuerSettings, keys: Arc<KeySet>, now: SystemTime) {
        log_left_out(issuer, keys.left_out());
        tracing::info!(issuer = issuer.issuer, keys = keys.len(), "keys fetched");
        self.held = Some(Held { keys, fetched_at: now });
        self.failures = 0;
    }

    fn fail(&mut self) {
        self.failures = self.failures.saturating_add(1);
    }

    /// The time that must pass after an attempt before the next: 10 s, and after failures 10, 20, 40, 60, 60 … s.
    fn pause(&self) -> Duration {
        let doublings = self.failures.saturating_sub(1).min(16);
        MIN_FETCH_INTERVAL.saturating_mul(1 << doublings).min(MAX_FETCH_INTERVAL)
    }

    fn retry_after(&self, now: SystemTime) -> u32 {
        let waited = self.last_attempt.map_or(Duration::MAX, |last| age(last, now));
        let seconds = self.pause().saturating_sub(waited).as_secs();
        u32::try_from(seconds).unwrap_or(u32::MAX).max(1)
    }
}

/// How long ago `then` was. Requests that run beside each other see slightly different times, so a little before now
/// is no age at all; more than a minute means that the clock was set back.
fn age(then: SystemTime, now: SystemTime) -> Duration {
    const BESIDE_EACH_OTHER: Duration = Duration::from_secs(60);
    match now.duration_since(then) {
        Ok(age) => age,
        Err(ahead) if ahead.duration() <= BESIDE_EACH_OTHER => Duration::ZERO,
        Err(_) => Duration::MAX,
    }
}

fn log_left_out(issuer: &IssuerSettings, left_out: &[LeftOut]) {
    for left_out in left_out {
        tracing::debug!(issuer = issuer.issuer, key = left_out.index, reason = %left_out.fault, "key left out");
    }
}

fn log_failure(issuer: &IssuerSettings, error: &FetchError) {
    if let FetchError::NoUsableKey(left_out) = error {
        log_left_out(issuer, left_out);
    }
    tracing::warn!(issuer = issuer.issuer, cause = %error, "the issuer's keys could not be fetched");
}
