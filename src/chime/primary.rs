//! Proof that the primary meeting of a plan is the tenant's.

use super::attempt::Attempts;
use super::client::Chime;
use super::error::{ChimeError, ChimeErrorKind};
use super::own_meeting::{OwnMeeting, Recency};
use crate::model::MeetingId;
use crate::policy::MeetingPlan;

/// A plan whose primary meeting, if it has one, is the tenant's and can be replicated.
///
/// [`Chime::create_meeting`] takes nothing else, so a plan that names a primary can't skip the proof:
///
/// ```
/// # use meeting_gateway::{chime::{Attempts, Chime}, policy::MeetingPlan};
/// async fn create(chime: &Chime, plan: MeetingPlan, attempts: Attempts<'_>) {
///     let plan = chime.prove_primary(plan, attempts).await.unwrap();
///     let _ = chime.create_meeting(&plan, attempts).await;
/// }
/// ```
///
/// ```compile_fail,E0308
/// # use meeting_gateway::{chime::{Attempts, Chime}, policy::MeetingPlan};
/// async fn create(chime: &Chime, plan: MeetingPlan, attempts: Attempts<'_>) {
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

impl Chime {
    /// Checks that the plan's primary meeting is the tenant's and is not a replica. Sends nothing without a primary.
    ///
    /// # Errors
    /// When the primary is not the tenant's or is a replica, or Chime fails.
    pub async fn prove_primary(
        &self,
        plan: MeetingPlan,
        attempts: Attempts<'_>,
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
        let primary = self.own_meeting(&id, plan.tenant_ids(), Recency::Now, attempts).await;
        let primary = primary.map_err(|error| match error.kind {
            ChimeErrorKind::NoSuchMeeting(_) => {
                ChimeError { kind: ChimeErrorKind::PrimaryNotTheTenants, ..error }
            }
            _ => error,
        })?;
        if primary.is_replica {
            let detail = "the primary meeting is itself a replica";
            return Err(ChimeError::new(ChimeErrorKind::PrimaryIsReplica, detail));
        }
        Ok(ProvenPlan { plan, primary: Some(primary) })
    }
}

impl ProvenPlan {
    /// The plan.
    #[must_use]
    pub fn plan(&self) -> &MeetingPlan {
        &self.plan
    }

    /// The error of a request that creates the meeting. The primary has just been proven, so it has ended since when Chime
    /// does not find it.
    pub(super) fn error(&self, error: ChimeError) -> ChimeError {
        match (&error.kind, &self.primary) {
            (ChimeErrorKind::NotFound, Some(_)) => {
                ChimeError { kind: ChimeErrorKind::PrimaryNotTheTenants, ..error }
            }
            _ => error,
        }
    }
}
