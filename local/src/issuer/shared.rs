//! What the issuer's endpoints and its owner share: the keys, and how the endpoints behave.

use std::fmt;
use std::io;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use parking_lot::Mutex;
use serde_json::{Map, Value, json};

use super::keys::{Algorithm, KeyError, KeySet};

/// How a token's header is made, and by which key it is signed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MintOptions {
    /// `alg`, and the kind of key
    pub algorithm: Algorithm,
    /// the `kid` of the key that signs, when not the newest of its algorithm; keys that were withdrawn still sign
    pub signing_key: Option<String>,
    /// the `kid` to claim in the header, when not that of the signing key
    pub kid: Option<String>,
    /// members to set in the header, or to remove by null, after everything else
    pub header: Map<String, Value>,
}

/// What the JWKS endpoint does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum JwksBehaviour {
    /// it answers the keys
    #[default]
    Serve,
    /// it answers the keys after a while
    Delay(Duration),
    /// it answers this status and no keys
    Fail(u16),
    /// it answers the keys, padded to this many bytes
    Oversize(usize),
    /// it answers this text
    Body(String),
    /// it closes the connection without an answer
    Close,
}

/// Why no issuer starts, or no token is made.
#[derive(Debug, thiserror::Error)]
pub enum IssuerError {
    /// The address can't be bound.
    #[error("no port for the issuer: {0}")]
    Bind(#[source] io::Error),
    /// A key can't be made or used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// No key of that algorithm has the `kid` asked for.
    #[error("no key `{0}`")]
    UnknownKey(String),
    /// There is no key of that algorithm.
    #[error("no key for {}", .0.name())]
    NoKeyFor(Algorithm),
}

/// What the endpoints and the owner share.
pub(super) struct Shared {
    pub(super) keys: Mutex<KeySet>,
    pub(super) jwks_behaviour: Mutex<JwksBehaviour>,
    pub(super) discovery_document: Mutex<Option<Value>>,
    pub(super) issuer_url: Mutex<String>,
    pub(super) jwks_fetches: AtomicU64,
    pub(super) discovery_fetches: AtomicU64,
}

impl Shared {
    pub(super) fn issuer_url(&self) -> String {
        self.issuer_url.lock().clone()
    }

    pub(super) fn jwks_uri(&self) -> String {
        format!("{}/.well-known/jwks.json", self.issuer_url.lock())
    }

    pub(super) fn mint(&self, claims: &Value, options: &MintOptions) -> Result<String, IssuerError> {
        let keys = self.keys.lock();
        let key = match &options.signing_key {
            None => keys.newest(options.algorithm),
            Some(kid) => keys.by_kid(options.algorithm, kid),
        };
        let key = key.ok_or_else(|| match &options.signing_key {
            None => IssuerError::NoKeyFor(options.algorithm),
            Some(kid) => IssuerError::UnknownKey(kid.clone()),
        })?;
        let kid = options.kid.as_deref().unwrap_or_else(|| key.kid());
        let mut header = json!({ "typ": "JWT", "alg": options.algorithm.name(), "kid": kid });
        if let Value::Object(members) = &mut header {
            for (name, value) in &options.header {
                members.insert(name.clone(), value.clone());
            }
            members.retain(|_, value| !value.is_null());
        }
        let encode = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", encode(&header), encode(claims));
        let signature = key.sign(signed.as_bytes())?;
        Ok(format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature)))
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("issuer_url", &self.issuer_url()).finish_non_exhaustive()
    }
}
