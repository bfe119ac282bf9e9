//! Settings: from any lookup function (the environment, in Lambda) to typed configuration, every fault at once.

/// One setting that is missing or malformed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingFault {
    /// The variable's name.
    pub setting: &'static str,
    /// What is wrong with it, and what would be right.
    pub detail: String,
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
}
