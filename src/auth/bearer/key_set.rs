//! An issuer's published keys: a JWK set (RFC 7517), reduced to the keys that may verify a token.

use std::fmt;

use super::SignatureAlgorithm;
use super::jwk::{KeyError, VerificationKey};
use crate::auth::TokenError;
use crate::json::Json;

/// The keys of one issuer that may verify its tokens.
///
/// A set is read as RFC 7517, section 5, asks: a key that is of no use here (for encryption, of an unknown type, too
/// weak, broken) is left out and the others serve. A token that names a left-out key finds no key.
#[derive(Debug, Clone, Default)]
pub struct KeySet {
    keys: Vec<VerificationKey>,
    left_out: Vec<LeftOut>,
}

/// Why a text is not a JWK set at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeySetError {
    /// The text is not JSON; the parser's words, which quote nothing of the text.
    NotJson(String),
    /// There is no array `keys` in an object.
    NoKeysArray,
    /// A member stands twice: two readers could see two different sets.
    RepeatedMember,
}

/// A key of the set that verifies nothing, for the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Its place in `keys`, from 0.
    pub index: usize,
    /// Why.
    pub fault: KeyError,
}

impl KeySet {
    /// Reads a JWK set.
    ///
    /// # Errors
    /// When the text is not a JWK set. A set whose every key is left out is one, and verifies nothing.
    pub fn parse(text: &[u8]) -> Result<Self, KeySetError> {
        let json = Json::parse(text).map_err(|error| KeySetError::NotJson(error.to_string()))?;
        if json.has_repeated_members() {
            return Err(KeySetError::RepeatedMember);
        }
        let entries = json
            .as_object()
            .and_then(|set| set.get("keys"))
            .and_then(Json::as_array)
            .ok_or(KeySetError::NoKeysArray)?;
        let kid_of = |entry: &Json<'_>| {
            entry.as_object().and_then(|key| key.get("kid")).and_then(Json::as_str).map(str::to_owned)
        };
        let kids: Vec<Option<String>> = entries.iter().map(kid_of).collect();
        let mut set = KeySet::default();
        for (index, entry) in entries.iter().enumerate() {
            match VerificationKey::read(entry) {
                // Which of two keys of one name is meant cannot be told, so neither is. This counts keys that are left
                // out themselves too: a name is not made clear by one of its keys being unusable.
                Ok(key) if kids.iter().flatten().filter(|kid| **kid == key.kid).count() > 1 => {
                    set.left_out.push(LeftOut { index, fault: KeyError::KidRepeated });
                }
                Ok(key) => set.keys.push(key),
                Err(fault) => set.left_out.push(LeftOut { index, fault }),
            }
        }
        Ok(set)
    }

    /// Whether no key may verify anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// How many keys may verify tokens.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// The keys that may not, each with its reason.
    #[must_use]
    pub fn left_out(&self) -> &[LeftOut] {
        &self.left_out
    }

    /// Whether the set has a usable key of that id.
    #[must_use]
    pub fn has(&self, kid: &str) -> bool {
        self.keys.iter().any(|key| key.kid == kid)
    }

    /// The one key that may verify a token whose header names `kid` and `algorithm`.
    pub(super) fn find(
        &self,
        kid: &str,
        algorithm: SignatureAlgorithm,
    ) -> Result<&VerificationKey, TokenError> {
        let key = self.keys.iter().find(|key| key.kid == kid).ok_or(TokenError::UnknownKey)?;
        if !key.is_for(algorithm) {
            return Err(TokenError::KeyIsNotForAlgorithm(algorithm));
        }
        Ok(key)
    }
}

impl fmt::Display for KeySetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KeySetError::NotJson(cause) => write!(f, "not JSON: {cause}"),
            KeySetError::NoKeysArray => f.write_str("not a JWK set: no array `keys`"),
            KeySetError::RepeatedMember => f.write_str("names a member twice"),
        }
    }
}

impl std::error::Error for KeySetError {}
