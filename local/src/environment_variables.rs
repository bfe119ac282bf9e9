//! The variables of this process's environment. An empty one counts as unset, as in the gateway.

/// The names of the claims that an identity is read from.
pub(crate) const CLAIM_SETTINGS: &[&str] = &["TENANT_CLAIM", "SCOPE_CLAIM", "GROUPS_CLAIM", "SUBJECT_CLAIM"];

/// The value of a variable.
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Those of the variables that are set, with their names.
pub(crate) fn variables(names: &[&str]) -> impl Iterator<Item = (String, String)> {
    names.iter().filter_map(|name| Some(((*name).to_owned(), variable(name)?)))
}
