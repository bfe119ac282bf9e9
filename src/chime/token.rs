//! The ClientRequestToken, by which Chime recognises a retry.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom as _, SystemRandom};

use crate::digest::digest_of;
use crate::model::RoomId;
use crate::policy::MeetingPlan;

/// What a token is for. Each has a text that starts the encoding, so that no two purposes, and no later version of the
/// encoding, can produce the same token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// CreateMeeting.
    Meeting,
    /// CreateMeetingWithAttendees.
    MeetingWithAttendees,
    /// CreateMeeting for a room.
    Room,
}

/// What the token of a room's meeting is derived from, with gateway and tenant. The caller is not in it: whoever opens the
/// same generation with the same members gets the same meeting.
#[derive(Debug, Clone, Copy)]
pub struct RoomToken<'r> {
    /// The room.
    pub room: &'r RoomId,
    /// The random number by which the room's successive meetings differ.
    pub generation: u128,
    /// A digest of the decided members, so that different members never share a token.
    pub members: u128,
}

impl RoomToken<'_> {
    pub(super) fn client_request_token(self, gateway_name: &str, tenant: &str) -> String {
        let [generation, members] = [self.generation, self.members].map(|number| format!("{number:032x}"));
        derive(Purpose::Room, &[gateway_name, tenant, self.room.as_str(), &generation, &members])
    }
}

impl Purpose {
    fn version(self) -> &'static str {
        match self {
            Purpose::Meeting => "meeting-gateway/client-request-token/1",
            Purpose::MeetingWithAttendees => "meeting-gateway/client-request-token/with-attendees/1",
            Purpose::Room => "meeting-gateway/client-request-token/room/1",
        }
    }
}

/// The token for a plan: derived from the caller's idempotency key, or random without one.
///
/// The derived token is SHA-256 over the length-prefixed version, gateway name, tenant, subject and key, in URL-safe
/// base64 (43 characters). No two tenants or callers share a token.
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
    URL_SAFE_NO_PAD.encode(digest_of(purpose.version(), parts))
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
        let room = RoomToken { room: &RoomId::parse("standup").unwrap(), generation: 1, members: u128::MAX };
        assert_eq!(room.client_request_token("stack", "acme"), "1IMfRlDDhCd07BeVHnaNckA2wXWNfzSIiZj5pOfkqho");
        assert_eq!(
            derive(Purpose::MeetingWithAttendees, &parts),
            "SnOgtRpi8O4Jk7LCi06tJ1KsWfYRnBK69bZw7B17gSQ"
        );
    }

    #[test]
    fn the_token_of_a_room_fits_chimes_model_and_differs_with_each_of_its_parts() {
        let (standup, retro) = (RoomId::parse("standup").unwrap(), RoomId::parse("retro").unwrap());
        let token = |gateway: &str, tenant: &str, room, generation, members| {
            RoomToken { room, generation, members }.client_request_token(gateway, tenant)
        };
        let tokens = [
            token("g", "acme", &standup, 1, 2),
            token("h", "acme", &standup, 1, 2),
            token("g", "globex", &standup, 1, 2),
            token("g", "acme", &retro, 1, 2),
            token("g", "acme", &standup, 2, 2),
            token("g", "acme", &standup, 1, 3),
            token("g", "acme", &standup, 2, 1),
        ];
        assert!(tokens.iter().all(|token| IdempotencyKey::parse(token).is_ok()), "{tokens:?}");
        let different: std::collections::BTreeSet<&String> = tokens.iter().collect();
        assert_eq!(different.len(), tokens.len());
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
