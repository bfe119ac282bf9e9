//! What the registry's machines ask of Chime. A machine gets the bare outcome; what the caller's answer needs is kept here.

use std::time::Duration;

use registry_core::{ChimeAnswer, ChimeRequest, MeetingKey, RequestKey};

use super::new_meeting::{NewMeeting, RoomMeeting};
use crate::chime::{
    Attempts, AttendeeAnswer, Chime, ChimeErrorKind, CreatedMeeting, Missing, OwnMeeting, Recency, Repeat,
    RoomToken,
};
use crate::model::RoomId;
use crate::policy::{AttendeePlan, TenantIds};
use crate::registry::{meeting_id, meeting_key};
use crate::request_error::RequestError;

/// How long a machine waits for whether another meeting still goes on, before it takes it for one that does.
const MAX_LOOK_TIME: Duration = Duration::from_secs(2);

/// The meeting that a machine may create.
#[expect(
    clippy::large_enum_variant,
    reason = "one value exists for a request, and a box would be an allocation"
)]
pub(super) enum Creation<'c> {
    /// That of a creation.
    Meeting(NewMeeting<'c>),
    /// A room's.
    Room(RoomMeeting),
}

/// Asks Chime for a machine.
pub(super) struct AtChime<'c> {
    chime: &'c Chime,
    room: Option<&'c RoomId>,
    tenant_ids: &'c TenantIds,
    attempts: Attempts<'c>,
    /// The meeting that the machine may create.
    pub(super) creation: Option<Creation<'c>>,
    /// The attendee that the machine may create.
    pub(super) attendee: Option<&'c AttendeePlan>,
    /// What Chime created last.
    pub(super) created: Option<CreatedMeeting>,
    /// The meeting that was created or proven last.
    pub(super) meeting: Option<OwnMeeting>,
    /// The caller's attendee, once it was created.
    pub(super) admitted: Option<AttendeeAnswer>,
    /// The last failure.
    pub(super) error: Option<RequestError>,
}

impl<'c> AtChime<'c> {
    pub(super) fn new(
        chime: &'c Chime,
        room: Option<&'c RoomId>,
        tenant_ids: &'c TenantIds,
        attempts: Attempts<'c>,
    ) -> Self {
        AtChime {
            chime,
            room,
            tenant_ids,
            attempts,
            creation: None,
            attendee: None,
            created: None,
            meeting: None,
            admitted: None,
            error: None,
        }
    }

    /// Asks Chime.
    pub(super) async fn ask(&mut self, request: ChimeRequest) -> ChimeAnswer {
        let answer = match request {
            ChimeRequest::Create(request) => self.create(request).await.map(ChimeAnswer::Created),
            // As for Join: the answer has the meeting, which must not be an ended one for long.
            ChimeRequest::Prove(meeting) => {
                self.prove(meeting, Recency::Minute).await.map(|_| ChimeAnswer::Found)
            }
            ChimeRequest::IsOpen(meeting) => self.look(meeting).await.map(|()| ChimeAnswer::Found),
            ChimeRequest::Admit(meeting) => self.admit(meeting).await.map(|()| ChimeAnswer::Done),
            ChimeRequest::End(meeting) => self.end(meeting).await.map(|()| ChimeAnswer::Done),
        };
        answer.unwrap_or_else(|error| {
            let answer = outcome(&error);
            let is_aside = matches!(request, ChimeRequest::IsOpen(_) | ChimeRequest::End(_));
            if is_aside && answer != ChimeAnswer::NotFound {
                // The answer to the caller may not depend on it.
                tracing::warn!(cause = %error, "a meeting could not be looked at or ended");
            }
            self.error = Some(error);
            answer
        })
    }

    async fn create(&mut self, request: RequestKey) -> Result<MeetingKey, RequestError> {
        let attempts = Attempts { repeat: Repeat::Always, ..self.attempts };
        let created = match (&mut self.creation, request) {
            (Some(Creation::Meeting(meeting)), _) => meeting.create(self.chime, attempts).await?,
            (Some(Creation::Room(meeting)), RequestKey::Room { generation, members }) => {
                let (Some(room), Some(attendee)) = (self.room, self.attendee) else {
                    return Err(NOT_PLANNED);
                };
                let token = RoomToken { room, generation: generation.0, members: members.0 };
                meeting.create(self.chime, token, attendee, attempts).await?
            }
            _ => return Err(NOT_PLANNED),
        };
        let key = meeting_key(&created.id()?).ok_or(NOT_PLANNED)?;
        self.meeting = created.proof.clone();
        self.created = Some(created);
        Ok(key)
    }

    async fn prove(&mut self, key: MeetingKey, recency: Recency) -> Result<OwnMeeting, RequestError> {
        let id = meeting_id(key);
        let meeting = self.chime.own_meeting(&id, self.tenant_ids, recency, self.attempts).await?;
        self.meeting = Some(meeting.clone());
        Ok(meeting)
    }

    /// The proof of a meeting that was proven or created before. Chime is asked only if its answer to the creation did not show
    /// whose the meeting is.
    async fn proof(&mut self, key: MeetingKey) -> Result<OwnMeeting, RequestError> {
        match &self.meeting {
            Some(meeting) if meeting_key(meeting.id()) == Some(key) => Ok(meeting.clone()),
            _ => self.prove(key, Recency::Any).await,
        }
    }

    /// Looks whether another meeting of the tenant goes on.
    async fn look(&self, key: MeetingKey) -> Result<(), RequestError> {
        let attempts = self.attempts.within(MAX_LOOK_TIME);
        self.chime.own_meeting(&meeting_id(key), self.tenant_ids, Recency::Now, attempts).await?;
        Ok(())
    }

    async fn admit(&mut self, key: MeetingKey) -> Result<(), RequestError> {
        let meeting = self.proof(key).await?;
        let attendee = self.attendee.ok_or(NOT_PLANNED)?.clone().fit(meeting.media())?;
        let attempts = Attempts { repeat: Repeat::IfNothingHappened, ..self.attempts };
        self.admitted = Some(self.chime.create_attendee(&meeting, &attendee, attempts).await?);
        Ok(())
    }

    async fn end(&mut self, key: MeetingKey) -> Result<(), RequestError> {
        let meeting = self.proof(key).await?;
        let attempts = Attempts { repeat: Repeat::Always, ..self.attempts };
        Ok(self.chime.delete_meeting(&meeting, attempts).await?)
    }
}

const NOT_PLANNED: RequestError =
    RequestError::Bug("a machine asked Chime for what its operation does not do");

/// What an error means to a machine.
fn outcome(error: &RequestError) -> ChimeAnswer {
    let RequestError::Chime(error) = error else { return ChimeAnswer::Refused };
    match error.kind {
        ChimeErrorKind::NoSuchMeeting(Missing::NotFound) => ChimeAnswer::NotFound,
        ChimeErrorKind::NoSuchMeeting(Missing::OtherTenantIds) => ChimeAnswer::Foreign,
        ChimeErrorKind::Conflict | ChimeErrorKind::DifferentMeeting(_) => ChimeAnswer::Conflict,
        _ if error.nothing_happened() => ChimeAnswer::Refused,
        _ => ChimeAnswer::Unclear,
    }
}

/// The error of a request about a room that failed because of Chime.
pub(super) fn error_in_room(error: Option<RequestError>) -> RequestError {
    match error {
        // A conflict that is not about opening the room is one as elsewhere.
        Some(RequestError::Chime(error)) if error.kind != ChimeErrorKind::Conflict => {
            RequestError::ChimeInRoom(error)
        }
        Some(error) => error,
        None => RequestError::Bug("no error of Chime is kept"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chime::ChimeError;

    #[test]
    fn only_chimes_not_found_exception_is_a_missing_meeting_and_only_what_surely_did_nothing_a_refusal() {
        let failed = |kind| ChimeError::for_tests(kind);
        let after_a_timeout = ChimeError { may_have_happened: true, ..failed(ChimeErrorKind::QuotaFull) };
        let missing = ChimeErrorKind::NoSuchMeeting;
        for (error, expected, why) in [
            (failed(missing(Missing::NotFound)), ChimeAnswer::NotFound, "Chime says so"),
            (failed(missing(Missing::OtherTenantIds)), ChimeAnswer::Foreign, "it goes on"),
            (failed(missing(Missing::Forbidden)), ChimeAnswer::Refused, "it may go on"),
            (failed(missing(Missing::Rejected)), ChimeAnswer::Refused, "it may go on"),
            (failed(ChimeErrorKind::Conflict), ChimeAnswer::Conflict, "the token is in use"),
            (failed(ChimeErrorKind::DifferentMeeting(Vec::new())), ChimeAnswer::Conflict, "likewise"),
            (failed(ChimeErrorKind::QuotaFull), ChimeAnswer::Refused, "nothing was created"),
            (failed(ChimeErrorKind::Throttled(None)), ChimeAnswer::Refused, "nothing was created"),
            (failed(ChimeErrorKind::Unavailable(None)), ChimeAnswer::Refused, "nothing was created"),
            (failed(ChimeErrorKind::Unreachable), ChimeAnswer::Refused, "nothing was sent"),
            (failed(ChimeErrorKind::PrimaryNotTheTenants), ChimeAnswer::Refused, "nothing was asked for"),
            (failed(ChimeErrorKind::Failed), ChimeAnswer::Unclear, "Chime may have done it"),
            (failed(ChimeErrorKind::TimedOut), ChimeAnswer::Unclear, "Chime may have done it"),
            (failed(ChimeErrorKind::Disconnected), ChimeAnswer::Unclear, "Chime may have done it"),
            (after_a_timeout, ChimeAnswer::Unclear, "the attempt before may have done it"),
        ] {
            assert_eq!(outcome(&RequestError::Chime(error)), expected, "{why}");
        }
        assert_eq!(outcome(&RequestError::AnothersAttendee), ChimeAnswer::Refused, "Chime was not asked");
    }
}
