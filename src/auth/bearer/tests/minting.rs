//! Makes keys and tokens with ring, so that a test can forge anything. ring also verifies them; `checks/tokens` tries the
//! tokens of other libraries.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::rsa::KeyPairComponents;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm,
    Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256,
    RSA_PSS_SHA384, RSA_PSS_SHA512, RsaEncoding, RsaKeyPair, RsaPublicKeyComponents,
};
use serde_json::{Value, json};

/// A private key, its public half as a JWK, and the algorithm that it signs with.
pub(super) struct Signer {
    pub(super) jwk: Value,
    key: Key,
}

enum Key {
    Elliptic(EcdsaKeyPair),
    Edwards(Ed25519KeyPair),
    Rsa(Box<RsaKeyPair>, &'static dyn RsaEncoding),
}

impl Signer {
    /// A new P-256 key with this id.
    pub(super) fn es256(kid: &str) -> Self {
        Self::elliptic(kid, "P-256", "ES256", &ECDSA_P256_SHA256_FIXED_SIGNING)
    }

    /// A new key for this algorithm; for RSA always the key of RFC 7520.
    pub(super) fn of(algorithm: &str, kid: &str) -> Self {
        match algorithm {
            "ES256" => Self::es256(kid),
            "ES384" => Self::elliptic(kid, "P-384", "ES384", &ECDSA_P384_SHA384_FIXED_SIGNING),
            "EdDSA" => Self::edwards(kid),
            "RS256" => Self::rsa(kid, algorithm, &RSA_PKCS1_SHA256),
            "RS384" => Self::rsa(kid, algorithm, &RSA_PKCS1_SHA384),
            "RS512" => Self::rsa(kid, algorithm, &RSA_PKCS1_SHA512),
            "PS256" => Self::rsa(kid, algorithm, &RSA_PSS_SHA256),
            "PS384" => Self::rsa(kid, algorithm, &RSA_PSS_SHA384),
            "PS512" => Self::rsa(kid, algorithm, &RSA_PSS_SHA512),
            other => panic!("no key can be made for {other}"),
        }
    }

    fn elliptic(kid: &str, curve: &str, algorithm: &str, signing: &'static EcdsaSigningAlgorithm) -> Self {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(signing, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(signing, document.as_ref(), &random).unwrap();
        let (x, y) = pair.public_key().as_ref()[1..].split_at((pair.public_key().as_ref().len() - 1) / 2);
        let jwk = json!({"kty": "EC", "crv": curve, "kid": kid, "alg": algorithm, "use": "sig",
            "x": encode(x), "y": encode(y)});
        Signer { jwk, key: Key::Elliptic(pair) }
    }

    fn edwards(kid: &str) -> Self {
        let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        let pair = Ed25519KeyPair::from_pkcs8(document.as_ref()).unwrap();
        let jwk = json!({"kty": "OKP", "crv": "Ed25519", "kid": kid, "alg": "EdDSA", "use": "sig",
            "x": encode(pair.public_key().as_ref())});
        Signer { jwk, key: Key::Edwards(pair) }
    }

    fn rsa(kid: &str, algorithm: &str, encoding: &'static dyn RsaEncoding) -> Self {
        let key = include_str!("../../../../tests/keys/rfc-7520-rsa.json");
        let key: Value = serde_json::from_str(key).unwrap();
        let [n, d, p, q, dp, dq, qi] = ["n", "d", "p", "q", "dp", "dq", "qi"]
            .map(|part| URL_SAFE_NO_PAD.decode(key[part].as_str().unwrap()).unwrap());
        let jwk =
            json!({"kty": "RSA", "kid": kid, "alg": algorithm, "use": "sig", "n": encode(&n), "e": "AQAB"});
        let public_key = RsaPublicKeyComponents { n, e: vec![1, 0, 1] };
        let components = KeyPairComponents { public_key, d, p, q, dP: dp, dQ: dq, qInv: qi };
        Signer { jwk, key: Key::Rsa(Box::new(RsaKeyPair::from_components(&components).unwrap()), encoding) }
    }

    pub(super) fn kid(&self) -> &str {
        self.jwk["kid"].as_str().unwrap()
    }

    /// The header that a real issuer writes for this key.
    pub(super) fn header(&self) -> Value {
        json!({"alg": self.jwk["alg"], "kid": self.kid(), "typ": "JWT"})
    }

    /// A signed token with these claims and the usual header.
    pub(super) fn token(&self, claims: &Value) -> String {
        self.token_with(&self.header(), claims)
    }

    /// A signed token with any header and claims.
    pub(super) fn token_with(&self, header: &Value, claims: &Value) -> String {
        self.token_of_text(&header.to_string(), &claims.to_string())
    }

    /// A signed token with any text as header and payload.
    pub(super) fn token_of_text(&self, header: &str, payload: &str) -> String {
        let input = format!("{}.{}", encode(header.as_bytes()), encode(payload.as_bytes()));
        format!("{input}.{}", encode(&self.sign(input.as_bytes())))
    }

    /// Signs any bytes.
    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.key {
            Key::Elliptic(pair) => pair.sign(&random, message).unwrap().as_ref().to_vec(),
            Key::Edwards(pair) => pair.sign(message).as_ref().to_vec(),
            Key::Rsa(pair, encoding) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(*encoding, &random, message, &mut signature).unwrap();
                signature
            }
        }
    }
}

pub(super) fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A JWK set with these keys.
pub(super) fn jwk_set<'k>(keys: impl IntoIterator<Item = &'k Value>) -> String {
    json!({"keys": keys.into_iter().collect::<Vec<_>>()}).to_string()
}
