//! Reading settings by name, and the error of a setting.

/// A setting that is missing or malformed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, thiserror::Error)]
#[error("{setting} {detail}")]
pub struct SettingError {
    /// The variable's name.
    pub setting: &'static str,
    /// What is wrong with it, and what is valid.
    pub detail: String,
}

impl SettingError {
    /// A required setting is missing.
    #[must_use]
    pub fn missing(setting: &'static str) -> Self {
        SettingError { setting, detail: "is required".to_owned() }
    }
}

/// A lookup of settings by name. An empty value counts as unset, since SAM's local emulator passes empty strings.
pub struct Settings<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
}

impl<'a> Settings<'a> {
    /// Settings from a function that returns a variable's value.
    pub fn new(lookup: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Settings { lookup }
    }

    /// The value, if it is not empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<String> {
        (self.lookup)(name).filter(|value| !value.is_empty())
    }

    /// The value of a required setting. Reports a missing one.
    pub(crate) fn require(&self, name: &'static str, errors: &mut Vec<SettingError>) -> Option<String> {
        let value = self.get(name);
        if value.is_none() {
            errors.push(SettingError::missing(name));
        }
        value
    }
}
