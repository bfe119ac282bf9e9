//! The issuer's keys: P-256 keys that ring generates, and in tests the RSA key of RFC 7520.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::rsa::{KeyPairComponents, PublicKeyComponents};
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::{Value, json};

/// The RSA key of RFC 7520, section 3.4, as a JWK with its private half: ring signs with RSA keys but can't generate them.
const RFC_7520_RSA_KEY: &str = include_str!("../../../tests/keys/rfc-7520-rsa.json");

/// A signature algorithm that the issuer has keys for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Algorithm {
    /// RSA, PKCS #1 v1.5, SHA-256
    Rs256,
    /// ECDSA on P-256 with SHA-256
    #[default]
    Es256,
}

/// A key can't be made or used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a key of the issuer fails: {0}")]
pub struct KeyError(String);

/// All keys ever made, oldest first.
pub(super) struct KeySet {
    keys: Vec<SigningKey>,
    generation: u32,
}

/// A private key with its `kid`.
pub(super) struct SigningKey {
    kid: String,
    published: bool,
    pair: Pair,
}

enum Pair {
    Rsa(Box<RsaKeyPair>),
    P256(Box<EcdsaKeyPair>),
}

impl KeySet {
    /// A new P-256 key.
    pub(super) fn generate() -> Result<Self, KeyError> {
        let mut keys = Self { keys: Vec::new(), generation: 0 };
        keys.rotate()?;
        Ok(keys)
    }

    /// Adds the RSA key of RFC 7520.
    pub(super) fn with_published_rsa_key(mut self) -> Result<Self, KeyError> {
        self.keys.push(SigningKey {
            kid: "rs256-1".to_owned(),
            published: true,
            pair: published_rsa_pair()?,
        });
        Ok(self)
    }

    /// Adds another P-256 key.
    pub(super) fn rotate(&mut self) -> Result<(), KeyError> {
        let generation = self.generation.saturating_add(1);
        let kid = format!("es256-{generation}");
        self.keys.push(SigningKey { kid, published: true, pair: p256_pair()? });
        self.generation = generation;
        Ok(())
    }

    pub(super) fn withdraw_old(&mut self) {
        let newest: Vec<String> = self
            .algorithms()
            .filter_map(|algorithm| self.newest(algorithm))
            .map(|key| key.kid.clone())
            .collect();
        for key in &mut self.keys {
            key.published = newest.contains(&key.kid);
        }
    }

    /// The algorithms that it has keys for.
    pub(super) fn algorithms(&self) -> impl Iterator<Item = Algorithm> {
        [Algorithm::Rs256, Algorithm::Es256].into_iter().filter(|algorithm| self.newest(*algorithm).is_some())
    }

    pub(super) fn newest(&self, algorithm: Algorithm) -> Option<&SigningKey> {
        self.keys.iter().rev().find(|key| key.algorithm() == algorithm)
    }

    pub(super) fn by_kid(&self, algorithm: Algorithm, kid: &str) -> Option<&SigningKey> {
        self.keys.iter().find(|key| key.algorithm() == algorithm && key.kid == kid)
    }

    pub(super) fn jwks(&self) -> Value {
        let published = self.keys.iter().filter(|key| key.published);
        json!({ "keys": published.map(SigningKey::jwk).collect::<Vec<_>>() })
    }
}

impl SigningKey {
    pub(super) fn kid(&self) -> &str {
        &self.kid
    }

    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
                    .map_err(KeyError::from_error)?;
                Ok(signature)
            }
            Pair::P256(pair) => {
                let signature = pair.sign(&random, message).map_err(KeyError::from_error)?;
                Ok(signature.as_ref().to_vec())
            }
        }
    }

    fn algorithm(&self) -> Algorithm {
        match self.pair {
            Pair::Rsa(_) => Algorithm::Rs256,
            Pair::P256(_) => Algorithm::Es256,
        }
    }

    fn jwk(&self) -> Value {
        let encode = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
        let mut jwk = match &self.pair {
            Pair::Rsa(pair) => {
                let public: PublicKeyComponents<Vec<u8>> = pair.public().into();
                json!({ "kty": "RSA", "n": encode(&public.n), "e": encode(&public.e) })
            }
            Pair::P256(pair) => {
                // An uncompressed point: the byte 4, then both coordinates.
                let point = pair.public_key().as_ref();
                let x = point.get(1..33).unwrap_or_default();
                let y = point.get(33..65).unwrap_or_default();
                json!({ "kty": "EC", "crv": "P-256", "x": encode(x), "y": encode(y) })
            }
        };
        if let Value::Object(members) = &mut jwk {
            members.insert("kid".to_owned(), json!(self.kid));
            members.insert("alg".to_owned(), json!(self.algorithm().name()));
            members.insert("use".to_owned(), json!("sig"));
        }
        jwk
    }
}

impl Algorithm {
    /// The value of `alg`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
        }
    }
}

impl KeyError {
    fn from_error(error: impl fmt::Display) -> Self {
        Self(error.to_string())
    }
}

fn published_rsa_pair() -> Result<Pair, KeyError> {
    let key: BTreeMap<&str, &str> = serde_json::from_str(RFC_7520_RSA_KEY).map_err(KeyError::from_error)?;
    let decode = |member: &str| {
        let value = key.get(member).copied().unwrap_or_default();
        BASE64_URL_SAFE_NO_PAD.decode(value).map_err(KeyError::from_error)
    };
    let [n, d, p, q, dp, dq, qi] = ["n", "d", "p", "q", "dp", "dq", "qi"].map(decode);
    let public_key = PublicKeyComponents { n: n?, e: decode("e")? };
    let components = KeyPairComponents { public_key, d: d?, p: p?, q: q?, dP: dp?, dQ: dq?, qInv: qi? };
    let pair = RsaKeyPair::from_components(&components).map_err(KeyError::from_error)?;
    Ok(Pair::Rsa(Box::new(pair)))
}

fn p256_pair() -> Result<Pair, KeyError> {
    let random = SystemRandom::new();
    let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random)
        .map_err(KeyError::from_error)?;
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random)
        .map(|pair| Pair::P256(Box::new(pair)))
        .map_err(KeyError::from_error)
}
