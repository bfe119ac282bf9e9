//! Publish: the transaction by which a created meeting becomes known, with its room and its slots.

use aws_sdk_dynamodb::types::{AttributeValue, CancellationReason, TransactWriteItem};
use registry_core::table::BOUND_SECONDS;
use registry_core::{Generation, MeetingKey, Publish, RequestKey, SlotKey, TableAnswer};

use super::client::Registry;
use super::items::{
    self, generation_text, meeting_item_key, number, request_text, room_key, slot_item_key, slot_text, text,
};
use super::keys::meeting_id;
use super::meetings::{SET_TENANT, tenant_values};
use super::names::Scope;
use super::table_error::TableError;
use super::write::values;

impl Registry {
    /// The meeting's item comes first, then the room's if there is one, then the slots'.
    pub(super) async fn publish(
        &self,
        scope: Scope<'_>,
        publish: Publish,
    ) -> Result<TableAnswer, TableError> {
        let Publish { meeting, generation, request, slots, now } = publish;
        let mut updates = vec![self.meeting_update(scope, publish)?];
        if let Some(generation) = generation {
            updates.push(self.room_update(scope, generation, meeting, now)?);
        }
        for slot in slots.into_iter().flatten() {
            updates.push(self.slot_update(scope, slot, request, meeting, now)?);
        }
        let canceled = |reasons: &[_]| not_published(reasons, generation.is_some());
        self.transact(updates, TableAnswer::Done, canceled).await
    }

    /// Gives the meeting its tenant, and adds the slots to those that it has had.
    fn meeting_update(&self, scope: Scope<'_>, publish: Publish) -> Result<TransactWriteItem, TableError> {
        let mut values = tenant_values(scope, publish.now);
        let mut expression = SET_TENANT.to_owned();
        let slots: Vec<String> = publish.slots.into_iter().flatten().map(slot_text).collect();
        if !slots.is_empty() {
            expression.push_str(" ADD #slots :slots");
            values.insert(":slots".to_owned(), AttributeValue::Ss(slots));
        }
        self.transaction_update(
            meeting_item_key(publish.meeting),
            Some("attribute_not_exists(#ended)"),
            &expression,
            values,
        )
    }

    fn room_update(
        &self,
        scope: Scope<'_>,
        generation: Generation,
        meeting: MeetingKey,
        now: u64,
    ) -> Result<TransactWriteItem, TableError> {
        let values = values([
            (":generation", text(generation_text(generation))),
            (":meeting", text(meeting_id(meeting).as_str())),
            (":ttl", number(now.saturating_add(items::ROOM_SECONDS))),
        ]);
        self.transaction_update(
            room_key(scope)?,
            Some("#generation = :generation AND attribute_not_exists(#meeting)"),
            "SET #meeting = :meeting, #ttl = :ttl",
            values,
        )
    }

    /// Gives the slot its meeting. `published` is when it first got it, and keeps a repeat from moving `expires`.
    fn slot_update(
        &self,
        scope: Scope<'_>,
        slot: SlotKey,
        request: RequestKey,
        meeting: MeetingKey,
        now: u64,
    ) -> Result<TransactWriteItem, TableError> {
        let values = values([
            (":request", text(request_text(request))),
            (":meeting", text(meeting_id(meeting).as_str())),
            (":now", number(now)),
            (":bound", number(BOUND_SECONDS)),
        ]);
        self.transaction_update(
            slot_item_key(scope, slot),
            Some("#request = :request AND (attribute_not_exists(#meeting) OR #meeting = :meeting)"),
            "SET #meeting = :meeting, #published = if_not_exists(#published, :now), \
             #expires = if_not_exists(#published, :now) + :bound, #ttl = if_not_exists(#published, :now) + :bound",
            values,
        )
    }
}

/// What a canceled transaction says of the conditions, in the order of its updates. `None` when none of them failed.
fn not_published(reasons: &[CancellationReason], has_room: bool) -> Result<Option<TableAnswer>, TableError> {
    let failed = |reason: &&CancellationReason| reason.code() == Some("ConditionalCheckFailed");
    if !reasons.iter().any(|reason| failed(&reason)) {
        return Ok(None);
    }
    let ended = reasons.first().filter(failed).is_some();
    let room = reasons.get(1).filter(|_| has_room).filter(failed);
    let room = room.map(|reason| reason.item().map(items::room).transpose()).transpose()?;
    Ok(Some(TableAnswer::NotPublished { ended, room }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reasons(codes: &[&str]) -> Vec<CancellationReason> {
        codes.iter().map(|code| CancellationReason::builder().code(*code).build()).collect()
    }

    #[test]
    fn says_which_condition_failed() {
        const FAILED: &str = "ConditionalCheckFailed";
        let answer = |ended, room| Some(TableAnswer::NotPublished { ended, room });
        for (codes, has_room, expected, why) in [
            (&[FAILED, "None"] as &[_], false, answer(true, None), "the meeting has ended"),
            (&["None", FAILED], true, answer(false, Some(None)), "the room is not there any more"),
            (&["None", FAILED], false, answer(false, None), "a slot is another's"),
            (&["None", "None", FAILED], true, answer(false, None), "a slot, beside a room"),
            (&[FAILED, FAILED], true, answer(true, Some(None)), "both"),
            (&["TransactionConflict", FAILED], false, answer(false, None), "a failed condition is an answer"),
            (&["None", "TransactionConflict"], true, None, "no condition failed"),
            (&[], true, None, "no reason"),
        ] {
            assert_eq!(not_published(&reasons(codes), has_room), Ok(expected), "{why}");
        }
    }
}
