//! What identifies things in the table: digests, so that nobody's name is in it in clear, and meeting ids.

use registry_core::{CallerKey, Generation, MeetingKey};
use ring::rand::{SecureRandom as _, SystemRandom};

use crate::digest::digest_of;
use crate::model::MeetingId;

/// The version of a caller's key. Another version is another key: the caller's slots of before count no more.
const CALLER: &str = "meeting-gateway/registry/caller/1";

/// The first 128 bits of the SHA-256 over `version`, which names the purpose, and `parts` (`digest.rs`).
#[must_use]
pub fn digest(version: &str, parts: &[&str]) -> u128 {
    // A SHA-256 has 32 bytes.
    digest_of(version, parts).as_ref().first_chunk().map_or(0, |first| u128::from_be_bytes(*first))
}

/// A caller's key: the same person has another one in each gateway and tenant.
#[must_use]
pub fn caller_key(gateway: &str, tenant: &str, subject: &str) -> CallerKey {
    CallerKey(digest(CALLER, &[gateway, tenant, subject]))
}

/// A meeting's key. `None` only for an id that is no UUID, which [`MeetingId`] excludes.
#[must_use]
pub fn meeting_key(id: &MeetingId) -> Option<MeetingKey> {
    id.bits().map(MeetingKey)
}

/// The id of a meeting, in lower case, as Chime writes it.
#[must_use]
pub fn meeting_id(key: MeetingKey) -> MeetingId {
    MeetingId::from_bits(key.0)
}

/// A random generation of a room. It must differ from every one before, and is no secret.
#[must_use]
pub fn fresh_generation() -> Generation {
    let mut bytes = [0_u8; 16];
    match SystemRandom::new().fill(&mut bytes) {
        Ok(()) => Generation(u128::from_be_bytes(bytes)),
        // Seeded anew in each process. Enough to differ, should the operating system return no random bytes.
        Err(_) => Generation(fastrand::u128(..)),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_digest_stays_the_same_in_every_release() {
        // python3 -c "import hashlib; h=hashlib.sha256(); [h.update(len(p).to_bytes(8,'big')+p.encode()) for p in
        //   ['version/1','acme','standup']]; print(h.hexdigest()[:32])"
        assert_eq!(
            format!("{:032x}", digest("version/1", &["acme", "standup"])),
            "3448e1e686158966fe408ffdcb823f5c"
        );
        assert_eq!(
            format!("{:032x}", caller_key("stack", "acme", "anna").0),
            "f7c6966f32d380b5314738a4dd22a8aa"
        );
    }

    #[test]
    fn a_meetings_key_is_its_id() {
        let id = MeetingId::parse("0F8A1C00-0000-4ABC-8000-00000000000d").unwrap();
        let key = meeting_key(&id).unwrap();
        assert_eq!(meeting_id(key).as_str(), "0f8a1c00-0000-4abc-8000-00000000000d");
    }

    #[test]
    fn generations_differ() {
        let generations: BTreeSet<u128> = (0..1_000).map(|_| fresh_generation().0).collect();
        assert_eq!(generations.len(), 1_000);
    }
}
