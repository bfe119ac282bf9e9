//! The claims of a token whose signature holds: is it for this gateway, now, and whom does it name?

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::compact::{DeclaredType, UnverifiedToken, read_object};
use super::{IssuerSettings, KeySet, TokenUse, signature};
use crate::auth::{AuthenticationError, Caller, Segment, TenantError, TokenError, claim_values};
use crate::json::{Json, Object};

/// How far this machine's clock and the issuer's may differ.
///
/// It trades refusing honest tokens (a clock that is a little behind sees `iat` in the future) against accepting ones
/// that are up to this much past their end. Machines that set their clocks by NTP, as all of AWS does, differ by
/// milliseconds; half a minute covers an issuer with a badly kept clock and stays short beside a token's life of
/// minutes to an hour.
pub const LEEWAY: Duration = Duration::from_secs(30);

/// A token whose signature holds under a key of one issuer.
///
// INVARIANT (verified): made only by `verify`, so claims can be read only behind a signature that holds.
#[derive(Debug)]
pub(super) struct VerifiedToken {
    kind: DeclaredType,
    payload: Vec<u8>,
}

impl VerifiedToken {
    /// Checks the signature with the one key of `keys` that the token's header names.
    pub(super) fn verify(token: UnverifiedToken<'_>, keys: &KeySet) -> Result<Self, TokenError> {
        let key = keys.find(&token.kid, token.algorithm)?;
        signature::verify(token.algorithm, &key.material, token.signing_input, token.signature)?;
        Ok(VerifiedToken { kind: token.kind, payload: token.payload })
    }

    /// The caller that the claims name, when every check on them holds at `now`.
    pub(super) fn caller(
        &self,
        issuer: &IssuerSettings,
        now: SystemTime,
    ) -> Result<Caller, AuthenticationError> {
        let json = read_object(&self.payload, Segment::Payload).map_err(AuthenticationError::InvalidToken)?;
        let claims = json
            .as_object()
            .ok_or(TokenError::NotAnObject(Segment::Payload))
            .map_err(AuthenticationError::InvalidToken)?;
        let (subject, scopes, groups) =
            self.check(claims, issuer, now).map_err(AuthenticationError::InvalidToken)?;
        let tenant = claim_values::tenant(claims, &issuer.claim_names.tenant)
            .and_then(|tenant| issuer.owns(tenant))
            .map_err(AuthenticationError::NoTenant)?;
        Ok(Caller::new(tenant, subject, scopes, groups))
    }

    fn check(
        &self,
        claims: &Object<'_>,
        issuer: &IssuerSettings,
        now: SystemTime,
    ) -> Result<(String, Vec<String>, Vec<String>), TokenError> {
        // Again, now that the claims are the issuer's: what picked the key was only what the token claimed.
        if required_string(claims, "iss")? != issuer.issuer {
            return Err(TokenError::IssuerDiffers);
        }
        check_times(claims, now)?;
        check_token_use(claims, self.kind, issuer.token_use)?;
        check_audience(claims, &issuer.audiences)?;
        // Read here or not, a token that breaks RFC 7519 (sections 4.1.2 and 4.1.7) is not one to trust in the rest.
        for claim in ["sub", "jti"] {
            if let Some(found) = claims.get(claim).filter(|value| value.as_str().is_none()) {
                return Err(mistyped(claim, found.kind()));
            }
        }
        Ok((
            subject(claims, &issuer.claim_names.subject)?,
            scopes(claims, &issuer.claim_names.scope)?,
            groups(claims, &issuer.claim_names.groups)?,
        ))
    }
}

impl IssuerSettings {
    /// The tenant, when this issuer may speak for it.
    fn owns(&self, tenant: String) -> Result<String, TenantError> {
        match &self.tenants {
            Some(tenants) if !tenants.contains(&tenant) => {
                Err(TenantError::NotTheIssuers { claim: self.claim_names.tenant.clone() })
            }
            _ => Ok(tenant),
        }
    }
}

/// The caller's identifier, from the claim of the settings. No other claim takes its place: people who share a subject
/// share idempotency keys.
fn subject(claims: &Object<'_>, name: &str) -> Result<String, TokenError> {
    match claim_values::find(claims, name) {
        None => Err(TokenError::ClaimMissing { claim: name.to_owned() }),
        Some(Json::String(subject)) if subject.is_empty() => {
            Err(TokenError::ClaimEmpty { claim: name.to_owned() })
        }
        Some(Json::String(subject)) => Ok(subject.clone().into_owned()),
        Some(other) => Err(mistyped(name, other.kind())),
    }
}

fn required_string<'c>(claims: &'c Object<'_>, claim: &str) -> Result<&'c str, TokenError> {
    match claims.get(claim) {
        None => Err(TokenError::ClaimMissing { claim: claim.to_owned() }),
        Some(Json::String(text)) => Ok(text),
        Some(other) => Err(mistyped(claim, other.kind())),
    }
}

fn mistyped(claim: &str, found: &'static str) -> TokenError {
    TokenError::ClaimMistyped { claim: claim.to_owned(), found }
}

fn check_times(claims: &Object<'_>, now: SystemTime) -> Result<(), TokenError> {
    let now = now.duration_since(UNIX_EPOCH).map_err(|_| TokenError::ClockUnset)?.as_secs_f64();
    let leeway = LEEWAY.as_secs_f64();
    let expiry =
        numeric_date(claims, "exp")?.ok_or_else(|| TokenError::ClaimMissing { claim: "exp".to_owned() })?;
    // A fraction of a second is cut off the end and left on the beginning, so that rounding never adds to a token's life.
    if now >= expiry.floor() + leeway {
        return Err(TokenError::Expired);
    }
    for claim in ["nbf", "iat"] {
        if numeric_date(claims, claim)?.is_some_and(|start| now < start - leeway) {
            return Err(TokenError::NotYetValid { claim });
        }
    }
    Ok(())
}

/// Seconds since 1970, whole or not (RFC 7519, section 2).
///
/// A double holds every second up to the year 9999 exactly, and a fraction to better than a ten-thousandth. The range
/// is bounded so that no token can be made to last for ever by a number that another reader takes for a small one
/// (2^64 - 1 is -1 to a reader with 64 bits and a sign).
fn numeric_date(claims: &Object<'_>, claim: &'static str) -> Result<Option<f64>, TokenError> {
    const END_OF_9999: f64 = 253_402_300_799.0;
    let number = match claims.get(claim) {
        None => return Ok(None),
        Some(Json::Number(number)) => number,
        Some(other) => return Err(mistyped(claim, other.kind())),
    };
    let seconds = number.as_f64().ok_or(TokenError::TimeOutOfRange { claim })?;
    if !(0.0..=END_OF_9999).contains(&seconds) {
        return Err(TokenError::TimeOutOfRange { claim });
    }
    Ok(Some(seconds))
}

/// Cognito says in `token_use` what a token is for; RFC 9068 says it in `typ`. Whichever is there must fit.
fn check_token_use(claims: &Object<'_>, kind: DeclaredType, expected: TokenUse) -> Result<(), TokenError> {
    if kind == DeclaredType::AccessToken && expected == TokenUse::Id {
        return Err(TokenError::AccessTokenForId);
    }
    match claims.get("token_use") {
        None => Ok(()),
        Some(Json::String(found)) if found == expected.name() => Ok(()),
        Some(Json::String(_)) => Err(TokenError::WrongTokenUse),
        Some(other) => Err(mistyped("token_use", other.kind())),
    }
}

/// One of the token's audiences is one of the accepted. Cognito's access tokens have no `aud`: there, and only there,
/// the client that the token was issued to takes its place.
fn check_audience(claims: &Object<'_>, accepted: &[String]) -> Result<(), TokenError> {
    let is_accepted = |audience: &str| accepted.iter().any(|one| one == audience);
    let fits = match claims.get("aud") {
        Some(Json::String(audience)) => is_accepted(audience),
        Some(Json::Array(audiences)) => {
            let texts: Option<Vec<&str>> = audiences.iter().map(Json::as_str).collect();
            let texts = texts.ok_or_else(|| mistyped("aud", "an array with something else than strings"))?;
            texts.into_iter().any(is_accepted)
        }
        Some(other) => return Err(mistyped("aud", other.kind())),
        None if claims.get("token_use").and_then(Json::as_str) == Some(TokenUse::Access.name()) => {
            is_accepted(required_string(claims, "client_id")?)
        }
        None => return Err(TokenError::ClaimMissing { claim: "aud".to_owned() }),
    };
    if fits { Ok(()) } else { Err(TokenError::WrongAudience) }
}

/// The scopes from the claim of the settings.
///
/// `scope` is a string (RFC 8693, section 4.2). Some issuers write `scp` in its place, a string or an array: where the
/// settings leave the name at `scope`, that is read in its absence. A claim of any other name may be either.
fn scopes(claims: &Object<'_>, name: &str) -> Result<Vec<String>, TokenError> {
    let (name, value) = match claims.get(name) {
        Some(other) if name == "scope" && other.as_str().is_none() => {
            return Err(mistyped(name, other.kind()));
        }
        None if name == "scope" => ("scp", claims.get("scp")),
        _ => (name, claim_values::find(claims, name)),
    };
    match value {
        None => Ok(Vec::new()),
        Some(value) => claim_values::scopes(value).map_err(|found| mistyped(name, found)),
    }
}

fn groups(claims: &Object<'_>, name: &str) -> Result<Vec<String>, TokenError> {
    match claim_values::find(claims, name) {
        None => Ok(Vec::new()),
        Some(value) => claim_values::groups(value).map_err(|found| mistyped(name, found)),
    }
}
