//! An issuer's published keys: the keys of a JWK set (RFC 7517) that may verify a token.

use super::jwk::VerificationKey;
use super::key_error::KeyError;
use crate::json::Json;

/// The maximum length of a key set, in bytes: over a hundred times that of a usual one.
pub const MAX_KEY_SET_LENGTH: usize = 256 * 1024;

/// The keys of one issuer that may verify its tokens.
///
/// As RFC 7517, section 5, recommends, a key that can't be used (for encryption, of an unknown type, too weak, malformed)
/// is rejected alone and the other keys are used. A token that names a rejected key finds no key.
#[derive(Debug, Clone, Default)]
pub struct KeySet {
    keys: Vec<VerificationKey>,
    rejected: Vec<RejectedKey>,
}

/// Why a text is not a JWK set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeySetError {
    /// The text is not JSON. Holds the parser's message, which quotes nothing of the text.
    #[error("not JSON: {0}")]
    NotJson(String),
    /// The text is not an object with an array `keys`.
    #[error("not a JWK set: no array `keys`")]
    NoKeysArray,
    /// A member is repeated, so that two readers could see different sets.
    #[error("names a member twice")]
    RepeatedMember,
}

/// A key of the set that may not verify tokens, for the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedKey {
    /// Its index in `keys`, from 0.
    pub index: usize,
    /// Why it is rejected.
    pub error: KeyError,
}

impl KeySet {
    /// Reads a JWK set.
    ///
    /// # Errors
    /// When the text is not a JWK set. If all its keys are rejected, the set is empty.
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
                // A repeated `kid` is ambiguous, so all its keys are rejected, even if only one of them is usable.
                Ok(key) if kids.iter().flatten().filter(|kid| **kid == key.kid).count() > 1 => {
                    set.rejected.push(RejectedKey { index, error: KeyError::KidRepeated });
                }
                Ok(key) => set.keys.push(key),
                Err(error) => set.rejected.push(RejectedKey { index, error }),
            }
        }
        Ok(set)
    }

    /// Whether no key may verify tokens.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// How many keys may verify tokens.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// The rejected keys.
    #[must_use]
    pub fn rejected(&self) -> &[RejectedKey] {
        &self.rejected
    }

    /// Whether the set has a usable key with this id.
    #[must_use]
    pub fn has(&self, kid: &str) -> bool {
        self.find(kid).is_some()
    }

    /// The only key with this id.
    pub(super) fn find(&self, kid: &str) -> Option<&VerificationKey> {
        self.keys.iter().find(|key| key.kid == kid)
    }
}
