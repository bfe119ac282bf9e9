//! Where an issuer's keys come from.

use std::io::Read as _;
use std::sync::Arc;

use crate::auth::bearer::discovery::Discovery;
use crate::auth::bearer::key_set::{KeySet, MAX_KEY_SET_LENGTH};
use crate::auth::bearer::secure_url::SecureUrl;

/// Where an issuer's keys come from.
#[derive(Debug, Clone)]
pub enum KeySource {
    /// From the `jwks_uri` of the issuer's published configuration.
    Discovered(Discovery),
    /// From this address.
    Uri(SecureUrl),
    /// From a file that was read at start. They don't change while the function runs.
    File(Arc<KeySet>),
}

/// The settings of one issuer that decide where its keys are.
pub(super) struct KeyPlace<'s> {
    /// `None` if it is missing, which is reported already.
    pub(super) issuer: Option<&'s str>,
    pub(super) uri: Option<&'s str>,
    pub(super) file: Option<&'s str>,
    /// The names of the three settings above, for errors.
    pub(super) names: [&'static str; 3],
}

impl KeyPlace<'_> {
    /// Reads the key source. Reports every error with the name of its setting. The result is valid only if there is
    /// none.
    pub(super) fn read(&self, report: &mut dyn FnMut(&'static str, String)) -> Option<KeySource> {
        let [issuer_name, uri_name, file_name] = self.names;
        if self.issuer.is_some_and(|issuer| issuer.trim() != issuer || issuer.contains(char::is_control)) {
            report(issuer_name, "has white space around it or a control character in it".to_owned());
        }
        let source = match (self.uri, self.file) {
            (Some(_), Some(_)) => Err((
                file_name,
                "can't be combined with an address of the keys: set one of the two".to_owned(),
            )),
            (Some(uri), None) => {
                SecureUrl::parse(uri).map(KeySource::Uri).map_err(|error| (uri_name, error.to_owned()))
            }
            (None, Some(file)) => read_key_file(file)
                .map(|keys| KeySource::File(Arc::new(keys)))
                .map_err(|error| (file_name, error)),
            (None, None) => Discovery::of_issuer(self.issuer?)
                .map(KeySource::Discovered)
                .map_err(|error| (issuer_name, format!("{error}; its keys are discovered from it"))),
        };
        source.map_err(|(name, error)| report(name, error)).ok()
    }
}

/// Reads the keys in a file.
///
/// # Errors
/// When the file can't be read, is too large, is not a JWK set or has no usable key.
fn read_key_file(path: &str) -> Result<KeySet, String> {
    let mut text = Vec::new();
    // Bounded, since the path may name a file without an end, such as a device.
    let bound = u64::try_from(MAX_KEY_SET_LENGTH).unwrap_or(u64::MAX).saturating_add(1);
    std::fs::File::open(path)
        .and_then(|file| file.take(bound).read_to_end(&mut text))
        .map_err(|error| format!("`{path}` can't be read: {error}"))?;
    if text.len() > MAX_KEY_SET_LENGTH {
        return Err(format!("`{path}` is larger than {MAX_KEY_SET_LENGTH} bytes"));
    }
    let keys = KeySet::parse(&text).map_err(|error| format!("`{path}`: {error}"))?;
    if keys.is_empty() {
        let errors: Vec<String> =
            keys.rejected().iter().map(|key| format!("key {}: {}", key.index, key.error)).collect();
        return Err(format!("`{path}` has no key that can verify a token ({})", errors.join("; ")));
    }
    Ok(keys)
}
