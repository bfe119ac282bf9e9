//! The settings of bearer mode: which issuers are trusted, for what, and where their keys are.

mod bearer_settings;
mod issuer_list;
mod issuer_settings;
mod key_source;
mod single_issuer;

pub use bearer_settings::BearerSettings;
pub use issuer_settings::{IssuerSettings, TokenUse};
pub use key_source::KeySource;

#[cfg(test)]
mod tests;
