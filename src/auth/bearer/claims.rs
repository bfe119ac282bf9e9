//! The claims of a verified token: whether it is for this gateway and valid now, and which caller it names.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::compact::{DeclaredType, UnverifiedToken, parse_object};
use super::key_set::KeySet;
use super::settings::{IssuerSettings, TokenUse};
use crate::auth::caller::Caller;
use crate::auth::claim_values::{self, required_string};
use crate::auth::error::{AuthenticationError, TenantError};
use crate::auth::token_error::{Segment, TokenError};
use crate::json::{Json, Object};

/// How far this machine's clock and the issuer's may differ.
///
/// A larger value rejects fewer valid tokens (if this clock is behind, `iat` is in the future) but accepts expired tokens
/// for longer. Clocks set by NTP, as in AWS, differ by milliseconds. Half a minute covers an issuer with an inaccurate
/// clock and is short compared to a token's life of minutes to an hour.
pub const LEEWAY: Duration = Duration::from_secs(30);

/// A token with a valid signature by a key of one issuer.
///
// INVARIANT (verified): only `verify` makes one, so claims can be read only after the signature is verified.
#[derive(Debug)]
pub(super) struct VerifiedToken {
    kind: DeclaredType,
    payload: Vec<u8>,
}

impl VerifiedToken {
    /// Verifies the signature with the one key of `keys` that the token's header names.
    pub(super) fn verify(token: UnverifiedToken<'_>, keys: &KeySet) -> Result<Self, TokenError> {
        let key = keys.find(&token.kid).ok_or(TokenError::UnknownKey)?;
        key.verify(token.algorithm, token.signing_input.as_bytes(), &token.signature)?;
        Ok(VerifiedToken { kind: token.kind, payload: token.payload })
    }

    /// Checks the claims at `now` and returns the caller that they name.
    pub(super) fn caller(
        &self,
        issuer: &IssuerSettings,
        now: SystemTime,
    ) -> Result<Caller, AuthenticationError> {
        let claims = parse_object(&self.payload, Segment::Payload)?;
        let names = &issuer.claim_names;
        self.check(&claims, issuer, now)?;
        let subject = claim_values::subject(&claims, &names.subject)?;
        let (scopes, groups) = (scopes(&claims, &names.scope)?, groups(&claims, &names.groups)?);
        let tenant = issuer.check_tenant(claim_values::tenant(&claims, &names.tenant)?)?;
        Ok(Caller::new(tenant, subject, scopes, groups))
    }

    fn check(&self, claims: &Object<'_>, issuer: &IssuerSettings, now: SystemTime) -> Result<(), TokenError> {
        // Checked again, since the `iss` that selected the key was not verified.
        if required_string(claims, "iss")? != issuer.issuer {
            return Err(TokenError::IssuerDiffers);
        }
        check_times(claims, now)?;
        check_token_use(claims, self.kind, issuer.token_use)?;
        check_audience(claims, &issuer.audiences)?;
        // Even if these are not used: a token that breaks RFC 7519 (sections 4.1.2 and 4.1.7) is not trusted.
        for claim in ["sub", "jti"] {
            if let Some(found) = claims.get(claim).filter(|value| value.as_str().is_none()) {
                return Err(TokenError::mistyped(claim, found.kind()));
            }
        }
        Ok(())
    }
}

impl IssuerSettings {
    /// The tenant, if this issuer may speak for it.
    fn check_tenant(&self, tenant: String) -> Result<String, TenantError> {
        match &self.tenants {
            Some(tenants) if !tenants.contains(&tenant) => {
                Err(TenantError::NotTheIssuers { claim: self.claim_names.tenant.clone() })
            }
            _ => Ok(tenant),
        }
    }
}

fn check_times(claims: &Object<'_>, now: SystemTime) -> Result<(), TokenError> {
    let now = now.duration_since(UNIX_EPOCH).map_err(|_| TokenError::ClockUnset)?.as_secs_f64();
    let leeway = LEEWAY.as_secs_f64();
    let expiry = numeric_date(claims, "exp")?.ok_or_else(|| TokenError::missing("exp"))?;
    // Only `exp` is rounded down, so that rounding never makes a token's life longer.
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

/// Seconds since 1970, with or without a fraction (RFC 7519, section 2).
///
/// A double represents every second up to the year 9999 exactly, and fractions to better than a ten-thousandth. The bounds
/// exclude numbers that other readers take for small ones (2^64 - 1 is -1 as a signed 64-bit integer).
fn numeric_date(claims: &Object<'_>, claim: &'static str) -> Result<Option<f64>, TokenError> {
    const END_OF_9999: f64 = 253_402_300_799.0;
    let number = match claims.get(claim) {
        None => return Ok(None),
        Some(Json::Number(number)) => number,
        Some(other) => return Err(TokenError::mistyped(claim, other.kind())),
    };
    let seconds = number.as_f64().ok_or(TokenError::TimeOutOfRange { claim })?;
    if !(0.0..=END_OF_9999).contains(&seconds) {
        return Err(TokenError::TimeOutOfRange { claim });
    }
    Ok(Some(seconds))
}

/// Cognito says in `token_use` what a token is for; RFC 9068 says it in `typ`. Each is checked if present.
fn check_token_use(claims: &Object<'_>, kind: DeclaredType, expected: TokenUse) -> Result<(), TokenError> {
    if kind == DeclaredType::AccessToken && expected == TokenUse::Id {
        return Err(TokenError::AccessTokenForId);
    }
    match claims.get("token_use") {
        None => Ok(()),
        Some(Json::String(found)) if found == expected.name() => Ok(()),
        Some(Json::String(_)) => Err(TokenError::WrongTokenUse),
        Some(other) => Err(TokenError::mistyped("token_use", other.kind())),
    }
}

/// One of the token's audiences must be accepted. Only Cognito's access tokens may have `client_id` instead of `aud`.
fn check_audience(claims: &Object<'_>, accepted: &[String]) -> Result<(), TokenError> {
    let is_accepted = |audience: &str| accepted.iter().any(|one| one == audience);
    let has_accepted = match claims.get("aud") {
        Some(Json::String(audience)) => is_accepted(audience),
        Some(Json::Array(audiences)) => {
            let texts: Option<Vec<&str>> = audiences.iter().map(Json::as_str).collect();
            let texts = texts
                .ok_or_else(|| TokenError::mistyped("aud", "an array with something else than strings"))?;
            texts.into_iter().any(is_accepted)
        }
        Some(other) => return Err(TokenError::mistyped("aud", other.kind())),
        None if claims.get("token_use").and_then(Json::as_str) == Some(TokenUse::Access.name()) => {
            is_accepted(required_string(claims, "client_id")?)
        }
        None => return Err(TokenError::missing("aud")),
    };
    if has_accepted { Ok(()) } else { Err(TokenError::WrongAudience) }
}

/// The scopes from the claim of the settings.
///
/// `scope` is a string (RFC 8693, section 4.2). Some issuers write `scp` instead, a string or an array: it is read if
/// `scope` is missing and the settings use that name. A claim with any other name may be a string or an array.
fn scopes(claims: &Object<'_>, name: &str) -> Result<Vec<String>, TokenError> {
    let (name, value) = match claims.get(name) {
        Some(other) if name == "scope" && other.as_str().is_none() => {
            return Err(TokenError::mistyped(name, other.kind()));
        }
        None if name == "scope" => ("scp", claims.get("scp")),
        _ => (name, claim_values::find(claims, name)),
    };
    match value {
        None => Ok(Vec::new()),
        Some(value) => claim_values::scopes(value).map_err(|found| TokenError::mistyped(name, found)),
    }
}

fn groups(claims: &Object<'_>, name: &str) -> Result<Vec<String>, TokenError> {
    match claim_values::find(claims, name) {
        None => Ok(Vec::new()),
        Some(value) => claim_values::groups(value).map_err(|found| TokenError::mistyped(name, found)),
    }
}
