//! A token as it arrived: three segments. Before the signature is verified, only what selects a key may be read.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::algorithm::SignatureAlgorithm;
use crate::auth::claim_values;
use crate::auth::token_error::{MAX_TOKEN_LENGTH, Segment, TokenError};
use crate::json::{Json, Object};

/// A token whose signature is not verified.
///
// INVARIANT (unverified): only `alg`, `kid` and `iss` can be read from it, and only to select a key. The claims come from
// `VerifiedToken`, which needs a valid signature.
#[derive(Debug)]
pub(super) struct UnverifiedToken<'t> {
    /// The first two segments and the dot between them, which are signed.
    pub(super) signing_input: &'t str,
    pub(super) signature: Vec<u8>,
    pub(super) algorithm: SignatureAlgorithm,
    pub(super) kid: String,
    pub(super) kind: DeclaredType,
    pub(super) payload: Vec<u8>,
}

/// What the token is, by the header's `typ`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DeclaredType {
    /// No `typ`, as in Cognito's tokens.
    Nothing,
    /// `JWT`
    Jwt,
    /// `at+jwt`, an access token of RFC 9068.
    AccessToken,
}

impl<'t> UnverifiedToken<'t> {
    /// Parses the compact serialisation of one signed token and rejects everything else.
    pub(super) fn read(token: &'t str) -> Result<Self, TokenError> {
        if token.len() > MAX_TOKEN_LENGTH {
            return Err(TokenError::TooLong);
        }
        if token.starts_with('{') {
            return Err(TokenError::JsonSerialization);
        }
        let segments: Vec<&str> = token.split('.').collect();
        let [header, payload, signature] = *segments.as_slice() else {
            return Err(match segments.len() {
                5 => TokenError::Encrypted,
                found => TokenError::SegmentCount { found },
            });
        };
        let header = decode(header, Segment::Header)?;
        let payload = decode(payload, Segment::Payload)?;
        let signature = decode(signature, Segment::Signature)?;
        let Header { algorithm, kid, kind } = Header::read(&header)?;
        let (signing_input, _) = token.rsplit_once('.').ok_or(TokenError::SegmentCount { found: 1 })?;
        Ok(UnverifiedToken { signing_input, signature, algorithm, kid, kind, payload })
    }

    /// The claimed `iss`, which only decides whose keys may verify the token.
    pub(super) fn claimed_issuer(&self) -> Result<String, TokenError> {
        let claims = parse_object(&self.payload, Segment::Payload)?;
        claim_values::required_string(&claims, "iss").map(str::to_owned)
    }
}

/// Parses a segment as a JSON object without repeated members.
pub(super) fn parse_object(text: &[u8], segment: Segment) -> Result<Object<'_>, TokenError> {
    let json = Json::parse(text).map_err(|_| TokenError::NotJson(segment))?;
    let has_repeats = json.has_repeated_members();
    match json {
        Json::Object(_) if has_repeats => Err(TokenError::RepeatedMember(segment)),
        Json::Object(object) => Ok(object),
        _ => Err(TokenError::NotAnObject(segment)),
    }
}

/// Decodes base64url in its canonical form: no padding, no other alphabet, no unused bits set in the last symbol.
/// Otherwise one token could have several spellings, which a cache or a deny list would take for different tokens.
fn decode(segment_text: &str, segment: Segment) -> Result<Vec<u8>, TokenError> {
    URL_SAFE_NO_PAD.decode(segment_text).map_err(|_| TokenError::NotBase64Url(segment))
}

/// The members of a JOSE header that are used.
struct Header {
    algorithm: SignatureAlgorithm,
    kid: String,
    kind: DeclaredType,
}

impl Header {
    /// Members that no token may have.
    ///
    /// - `crit` and `b64`: extensions that a verifier must support, and none is supported (RFC 7515, section 4.1.11;
    ///   RFC 7797).
    /// - `jwk`, `jku`, `x5c`, `x5u`: a key, or where to fetch one. Only the issuer's published keys count, and nothing
    ///   that a token names is ever fetched (RFC 8725, section 3.10).
    /// - `enc`, `zip`, `epk`: encryption; `cty`: a nested token (RFC 7519, section 5.2).
    ///
    /// The thumbprints `x5t` and `x5t#S256` only name a certificate; they are ignored like unknown members, as RFC 7515
    /// requires.
    const FORBIDDEN: [&'static str; 10] =
        ["crit", "b64", "jwk", "jku", "x5c", "x5u", "enc", "zip", "epk", "cty"];

    fn read(text: &[u8]) -> Result<Self, TokenError> {
        let header = parse_object(text, Segment::Header)?;
        for member in Self::FORBIDDEN {
            if header.get(member).is_some() {
                return Err(TokenError::ForbiddenHeader { member });
            }
        }
        let name =
            header.get("alg").and_then(Json::as_str).ok_or(TokenError::HeaderMember { member: "alg" })?;
        let algorithm = SignatureAlgorithm::from_name(name).ok_or(TokenError::AlgorithmNotAccepted)?;
        let kid = header
            .get("kid")
            .and_then(Json::as_str)
            .filter(|kid| !kid.is_empty())
            .ok_or(TokenError::HeaderMember { member: "kid" })?;
        let kind = match header.get("typ") {
            None => DeclaredType::Nothing,
            Some(Json::String(name)) => DeclaredType::of(name)?,
            Some(_) => return Err(TokenError::HeaderMember { member: "typ" }),
        };
        Ok(Header { algorithm, kid: kid.to_owned(), kind })
    }
}

impl DeclaredType {
    /// Media types ignore case, and `application/` is optional (RFC 7515, section 4.1.9).
    fn of(name: &str) -> Result<Self, TokenError> {
        let lower = name.to_ascii_lowercase();
        match lower.strip_prefix("application/").unwrap_or(&lower) {
            "jwt" => Ok(DeclaredType::Jwt),
            "at+jwt" => Ok(DeclaredType::AccessToken),
            _ => Err(TokenError::TypeNotAccepted),
        }
    }
}
