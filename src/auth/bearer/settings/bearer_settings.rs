//! All settings of bearer mode: a single issuer, or several in JWT_ISSUERS.

use super::issuer_list::{self, JWT_ISSUERS};
use super::issuer_settings::{IssuerSettings, TokenUse};
use super::single_issuer;
use crate::auth::claim_names::ClaimNames;
use crate::settings::{SettingError, Settings};

/// What bearer mode trusts.
#[derive(Debug, Clone)]
pub struct BearerSettings {
    /// The trusted issuers: at least one, with different names. If there are several, no two have a tenant in common.
    pub issuers: Vec<IssuerSettings>,
}

impl BearerSettings {
    /// Reads JWT_ISSUER, JWT_AUDIENCE, JWKS_URI and JWKS_FILE, or JWT_ISSUERS instead, and TOKEN_USE.
    ///
    /// Adds every error to `errors`. Returns settings if it adds none.
    pub fn read(
        settings: &Settings<'_>,
        claim_names: &ClaimNames,
        errors: &mut Vec<SettingError>,
    ) -> Option<BearerSettings> {
        let before = errors.len();
        let token_use = TokenUse::read(settings, errors);
        let issuers = match settings.get(JWT_ISSUERS) {
            Some(list) => {
                let unused = single_issuer::SETTINGS.into_iter().filter(|one| settings.get(one).is_some());
                errors.extend(unused.map(|setting| SettingError {
                    setting,
                    detail: "can't be combined with JWT_ISSUERS, which sets it for each issuer".to_owned(),
                }));
                issuer_list::read(&list, claim_names, token_use, errors)
            }
            None => single_issuer::read(settings, claim_names, token_use, errors).into_iter().collect(),
        };
        (errors.len() == before).then_some(BearerSettings { issuers })
    }
}
