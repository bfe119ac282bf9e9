//! The proofs that a process remembers, so that a request about a meeting need not ask Chime for it first.

use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use lru::LruCache;

use super::own_meeting::{OwnMeeting, Recency};
use crate::model::{MeetingId, TenantId};
use crate::policy::TenantIds;

/// Maximum number of proofs. Each has the text of a meeting, some 1.5 KB.
const MAX_PROOFS: usize = 1_000;

/// The proofs that a process remembers. The one that was not used for the longest time is dropped first.
///
/// A tenant never gets another tenant's proof, not even as a refusal, so that no answer's time shows what another tenant
/// has.
pub(super) struct Proofs(Mutex<LruCache<Key, OwnMeeting>>);

/// A tenant, by a TenantId that no other tenant has, and a meeting's id.
type Key = (TenantId, MeetingId);

impl Default for Proofs {
    fn default() -> Self {
        // Not allocated ahead: most processes remember a few.
        Proofs(Mutex::new(LruCache::unbounded()))
    }
}

impl Proofs {
    /// The proof of a meeting, if there is one that is recent enough.
    pub(super) fn recall(
        &self,
        tenant_ids: &TenantIds,
        id: &MeetingId,
        recency: Recency,
    ) -> Option<OwnMeeting> {
        if recency == Recency::Now {
            return None;
        }
        // A tenant's first id is enough, since no two tenants share one.
        let key = (tenant_ids.first()?.clone(), id.clone());
        let mut proofs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        proofs.get(&key).filter(|proof| recency.allows(proof.read(), SystemTime::now())).cloned()
    }

    /// Remembers a proof.
    pub(super) fn remember(&self, proof: OwnMeeting) {
        let mut proofs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        proofs.put((proof.tenant().clone(), proof.id().clone()), proof);
        if proofs.len() > MAX_PROOFS {
            proofs.pop_lru();
        }
    }

    /// Forgets the proof of a meeting that has ended.
    pub(super) fn forget(&self, tenant: &TenantId, id: &MeetingId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop(&(tenant.clone(), id.clone()));
    }
}

impl std::fmt::Debug for Proofs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let count = self.0.lock().unwrap_or_else(PoisonError::into_inner).len();
        f.debug_struct("Proofs").field("count", &count).finish()
    }
}
