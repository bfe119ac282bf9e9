//! The signature algorithms that are accepted. What is not in this list cannot be named further inside.

/// A signature algorithm of RFC 7518 or RFC 8037 that a token may be signed with.
///
// INVARIANT (no weak algorithm): there is no variant for `none` and none for HMAC, so no key, no table and no branch
// after the header is read can choose them.
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
    /// Ed25519; the name also stands for Ed448, which no key here can have.
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

    /// The algorithm of that registered name. Names are case-sensitive (RFC 7515, section 4.1.1).
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_back_to_its_algorithm() {
        for algorithm in SignatureAlgorithm::ALL {
            assert_eq!(SignatureAlgorithm::from_name(algorithm.name()), Some(algorithm));
        }
    }

    #[test]
    fn names_that_are_weak_unknown_or_in_another_case_lead_nowhere() {
        for name in [
            "none", "None", "NONE", "nOnE", "", "HS256", "HS384", "HS512", "rs256", "ES512", "ES521",
            "RSA1_5",
        ] {
            assert_eq!(SignatureAlgorithm::from_name(name), None, "{name}");
        }
    }
}
