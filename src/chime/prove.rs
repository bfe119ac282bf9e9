//! Proves that a meeting is the tenant's, by GetMeeting or by what the process remembers.

use super::ask::ask;
use super::attempt::Attempts;
use super::client::Chime;
use super::error::{ChimeError, ChimeErrorKind, Missing};
use super::own_meeting::{OwnMeeting, Recency};
use crate::model::MeetingId;
use crate::policy::TenantIds;

impl Chime {
    /// Proves that a meeting is the tenant's: from what the process remembers, or by asking Chime.
    ///
    /// # Errors
    /// [`ChimeErrorKind::NoSuchMeeting`] when it is another tenant's, has ended or never existed. Other kinds when
    /// Chime fails.
    pub async fn own_meeting(
        &self,
        id: &MeetingId,
        tenant_ids: &TenantIds,
        recency: Recency,
        attempts: Attempts<'_>,
    ) -> Result<OwnMeeting, ChimeError> {
        if let Some(proof) = self.proofs.recall(tenant_ids, id, recency) {
            return Ok(proof);
        }
        let request = self.client.get_meeting().meeting_id(id.as_str());
        let send = |text| request.clone().customize().interceptor(text).send();
        let answer = ask(attempts.reading(), send, Ok).await;
        // Checked outside of the attempt: another meeting than the one asked for is not repeated but reported.
        let proven = answer.and_then(|answer| {
            let text = answer.text.read(|raw| raw.meeting.map(|meeting| meeting.get().into()));
            OwnMeeting::check(id, answer.output.meeting(), text, tenant_ids)
        });
        match proven {
            Ok(proof) => {
                self.proofs.remember(proof.clone());
                Ok(proof)
            }
            Err(error) => {
                let kind = match error.kind {
                    // For a request that has only an id, Chime's 400, 403 and 404 mean the same: no meeting of this
                    // stack.
                    ChimeErrorKind::NotFound => ChimeErrorKind::NoSuchMeeting(Missing::NotFound),
                    ChimeErrorKind::Rejected => ChimeErrorKind::NoSuchMeeting(Missing::Rejected),
                    ChimeErrorKind::Forbidden => ChimeErrorKind::NoSuchMeeting(Missing::Forbidden),
                    kind => kind,
                };
                if matches!(kind, ChimeErrorKind::NoSuchMeeting(_))
                    && let Some(tenant) = tenant_ids.first()
                {
                    self.proofs.forget(tenant, id);
                }
                Err(ChimeError { kind, ..error })
            }
        }
    }

    /// The error of a request about a proven meeting. `NotFound` means that the meeting has ended, so its proof is
    /// forgotten.
    pub(super) fn error_in(&self, meeting: &OwnMeeting, error: ChimeError) -> ChimeError {
        if error.kind != ChimeErrorKind::NotFound {
            return error;
        }
        self.forget(meeting);
        ChimeError { kind: ChimeErrorKind::NoSuchMeeting(Missing::NotFound), ..error }
    }

    /// Forgets the proof of a meeting that has ended.
    pub(super) fn forget(&self, meeting: &OwnMeeting) {
        self.proofs.forget(meeting.tenant(), meeting.id());
    }
}
