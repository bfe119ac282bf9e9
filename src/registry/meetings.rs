//! The requests about a meeting's item.

use aws_sdk_dynamodb::types::ReturnValue;
use registry_core::{MeetingKey, TableAnswer};
use tokio::time::Instant;

use super::attempt::with_retries;
use super::client::Registry;
use super::error::Unavailable;
use super::items::{self, Attributes, Item, MEETING_SECONDS, meeting_item_key, number, text, utc_day};
use super::names::Scope;
use super::table_error::TableError;
use super::usage::RegistryUsage;
use super::write::values;

/// What the table knows of a meeting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeetingRecord {
    /// The tenant that created it.
    pub tenant: String,
    /// The day of its creation in UTC, such as `2026-11-26`.
    pub day: String,
    /// Whether the meeting is known to have ended.
    pub ended: bool,
}

/// A meeting's tenant and day, with the rest of the update. A repeat on another day leaves the first.
pub(super) const SET_TENANT: &str = "SET #tenant = :tenant, #day = if_not_exists(#day, :day), #ttl = :ttl";

/// The values of [`SET_TENANT`].
pub(super) fn tenant_values(scope: Scope<'_>, now: u64) -> Item {
    values([
        (":tenant", text(scope.tenant)),
        (":day", text(utc_day(now))),
        (":ttl", number(now.saturating_add(MEETING_SECONDS))),
    ])
}

impl Registry {
    /// Reads what the table knows of a meeting. `None` for a meeting that it does not know, and for one of
    /// which it knows only that it has ended.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn tenant_of(
        &self,
        meeting: MeetingKey,
        deadline: Instant,
        usage: &RegistryUsage,
    ) -> Result<Option<MeetingRecord>, Unavailable> {
        with_retries("ReadMeeting", deadline, usage, |_| async move {
            match self.get(meeting_item_key(meeting)).await? {
                Some(item) if item.contains_key("tenant") => record(&item).map(Some),
                _ => Ok(None),
            }
        })
        .await
    }

    pub(super) async fn record_meeting(
        &self,
        scope: Scope<'_>,
        meeting: MeetingKey,
        now: u64,
    ) -> Result<TableAnswer, TableError> {
        self.update(meeting_item_key(meeting), SET_TENANT, tenant_values(scope, now), ReturnValue::None)
            .await?;
        Ok(TableAnswer::Done)
    }

    pub(super) async fn mark_ended(&self, meeting: MeetingKey, now: u64) -> Result<TableAnswer, TableError> {
        const SET_ENDED: &str = "SET #ended = if_not_exists(#ended, :now), #ttl = :ttl";
        let values = values([(":now", number(now)), (":ttl", number(now.saturating_add(MEETING_SECONDS)))]);
        let before = self.update(meeting_item_key(meeting), SET_ENDED, values, ReturnValue::AllOld).await?;
        let slots = before.as_ref().map(items::slots_of_meeting).transpose()?;
        Ok(TableAnswer::Ended(slots.unwrap_or_default()))
    }
}

pub(super) fn record(item: &Item) -> Result<MeetingRecord, TableError> {
    let attributes = Attributes(item);
    let read = |name| attributes.read(name, |text| Some(text.to_owned()));
    Ok(MeetingRecord { tenant: read("tenant")?, day: read("day")?, ended: attributes.has("ended") })
}
