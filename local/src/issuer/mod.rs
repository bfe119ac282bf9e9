//! A token issuer for development and tests: OpenID discovery, a JWKS, and a token for any caller.

mod endpoints;
mod keys;
mod shared;
mod token_request;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;
use serde_json::Value;

pub use self::keys::{Algorithm, KeyError};
pub use self::shared::{IssuerError, JwksBehaviour, MintOptions};
pub use self::token_request::{AUDIENCE, TokenRequest, TokenRequestError};

use self::keys::KeySet;
use self::shared::Shared;
use crate::listening::Listening;

/// A running issuer; dropping it closes its port.
#[derive(Debug)]
pub struct Issuer {
    listening: Listening,
    shared: Arc<Shared>,
}

impl Issuer {
    /// Makes a P-256 key and starts on an address; port 0 takes any free one. Must be called inside a Tokio runtime.
    ///
    /// Nobody else has its private key.
    ///
    /// # Errors
    /// When the address cannot be bound or no key can be made.
    pub fn start(bind: SocketAddr) -> Result<Self, IssuerError> {
        Self::start_with_keys(bind, KeySet::generate()?)
    }

    /// Starts an issuer for tests of RS256 on a free port of loopback. It publishes the RSA key of RFC 7520 beside a P-256
    /// key of its own. Everybody has that private key, so nothing but a test may trust this issuer. Must be called inside
    /// a Tokio runtime.
    ///
    /// # Errors
    /// When no port can be bound or no key can be made.
    pub fn start_with_published_rsa_key() -> Result<Self, IssuerError> {
        let keys = KeySet::generate()?.with_published_rsa_key()?;
        Self::start_with_keys(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), keys)
    }

    fn start_with_keys(bind: SocketAddr, keys: KeySet) -> Result<Self, IssuerError> {
        let shared = Arc::new(Shared {
            keys: Mutex::new(keys),
            jwks_behaviour: Mutex::new(JwksBehaviour::Serve),
            discovery_document: Mutex::new(None),
            issuer_url: Mutex::new(String::new()),
            jwks_fetches: AtomicU64::new(0),
            discovery_fetches: AtomicU64::new(0),
        });
        let listening = endpoints::serve(bind, Arc::clone(&shared)).map_err(IssuerError::Bind)?;
        *shared.issuer_url.lock() = format!("http://{}", listening.reachable_address());
        Ok(Self { listening, shared })
    }

    /// The address that it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.listening.address()
    }

    /// The `iss` of its tokens, with no slash at the end.
    #[must_use]
    pub fn issuer_url(&self) -> String {
        self.shared.issuer_url()
    }

    /// Where its keys are.
    #[must_use]
    pub fn jwks_uri(&self) -> String {
        self.shared.jwks_uri()
    }

    /// The keys that it publishes, as a JWKS.
    #[must_use]
    pub fn jwks(&self) -> Value {
        self.shared.keys.lock().jwks()
    }

    /// The `kid` of the newest key of an algorithm.
    #[must_use]
    pub fn newest_kid(&self, algorithm: Algorithm) -> String {
        self.shared.keys.lock().newest(algorithm).map(|key| key.kid().to_owned()).unwrap_or_default()
    }

    /// Signs any claims, exactly as they are: nothing is added, not even `iss`.
    ///
    /// # Errors
    /// When there is no such key.
    pub fn mint(&self, claims: &Value, options: &MintOptions) -> Result<String, IssuerError> {
        self.shared.mint(claims, options)
    }

    /// A token as `/token` gives it, of ES256.
    ///
    /// # Errors
    /// When signing fails.
    pub fn token(&self, request: &TokenRequest) -> Result<String, IssuerError> {
        self.mint(&request.claims(&self.issuer_url()), &MintOptions::default())
    }

    /// Makes a new P-256 key; the earlier ones stay published. The RSA key of tests does not change.
    ///
    /// # Errors
    /// When no key can be made.
    pub fn rotate(&self) -> Result<(), IssuerError> {
        Ok(self.shared.keys.lock().rotate()?)
    }

    /// Stops publishing every key but the newest of each algorithm.
    pub fn withdraw_old_keys(&self) {
        self.shared.keys.lock().withdraw_old();
    }

    /// Chooses what the JWKS endpoint does from now on.
    pub fn set_jwks_behaviour(&self, behaviour: JwksBehaviour) {
        *self.shared.jwks_behaviour.lock() = behaviour;
    }

    /// Answers another document at the discovery path, or the right one again.
    pub fn set_discovery_document(&self, document: Option<Value>) {
        *self.shared.discovery_document.lock() = document;
    }

    /// How often the JWKS was asked for, failures counted.
    #[must_use]
    pub fn jwks_fetches(&self) -> u64 {
        self.shared.jwks_fetches.load(Ordering::Relaxed)
    }

    /// How often the discovery document was asked for.
    #[must_use]
    pub fn discovery_fetches(&self) -> u64 {
        self.shared.discovery_fetches.load(Ordering::Relaxed)
    }
}
