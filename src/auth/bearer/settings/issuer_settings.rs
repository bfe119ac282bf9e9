//! The settings of one issuer.

use super::key_source::KeySource;
use crate::auth::claim_names::ClaimNames;
use crate::settings::{SettingError, Settings};

/// One trusted issuer.
#[derive(Debug, Clone)]
pub struct IssuerSettings {
    /// The exact value of `iss`.
    pub issuer: String,
    /// The accepted values of `aud` or, for Cognito's access tokens, `client_id`.
    pub audiences: Vec<String>,
    /// Where the keys come from.
    pub keys: KeySource,
    /// The names of the claims that identify the caller.
    pub claim_names: ClaimNames,
    /// The tenants that this issuer may speak for. `None`, which only a sole issuer may have, means any tenant.
    pub tenants: Option<Vec<String>>,
    /// What the tokens are for.
    pub token_use: TokenUse,
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
    pub(crate) fn name(self) -> &'static str {
        match self {
            TokenUse::Access => "access",
            TokenUse::Id => "id",
        }
    }

    /// Reads TOKEN_USE.
    pub(super) fn read(settings: &Settings<'_>, errors: &mut Vec<SettingError>) -> Self {
        const SETTING: &str = "TOKEN_USE";
        match settings.get(SETTING).as_deref() {
            None | Some("access") => TokenUse::Access,
            Some("id") => TokenUse::Id,
            Some(_) => {
                let detail = "must be `access` or `id`".to_owned();
                errors.push(SettingError { setting: SETTING, detail });
                TokenUse::Access
            }
        }
    }
}
