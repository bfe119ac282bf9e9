//! The ClientRequestToken that Chime gets: what makes a retry the same request.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{Context, SHA256};
use ring::rand::{SecureRandom as _, SystemRandom};

use crate::policy::MeetingPlan;

/// Begins every encoding, so that another encoding one day can never equal one of this.
const VERSION: &str = "meeting-gateway/client-request-token/1";

/// The token for a plan: derived where the caller gave an idempotency key, random where not.
///
/// SHA-256 over a length-prefixed list of version, gateway name, tenant, subject and key: two lists are never one text,
/// so neither two tenants nor two people can come to one token. 43 characters of the alphabet that the model allows.
///
/// # Errors
/// When the operating system has no random bytes to give.
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
    fn a_token_is_one_that_chime_takes() {
        assert!(IdempotencyKey::parse(&derive(&["stack", "acme", "user", "key"])).is_ok());
    }

    #[test]
    fn the_derivation_is_pinned_since_a_retry_may_meet_another_release() {
        assert_eq!(derive(&["stack", "acme", "user", "key"]), "tgCRWvZQWFbFYcxoWtTnbnsG5Yv__QZ9dzwHFz7Qrgo");
    }

    #[test]
    fn no_two_lists_of_parts_make_one_token() {
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
