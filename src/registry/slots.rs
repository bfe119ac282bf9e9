//! The requests about slots and turns.

use registry_core::table::UNBOUND_SECONDS;
use registry_core::{MeetingKey, Owner, RequestKey, SlotKey, TableAnswer, Turn};

use super::client::Registry;
use super::items::{self, TURN, TURN_KEPT_SECONDS, number, request_text, slot_item_key, text, turn_key};
use super::keys::meeting_id;
use super::names::Scope;
use super::table_error::TableError;
use super::write::{Put, values};

impl Registry {
    pub(super) async fn list_slots(&self, scope: Scope<'_>, owner: Owner) -> Result<TableAnswer, TableError> {
        let (mut slots, mut turn) = (Vec::new(), None);
        self.query(&items::slots_of(scope, owner), |item| {
            if items::has_sort_key(item, TURN) {
                turn = Some(items::turn(item)?);
            } else {
                slots.push(items::slot(item)?);
            }
            Ok(())
        })
        .await?;
        Ok(TableAnswer::Slots { slots, turn })
    }

    pub(super) async fn take_slot(
        &self,
        scope: Scope<'_>,
        key: SlotKey,
        request: RequestKey,
        now: u64,
    ) -> Result<TableAnswer, TableError> {
        let expires = now.saturating_add(UNBOUND_SECONDS);
        let mut item = slot_item_key(scope, key);
        item.extend(values([
            ("request", text(request_text(request))),
            ("since", number(now)),
            ("expires", number(expires)),
            ("ttl", number(expires)),
        ]));
        let values = values([(":now", number(now)), (":request", text(request_text(request)))]);
        let condition = "attribute_not_exists(#pk) OR #expires <= :now OR (#request = :request AND attribute_not_exists(#meeting))";
        match self.put(item, condition, values).await? {
            Put::Written(old) => {
                let old = old.as_ref().map(items::slot).transpose()?;
                let was_own = old.is_some_and(|old| old.request == request && old.meeting.is_none());
                Ok(TableAnswer::Taken { was_own })
            }
            Put::Refused(Some(item)) => Ok(TableAnswer::Occupied(items::slot(&item)?)),
            Put::Refused(None) => {
                Err(TableError::invalid("a condition failed on a slot, and the slot was not returned"))
            }
        }
    }

    pub(super) async fn release_slot(
        &self,
        scope: Scope<'_>,
        key: SlotKey,
        request: RequestKey,
    ) -> Result<TableAnswer, TableError> {
        let condition = "#request = :request AND attribute_not_exists(#meeting)";
        let values = values([(":request", text(request_text(request)))]);
        self.delete(slot_item_key(scope, key), condition, values).await?;
        Ok(TableAnswer::Done)
    }

    pub(super) async fn free_slot(
        &self,
        scope: Scope<'_>,
        key: SlotKey,
        meeting: MeetingKey,
    ) -> Result<TableAnswer, TableError> {
        let values = values([(":meeting", text(meeting_id(meeting).as_str()))]);
        self.delete(slot_item_key(scope, key), "#meeting = :meeting", values).await?;
        Ok(TableAnswer::Done)
    }

    /// A turn that is already as it should become was written by an earlier attempt without an answer, or by another request of the
    /// same second: then both ask.
    pub(super) async fn take_turn(
        &self,
        scope: Scope<'_>,
        owner: Owner,
        expected: Option<Turn>,
        turn: Turn,
        attempt: u32,
    ) -> Result<TableAnswer, TableError> {
        let (since, slot) = turn.behind;
        let mut item = turn_key(scope, owner);
        item.extend(values([
            ("at", number(turn.at)),
            ("behind_since", number(since)),
            ("behind_number", number(u64::from(slot))),
            ("ttl", number(turn.at.saturating_add(TURN_KEPT_SECONDS))),
        ]));
        let (condition, values) = match expected {
            None => ("attribute_not_exists(#pk)", values([])),
            Some(expected) => ("#at = :at", values([(":at", number(expected.at))])),
        };
        match self.put(item, condition, values).await? {
            Put::Written(_) => Ok(TableAnswer::Done),
            Put::Refused(Some(item)) if attempt > 1 && items::turn(&item)? == turn => Ok(TableAnswer::Done),
            Put::Refused(_) => Ok(TableAnswer::TurnTaken),
        }
    }
}
