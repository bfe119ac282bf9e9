//! One JSON Web Key (RFC 7517, RFC 7518 section 6, RFC 8037), and the verification of signatures with it.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{RsaPublicKeyComponents, UnparsedPublicKey};

use super::algorithm::{RingAlgorithm, SignatureAlgorithm};
use super::key_error::KeyError;
use super::{edwards_point, rsa_modulus};
use crate::auth::token_error::TokenError;
use crate::json::{Json, Object};

/// A public key that may verify signatures, and with which algorithms.
#[derive(Clone)]
pub(super) struct VerificationKey {
    pub(super) kid: String,
    numbers: PublicNumbers,
    algorithms: Vec<SignatureAlgorithm>,
}

/// The numbers of a public key, in the form that ring reads.
#[derive(Clone)]
enum PublicNumbers {
    Rsa(RsaPublicKeyComponents<Vec<u8>>),
    /// A point of a curve, for ECDSA or Ed25519. ring rejects points that are not on the curve when it verifies.
    Point(Vec<u8>),
}

impl VerificationKey {
    /// Whether the key may verify signatures of this algorithm: by its `alg` or, without one, by its type.
    pub(super) fn is_for(&self, algorithm: SignatureAlgorithm) -> bool {
        self.algorithms.contains(&algorithm)
    }

    /// Verifies a signature over `message`. The key must be for the algorithm.
    pub(super) fn verify(
        &self,
        algorithm: SignatureAlgorithm,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), TokenError> {
        let verified = match (&self.numbers, algorithm.ring()) {
            (PublicNumbers::Rsa(key), RingAlgorithm::Rsa(parameters)) if self.is_for(algorithm) => {
                key.verify(parameters, message, signature)
            }
            (PublicNumbers::Point(point), RingAlgorithm::Point(curve)) if self.is_for(algorithm) => {
                UnparsedPublicKey::new(curve, point).verify(message, signature)
            }
            _ => return Err(TokenError::KeyIsNotForAlgorithm(algorithm.name())),
        };
        verified.map_err(|_| TokenError::BadSignature)
    }

    pub(super) fn read(entry: &Json<'_>) -> Result<Self, KeyError> {
        let jwk = entry.as_object().ok_or(KeyError::NotAnObject)?;
        let kid =
            jwk.get("kid").and_then(Json::as_str).filter(|kid| !kid.is_empty()).ok_or(KeyError::NoKid)?;
        let kty = jwk.get("kty").and_then(Json::as_str).ok_or(KeyError::UnknownType)?;
        if kty == "oct" {
            return Err(KeyError::SharedSecret);
        }
        if jwk.get("d").is_some() {
            return Err(KeyError::Private);
        }
        check_purpose(jwk)?;
        let (numbers, allowed) = match kty {
            "RSA" => (rsa(jwk)?, RSA_ALGORITHMS),
            "EC" => elliptic(jwk)?,
            "OKP" => edwards(jwk)?,
            _ => return Err(KeyError::UnknownType),
        };
        let algorithms = match jwk.get("alg") {
            None => allowed.to_vec(),
            Some(Json::String(name)) => {
                let algorithm = SignatureAlgorithm::from_name(name).ok_or(KeyError::AlgorithmNotAccepted)?;
                if !allowed.contains(&algorithm) {
                    return Err(KeyError::AlgorithmIsNotForType);
                }
                vec![algorithm]
            }
            Some(_) => return Err(KeyError::AlgorithmNotAccepted),
        };
        Ok(VerificationKey { kid: kid.to_owned(), numbers, algorithms })
    }
}

const RSA_ALGORITHMS: &[SignatureAlgorithm] = &[
    SignatureAlgorithm::Rs256,
    SignatureAlgorithm::Rs384,
    SignatureAlgorithm::Rs512,
    SignatureAlgorithm::Ps256,
    SignatureAlgorithm::Ps384,
    SignatureAlgorithm::Ps512,
];

/// `use` and `key_ops` say what a key is for. Each is optional and must allow verifying.
fn check_purpose(jwk: &Object<'_>) -> Result<(), KeyError> {
    if jwk.get("use").is_some_and(|purpose| purpose.as_str() != Some("sig")) {
        return Err(KeyError::NotForSignatures);
    }
    match jwk.get("key_ops") {
        None => Ok(()),
        Some(Json::Array(operations)) if operations.iter().any(|one| one.as_str() == Some("verify")) => {
            Ok(())
        }
        Some(_) => Err(KeyError::NotForVerifying),
    }
}

fn rsa(jwk: &Object<'_>) -> Result<PublicNumbers, KeyError> {
    let (n, e) = (number(jwk, "n")?, number(jwk, "e")?);
    rsa_modulus::check(&n, &e)?;
    Ok(PublicNumbers::Rsa(RsaPublicKeyComponents { n, e }))
}

fn elliptic(jwk: &Object<'_>) -> Result<(PublicNumbers, &'static [SignatureAlgorithm]), KeyError> {
    // A coordinate always has the full length of its curve (RFC 7518, section 6.2.1.2).
    let (length, algorithms): (usize, &[SignatureAlgorithm]) = match jwk.get("crv").and_then(Json::as_str) {
        Some("P-256") => (32, &[SignatureAlgorithm::Es256]),
        Some("P-384") => (48, &[SignatureAlgorithm::Es384]),
        _ => return Err(KeyError::UnknownCurve),
    };
    let (x, y) = (number(jwk, "x")?, number(jwk, "y")?);
    if x.len() != length || y.len() != length {
        return Err(KeyError::Malformed);
    }
    // The uncompressed form of SEC 1, section 2.3.3.
    Ok((PublicNumbers::Point([&[4], x.as_slice(), y.as_slice()].concat()), algorithms))
}

fn edwards(jwk: &Object<'_>) -> Result<(PublicNumbers, &'static [SignatureAlgorithm]), KeyError> {
    if jwk.get("crv").and_then(Json::as_str) != Some("Ed25519") {
        return Err(KeyError::UnknownCurve);
    }
    let point: [u8; 32] = number(jwk, "x")?.try_into().map_err(|_| KeyError::Malformed)?;
    edwards_point::check(&point)?;
    Ok((PublicNumbers::Point(point.to_vec()), &[SignatureAlgorithm::EdDsa]))
}

/// The bytes of a member that is base64url without padding.
fn number(jwk: &Object<'_>, member: &str) -> Result<Vec<u8>, KeyError> {
    let text = jwk.get(member).and_then(Json::as_str).ok_or(KeyError::Malformed)?;
    URL_SAFE_NO_PAD.decode(text).map_err(|_| KeyError::Malformed)
}

/// Omits the numbers, to keep logs short.
impl fmt::Debug for VerificationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerificationKey")
            .field("kid", &self.kid)
            .field("algorithms", &self.algorithms)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejects_key_of_another_family() {
        let rsa = PublicNumbers::Rsa(RsaPublicKeyComponents { n: vec![0xff; 256], e: vec![1, 0, 1] });
        let point = PublicNumbers::Point(vec![0; 32]);
        for algorithm in SignatureAlgorithm::ALL {
            let is_rsa = RSA_ALGORITHMS.contains(&algorithm);
            let not_for = TokenError::KeyIsNotForAlgorithm(algorithm.name());
            for (numbers, expected) in [
                (&rsa, if is_rsa { TokenError::BadSignature } else { not_for.clone() }),
                (&point, if is_rsa { not_for.clone() } else { TokenError::BadSignature }),
            ] {
                // The list of algorithms would allow it.
                let algorithms = SignatureAlgorithm::ALL.to_vec();
                let key = VerificationKey { kid: "k1".to_owned(), numbers: numbers.clone(), algorithms };
                assert_eq!(key.verify(algorithm, b"", b""), Err(expected), "{algorithm:?}");
            }
        }
    }

    #[test]
    fn rejects_algorithm_that_the_key_does_not_list() {
        let numbers = PublicNumbers::Rsa(RsaPublicKeyComponents { n: vec![0xff; 256], e: vec![1, 0, 1] });
        let key =
            VerificationKey { kid: "k1".to_owned(), numbers, algorithms: vec![SignatureAlgorithm::Rs256] };
        let outcome = key.verify(SignatureAlgorithm::Ps256, b"", b"");
        assert_eq!(outcome, Err(TokenError::KeyIsNotForAlgorithm("PS256")));
    }
}
