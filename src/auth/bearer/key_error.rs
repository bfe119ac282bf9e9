//! Why a published key is rejected.

/// Why a key of a key set is rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The key is not a JSON object.
    #[error("not a JSON object")]
    NotAnObject,
    /// `kid` is missing, empty or not a string. Tokens must name their key.
    #[error("no `kid`")]
    NoKid,
    /// Another key of the set has the same `kid`.
    #[error("another key has the same `kid`")]
    KidRepeated,
    /// `kty` is missing or unknown.
    #[error("`kty` is missing or unknown")]
    UnknownType,
    /// The key is a shared secret (`kty` is `oct`), which must not be published and is never used here.
    #[error("a shared secret")]
    SharedSecret,
    /// The key has the private member `d`: anyone who reads the set can sign with it.
    #[error("a published private key")]
    Private,
    /// `use` is present and is not `sig`.
    #[error("`use` is not `sig`")]
    NotForSignatures,
    /// `key_ops` is present and is not an array with `verify`.
    #[error("`key_ops` has no `verify`")]
    NotForVerifying,
    /// `alg` is present and is not an accepted algorithm.
    #[error("`alg` is not an accepted algorithm")]
    AlgorithmNotAccepted,
    /// `alg` does not match `kty` and `crv`.
    #[error("`alg` does not match `kty` and `crv`")]
    AlgorithmIsNotForType,
    /// `crv` is missing or is not P-256, P-384 or Ed25519.
    #[error("`crv` is missing or not accepted")]
    UnknownCurve,
    /// A number of the key is missing, not base64url, or of the wrong length.
    #[error("a number is missing, not base64url, or of the wrong length")]
    Malformed,
    /// The RSA modulus has fewer than 2048 or more than 8192 bits.
    #[error("the modulus has fewer than 2048 or more than 8192 bits")]
    ModulusLength,
    /// The RSA exponent is even, below 65537 or above 2^33 - 1.
    #[error("the exponent is even, below 65537 or above 2^33 - 1")]
    Exponent,
    /// The RSA modulus has the form that ROCA (CVE-2017-15361) factors.
    #[error("the modulus has the form that ROCA (CVE-2017-15361) factors")]
    Roca,
    /// The Ed25519 point has order 1, 2, 4 or 8: anyone can make valid signatures.
    #[error("the point has small order: anyone can make valid signatures")]
    SmallOrder,
    /// The y coordinate of the Ed25519 point is not below 2^255 - 19, so it is a second encoding of another key.
    #[error("the point is not in its canonical encoding")]
    NotCanonical,
}
