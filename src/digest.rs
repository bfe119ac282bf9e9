//! SHA-256 over a list of texts.

use ring::digest::{Context, Digest, SHA256};

/// SHA-256 over `version` and `parts`, each after its length in bytes (64 bits, big-endian). The lengths keep two lists from having one
/// encoding. `version` names the purpose, so that no two purposes, and no later version of one, share a digest.
pub(crate) fn digest_of(version: &str, parts: &[&str]) -> Digest {
    let mut hash = Context::new(&SHA256);
    for part in std::iter::once(&version).chain(parts) {
        // `usize` is never wider than 64 bits.
        hash.update(&(part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finish()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn different_lists_of_parts_have_different_digests() {
        let lists: [(&str, &[&str]); 7] = [
            ("v", &["acme", "user", "key"]),
            ("w", &["acme", "user", "key"]),
            ("v", &["acme", "userk", "ey"]),
            ("v", &["acmeuser", "", "key"]),
            ("va", &["cme", "user", "key"]),
            ("v", &["acme", "user", "key", ""]),
            ("v", &["user", "acme", "key"]),
        ];
        let digests = lists.iter().map(|(version, parts)| digest_of(version, parts).as_ref().to_vec());
        assert_eq!(digests.collect::<BTreeSet<_>>().len(), lists.len());
    }
}
