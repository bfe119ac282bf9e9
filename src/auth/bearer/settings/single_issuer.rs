//! A single issuer, in settings of its own.

use super::issuer_settings::{IssuerSettings, TokenUse};
use super::key_source::KeyPlace;
use crate::auth::claim_names::ClaimNames;
use crate::settings::{SettingError, Settings};

const JWT_ISSUER: &str = "JWT_ISSUER";
const JWT_AUDIENCE: &str = "JWT_AUDIENCE";
const JWKS_URI: &str = "JWKS_URI";
const JWKS_FILE: &str = "JWKS_FILE";

/// The settings that JWT_ISSUERS replaces.
pub(super) const SETTINGS: [&str; 4] = [JWT_ISSUER, JWT_AUDIENCE, JWKS_URI, JWKS_FILE];

/// Reads the issuer. Adds every error to `errors`; the result is valid only if there is none.
pub(super) fn read(
    settings: &Settings<'_>,
    claim_names: &ClaimNames,
    token_use: TokenUse,
    errors: &mut Vec<SettingError>,
) -> Option<IssuerSettings> {
    let mut report = |setting, detail| errors.push(SettingError { setting, detail });
    let issuer = settings.get(JWT_ISSUER);
    if issuer.is_none() {
        let detail = "is required with AUTH_MODE=bearer, unless JWT_ISSUERS lists several issuers";
        report(JWT_ISSUER, detail.to_owned());
    }
    let audiences = settings.get(JWT_AUDIENCE);
    if audiences.is_none() {
        report(JWT_AUDIENCE, "is required with JWT_ISSUER".to_owned());
    }
    let audiences: Vec<String> =
        audiences.iter().flat_map(|list| list.split(',')).map(|one| one.trim().to_owned()).collect();
    if audiences.iter().any(String::is_empty) {
        report(JWT_AUDIENCE, "has an empty audience between its commas".to_owned());
    }
    let (uri, file) = (settings.get(JWKS_URI), settings.get(JWKS_FILE));
    let place = KeyPlace {
        issuer: issuer.as_deref(),
        uri: uri.as_deref(),
        file: file.as_deref(),
        names: [JWT_ISSUER, JWKS_URI, JWKS_FILE],
    };
    let keys = place.read(&mut report)?;
    let claim_names = claim_names.clone();
    Some(IssuerSettings { issuer: issuer?, audiences, keys, claim_names, tenants: None, token_use })
}
