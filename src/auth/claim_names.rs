//! Which claims an identity is read from.

use crate::settings::Settings;

/// The names of the claims that an identity is read from.
///
/// Each is a plain member name (`custom:tenant_id`, `https://example.com/tenant`) or, when it begins with `/`, a JSON
/// pointer into the claims (`/organisation/id`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimNames {
    /// The claim that names the tenant.
    pub tenant: String,
    /// The claim that lists the scopes.
    pub scope: String,
    /// The claim that lists the groups.
    pub groups: String,
    /// The claim that names the caller, unique within the issuer.
    pub subject: String,
}

impl ClaimNames {
    /// Reads `TENANT_CLAIM`, `SCOPE_CLAIM`, `GROUPS_CLAIM` and `SUBJECT_CLAIM`, each of which has a default.
    #[must_use]
    pub fn read(settings: &Settings<'_>) -> Self {
        let default = ClaimNames::default();
        ClaimNames {
            tenant: settings.get("TENANT_CLAIM").unwrap_or(default.tenant),
            scope: settings.get("SCOPE_CLAIM").unwrap_or(default.scope),
            groups: settings.get("GROUPS_CLAIM").unwrap_or(default.groups),
            subject: settings.get("SUBJECT_CLAIM").unwrap_or(default.subject),
        }
    }
}

/// The names that the settings have when nothing is set.
impl Default for ClaimNames {
    fn default() -> Self {
        ClaimNames {
            tenant: "custom:tenant_id".to_owned(),
            scope: "scope".to_owned(),
            groups: "cognito:groups".to_owned(),
            subject: "sub".to_owned(),
        }
    }
}
