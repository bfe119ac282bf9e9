//! Which authorities are trusted: a few that are built in for AWS's own hosts, else those that the system has.
//!
//! AWS names these five as what a client should trust, and asks for nothing narrower (Amazon Trust Services; "How to
//! prepare for AWS's move to its own certificate authority", AWS Security Blog). They are not there for safety: they
//! are in the system's store as well, and a certificate that none of them vouches for is checked against that.

use std::error::Error;

use http::Uri;

/// The built-in authorities, in PEM. Taken from Mozilla's list by way of Debian's package ca-certificates; a test holds
/// each to the SHA-256 fingerprint that <https://www.amazontrust.com/repository/> publishes.
pub const BUILT_IN_ROOTS: [&str; 5] = [
    include_str!("amazon-root-ca-1.pem"),
    include_str!("amazon-root-ca-2.pem"),
    include_str!("amazon-root-ca-3.pem"),
    include_str!("amazon-root-ca-4.pem"),
    include_str!("starfield-services-root-g2.pem"),
];

/// Names below which AWS's own services are, Chime and Cognito among them.
const AWS_DOMAINS: [&str; 2] = [".amazonaws.com", ".api.aws"];

/// The authorities that a connection's certificate is checked against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trust {
    /// The few that are built in. Tried first for AWS's own hosts: reading a whole system's store takes some nine
    /// million instructions, twice what all else does until the first request is answered.
    BuiltIn,
    /// Those that the system has.
    System,
}

/// Whom to trust first for this address.
pub(super) fn trust_for(uri: &Uri) -> Trust {
    let is_aws = |host: &str| AWS_DOMAINS.iter().any(|domain| host.to_ascii_lowercase().ends_with(domain));
    // Without TLS nobody needs to be trusted.
    let needs_system = uri.scheme_str() == Some("https") && !uri.host().is_some_and(is_aws);
    if needs_system { Trust::System } else { Trust::BuiltIn }
}

/// Whether an attempt failed because no authority that was asked vouches for the certificate. Nothing of the request
/// has been sent then.
pub(super) fn is_from_unknown_authority(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer)) =
            error.downcast_ref()
        {
            return true;
        }
        // An `io::Error` does not call what it carries its source.
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
    fn the_built_in_roots_are_those_that_amazon_publishes() {
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
    fn only_aws_itself_is_asked_to_show_one_of_its_own_authorities() {
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
    fn an_unknown_authority_is_told_from_everything_else_however_deep_it_is() {
        let unknown = rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer);
        assert!(is_from_unknown_authority(&std::io::Error::other(std::io::Error::other(unknown))));
        let expired = rustls::Error::InvalidCertificate(rustls::CertificateError::Expired);
        assert!(!is_from_unknown_authority(&std::io::Error::other(expired)));
        assert!(!is_from_unknown_authority(&std::io::Error::from(std::io::ErrorKind::ConnectionReset)));
    }
}
