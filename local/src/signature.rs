//! Checks that a request carries a Signature Version 4, and reads its region. The signature itself is not verified:
//! nothing here knows a secret.

use std::sync::LazyLock;

use fancy_regex::Regex;
use hyper::HeaderMap;
use hyper::header::AUTHORIZATION;

/// Why a request does not count as signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub(crate) struct SignatureError {
    /// the exception that AWS answers
    pub(crate) exception: &'static str,
    /// what is wrong, for a person
    pub(crate) message: String,
}

/// The region of the credential scope of a request that is signed for a service.
///
/// # Errors
/// When the Authorization or X-Amz-Date header is missing, incomplete or for another service.
pub(crate) fn region_of_signature(headers: &HeaderMap, service: &str) -> Result<String, SignatureError> {
    let Some(authorization) = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()) else {
        return Err(error("MissingAuthenticationTokenException", "no Authorization header"));
    };
    let Some(date) = headers.get("x-amz-date").and_then(|value| value.to_str().ok()) else {
        return Err(error("MissingAuthenticationTokenException", "no X-Amz-Date header"));
    };
    let pattern = AUTHORIZATION_PATTERN.as_ref().ok();
    let Some(parts) = pattern.and_then(|pattern| pattern.captures(authorization).ok().flatten()) else {
        return Err(error("IncompleteSignatureException", "the Authorization header is no complete SigV4"));
    };
    let part = |name: &str| parts.name(name).map(|found| found.as_str()).unwrap_or_default();
    if part("service") != service {
        let message = format!("the credential scope is not for the service `{service}`");
        return Err(error("InvalidSignatureException", &message));
    }
    if date.get(..8) != Some(part("date")) {
        return Err(error("InvalidSignatureException", "X-Amz-Date is not the date of the credential scope"));
    }
    let signed: Vec<&str> = part("headers").split(';').collect();
    if !signed.contains(&"host") || !signed.contains(&"x-amz-date") {
        return Err(error("InvalidSignatureException", "host and x-amz-date are not both signed"));
    }
    Ok(part("region").to_owned())
}

static AUTHORIZATION_PATTERN: LazyLock<Result<Regex, fancy_regex::Error>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"\AAWS4-HMAC-SHA256 Credential=[^/, ]+/(?<date>\d{8})/(?<region>[a-z0-9-]+)/(?<service>[a-z0-9-]+)/aws4_request, ?",
        r"SignedHeaders=(?<headers>[a-z0-9;-]+), ?Signature=[0-9a-f]{64}\z",
    ))
});

fn error(exception: &'static str, message: &str) -> SignatureError {
    SignatureError { exception, message: message.to_owned() }
}
