//! DeleteRoom: ends the meeting of a room, if it has one.

use registry_core::{DeleteRoom as Deleting, Deleted};

use super::registry_chime::error_in_room;
use super::registry_driver::Driver;
use super::row::{Call, Serve, ServeFuture, Success};
use crate::policy::{Admitted, End};
use crate::registry::RegistryError;
use crate::request_error::RequestError;

pub(super) struct DeleteRoom;

impl Serve<End> for DeleteRoom {
    fn serve<'c>(admitted: Admitted<'c, End>, call: Call<'c>) -> ServeFuture<'c> {
        Box::pin(serve(admitted, call))
    }
}

async fn serve(admitted: Admitted<'_, End>, call: Call<'_>) -> Result<Success, RequestError> {
    let (registry, room) = (call.registry()?, call.room_id()?);
    let mut driver = Driver::new(call, registry, Some(&room), admitted.tenant_ids());
    match driver.run(Deleting::start()).await {
        Deleted::Done => Ok(driver.chime.meeting.as_ref().map_or_else(Success::nothing, Success::done)),
        Deleted::Foreign => Err(RegistryError::RoomOfOtherTenantIds.into()),
        Deleted::ChimeFailed => Err(error_in_room(driver.chime.error)),
        Deleted::Unavailable => Err(RegistryError::Unavailable.into()),
    }
}
