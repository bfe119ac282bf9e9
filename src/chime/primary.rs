//! Whose meeting the primary of a replica is: asked before anything is created.

use aws_sdk_chimesdkmeetings::types::Meeting;
use tokio::time::Instant;

use super::attempt::with_retries;
use super::client::Chime;
use super::error::{ChimeError, ChimeFailure};
use crate::meeting::{MeetingId, PrimaryMeetingId, TenantId};

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
        // The model takes any text for a primary, and its own form only for an id in a path: `..` would be another path.
        // A text that no meeting has for an id is told as a missing meeting, and costs no call.
        let id = MeetingId::parse(primary.as_str()).map_err(|rule| {
            let detail = format!("the primary's id can't be a meeting's, so Chime was not asked: it {rule}");
            ChimeFailure::new(ChimeError::PrimaryNotTheTenants, detail)
        })?;
        let meeting = match self.get_meeting(&id, deadline).await {
            Ok(meeting) => meeting,
            // On an operation by meeting id, Chime's 403 and 404 mean the same: not this stack's meeting. So does a 400,
            // since nothing but the id was sent.
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
        judge(&id, meeting.as_ref(), tenant_ids)
    }

    /// GetMeeting. Takes a [`MeetingId`], since the id becomes part of the path.
    async fn get_meeting(&self, id: &MeetingId, deadline: Instant) -> Result<Option<Meeting>, ChimeFailure> {
        let request = self.client.get_meeting().meeting_id(id.as_str());
        let ask = || {
            let request = request.clone();
            async { request.send().await.map_err(|error| ChimeFailure::from_sdk(&error)) }
        };
        with_retries(deadline, ask).await.map(|output| output.meeting)
    }
}

/// A meeting is a tenant's own when it carries TenantIds and every one is the tenant's. It must also be the one that was
/// asked for: of another meeting nothing that it says counts.
fn judge(asked: &MeetingId, meeting: Option<&Meeting>, tenant_ids: &[TenantId]) -> Result<(), ChimeFailure> {
    let Some(meeting) = meeting else {
        return Err(ChimeFailure::new(ChimeError::Failed, "GetMeeting answered without a meeting"));
    };
    if !meeting.meeting_id().is_some_and(|id| asked.is(id)) {
        let detail = "GetMeeting answered with another meeting than the one asked for";
        return Err(ChimeFailure::new(ChimeError::Failed, detail));
    }
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

    const ASKED: &str = "eb81e378-37db-4b5a-8e57-88904f2c1152";

    fn verdict_on(meeting_id: Option<&str>, ids: &[&str], primary: Option<&str>) -> Option<ChimeError> {
        let meeting = Meeting::builder()
            .set_meeting_id(meeting_id.map(str::to_owned))
            .set_tenant_ids(Some(ids.iter().map(|id| (*id).to_owned()).collect()))
            .set_primary_meeting_id(primary.map(str::to_owned))
            .build();
        let own = [TenantId::parse("acme").unwrap(), TenantId::parse("acme-labs").unwrap()];
        judge(&MeetingId::parse(ASKED).unwrap(), Some(&meeting), &own).err().map(|failure| failure.error)
    }

    fn verdict(ids: &[&str], primary: Option<&str>) -> Option<ChimeError> {
        verdict_on(Some(ASKED), ids, primary)
    }

    #[test]
    fn judges_the_meeting_that_was_asked_for_and_no_other() {
        for (meeting_id, expected, why) in [
            (Some(ASKED), None, "the same"),
            (Some("EB81E378-37DB-4B5A-8E57-88904F2C1152"), None, "the same in the other case"),
            (
                Some("eb81e378-37db-4b5a-8e57-88904f2c1153"),
                Some(ChimeError::Failed),
                "another one of the tenant's",
            ),
            (Some(""), Some(ChimeError::Failed), "an empty id"),
            (None, Some(ChimeError::Failed), "no id"),
        ] {
            assert_eq!(verdict_on(meeting_id, &["acme"], None), expected, "{why}");
        }
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
