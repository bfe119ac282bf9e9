//! Whose meeting the primary of a replica is: asked before anything is created.

use aws_sdk_chimesdkmeetings::types::Meeting;
use tokio::time::Instant;

use super::attempt::with_retries;
use super::client::Chime;
use super::error::{ChimeError, ChimeFailure};
use crate::meeting::{PrimaryMeetingId, TenantId};

impl Chime {
    /// Checks that the meeting is the tenant's own, and one that can be replicated.
    ///
    /// TenantIds are no access boundary at Chime: without this check any caller could have any meeting of the account
    /// replicated into its own.
    pub(super) async fn check_primary(
        &self,
        primary: &PrimaryMeetingId,
        tenant_ids: &[TenantId],
        deadline: Instant,
    ) -> Result<(), ChimeFailure> {
        let request = self.client.get_meeting().meeting_id(primary.as_str());
        let ask = || {
            let request = request.clone();
            async { request.send().await.map_err(|error| ChimeFailure::from_sdk(&error)) }
        };
        let found = with_retries(deadline, ask).await.map(|output| output.meeting);
        let meeting = match found {
            Ok(meeting) => meeting,
            // On an operation by meeting id, Chime's 403 and 404 mean the same: not this stack's meeting. A 400 is an
            // id that no meeting can have.
            Err(failure)
                if matches!(
                    failure.error,
                    ChimeError::NotFound | ChimeError::Rejected | ChimeError::Misconfigured
                ) =>
            {
                return Err(ChimeFailure { error: ChimeError::PrimaryNotTheTenants, ..failure });
            }
            Err(failure) => return Err(failure),
        };
        judge(meeting.as_ref(), tenant_ids)
    }
}

/// A meeting is a tenant's own when it carries TenantIds and every one is the tenant's.
fn judge(meeting: Option<&Meeting>, tenant_ids: &[TenantId]) -> Result<(), ChimeFailure> {
    let Some(meeting) = meeting else {
        return Err(ChimeFailure::new(ChimeError::Failed, "GetMeeting answered without a meeting"));
    };
    let is_own = |id: &String| tenant_ids.iter().any(|own| own.as_str() == id);
    if meeting.tenant_ids().is_empty() || !meeting.tenant_ids().iter().all(is_own) {
        let detail = "the primary meeting carries TenantIds that are not the tenant's";
        return Err(ChimeFailure::new(ChimeError::PrimaryNotTheTenants, detail));
    }
    if meeting.primary_meeting_id().is_some() {
        return Err(ChimeFailure::new(
            ChimeError::PrimaryIsReplica,
            "the primary meeting is itself a replica",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(ids: &[&str], primary: Option<&str>) -> Option<ChimeError> {
        let meeting = Meeting::builder()
            .set_tenant_ids(Some(ids.iter().map(|id| (*id).to_owned()).collect()))
            .set_primary_meeting_id(primary.map(str::to_owned))
            .build();
        let own = [TenantId::parse("acme").unwrap(), TenantId::parse("acme-labs").unwrap()];
        judge(Some(&meeting), &own).err().map(|failure| failure.error)
    }

    #[test]
    fn a_meeting_is_the_tenants_only_when_all_its_ids_are() {
        assert_eq!(verdict(&["acme"], None), None);
        assert_eq!(verdict(&["acme", "acme-labs"], None), None);
        assert_eq!(verdict(&[], None), Some(ChimeError::PrimaryNotTheTenants));
        assert_eq!(verdict(&["globex"], None), Some(ChimeError::PrimaryNotTheTenants));
        assert_eq!(verdict(&["acme", "globex"], None), Some(ChimeError::PrimaryNotTheTenants));
        assert_eq!(verdict(&["ACME"], None), Some(ChimeError::PrimaryNotTheTenants));
    }

    #[test]
    fn whose_meeting_it_is_comes_before_what_kind_it_is() {
        assert_eq!(verdict(&["acme"], Some("other")), Some(ChimeError::PrimaryIsReplica));
        assert_eq!(verdict(&["globex"], Some("other")), Some(ChimeError::PrimaryNotTheTenants));
    }
}
