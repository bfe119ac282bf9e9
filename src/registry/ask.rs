//! Each request of the machines, sent to the table.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use registry_core::{TableAnswer, TableRequest};
use tokio::time::Instant;

use super::attempt::with_retries;
use super::client::Registry;
use super::names::Scope;
use super::table_error::TableError;
use super::usage::RegistryUsage;
use crate::outbound::within;

/// Maximum time for RecordMeeting, all attempts together. The caller waits for it, and its failure fails nothing.
const MAX_RECORD_TIME: Duration = Duration::from_millis(200);

impl Registry {
    /// Sends a request of a machine, and repeats it while there is time and no answer. What has none in the end is
    /// [`TableAnswer::Unclear`], noted in `usage`, and logged.
    pub async fn ask(
        &self,
        scope: Scope<'_>,
        request: TableRequest,
        deadline: Instant,
        usage: &RegistryUsage,
    ) -> TableAnswer {
        let deadline = match request {
            TableRequest::RecordMeeting(_) => within(MAX_RECORD_TIME, deadline),
            _ => deadline,
        };
        // One time for all attempts, so that a repeat is the same request.
        let now = now();
        let attempt = |attempt| self.ask_once(scope, request, now, attempt);
        with_retries(name(request), deadline, usage, attempt).await.unwrap_or(TableAnswer::Unclear)
    }

    async fn ask_once(
        &self,
        scope: Scope<'_>,
        request: TableRequest,
        now: u64,
        attempt: u32,
    ) -> Result<TableAnswer, TableError> {
        match request {
            TableRequest::GetRoom => self.get_room(scope).await,
            TableRequest::PutRoom { expected, room } => self.put_room(scope, expected, room).await,
            TableRequest::ListSlots(owner) => self.list_slots(scope, owner).await,
            TableRequest::TakeSlot { key, request, now } => self.take_slot(scope, key, request, now).await,
            TableRequest::ReleaseSlot { key, request } => self.release_slot(scope, key, request).await,
            TableRequest::FreeSlot { key, meeting } => self.free_slot(scope, key, meeting).await,
            TableRequest::TakeTurn { owner, expected, turn } => {
                self.take_turn(scope, owner, expected, turn, attempt).await
            }
            TableRequest::Publish(publish) => self.publish(scope, publish).await,
            TableRequest::RecordMeeting(meeting) => self.record_meeting(scope, meeting, now).await,
            TableRequest::MarkEnded(meeting) => self.mark_ended(meeting, now).await,
        }
    }
}

/// The request's name in the log.
fn name(request: TableRequest) -> &'static str {
    match request {
        TableRequest::GetRoom => "GetRoom",
        TableRequest::PutRoom { .. } => "PutRoom",
        TableRequest::ListSlots(_) => "ListSlots",
        TableRequest::TakeSlot { .. } => "TakeSlot",
        TableRequest::ReleaseSlot { .. } => "ReleaseSlot",
        TableRequest::FreeSlot { .. } => "FreeSlot",
        TableRequest::TakeTurn { .. } => "TakeTurn",
        TableRequest::Publish(_) => "Publish",
        TableRequest::RecordMeeting(_) => "RecordMeeting",
        TableRequest::MarkEnded(_) => "MarkEnded",
    }
}

/// The time of requests: seconds since 1970.
#[must_use]
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs())
}
