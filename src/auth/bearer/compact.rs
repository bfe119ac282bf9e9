//! A token as it arrived: three segments, of which only what picks a key may be read before the signature holds.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::SignatureAlgorithm;
use crate::auth::{Segment, TokenError};
use crate::json::Json;

/// The longest token, in bytes, that is looked at. API Gateway and function URLs bound all headers together (10,240
/// bytes for HTTP APIs, by the developer guide); Cognito's largest tokens stay under half of this.
pub const MAX_TOKEN_LENGTH: usize = 8 * 1024;

/// A token whose signature nobody has checked.
///
// INVARIANT (unverified): nothing but `alg`, `kid` and `iss` can be read from it, and those only to pick a key. The
// claims come out of `VerifiedToken`, which only a signature that holds can make.
#[derive(Debug)]
pub(super) struct UnverifiedToken<'t> {
    /// The first two segments and the dot between them: what the signature is over.
    pub(super) signing_input: &'t str,
    /// The third segment, canonical base64url.
    pub(super) signature: &'t str,
    pub(super) algorithm: SignatureAlgorithm,
    pub(super) kid: String,
    pub(super) kind: DeclaredType,
    pub(super) payload: Vec<u8>,
}

/// What the header's `typ` says the token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DeclaredType {
    /// Nothing: Cognito's tokens have no `typ`.
    Nothing,
    /// `JWT`
    Jwt,
    /// `at+jwt`, an access token of RFC 9068.
    AccessToken,
}

impl<'t> UnverifiedToken<'t> {
    /// Takes a token apart, refusing all that is not the compact serialisation of one signed token.
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
        decode(signature, Segment::Signature)?;
        let Header { algorithm, kid, kind } = Header::read(&header)?;
        let (signing_input, signature) =
            token.rsplit_once('.').ok_or(TokenError::SegmentCount { found: 1 })?;
        Ok(UnverifiedToken { signing_input, signature, algorithm, kid, kind, payload })
    }

    /// The `iss` that the token claims, which decides whose keys may verify it and nothing else.
    pub(super) fn claimed_issuer(&self) -> Result<String, TokenError> {
        let claims = read_object(&self.payload, Segment::Payload)?;
        match claims.as_object().and_then(|claims| claims.get("iss")) {
            Some(Json::String(issuer)) => Ok(issuer.clone().into_owned()),
            Some(other) => Err(TokenError::ClaimMistyped { claim: "iss".to_owned(), found: other.kind() }),
            None => Err(TokenError::ClaimMissing { claim: "iss".to_owned() }),
        }
    }
}

/// Reads a segment's text as a JSON object without repeats; the value returned is an object.
pub(super) fn read_object(text: &[u8], segment: Segment) -> Result<Json<'_>, TokenError> {
    let json = Json::parse(text).map_err(|_| TokenError::NotJson(segment))?;
    if json.as_object().is_none() {
        return Err(TokenError::NotAnObject(segment));
    }
    if json.has_repeated_members() {
        return Err(TokenError::RepeatedMember(segment));
    }
    Ok(json)
}

/// Decodes base64url in its one canonical form: no padding, no other alphabet, no bits left over in the last symbol.
/// Otherwise one token could be written in several ways, and "the same token" would mean different things to a cache,
/// a deny list and this verifier.
fn decode(segment_text: &str, segment: Segment) -> Result<Vec<u8>, TokenError> {
    URL_SAFE_NO_PAD.decode(segment_text).map_err(|_| TokenError::NotBase64Url(segment))
}

/// The members of a JOSE header that mean something here.
struct Header {
    algorithm: SignatureAlgorithm,
    kid: String,
    kind: DeclaredType,
}

impl Header {
    /// Members whose presence alone refuses a token.
    ///
    /// - `crit` and `b64`: extensions that must be understood, and none is (RFC 7515, section 4.1.11; RFC 7797).
    /// - `jwk`, `jku`, `x5c`, `x5u`: a key, or where to fetch one. Only the issuer's published keys count, and nothing
    ///   that a token names is ever fetched (RFC 8725, section 3.10).
    /// - `enc`, `zip`, `epk`: encryption; `cty`: another token nested inside (RFC 7519, section 5.2).
    ///
    /// The thumbprints `x5t` and `x5t#S256` only name a certificate; like unknown members they are ignored, as
    /// RFC 7515 asks.
    const FORBIDDEN: [&'static str; 10] =
        ["crit", "b64", "jwk", "jku", "x5c", "x5u", "enc", "zip", "epk", "cty"];

    fn read(text: &[u8]) -> Result<Self, TokenError> {
        let json = read_object(text, Segment::Header)?;
        let header = json.as_object().ok_or(TokenError::NotAnObject(Segment::Header))?;
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
    /// Media types compare without case, and `application/` may be left out (RFC 7515, section 4.1.9).
    fn of(name: &str) -> Result<Self, TokenError> {
        let lower = name.to_ascii_lowercase();
        match lower.strip_prefix("application/").unwrap_or(&lower) {
            "jwt" => Ok(DeclaredType::Jwt),
            "at+jwt" => Ok(DeclaredType::AccessToken),
            _ => Err(TokenError::TypeNotAccepted),
        }
    }
}
