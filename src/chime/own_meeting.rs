//! Proof that a meeting is the tenant's, from the answer of GetMeeting.
//!
//! Chime does not enforce TenantIds: without the proof, any caller could act on any meeting of the account.

use aws_sdk_chimesdkmeetings::types::Meeting;
use tokio::time::Instant;

use super::attempt::{Attempts, with_retries};
use super::client::Chime;
use super::error::{ChimeError, ChimeErrorKind};
use crate::model::MeetingId;
use crate::policy::{MeetingPlan, TenantIds};

/// A meeting of the tenant: GetMeeting returns TenantIds for it, and all of them are the tenant's.
///
/// Only [`Chime`] makes one, so an operation on a meeting can't skip the proof:
///
/// ```
/// # use meeting_gateway::{chime::{Chime, OwnMeeting}, model::MeetingId, policy::TenantIds};
/// # use tokio::time::Instant;
/// async fn prove(chime: &Chime, id: &MeetingId, ids: &TenantIds, deadline: Instant) -> OwnMeeting {
///     chime.own_meeting(id, ids, deadline).await.unwrap()
/// }
/// ```
///
/// ```compile_fail,E0451
/// # use aws_sdk_chimesdkmeetings::types::Meeting;
/// # use meeting_gateway::chime::OwnMeeting;
/// fn skip_the_proof(meeting: Meeting) -> OwnMeeting {
///     OwnMeeting { meeting }
/// }
/// ```
#[derive(Debug)]
pub struct OwnMeeting {
    meeting: Meeting,
}

/// A plan whose primary meeting, if it has one, is the tenant's and can be replicated.
///
/// [`Chime::create_meeting`] takes nothing else, so a plan that names a primary can't skip the proof:
///
/// ```
/// # use meeting_gateway::{chime::{Attempts, Chime}, policy::MeetingPlan};
/// async fn create(chime: &Chime, plan: MeetingPlan, attempts: Attempts) {
///     let plan = chime.prove_primary(plan, attempts.deadline).await.unwrap();
///     let _ = chime.create_meeting(&plan, attempts).await;
/// }
/// ```
///
/// ```compile_fail,E0308
/// # use meeting_gateway::{chime::{Attempts, Chime}, policy::MeetingPlan};
/// async fn create(chime: &Chime, plan: MeetingPlan, attempts: Attempts) {
///     let _ = chime.create_meeting(&plan, attempts).await;
/// }
/// ```
///
/// ```compile_fail,E0451
/// # use meeting_gateway::chime::ProvenPlan;
/// fn forge(plan: ProvenPlan) -> ProvenPlan {
///     ProvenPlan { ..plan }
/// }
/// ```
#[derive(Debug)]
pub struct ProvenPlan {
    pub(super) plan: MeetingPlan,
    pub(super) primary: Option<OwnMeeting>,
}

impl OwnMeeting {
    /// Checks that GetMeeting returned the meeting that was asked for, and that it is the tenant's.
    fn check(
        asked: &MeetingId,
        meeting: Option<Meeting>,
        tenant_ids: &TenantIds,
    ) -> Result<Self, ChimeError> {
        let Some(meeting) = meeting else {
            return Err(ChimeError::new(ChimeErrorKind::Failed, "GetMeeting returned no meeting"));
        };
        if !meeting.meeting_id().is_some_and(|id| asked.is(id)) {
            let detail = "GetMeeting returned another meeting than the one asked for";
            return Err(ChimeError::new(ChimeErrorKind::Failed, detail));
        }
        if meeting.tenant_ids().is_empty() || !meeting.tenant_ids().iter().all(|id| tenant_ids.contains(id)) {
            let detail = "the meeting has TenantIds that are not the tenant's";
            return Err(ChimeError::new(ChimeErrorKind::NoSuchMeeting, detail));
        }
        Ok(OwnMeeting { meeting })
    }

    fn is_replica(&self) -> bool {
        self.meeting.primary_meeting_id().is_some()
    }
}

impl Chime {
    /// Asks Chime for a meeting and checks that it is the tenant's.
    ///
    /// # Errors
    /// [`ChimeErrorKind::NoSuchMeeting`] when it is another tenant's, has ended or never existed. Other kinds when
    /// Chime fails.
    pub async fn own_meeting(
        &self,
        id: &MeetingId,
        tenant_ids: &TenantIds,
        deadline: Instant,
    ) -> Result<OwnMeeting, ChimeError> {
        let request = self.client.get_meeting().meeting_id(id.as_str());
        let ask = || {
            let request = request.clone();
            async { request.send().await.map_err(|error| ChimeError::from_sdk(&error)) }
        };
        let answer = with_retries(Attempts::reading(deadline), ask).await;
        let answer = answer.map_err(|error| match error.kind {
            // For an operation by meeting id, Chime's 403 and 404 mean the same: not this stack's meeting. So does 400,
            // since the request has only the id.
            ChimeErrorKind::NotFound | ChimeErrorKind::Rejected | ChimeErrorKind::Misconfigured => {
                ChimeError { kind: ChimeErrorKind::NoSuchMeeting, ..error }
            }
            _ => error,
        })?;
        OwnMeeting::check(id, answer.meeting, tenant_ids)
    }

    /// Checks that the plan's primary meeting is the tenant's and is not a replica. Sends nothing without a primary.
    ///
    /// # Errors
    /// When the primary is not the tenant's or is a replica, or Chime fails.
    pub async fn prove_primary(
        &self,
        plan: MeetingPlan,
        deadline: Instant,
    ) -> Result<ProvenPlan, ChimeError> {
        let Some(primary) = &plan.members().primary_meeting_id else {
            return Ok(ProvenPlan { plan, primary: None });
        };
        // The model allows any text for a primary, but an id in a path has its own pattern: `..` would be another path.
        // A text that can't be an id is answered like a missing meeting, without a call.
        let id = MeetingId::parse(primary.as_str()).map_err(|rule| {
            let detail = format!("Chime was not asked, since the primary's id is invalid: it {rule}");
            ChimeError::new(ChimeErrorKind::PrimaryNotTheTenants, detail)
        })?;
        let primary = self.own_meeting(&id, plan.tenant_ids(), deadline).await;
        let primary = primary.map_err(|error| match error.kind {
            ChimeErrorKind::NoSuchMeeting => {
                ChimeError { kind: ChimeErrorKind::PrimaryNotTheTenants, ..error }
            }
            _ => error,
        })?;
        if primary.is_replica() {
            let detail = "the primary meeting is itself a replica";
            return Err(ChimeError::new(ChimeErrorKind::PrimaryIsReplica, detail));
        }
        Ok(ProvenPlan { plan, primary: Some(primary) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKED: &str = "eb81e378-37db-4b5a-8e57-88904f2c1152";

    /// The error for an answer of GetMeeting with these members.
    fn error_of(meeting_id: Option<&str>, ids: &[&str]) -> Option<ChimeErrorKind> {
        let meeting = Meeting::builder()
            .set_meeting_id(meeting_id.map(str::to_owned))
            .set_tenant_ids(Some(ids.iter().map(|id| (*id).to_owned()).collect()))
            .build();
        let own = TenantIds::for_tests(&["acme", "acme-labs"]);
        let checked = OwnMeeting::check(&MeetingId::parse(ASKED).unwrap(), Some(meeting), &own);
        checked.err().map(|error| error.kind)
    }

    #[test]
    fn rejects_another_meeting_than_the_one_asked_for() {
        for (meeting_id, expected, why) in [
            (Some(ASKED), None, "the same"),
            (Some("EB81E378-37DB-4B5A-8E57-88904F2C1152"), None, "the same in the other case"),
            (
                Some("eb81e378-37db-4b5a-8e57-88904f2c1153"),
                Some(ChimeErrorKind::Failed),
                "another of the tenant's",
            ),
            (Some(""), Some(ChimeErrorKind::Failed), "an empty id"),
            (None, Some(ChimeErrorKind::Failed), "no id"),
        ] {
            assert_eq!(error_of(meeting_id, &["acme"]), expected, "{why}");
        }
    }

    #[test]
    fn a_meeting_is_the_tenants_only_when_all_its_tenant_ids_are() {
        for (ids, expected, why) in [
            (&["acme"][..], None, "one of the tenant's"),
            (&["acme", "acme-labs"], None, "both of the tenant's"),
            (&[], Some(ChimeErrorKind::NoSuchMeeting), "no TenantIds"),
            (&["globex"], Some(ChimeErrorKind::NoSuchMeeting), "another tenant's"),
            (&["acme", "globex"], Some(ChimeErrorKind::NoSuchMeeting), "shared with another tenant"),
            (&["ACME"], Some(ChimeErrorKind::NoSuchMeeting), "ids are case-sensitive"),
        ] {
            assert_eq!(error_of(Some(ASKED), ids), expected, "{why}");
        }
    }
}
