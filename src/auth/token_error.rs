//! Why a bearer token is refused, one variant for each check: the log names the cause, the client never learns it.

use std::fmt;

use super::bearer::SignatureAlgorithm;

/// The check that a token, or the header that carried it, did not pass.
///
/// No variant and no text holds anything that the token's author chose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenError {
    /// The Authorization header holds a comma: two headers that were joined, or two credentials.
    SeveralCredentials,
    /// The header says `Bearer` and what follows is not one space-free token.
    NotOneToken,
    /// The token is longer than [`super::bearer::MAX_TOKEN_LENGTH`].
    TooLong,
    /// The token is JSON: one of the JSON serialisations of RFC 7515, which no bearer token may use.
    JsonSerialization,
    /// The token has five segments: an encrypted one (RFC 7516).
    Encrypted,
    /// The token has another number of segments than three.
    SegmentCount {
        /// How many it has.
        found: usize,
    },
    /// A segment is not base64url without padding in its one canonical form.
    NotBase64Url(Segment),
    /// A segment does not hold JSON text.
    NotJson(Segment),
    /// A segment holds JSON that is not an object.
    NotAnObject(Segment),
    /// A segment holds an object that names a member twice, at any depth.
    RepeatedMember(Segment),
    /// The header has a member that no token may carry here.
    ForbiddenHeader {
        /// The member's name.
        member: &'static str,
    },
    /// The header lacks a required member, or the member is of another kind than it must be, or empty.
    HeaderMember {
        /// The member's name.
        member: &'static str,
    },
    /// `alg` names nothing that is accepted: `none`, HMAC, or something unknown.
    AlgorithmNotAccepted,
    /// `typ` is there and is neither `JWT` nor `at+jwt`.
    TypeNotAccepted,
    /// `typ` is `at+jwt`, an access token, where an ID token is expected.
    AccessTokenForId,
    /// The settings trust no issuer of the token's name.
    UnknownIssuer,
    /// The issuer publishes no usable key of the token's `kid`.
    UnknownKey,
    /// The key that `kid` names is not for the algorithm that the header names.
    KeyIsNotForAlgorithm(SignatureAlgorithm),
    /// The signature does not hold.
    BadSignature,
    /// Another part of this process set up the JWT library first; nothing can be trusted, so nothing is.
    LibraryTaken,
    /// A required claim is not there.
    ClaimMissing {
        /// The claim's name, from the specification or the settings.
        claim: String,
    },
    /// A claim is there and is of another kind than it must be.
    ClaimMistyped {
        /// The claim's name, from the specification or the settings.
        claim: String,
        /// What it is instead, such as `an array`.
        found: &'static str,
    },
    /// A claim that must not be empty is.
    ClaimEmpty {
        /// The claim's name, from the settings.
        claim: String,
    },
    /// A time lies outside the years 1970 to 9999.
    TimeOutOfRange {
        /// The claim's name.
        claim: &'static str,
    },
    /// `iss` is not the issuer whose key verified the token.
    IssuerDiffers,
    /// `exp` has passed.
    Expired,
    /// `nbf` or `iat` is in the future.
    NotYetValid {
        /// The claim's name.
        claim: &'static str,
    },
    /// Neither `aud` nor, for a Cognito access token, `client_id` is an accepted audience.
    WrongAudience,
    /// `token_use` is there and is not what the settings ask for.
    WrongTokenUse,
    /// This machine's clock stands before 1970: no time can be judged.
    ClockUnset,
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

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Segment::Header => "header",
            Segment::Payload => "payload",
            Segment::Signature => "signature",
        })
    }
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TokenError::SeveralCredentials => f.write_str("the authorization header holds a comma"),
            TokenError::NotOneToken => f.write_str("`Bearer` is not followed by one space and one token"),
            TokenError::TooLong => {
                write!(f, "the token is longer than {} bytes", super::bearer::MAX_TOKEN_LENGTH)
            }
            TokenError::JsonSerialization => f.write_str("the token is a JSON serialisation"),
            TokenError::Encrypted => f.write_str("the token is an encrypted one"),
            TokenError::SegmentCount { found } => write!(f, "the token has {found} segments, not 3"),
            TokenError::NotBase64Url(segment) => {
                write!(f, "the {segment} is not base64url without padding in canonical form")
            }
            TokenError::NotJson(segment) => write!(f, "the {segment} is not JSON"),
            TokenError::NotAnObject(segment) => write!(f, "the {segment} is not a JSON object"),
            TokenError::RepeatedMember(segment) => write!(f, "the {segment} names a member twice"),
            TokenError::ForbiddenHeader { member } => write!(f, "the header has `{member}`"),
            TokenError::HeaderMember { member } => {
                write!(f, "the header's `{member}` is missing, empty or not a string")
            }
            TokenError::AlgorithmNotAccepted => f.write_str("`alg` is not an accepted algorithm"),
            TokenError::TypeNotAccepted => f.write_str("`typ` is neither `JWT` nor `at+jwt`"),
            TokenError::AccessTokenForId => {
                f.write_str("`typ` says access token where an id token is expected")
            }
            TokenError::UnknownIssuer => f.write_str("`iss` names no trusted issuer"),
            TokenError::UnknownKey => {
                f.write_str("`kid` names no key that the issuer publishes for signatures")
            }
            TokenError::KeyIsNotForAlgorithm(algorithm) => {
                write!(f, "the key that `kid` names is not for {}", algorithm.name())
            }
            TokenError::BadSignature => f.write_str("the signature does not hold"),
            TokenError::LibraryTaken => {
                f.write_str("the JWT library was set up by another part of this process: a bug")
            }
            TokenError::ClaimMissing { claim } => write!(f, "the claim `{claim}` is missing"),
            TokenError::ClaimMistyped { claim, found } => write!(f, "the claim `{claim}` is {found}"),
            TokenError::ClaimEmpty { claim } => write!(f, "the claim `{claim}` is empty"),
            TokenError::TimeOutOfRange { claim } => {
                write!(f, "the claim `{claim}` lies outside the years 1970 to 9999")
            }
            TokenError::IssuerDiffers => f.write_str("`iss` is not the issuer whose key verified the token"),
            TokenError::Expired => f.write_str("the token has expired"),
            TokenError::NotYetValid { claim } => write!(f, "the claim `{claim}` lies in the future"),
            TokenError::WrongAudience => f.write_str("the token is for another audience"),
            TokenError::WrongTokenUse => f.write_str("`token_use` is not what TOKEN_USE asks for"),
            TokenError::ClockUnset => f.write_str("this machine's clock stands before 1970"),
        }
    }
}

impl std::error::Error for TokenError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_names_the_segment_the_claim_or_the_header_that_did_not_pass() {
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
            (TokenError::BadSignature, "the signature does not hold"),
            (TokenError::Expired, "the token has expired"),
            (TokenError::WrongAudience, "the token is for another audience"),
        ] {
            assert_eq!(error.to_string(), text);
        }
    }
}
