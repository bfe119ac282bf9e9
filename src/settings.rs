//! The environment as the settings are read from it: a lookup by name, and the error of one setting.

/// A setting that is missing or malformed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{setting} {detail}")]
pub struct SettingError {
    /// The variable's name.
    pub setting: &'static str,
    /// What is wrong with it, and what would be right.
    pub detail: String,
}

impl SettingError {
    /// A setting that must be there and is not.
    #[must_use]
    pub fn is_required(setting: &'static str) -> Self {
        SettingError { setting, detail: "is required".to_owned() }
    }
}

/// A lookup of settings by name. An empty value counts as unset: SAM's local emulator hands over empty strings.
pub struct Settings<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
}

impl<'a> Settings<'a> {
    /// Settings from any function that finds a variable's value.
    pub fn new(lookup: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Settings { lookup }
    }

    /// The value, when there is one that is not empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<String> {
        (self.lookup)(name).filter(|value| !value.is_empty())
    }

    /// The value of a setting that must be there; a missing one is reported.
    pub(crate) fn require(&self, name: &'static str, errors: &mut Vec<SettingError>) -> Option<String> {
        let value = self.get(name);
        if value.is_none() {
            errors.push(SettingError::is_required(name));
        }
        value
    }
}
