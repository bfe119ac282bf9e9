//! JoinRoom: gives the caller the room's meeting and an attendee of their own. A caller with the right to create opens the
//! room if it has no meeting.

use registry_core::{Digest, JoinRoom as Joining, Joined, RoomOpening};

use super::body::read_or_empty;
use super::creation::limits_of;
use super::new_meeting::RoomMeeting;
use super::registry_chime::{AtChime, Creation, error_in_room};
use super::registry_driver::Driver;
use super::row::{Call, Serve, ServeFuture, Success};
use crate::chime::ChimeErrorKind;
use crate::model::RoomRequest;
use crate::policy::{self, Admitted, MeetingPlan, RoomPlan};
use crate::registry::{RegistryError, caller_key, digest};
use crate::request_error::RequestError;

/// The version of the digest of a meeting's members, by which two openings are the same. With another one they differ.
const MEMBERS: &str = "meeting-gateway/registry/members/1";

pub(super) struct JoinRoom;

impl Serve<policy::Join> for JoinRoom {
    fn serve<'c>(admitted: Admitted<'c, policy::Join>, call: Call<'c>) -> ServeFuture<'c> {
        Box::pin(serve(admitted, call))
    }
}

async fn serve(admitted: Admitted<'_, policy::Join>, call: Call<'_>) -> Result<Success, RequestError> {
    let (registry, room) = (call.registry()?, call.room_id()?);
    let request = read_or_empty(call, |body| RoomRequest::read(body, &room))?;
    let RoomPlan { attendee, meeting, lacking } = admitted.decide_room(request)?;
    let limits = admitted.limits();
    let may_create = meeting.as_ref().map(|plan| RoomOpening {
        members: members(plan),
        limits: limits_of(limits),
        caller: caller_key(call.chime.gateway_name(), plan.tenant(), plan.subject()),
    });
    let mut driver = Driver::new(call, registry, Some(&room), admitted.tenant_ids());
    driver.chime.attendee = Some(&attendee);
    driver.chime.creation = meeting.map(|plan| Creation::Room(RoomMeeting::new(plan)));
    let joined = driver.run(Joining::start(may_create)).await;
    let chime = driver.chime;
    match joined {
        Joined::In(_) => answer(chime),
        // The caller may open it, and did not say what the policy leaves open.
        Joined::NotOpen => Err(lacking.map_or(RegistryError::RoomNotOpen.into(), RequestError::Findings)),
        Joined::Foreign => Err(RegistryError::RoomOfOtherTenantIds.into()),
        Joined::Full(owner) => Err(RegistryError::of_full(owner, limits).into()),
        Joined::ChimeFailed => Err(error_in_room(chime.error)),
        Joined::Unavailable => Err(unavailable(chime.error)),
    }
}

fn answer(chime: AtChime<'_>) -> Result<Success, RequestError> {
    let (Some(meeting), Some(attendee)) = (chime.meeting, chime.admitted) else {
        return Err(RequestError::Bug("no attendee is kept"));
    };
    let body = format!(r#"{{"Meeting":{},"Attendee":{}}}"#, meeting.text(), attendee.text);
    let success = Success::in_meeting(&meeting, body);
    // Another one than it created is that of a caller who was faster.
    let created = chime.created.map(|created| created.meeting_id);
    Ok(Success { room_opened: created.is_some() && created == success.meeting_id, ..success })
}

/// A digest of all that is sent to Chime for the meeting. Who asks is not in it.
fn members(plan: &MeetingPlan) -> Digest {
    Digest(digest(MEMBERS, &[&plan.canonical()]))
}

/// A room that has a conflict at Chime and does not change is as unavailable as the table, and the log says why.
fn unavailable(error: Option<RequestError>) -> RequestError {
    match error {
        Some(RequestError::Chime(error))
            if matches!(error.kind, ChimeErrorKind::Conflict | ChimeErrorKind::DifferentMeeting(_)) =>
        {
            RequestError::ChimeInRoom(error)
        }
        _ => RegistryError::Unavailable.into(),
    }
}
