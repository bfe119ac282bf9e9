//! Keys and tokens for the tests: made here with ring, which is also what verifies, so that a test can forge anything.
//! That other libraries' tokens are understood is for the peers' tests to show.

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
    /// A new P-256 key of that id.
    pub(super) fn es256(kid: &str) -> Self {
        Self::elliptic(kid, "P-256", "ES256", &ECDSA_P256_SHA256_FIXED_SIGNING)
    }

    /// A new key for that algorithm; for RSA always the one of RFC 7520.
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
        let [n, d, p, q, dp, dq, qi] = RFC_7520_RSA_KEY.map(|part| URL_SAFE_NO_PAD.decode(part).unwrap());
        let jwk =
            json!({"kty": "RSA", "kid": kid, "alg": algorithm, "use": "sig", "n": encode(&n), "e": "AQAB"});
        let public_key = RsaPublicKeyComponents { n, e: vec![1, 0, 1] };
        let components = KeyPairComponents { public_key, d, p, q, dP: dp, dQ: dq, qInv: qi };
        Signer { jwk, key: Key::Rsa(Box::new(RsaKeyPair::from_components(&components).unwrap()), encoding) }
    }

    pub(super) fn kid(&self) -> &str {
        self.jwk["kid"].as_str().unwrap()
    }

    /// The header that an honest issuer writes for this key.
    pub(super) fn header(&self) -> Value {
        json!({"alg": self.jwk["alg"], "kid": self.kid(), "typ": "JWT"})
    }

    /// A signed token of these claims under the honest header.
    pub(super) fn token(&self, claims: &Value) -> String {
        self.token_with(&self.header(), claims)
    }

    /// A signed token of this header and these claims, whatever the header says.
    pub(super) fn token_with(&self, header: &Value, claims: &Value) -> String {
        self.token_of_text(&header.to_string(), &claims.to_string())
    }

    /// A signed token of a header and a payload of any text.
    pub(super) fn token_of_text(&self, header: &str, payload: &str) -> String {
        let input = format!("{}.{}", encode(header.as_bytes()), encode(payload.as_bytes()));
        format!("{input}.{}", encode(&self.sign(input.as_bytes())))
    }

    /// A signature over any bytes.
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

/// The text of a JWK set with these keys.
pub(super) fn jwk_set<'k>(keys: impl IntoIterator<Item = &'k Value>) -> String {
    json!({"keys": keys.into_iter().collect::<Vec<_>>()}).to_string()
}

/// The RSA key of RFC 7520, section 3.4: n, d, p, q, dp, dq, qi. Published, so good for tests and for nothing else.
const RFC_7520_RSA_KEY: [&str; 7] = [
    "n4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQHz_AJmSCpMaJMRB\
     SFKrKb2wqVwGU_NsYOYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBHqFEHYpPe7Tpe-OfVfHd1E6cS6M1FZcD\
     1NNLYD5lFHpPI9bTwJlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb9k3-tVTU4fg_3L_vniUFAKwuCLqKnS2BYwdq_mzSnbLY7h_\
     qixoR7jig3__kRhuaxwUkRz5iaiQkqgc5gHdrNP5zw",
    "bWUC9B-EFRIo8kpGfh0ZuyGPvMNKvYWNtB_ikiH9k20eT-O1q_I78eiZkpXxXQ0UTEs2LsNRS-8uJbvQ-A1irkwMSMkK1J3XTGgd\
     rhCku9gRldY7sNA_AKZGh-Q661_42rINLRCe8W-nZ34ui_qOfkLnK9QWDDqpaIsA-bMwWWSDFu2MUBYwkHTMEzLYGqOe04noqeq1\
     hExBTHBOBdkMXiuFhUq1BU6l-DqEiWxqg82sXt2h-LMnT3046AOYJoRioz75tSUQfGCshWTBnP5uDjd18kKhyv07lhfSJdrPdM5P\
     lyl21hsFf4L_mHCuoFau7gdsPfHPxxjVOcOpBrQzwQ",
    "3Slxg_DwTXJcb6095RoXygQCAZ5RnAvZlno1yhHtnUex_fp7AZ_9nRaO7HX_-SFfGQeutao2TDjDAWU4Vupk8rw9JR0AzZ0N2fvu\
     IAmr_WCsmGpeNqQnev1T7IyEsnh8UMt-n5CafhkikzhEsrmndH6LxOrvRJlsPp6Zv8bUq0k",
    "uKE2dh-cTf6ERF4k4e_jy78GfPYUIaUyoSSJuBzp3Cubk3OCqs6grT8bR_cu0Dm1MZwWmtdqDyI95HrUeq3MP15vMMON8lHTeZu2\
     lmKvwqW7anV5UzhM1iZ7z4yMkuUwFWoBvyY898EXvRD-hdqRxHlSqAZ192zB3pVFJ0s7pFc",
    "B8PVvXkvJrj2L-GYQ7v3y9r6Kw5g9SahXBwsWUzp19TVlgI-YV85q1NIb1rxQtD-IsXXR3-TanevuRPRt5OBOdiMGQp8pbt26glj\
     YfKU_E9xn-RULHz0-ed9E9gXLKD4VGngpz-PfQ_q29pk5xWHoJp009Qf1HvChixRX59ehik",
    "CLDmDGduhylc9o7r84rEUVn7pzQ6PF83Y-iBZx5NT-TpnOZKF1pErAMVeKzFEl41DlHHqqBLSM0W1sOFbwTxYWZDm6sI6og5iTbw\
     QGIC3gnJKbi_7k_vJgGHwHxgPaX2PnvP-zyEkDERuf-ry4c_Z11Cq9AqC2yeL6kdKT1cYF8",
    "3PiqvXQN0zwMeE-sBvZgi289XP9XCQF3VWqPzMKnIgQp7_Tugo6-NZBKCQsMf3HaEGBjTVJs_jcK8-TRXvaKe-7ZMaQj8VfBdYks\
     sbu0NKDDhjJ-GtiseaDVWt7dcH0cfwxgFUHpQh7FoCrjFJ6h6ZEpMF6xmujs4qMpPz8aaI4",
];
