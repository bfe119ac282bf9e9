//! One JSON Web Key (RFC 7517, RFC 7518 section 6, RFC 8037): what it takes to verify signatures with it.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::DecodingKey;

use super::{SignatureAlgorithm, edwards_point, rsa_modulus};
use crate::json::{Json, Object};

/// A public key that may verify signatures, and with which algorithms.
#[derive(Clone)]
pub(super) struct VerificationKey {
    pub(super) kid: String,
    pub(super) material: DecodingKey,
    algorithms: Vec<SignatureAlgorithm>,
}

/// Why a key is left out of its set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyError {
    /// It is not a JSON object.
    NotAnObject,
    /// It has no `kid`, an empty one, or one that is not a string. Tokens must name their key.
    NoKid,
    /// Another key of the set has the same `kid`.
    KidRepeated,
    /// `kty` is missing or unknown.
    UnknownType,
    /// It is a shared secret (`kty` is `oct`), which nobody may publish and nothing here may use.
    SharedSecret,
    /// It has the private member `d`: whoever reads the set can sign with it.
    Private,
    /// `use` is there and is not `sig`.
    NotForSignatures,
    /// `key_ops` is there and is not an array with `verify`.
    NotForVerifying,
    /// `alg` is there and is not an accepted algorithm.
    AlgorithmNotAccepted,
    /// `alg` does not go with `kty` and `crv`.
    AlgorithmIsNotForType,
    /// `crv` is missing or none of P-256, P-384 and Ed25519.
    UnknownCurve,
    /// A number of the key is missing, not base64url, or of another length than its curve has.
    Malformed,
    /// The RSA modulus has fewer than 2048 or more than 8192 bits.
    ModulusLength,
    /// The RSA exponent is even, below 65537 or above 2^33 - 1.
    Exponent,
    /// The RSA modulus has the shape of those that ROCA (CVE-2017-15361) factors.
    Roca,
    /// The Ed25519 point has order 1, 2, 4 or 8: anybody can make signatures that verify.
    SmallOrder,
    /// The y coordinate of the Ed25519 point is not below 2^255 - 19: a second encoding of another key.
    NotCanonical,
}

impl VerificationKey {
    /// Whether the key may verify signatures of this algorithm: its `alg` says so or, where it has none, its type.
    pub(super) fn is_for(&self, algorithm: SignatureAlgorithm) -> bool {
        self.algorithms.contains(&algorithm)
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
        let (material, fitting) = match kty {
            "RSA" => (rsa(jwk)?, RSA_ALGORITHMS),
            "EC" => elliptic(jwk)?,
            "OKP" => edwards(jwk)?,
            _ => return Err(KeyError::UnknownType),
        };
        let algorithms = match jwk.get("alg") {
            None => fitting.to_vec(),
            Some(Json::String(name)) => {
                let algorithm = SignatureAlgorithm::from_name(name).ok_or(KeyError::AlgorithmNotAccepted)?;
                if !fitting.contains(&algorithm) {
                    return Err(KeyError::AlgorithmIsNotForType);
                }
                vec![algorithm]
            }
            Some(_) => return Err(KeyError::AlgorithmNotAccepted),
        };
        Ok(VerificationKey { kid: kid.to_owned(), material, algorithms })
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

/// `use` and `key_ops` say what a key is for. Either may be absent; whichever is there must allow verifying.
fn check_purpose(jwk: &Object<'_>) -> Result<(), KeyError> {
    match jwk.get("use") {
        None => {}
        Some(Json::String(purpose)) if purpose == "sig" => {}
        Some(_) => return Err(KeyError::NotForSignatures),
    }
    match jwk.get("key_ops") {
        None => Ok(()),
        Some(Json::Array(operations)) if operations.iter().any(|one| one.as_str() == Some("verify")) => {
            Ok(())
        }
        Some(_) => Err(KeyError::NotForVerifying),
    }
}

fn rsa(jwk: &Object<'_>) -> Result<DecodingKey, KeyError> {
    let modulus = number(jwk, "n")?;
    let exponent = number(jwk, "e")?;
    rsa_modulus::check(&modulus, &exponent)?;
    Ok(DecodingKey::from_rsa_raw_components(&modulus, &exponent))
}

fn elliptic(jwk: &Object<'_>) -> Result<(DecodingKey, &'static [SignatureAlgorithm]), KeyError> {
    // A coordinate is always written at the full length of its curve (RFC 7518, section 6.2.1.2).
    let (length, algorithms): (usize, &[SignatureAlgorithm]) = match jwk.get("crv").and_then(Json::as_str) {
        Some("P-256") => (32, &[SignatureAlgorithm::Es256]),
        Some("P-384") => (48, &[SignatureAlgorithm::Es384]),
        _ => return Err(KeyError::UnknownCurve),
    };
    let (x, y) = (number(jwk, "x")?, number(jwk, "y")?);
    if x.len() != length || y.len() != length {
        return Err(KeyError::Malformed);
    }
    // The uncompressed form of SEC 1, section 2.3.3. That the point lies on the curve is checked by each verification.
    let point = [&[4], x.as_slice(), y.as_slice()].concat();
    Ok((DecodingKey::from_ec_der(&point), algorithms))
}

fn edwards(jwk: &Object<'_>) -> Result<(DecodingKey, &'static [SignatureAlgorithm]), KeyError> {
    if jwk.get("crv").and_then(Json::as_str) != Some("Ed25519") {
        return Err(KeyError::UnknownCurve);
    }
    let point: [u8; 32] = number(jwk, "x")?.try_into().map_err(|_| KeyError::Malformed)?;
    edwards_point::check(&point)?;
    Ok((DecodingKey::from_ed_der(&point), &[SignatureAlgorithm::EdDsa]))
}

/// The bytes of a member that is base64url without padding.
fn number(jwk: &Object<'_>, member: &str) -> Result<Vec<u8>, KeyError> {
    let text = jwk.get(member).and_then(Json::as_str).ok_or(KeyError::Malformed)?;
    URL_SAFE_NO_PAD.decode(text).map_err(|_| KeyError::Malformed)
}

impl fmt::Debug for VerificationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerificationKey")
            .field("kid", &self.kid)
            .field("algorithms", &self.algorithms)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            KeyError::NotAnObject => "not a JSON object",
            KeyError::NoKid => "no `kid`",
            KeyError::KidRepeated => "another key has the same `kid`",
            KeyError::UnknownType => "`kty` is missing or unknown",
            KeyError::SharedSecret => "a shared secret",
            KeyError::Private => "a private key, published",
            KeyError::NotForSignatures => "`use` is not `sig`",
            KeyError::NotForVerifying => "`key_ops` has no `verify`",
            KeyError::AlgorithmNotAccepted => "`alg` is not an accepted algorithm",
            KeyError::AlgorithmIsNotForType => "`alg` does not go with `kty` and `crv`",
            KeyError::UnknownCurve => "`crv` is missing or not accepted",
            KeyError::Malformed => "a number is missing, not base64url, or of the wrong length",
            KeyError::ModulusLength => "the modulus has fewer than 2048 or more than 8192 bits",
            KeyError::Exponent => "the exponent is even, below 65537 or above 2^33 - 1",
            KeyError::Roca => "the modulus has the shape that ROCA (CVE-2017-15361) factors",
            KeyError::SmallOrder => "the point has small order: anybody can make signatures that verify",
            KeyError::NotCanonical => "the point is not in its canonical encoding",
        })
    }
}
