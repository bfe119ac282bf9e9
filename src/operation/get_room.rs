//! GetRoom: gets the meeting of a room as it is now.

use registry_core::{Room, TableAnswer, TableRequest};

use super::registry_chime::error_in_room;
use super::registry_driver::Driver;
use super::row::{Call, Serve, ServeFuture, Success};
use crate::chime::{ChimeErrorKind, Missing, Recency};
use crate::policy::{Admitted, AnyRight};
use crate::registry::{RegistryError, meeting_id};
use crate::request_error::RequestError;

pub(super) struct GetRoom;

impl Serve<AnyRight> for GetRoom {
    fn serve<'c>(admitted: Admitted<'c, AnyRight>, call: Call<'c>) -> ServeFuture<'c> {
        Box::pin(serve(admitted, call))
    }
}

async fn serve(admitted: Admitted<'_, AnyRight>, call: Call<'_>) -> Result<Success, RequestError> {
    let (registry, room) = (call.registry()?, call.room_id()?);
    let driver = Driver::new(call, registry, Some(&room), admitted.tenant_ids());
    let meeting = match driver.ask_table(TableRequest::GetRoom).await {
        TableAnswer::Room(Some(Room { meeting: Some(meeting), .. })) => meeting_id(meeting),
        TableAnswer::Room(_) => return Err(RegistryError::RoomNotOpen.into()),
        _ => return Err(RegistryError::Unavailable.into()),
    };
    let found = call.chime.own_meeting(&meeting, admitted.tenant_ids(), Recency::Now, call.attempts).await;
    let meeting = found.map_err(|error| match error.kind {
        ChimeErrorKind::NoSuchMeeting(Missing::NotFound) => RegistryError::RoomNotOpen.into(),
        _ => error_in_room(Some(error.into())),
    })?;
    let body = format!(r#"{{"Meeting":{}}}"#, meeting.text());
    Ok(Success::in_meeting(&meeting, body))
}
