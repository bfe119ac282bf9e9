//! The ClientRequestToken, by which Chime recognises a retry.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{Context, SHA256};
use ring::rand::{SecureRandom as _, SystemRandom};

use crate::policy::MeetingPlan;

/// What a token is for. Each has a text that starts the encoding, so that no two purposes, and no later version of the
/// encoding, can produce the same token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// CreateMeeting.
    Meeting,
    /// CreateMeetingWithAttendees.
    MeetingWithAttendees,
}

impl Purpose {
    fn version(self) -> &'static str {
        match self {
            Purpose::Meeting => "meeting-gateway/client-request-token/1",
            Purpose::MeetingWithAttendees => "meeting-gateway/client-request-token/with-attendees/1",
        }
    }
}

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
    purpose: Purpose,
) -> Result<String, ring::error::Unspecified> {
    match plan.idempotency_key() {
        Some(key) => Ok(derive(purpose, &[gateway_name, plan.tenant(), plan.subject(), key.as_str()])),
        None => {
            let mut bytes = [0_u8; 32];
            SystemRandom::new().fill(&mut bytes)?;
            Ok(URL_SAFE_NO_PAD.encode(bytes))
        }
    }
}

fn derive(purpose: Purpose, parts: &[&str]) -> String {
    let mut hash = Context::new(&SHA256);
    for part in std::iter::once(&purpose.version()).chain(parts) {
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
        assert!(IdempotencyKey::parse(&derive(Purpose::Meeting, &["stack", "acme", "user", "key"])).is_ok());
    }

    #[test]
    fn the_derivation_stays_the_same_in_every_release() {
        let parts = ["stack", "acme", "user", "key"];
        assert_eq!(derive(Purpose::Meeting, &parts), "tgCRWvZQWFbFYcxoWtTnbnsG5Yv__QZ9dzwHFz7Qrgo");
        assert_eq!(
            derive(Purpose::MeetingWithAttendees, &parts),
            "SnOgtRpi8O4Jk7LCi06tJ1KsWfYRnBK69bZw7B17gSQ"
        );
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
        let mut tokens: Vec<String> = lists.iter().map(|parts| derive(Purpose::Meeting, parts)).collect();
        tokens.extend(lists.iter().map(|parts| derive(Purpose::MeetingWithAttendees, parts)));
        tokens.sort();
        tokens.dedup();
        assert_eq!(tokens.len(), lists.len() * 2);
    }
}
