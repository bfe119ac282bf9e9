//! Signatures: `jsonwebtoken` asks, `ring` answers.
//!
//! The crate brings its own cryptography only behind features that are off here; what it calls is the table below, in
//! which nothing but the accepted algorithms has an entry. So TLS and tokens run on one library.

use std::sync::LazyLock;

use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::signature::{self, Verifier};
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey, DecodingKeyKind, EncodingKey};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256,
    RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, RsaParameters, RsaPublicKeyComponents,
    UnparsedPublicKey, VerificationAlgorithm,
};

use super::SignatureAlgorithm;
use crate::auth::TokenError;

/// Whether `signature` (base64url) is one of `key` over `signing_input`.
///
/// The caller has seen to it that the key is for this algorithm.
pub(super) fn verify(
    algorithm: SignatureAlgorithm,
    key: &DecodingKey,
    signing_input: &str,
    signature: &str,
) -> Result<(), TokenError> {
    if !*INSTALLED {
        return Err(TokenError::LibraryTaken);
    }
    match jsonwebtoken::crypto::verify(signature, signing_input.as_bytes(), key, algorithm.into()) {
        Ok(true) => Ok(()),
        Ok(false) | Err(_) => Err(TokenError::BadSignature),
    }
}

impl From<SignatureAlgorithm> for Algorithm {
    fn from(algorithm: SignatureAlgorithm) -> Algorithm {
        match algorithm {
            SignatureAlgorithm::Rs256 => Algorithm::RS256,
            SignatureAlgorithm::Rs384 => Algorithm::RS384,
            SignatureAlgorithm::Rs512 => Algorithm::RS512,
            SignatureAlgorithm::Ps256 => Algorithm::PS256,
            SignatureAlgorithm::Ps384 => Algorithm::PS384,
            SignatureAlgorithm::Ps512 => Algorithm::PS512,
            SignatureAlgorithm::Es256 => Algorithm::ES256,
            SignatureAlgorithm::Es384 => Algorithm::ES384,
            SignatureAlgorithm::EdDsa => Algorithm::EdDSA,
        }
    }
}

/// The crate's provider is one for the whole process and can be set once. If anything else had set it, signatures
/// would be checked by code that this file does not know: then nothing is accepted.
static INSTALLED: LazyLock<bool> = LazyLock::new(|| RING.install_default().is_ok());

static RING: CryptoProvider = CryptoProvider {
    signer_factory: no_signer,
    verifier_factory: ring_verifier,
    // Used by the crate for thumbprints and for turning private keys into public ones, neither of which happens here.
    key_utils: KeyUtils::new_unimplemented(),
};

fn no_signer(_: &Algorithm, _: &EncodingKey) -> Result<Box<dyn JwtSigner>, Error> {
    Err(ErrorKind::UnsupportedAlgorithm.into())
}

fn ring_verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>, Error> {
    if let Some(parameters) = rsa_parameters(*algorithm) {
        let DecodingKeyKind::RsaModulusExponent { n, e } = key.kind() else {
            return Err(ErrorKind::InvalidKeyFormat.into());
        };
        let components = RsaPublicKeyComponents { n: n.clone(), e: e.clone() };
        return Ok(Box::new(RsaVerifier { algorithm: *algorithm, parameters, components }));
    }
    let (family, parameters): (AlgorithmFamily, &'static dyn VerificationAlgorithm) = match algorithm {
        // FIXED: the signature is r and s side by side (RFC 7518, section 3.4), never the ASN.1 form.
        Algorithm::ES256 => (AlgorithmFamily::Ec, &ECDSA_P256_SHA256_FIXED),
        Algorithm::ES384 => (AlgorithmFamily::Ec, &ECDSA_P384_SHA384_FIXED),
        Algorithm::EdDSA => (AlgorithmFamily::Ed, &ED25519),
        _ => return Err(ErrorKind::UnsupportedAlgorithm.into()),
    };
    if key.family() != family {
        return Err(ErrorKind::InvalidKeyFormat.into());
    }
    let point = UnparsedPublicKey::new(parameters, key.try_get_as_bytes()?.to_vec());
    Ok(Box::new(PointVerifier { algorithm: *algorithm, point }))
}

/// ring's names carry the bounds of the modulus, 2048 to 8192 bits, and ring checks them.
fn rsa_parameters(algorithm: Algorithm) -> Option<&'static RsaParameters> {
    match algorithm {
        Algorithm::RS256 => Some(&RSA_PKCS1_2048_8192_SHA256),
        Algorithm::RS384 => Some(&RSA_PKCS1_2048_8192_SHA384),
        Algorithm::RS512 => Some(&RSA_PKCS1_2048_8192_SHA512),
        Algorithm::PS256 => Some(&RSA_PSS_2048_8192_SHA256),
        Algorithm::PS384 => Some(&RSA_PSS_2048_8192_SHA384),
        Algorithm::PS512 => Some(&RSA_PSS_2048_8192_SHA512),
        _ => None,
    }
}

struct RsaVerifier {
    algorithm: Algorithm,
    parameters: &'static RsaParameters,
    components: RsaPublicKeyComponents<Vec<u8>>,
}

impl Verifier<Vec<u8>> for RsaVerifier {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), signature::Error> {
        self.components.verify(self.parameters, message, signature).map_err(|_| signature::Error::new())
    }
}

impl JwtVerifier for RsaVerifier {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

/// A key that is one point of a curve: ECDSA and Ed25519. ring refuses points that are not on the curve.
struct PointVerifier {
    algorithm: Algorithm,
    point: UnparsedPublicKey<Vec<u8>>,
}

impl Verifier<Vec<u8>> for PointVerifier {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), signature::Error> {
        self.point.verify(message, signature).map_err(|_| signature::Error::new())
    }
}

impl JwtVerifier for PointVerifier {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_hmac_verifier_can_be_made_even_from_a_secret() {
        let secret = DecodingKey::from_secret(b"0123456789abcdef0123456789abcdef");
        for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
            assert!(ring_verifier(&algorithm, &secret).is_err(), "{algorithm:?}");
        }
    }

    #[test]
    fn a_key_of_one_family_makes_no_verifier_of_another() {
        let point = DecodingKey::from_ed_der(&[0; 32]);
        let modulus = DecodingKey::from_rsa_raw_components(&[0xff; 256], &[1, 0, 1]);
        assert!(ring_verifier(&Algorithm::EdDSA, &point).is_ok());
        assert!(ring_verifier(&Algorithm::ES256, &point).is_err());
        assert!(ring_verifier(&Algorithm::RS256, &point).is_err());
        assert!(ring_verifier(&Algorithm::PS256, &modulus).is_ok());
        assert!(ring_verifier(&Algorithm::EdDSA, &modulus).is_err());
    }
}
