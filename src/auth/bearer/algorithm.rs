//! The accepted signature algorithms, and what ring verifies each with.

use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256,
    RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, RsaParameters, VerificationAlgorithm,
};

/// A signature algorithm of RFC 7518 or RFC 8037 that a token may be signed with.
///
// INVARIANT (no weak algorithm): `none` and HMAC have no variant, so no key and no code can choose them once the header
// is parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureAlgorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    Rs384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    Rs512,
    /// RSASSA-PSS with SHA-256.
    Ps256,
    /// RSASSA-PSS with SHA-384.
    Ps384,
    /// RSASSA-PSS with SHA-512.
    Ps512,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// ECDSA on P-384 with SHA-384.
    Es384,
    /// Ed25519. The name also stands for Ed448, but no key here can have that curve.
    EdDsa,
}

impl SignatureAlgorithm {
    /// Every accepted algorithm.
    pub const ALL: [SignatureAlgorithm; 9] = [
        SignatureAlgorithm::Rs256,
        SignatureAlgorithm::Rs384,
        SignatureAlgorithm::Rs512,
        SignatureAlgorithm::Ps256,
        SignatureAlgorithm::Ps384,
        SignatureAlgorithm::Ps512,
        SignatureAlgorithm::Es256,
        SignatureAlgorithm::Es384,
        SignatureAlgorithm::EdDsa,
    ];

    /// The algorithm with this registered name. Names are case-sensitive (RFC 7515, section 4.1.1).
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }

    /// The name in the registry of JSON Web Signature algorithms.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            SignatureAlgorithm::Rs256 => "RS256",
            SignatureAlgorithm::Rs384 => "RS384",
            SignatureAlgorithm::Rs512 => "RS512",
            SignatureAlgorithm::Ps256 => "PS256",
            SignatureAlgorithm::Ps384 => "PS384",
            SignatureAlgorithm::Ps512 => "PS512",
            SignatureAlgorithm::Es256 => "ES256",
            SignatureAlgorithm::Es384 => "ES384",
            SignatureAlgorithm::EdDsa => "EdDSA",
        }
    }

    /// The names of ring's RSA algorithms have the bounds of the modulus, 2048 to 8192 bits, which ring checks. FIXED: an
    /// ECDSA signature is r and s side by side (RFC 7518, section 3.4), never ASN.1.
    pub(super) fn ring(self) -> RingAlgorithm {
        match self {
            SignatureAlgorithm::Rs256 => RingAlgorithm::Rsa(&RSA_PKCS1_2048_8192_SHA256),
            SignatureAlgorithm::Rs384 => RingAlgorithm::Rsa(&RSA_PKCS1_2048_8192_SHA384),
            SignatureAlgorithm::Rs512 => RingAlgorithm::Rsa(&RSA_PKCS1_2048_8192_SHA512),
            SignatureAlgorithm::Ps256 => RingAlgorithm::Rsa(&RSA_PSS_2048_8192_SHA256),
            SignatureAlgorithm::Ps384 => RingAlgorithm::Rsa(&RSA_PSS_2048_8192_SHA384),
            SignatureAlgorithm::Ps512 => RingAlgorithm::Rsa(&RSA_PSS_2048_8192_SHA512),
            SignatureAlgorithm::Es256 => RingAlgorithm::Point(&ECDSA_P256_SHA256_FIXED),
            SignatureAlgorithm::Es384 => RingAlgorithm::Point(&ECDSA_P384_SHA384_FIXED),
            SignatureAlgorithm::EdDsa => RingAlgorithm::Point(&ED25519),
        }
    }
}

/// ring's algorithm, by the kind of key that it takes.
pub(super) enum RingAlgorithm {
    /// A modulus and an exponent.
    Rsa(&'static RsaParameters),
    /// A point of a curve.
    Point(&'static dyn VerificationAlgorithm),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_each_algorithm_by_its_name() {
        for algorithm in SignatureAlgorithm::ALL {
            assert_eq!(SignatureAlgorithm::from_name(algorithm.name()), Some(algorithm));
        }
    }

    #[test]
    fn rejects_names_that_are_weak_unknown_or_in_another_case() {
        for name in [
            "none", "None", "NONE", "nOnE", "", "HS256", "HS384", "HS512", "rs256", "ES512", "ES521",
            "RSA1_5",
        ] {
            assert_eq!(SignatureAlgorithm::from_name(name), None, "{name}");
        }
    }
}
