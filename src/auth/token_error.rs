//! Why a bearer token is refused, one variant for each check. The log names the cause; the client never learns it.

/// The maximum length of a token, in bytes. API Gateway bounds all headers together (10,240 bytes for HTTP APIs, by the
/// developer guide); Cognito's largest tokens stay under half of this.
pub const MAX_TOKEN_LENGTH: usize = 8 * 1024;

/// The check that a token, or the header that carried it, failed.
///
/// No variant and no text has anything that the token's author chose.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// The Authorization header has a comma: two headers that were joined, or two credentials.
    #[error("the authorization header has a comma")]
    SeveralCredentials,
    /// The header says `Bearer`, but not exactly one token without white space follows.
    #[error("`Bearer` is not followed by one space and one token")]
    NotOneToken,
    /// The token is longer than [`MAX_TOKEN_LENGTH`].
    #[error("the token is longer than {} bytes", MAX_TOKEN_LENGTH)]
    TooLong,
    /// The token is JSON: one of the JSON serialisations of RFC 7515, which no bearer token may use.
    #[error("the token is a JSON serialisation")]
    JsonSerialization,
    /// The token has five segments: it is encrypted (RFC 7516).
    #[error("the token is encrypted")]
    Encrypted,
    /// The token does not have three segments.
    #[error("the token has {found} segments, not 3")]
    SegmentCount {
        /// How many it has.
        found: usize,
    },
    /// A segment is not base64url without padding in its one canonical form.
    #[error("the {0} is not base64url without padding in canonical form")]
    NotBase64Url(Segment),
    /// A segment is not JSON.
    #[error("the {0} is not JSON")]
    NotJson(Segment),
    /// A segment is JSON, but not an object.
    #[error("the {0} is not a JSON object")]
    NotAnObject(Segment),
    /// A segment has an object with a repeated member, at any depth.
    #[error("the {0} names a member twice")]
    RepeatedMember(Segment),
    /// The header has a member that is not allowed.
    #[error("the header has `{member}`")]
    ForbiddenHeader {
        /// The member's name.
        member: &'static str,
    },
    /// A required member of the header is missing or empty, or a member is not a string.
    #[error("the header's `{member}` is missing, empty or not a string")]
    HeaderMember {
        /// The member's name.
        member: &'static str,
    },
    /// `alg` is `none`, an HMAC or unknown.
    #[error("`alg` is not an accepted algorithm")]
    AlgorithmNotAccepted,
    /// `typ` is present and is neither `JWT` nor `at+jwt`.
    #[error("`typ` is neither `JWT` nor `at+jwt`")]
    TypeNotAccepted,
    /// `typ` is `at+jwt`, an access token, but the settings ask for an ID token.
    #[error("`typ` says access token where an id token is expected")]
    AccessTokenForId,
    /// The settings trust no issuer with this `iss`.
    #[error("`iss` names no trusted issuer")]
    UnknownIssuer,
    /// The issuer publishes no usable key with the token's `kid`.
    #[error("`kid` names no key that the issuer publishes for signatures")]
    UnknownKey,
    /// The key that `kid` names is not for the algorithm that the header names, which this holds.
    #[error("the key that `kid` names is not for {0}")]
    KeyIsNotForAlgorithm(&'static str),
    /// The signature is invalid.
    #[error("the signature is invalid")]
    BadSignature,
    /// A required claim is missing.
    #[error("the claim `{claim}` is missing")]
    ClaimMissing {
        /// The claim's name, from the specification or the settings.
        claim: String,
    },
    /// A claim has the wrong type.
    #[error("the claim `{claim}` is {found}")]
    ClaimMistyped {
        /// The claim's name, from the specification or the settings.
        claim: String,
        /// What it is instead, such as `an array`.
        found: &'static str,
    },
    /// A claim that must not be empty is empty.
    #[error("the claim `{claim}` is empty")]
    ClaimEmpty {
        /// The claim's name, from the settings.
        claim: String,
    },
    /// A time is outside the years 1970 to 9999.
    #[error("the claim `{claim}` is outside the years 1970 to 9999")]
    TimeOutOfRange {
        /// The claim's name.
        claim: &'static str,
    },
    /// `iss` is not the issuer whose key verified the token.
    #[error("`iss` is not the issuer whose key verified the token")]
    IssuerDiffers,
    /// `exp` has passed.
    #[error("the token has expired")]
    Expired,
    /// `nbf` or `iat` is in the future.
    #[error("the claim `{claim}` is in the future")]
    NotYetValid {
        /// The claim's name.
        claim: &'static str,
    },
    /// Neither `aud` nor, for a Cognito access token, `client_id` is an accepted audience.
    #[error("the token is for another audience")]
    WrongAudience,
    /// `token_use` is present and is not what the settings ask for.
    #[error("`token_use` is not what TOKEN_USE asks for")]
    WrongTokenUse,
    /// This machine's clock is before 1970, so no time can be checked.
    #[error("this machine's clock is before 1970")]
    ClockUnset,
}

impl TokenError {
    pub(super) fn missing(claim: &str) -> Self {
        TokenError::ClaimMissing { claim: claim.to_owned() }
    }

    pub(super) fn mistyped(claim: &str, found: &'static str) -> Self {
        TokenError::ClaimMistyped { claim: claim.to_owned(), found }
    }
}

/// One of the three segments of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Segment {
    /// The first, the JOSE header.
    Header,
    /// The second, the claims.
    Payload,
    /// The third.
    Signature,
}

impl std::fmt::Display for Segment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Segment::Header => "header",
            Segment::Payload => "payload",
            Segment::Signature => "signature",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_names_the_segment_claim_or_header_that_failed() {
        for (error, text) in [
            (TokenError::NotJson(Segment::Header), "the header is not JSON"),
            (TokenError::NotJson(Segment::Payload), "the payload is not JSON"),
            (TokenError::RepeatedMember(Segment::Payload), "the payload names a member twice"),
            (
                TokenError::NotBase64Url(Segment::Signature),
                "the signature is not base64url without padding in canonical form",
            ),
            (TokenError::SegmentCount { found: 2 }, "the token has 2 segments, not 3"),
            (TokenError::ForbiddenHeader { member: "jku" }, "the header has `jku`"),
            (TokenError::TooLong, "the token is longer than 8192 bytes"),
            (TokenError::BadSignature, "the signature is invalid"),
            (TokenError::Expired, "the token has expired"),
            (TokenError::WrongAudience, "the token is for another audience"),
        ] {
            assert_eq!(error.to_string(), text);
        }
    }
}
