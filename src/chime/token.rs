//! The ClientRequestToken, by which Chime recognises a retry.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{Context, SHA256};
use ring::rand::{SecureRandom as _, SystemRandom};

use crate::policy::MeetingPlan;

/// Starts every encoding, so that a later version of the encoding can never produce the same token.
const VERSION: &str = "meeting-gateway/client-request-token/1";

/// The token for a plan: derived from the caller's idempotency key, or random without one.
///
/// The derived token is SHA-256 over the length-prefixed version, gateway name, tenant, subject and key, in URL-safe
/// base64 (43 characters). The lengths keep two lists from having one encoding, so no two tenants or callers share a
/// token.
///
/// # Errors
/// When the operating system returns no random bytes.
pub(super) fn client_request_token(
    gateway_name: &str,
    plan: &MeetingPlan,
) -> Result<String, ring::error::Unspecified> {
    match plan.idempotency_key() {
        Some(key) => Ok(derive(&[gateway_name, plan.tenant(), plan.subject(), key.as_str()])),
        None => {
            let mut bytes = [0_u8; 32];
            SystemRandom::new().fill(&mut bytes)?;
            Ok(URL_SAFE_NO_PAD.encode(bytes))
        }
    }
}

fn derive(parts: &[&str]) -> String {
    let mut hash = Context::new(&SHA256);
    for part in std::iter::once(&VERSION).chain(parts) {
        // The length in bytes, 64 bits, big-endian. `usize` is never wider than that.
        hash.update(&(part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    URL_SAFE_NO_PAD.encode(hash.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::IdempotencyKey;

    #[test]
    fn a_token_fits_chimes_model() {
        assert!(IdempotencyKey::parse(&derive(&["stack", "acme", "user", "key"])).is_ok());
    }

    #[test]
    fn the_derivation_stays_the_same_in_every_release() {
        assert_eq!(derive(&["stack", "acme", "user", "key"]), "tgCRWvZQWFbFYcxoWtTnbnsG5Yv__QZ9dzwHFz7Qrgo");
    }

    #[test]
    fn different_lists_of_parts_have_different_tokens() {
        let lists: [&[&str]; 6] = [
            &["g", "acme", "user", "key"],
            &["g", "acme", "userk", "ey"],
            &["g", "acmeuser", "", "key"],
            &["ga", "cme", "user", "key"],
            &["g", "acme", "user", "key", ""],
            &["g", "user", "acme", "key"],
        ];
        let mut tokens: Vec<String> = lists.iter().map(|parts| derive(parts)).collect();
        tokens.sort();
        tokens.dedup();
        assert_eq!(tokens.len(), lists.len());
    }
}
