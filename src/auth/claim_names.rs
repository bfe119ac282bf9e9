//! Which claims an identity is read from.

use crate::settings::{SettingError, Settings};

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
    /// Reads `TENANT_CLAIM`, `SCOPE_CLAIM`, `GROUPS_CLAIM` and `SUBJECT_CLAIM`, which all have defaults. Adds an error
    /// for each one that is malformed.
    pub fn read(settings: &Settings<'_>, errors: &mut Vec<SettingError>) -> Self {
        let mut read = |setting, default| {
            let name = settings.get(setting).unwrap_or(default);
            if let Err(detail) = check_name(&name) {
                errors.push(SettingError { setting, detail: detail.to_owned() });
            }
            name
        };
        let default = ClaimNames::default();
        ClaimNames {
            tenant: read("TENANT_CLAIM", default.tenant),
            scope: read("SCOPE_CLAIM", default.scope),
            groups: read("GROUPS_CLAIM", default.groups),
            subject: read("SUBJECT_CLAIM", default.subject),
        }
    }
}

/// The names that are used when nothing is set.
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

/// Checks a claim's name in a setting. Any plain name is valid; a JSON pointer must be well-formed (RFC 6901).
///
/// # Errors
/// What is wrong with the name.
pub(super) fn check_name(name: &str) -> Result<(), &'static str> {
    if name.starts_with('/') && !name.split('~').skip(1).all(|rest| rest.starts_with(['0', '1'])) {
        return Err("begins with `/` and is not a JSON pointer: `~` must be followed by 0 or 1");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointer_with_stray_tilde_is_malformed_but_plain_name_is_not() {
        for (name, well_formed) in
            [("/a~0b~1", true), ("/a~2", false), ("/a~", false), ("a~2", true), ("tenant", true), ("/", true)]
        {
            assert_eq!(check_name(name).is_ok(), well_formed, "{name}");
        }
    }

    #[test]
    fn malformed_name_is_reported_under_its_own_setting() {
        let lookup = |setting: &str| match setting {
            "TENANT_CLAIM" => Some("/a~2".to_owned()),
            "SCOPE_CLAIM" => Some("/~".to_owned()),
            "GROUPS_CLAIM" => Some("/ok~0".to_owned()),
            "SUBJECT_CLAIM" => Some("/~x".to_owned()),
            _ => None,
        };
        let mut errors = Vec::new();
        let names = ClaimNames::read(&Settings::new(&lookup), &mut errors);
        assert_eq!(names.groups, "/ok~0");
        let settings: Vec<&str> = errors.iter().map(|error| error.setting).collect();
        assert_eq!(settings, ["TENANT_CLAIM", "SCOPE_CLAIM", "SUBJECT_CLAIM"]);
    }
}
