//! The trusted certificate authorities: five built-in ones for AWS's hosts, else the system's.
//!
//! AWS recommends that clients trust these five and not fewer (Amazon Trust Services; "How to prepare for AWS's move to
//! its own certificate authority", AWS Security Blog). They are built in for speed, not for security: the system's
//! store has them too, and certificates of other authorities are checked against it.

use std::error::Error;

use http::Uri;

/// The built-in authorities, in PEM, from Mozilla's list in Debian's package ca-certificates. A test compares each with
/// the SHA-256 fingerprint on <https://www.amazontrust.com/repository/>.
pub const BUILT_IN_ROOTS: [&str; 5] = [
    include_str!("amazon-root-ca-1.pem"),
    include_str!("amazon-root-ca-2.pem"),
    include_str!("amazon-root-ca-3.pem"),
    include_str!("amazon-root-ca-4.pem"),
    include_str!("starfield-services-root-g2.pem"),
];

/// Domains of AWS's services, including Chime and Cognito.
const AWS_DOMAINS: [&str; 2] = [".amazonaws.com", ".api.aws"];

/// The authorities that a connection's certificate is checked against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trust {
    /// The built-in authorities, tried first for AWS's hosts. Reading the system's store takes about nine million
    /// instructions, twice as many as everything else up to the first answer.
    BuiltIn,
    /// The system's authorities.
    System,
}

/// The authorities to try first for this address.
pub(super) fn trust_for(uri: &Uri) -> Trust {
    let is_aws = |host: &str| AWS_DOMAINS.iter().any(|domain| host.to_ascii_lowercase().ends_with(domain));
    // Without TLS, the authorities do not matter.
    let needs_system = uri.scheme_str() == Some("https") && !uri.host().is_some_and(is_aws);
    if needs_system { Trust::System } else { Trust::BuiltIn }
}

/// Whether a request failed because no trusted authority issued the certificate. Then nothing of the request was sent.
pub(super) fn is_from_unknown_authority(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer)) =
            error.downcast_ref()
        {
            return true;
        }
        // `io::Error::source` skips the error inside, so it is taken with `get_ref`.
        next = match error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    false
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;

    use super::*;

    #[test]
    fn the_built_in_roots_have_the_fingerprints_that_amazon_publishes() {
        let published = [
            "8ecde6884f3d87b1125ba31ac3fcb13d7016de7f57cc904fe1cb97c6ae98196e",
            "1ba5b2aa8c65401a82960118f80bec4f62304d83cec4713a19c39c011ea46db4",
            "18ce6cfe7bf14e60b2e347b8dfe868cb31d02ebb3ada271569f50343b46db3a4",
            "e35d28419ed02025cfa69038cd623962458da5c695fbdea3c22b0bfb25897092",
            "568d6905a2c88708a4b3025190edcfedb1974a606a13c6e5290fcb2ae63edab5",
        ];
        let fingerprints = BUILT_IN_ROOTS.map(|pem| {
            let lines: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
            let certificate = BASE64_STANDARD.decode(lines).unwrap();
            let digest = ring::digest::digest(&ring::digest::SHA256, &certificate);
            digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect::<String>()
        });
        assert_eq!(fingerprints, published);
    }

    #[test]
    fn tries_the_built_in_authorities_only_for_hosts_of_aws() {
        for (address, expected) in [
            ("https://meetings-chime.us-east-1.amazonaws.com/meetings", Trust::BuiltIn),
            ("https://COGNITO-IDP.eu-central-1.AmazonAWS.com/pool", Trust::BuiltIn),
            ("https://vpce-1-2.meetings-chime.us-east-1.vpce.amazonaws.com", Trust::BuiltIn),
            ("https://meetings-chime.us-east-1.api.aws", Trust::BuiltIn),
            ("http://127.0.0.1:8080", Trust::BuiltIn),
            ("https://localhost:8443", Trust::System),
            ("https://issuer.example.com/keys", Trust::System),
            ("https://amazonaws.com.example.com", Trust::System),
            ("https://notamazonaws.com", Trust::System),
        ] {
            assert_eq!(trust_for(&address.parse().unwrap()), expected, "{address}");
        }
    }

    #[test]
    fn recognises_an_unknown_authority_as_a_nested_cause() {
        let unknown = rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer);
        assert!(is_from_unknown_authority(&std::io::Error::other(std::io::Error::other(unknown))));
        let expired = rustls::Error::InvalidCertificate(rustls::CertificateError::Expired);
        assert!(!is_from_unknown_authority(&std::io::Error::other(expired)));
        assert!(!is_from_unknown_authority(&std::io::Error::from(std::io::ErrorKind::ConnectionReset)));
    }
}
