//! The settings of bearer mode: which issuers are trusted, for what, and where their keys are.

mod issuer_list;

use std::io::Read as _;
use std::sync::Arc;

use super::{Discovery, KeySet, SecureUrl};
use crate::auth::{ClaimNames, claim_values::is_well_formed_name};
use crate::settings::{SettingError, Settings};

/// What bearer mode trusts.
#[derive(Debug, Clone)]
pub struct BearerSettings {
    /// The trusted issuers: at least one, no two of one name and, when there are several, no two with a tenant in
    /// common.
    pub issuers: Vec<IssuerSettings>,
}

/// One trusted issuer.
#[derive(Debug, Clone)]
pub struct IssuerSettings {
    /// The exact value of `iss`.
    pub issuer: String,
    /// What `aud` must name one of; for Cognito's access tokens, `client_id`.
    pub audiences: Vec<String>,
    /// Where the keys come from.
    pub keys: KeySource,
    /// The names of the claims that say who the caller is.
    pub claim_names: ClaimNames,
    /// The tenants that this issuer may speak for; `None`: any, which only a sole issuer may have.
    pub tenants: Option<Vec<String>>,
    /// What the tokens are for.
    pub token_use: TokenUse,
}

/// Where an issuer's keys come from.
#[derive(Debug, Clone)]
pub enum KeySource {
    /// From the `jwks_uri` of the issuer's published configuration.
    Discovered(Discovery),
    /// From this address.
    Uri(SecureUrl),
    /// From a file that was read at start. They never change while the function runs.
    File(Arc<KeySet>),
}

/// What a token is for, by the claim `token_use`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenUse {
    /// Access tokens, the default.
    Access,
    /// ID tokens.
    Id,
}

impl TokenUse {
    pub(super) fn name(self) -> &'static str {
        match self {
            TokenUse::Access => "access",
            TokenUse::Id => "id",
        }
    }
}

impl BearerSettings {
    /// Reads JWT_ISSUER, JWT_AUDIENCE, JWKS_URI and JWKS_FILE, or JWT_ISSUERS in their place, and TOKEN_USE.
    ///
    /// Every fault is reported; the settings are there when this added none.
    pub fn read(
        settings: &Settings<'_>,
        claim_names: &ClaimNames,
        faults: &mut Vec<SettingError>,
    ) -> Option<BearerSettings> {
        let before = faults.len();
        check_claim_names(claim_names, faults);
        let token_use = read_token_use(settings, faults);
        let issuers = match settings.get(JWT_ISSUERS) {
            Some(list) => {
                for setting in SINGLE_ISSUER.into_iter().filter(|setting| settings.get(setting).is_some()) {
                    faults.push(fault(
                        setting,
                        "cannot be combined with JWT_ISSUERS, which says it for each issuer",
                    ));
                }
                issuer_list::read(&list, claim_names, token_use, faults)
            }
            None => single_issuer(settings, claim_names, token_use, faults).into_iter().collect(),
        };
        (faults.len() == before).then_some(BearerSettings { issuers })
    }
}

const JWT_ISSUER: &str = "JWT_ISSUER";
const JWT_AUDIENCE: &str = "JWT_AUDIENCE";
const JWKS_URI: &str = "JWKS_URI";
const JWKS_FILE: &str = "JWKS_FILE";
const JWT_ISSUERS: &str = "JWT_ISSUERS";
const TOKEN_USE: &str = "TOKEN_USE";
const SINGLE_ISSUER: [&str; 4] = [JWT_ISSUER, JWT_AUDIENCE, JWKS_URI, JWKS_FILE];

/// The largest key file that is read, in bytes; the same as for a fetched key set.
const MAX_FILE_SIZE: u64 = super::fetch::MAX_BODY_LENGTH as u64;

fn fault(setting: &'static str, detail: impl Into<String>) -> SettingError {
    SettingError { setting, detail: detail.into() }
}

pub(crate) fn check_claim_names(names: &ClaimNames, faults: &mut Vec<SettingError>) {
    for (setting, name) in [
        ("TENANT_CLAIM", &names.tenant),
        ("SCOPE_CLAIM", &names.scope),
        ("GROUPS_CLAIM", &names.groups),
        ("SUBJECT_CLAIM", &names.subject),
    ] {
        if !is_well_formed_name(name) {
            faults.push(fault(setting, MALFORMED_POINTER));
        }
    }
}

const MALFORMED_POINTER: &str = "begins with `/` and is not a JSON pointer: `~` must be followed by 0 or 1";

fn read_token_use(settings: &Settings<'_>, faults: &mut Vec<SettingError>) -> TokenUse {
    match settings.get(TOKEN_USE).as_deref() {
        None | Some("access") => TokenUse::Access,
        Some("id") => TokenUse::Id,
        Some(_) => {
            faults.push(fault(TOKEN_USE, "must be `access` or `id`"));
            TokenUse::Access
        }
    }
}

fn single_issuer(
    settings: &Settings<'_>,
    claim_names: &ClaimNames,
    token_use: TokenUse,
    faults: &mut Vec<SettingError>,
) -> Option<IssuerSettings> {
    let issuer = settings.get(JWT_ISSUER);
    if issuer.is_none() {
        faults.push(fault(JWT_ISSUER, "is required with AUTH_MODE=bearer, unless JWT_ISSUERS lists several"));
    }
    let audiences = match settings.get(JWT_AUDIENCE) {
        None => {
            faults.push(fault(JWT_AUDIENCE, "is required with JWT_ISSUER"));
            Vec::new()
        }
        Some(list) => list.split(',').map(|audience| audience.trim().to_owned()).collect(),
    };
    if audiences.iter().any(String::is_empty) {
        faults.push(fault(JWT_AUDIENCE, "has an empty audience between its commas"));
    }
    let (uri, file) = (settings.get(JWKS_URI), settings.get(JWKS_FILE));
    let issuer = issuer.unwrap_or_default();
    let place = KeyPlace { uri: uri.as_deref(), file: file.as_deref() };
    let keys = place.read(&issuer, &mut |part, detail| {
        let setting = match part {
            Part::Issuer => JWT_ISSUER,
            Part::Uri => JWKS_URI,
            Part::File => JWKS_FILE,
        };
        // A missing issuer has its fault already.
        if !(part == Part::Issuer && issuer.is_empty()) {
            faults.push(fault(setting, detail));
        }
    })?;
    Some(IssuerSettings {
        audiences,
        keys,
        claim_names: claim_names.clone(),
        tenants: None,
        token_use,
        issuer: issuer.clone(),
    })
}

/// Where the settings of one issuer say that its keys are.
struct KeyPlace<'s> {
    uri: Option<&'s str>,
    file: Option<&'s str>,
}

/// The part of an issuer's settings that a fault is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Issuer,
    Uri,
    File,
}

impl KeyPlace<'_> {
    /// The key source of `issuer`; every fault is reported, and there is a source when there was none.
    fn read(&self, issuer: &str, report: &mut dyn FnMut(Part, String)) -> Option<KeySource> {
        let sound = issuer.trim() == issuer && !issuer.contains(char::is_control);
        if !sound {
            report(Part::Issuer, "has white space around it or a control character in it".to_owned());
        }
        let source = match (self.uri, self.file) {
            (Some(_), Some(_)) => {
                report(
                    Part::File,
                    "cannot be combined with an address of the keys: set one of the two".to_owned(),
                );
                None
            }
            (Some(uri), None) => SecureUrl::parse(uri)
                .map(KeySource::Uri)
                .map_err(|problem| report(Part::Uri, problem.to_owned()))
                .ok(),
            (None, Some(file)) => read_key_file(file)
                .map(Arc::new)
                .map(KeySource::File)
                .map_err(|problem| report(Part::File, problem))
                .ok(),
            (None, None) => Discovery::of_issuer(issuer)
                .map(KeySource::Discovered)
                .map_err(|problem| {
                    report(Part::Issuer, format!("{problem}; its keys are discovered from it"))
                })
                .ok(),
        };
        source.filter(|_| sound)
    }
}

/// The keys in a file. A file whose every key is unfit is at fault: it could never verify a token.
fn read_key_file(path: &str) -> Result<KeySet, String> {
    let mut text = Vec::new();
    // Bounded while it is read: what the path names need not be a file of any length.
    std::fs::File::open(path)
        .and_then(|file| file.take(MAX_FILE_SIZE.saturating_add(1)).read_to_end(&mut text))
        .map_err(|error| format!("`{path}` cannot be read: {error}"))?;
    if u64::try_from(text.len()).is_ok_and(|length| length > MAX_FILE_SIZE) {
        return Err(format!("`{path}` is larger than {MAX_FILE_SIZE} bytes"));
    }
    let keys = KeySet::parse(&text).map_err(|error| format!("`{path}`: {error}"))?;
    if keys.is_empty() {
        let reasons: Vec<String> =
            keys.left_out().iter().map(|one| format!("key {}: {}", one.index, one.fault)).collect();
        return Err(format!("`{path}` has no key that can verify a token ({})", reasons.join("; ")));
    }
    Ok(keys)
}

#[cfg(test)]
mod tests;
