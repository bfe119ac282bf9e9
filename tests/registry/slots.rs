//! ListSlots, TakeSlot, ReleaseSlot, FreeSlot and TakeTurn.

use aws_sdk_dynamodb::types::AttributeValue;
use registry_core::table::{BOUND_SECONDS, UNBOUND_SECONDS};
use registry_core::{MeetingKey, Owner, Publish, RequestKey, Slot, SlotKey, TableRequest, Turn};

use crate::table::{
    CALLER, CALLERS_SLOT, MEETING, NOW, OTHER_MEETING, OTHER_REQUEST, REQUEST, SLOT, Table, TableAnswer,
};

impl Table {
    /// Takes [`SLOT`], and gives it a meeting.
    pub(crate) async fn occupy(&self, request: RequestKey, meeting: Option<MeetingKey>) {
        let answer = self.ask(TableRequest::TakeSlot { key: SLOT, request, now: NOW }).await;
        assert_eq!(answer, TableAnswer::Taken { was_own: false });
        if let Some(meeting) = meeting {
            let slots = [None, Some(SLOT)];
            let publish = Publish { meeting, generation: None, request, slots, now: NOW };
            assert_eq!(self.ask(TableRequest::Publish(publish)).await, TableAnswer::Done);
        }
    }

    pub(crate) async fn slots(&self, owner: Owner) -> Vec<Slot> {
        let TableAnswer::Slots { slots, .. } = self.ask(TableRequest::ListSlots(owner)).await else {
            panic!("slots are listed")
        };
        slots
    }
}

fn slot(request: RequestKey, meeting: Option<MeetingKey>, since: u64) -> Slot {
    let lasts = if meeting.is_none() { UNBOUND_SECONDS } else { BOUND_SECONDS };
    Slot { number: SLOT.number, request, meeting, since, expires: since + lasts }
}

#[tokio::test]
async fn a_slot_is_taken_when_it_is_free_expired_or_the_requests_own_without_a_meeting() {
    for (stored, after, expected, why) in [
        (None, 0, Some(false), "it is free"),
        (Some((OTHER_REQUEST, None)), 0, None, "another request has it"),
        (Some((OTHER_REQUEST, None)), UNBOUND_SECONDS - 1, None, "for one more second"),
        (Some((OTHER_REQUEST, None)), UNBOUND_SECONDS, Some(false), "it expires now"),
        (Some((OTHER_REQUEST, Some(MEETING))), BOUND_SECONDS - 1, None, "its meeting may go on"),
        (Some((OTHER_REQUEST, Some(MEETING))), BOUND_SECONDS, Some(false), "no meeting lasts that long"),
        (Some((REQUEST, None)), 5, Some(true), "an earlier attempt took it"),
        (Some((REQUEST, None)), UNBOUND_SECONDS, Some(true), "and it has expired"),
        (Some((REQUEST, Some(MEETING))), 5, None, "an earlier attempt has a meeting"),
        (Some((REQUEST, Some(MEETING))), BOUND_SECONDS, Some(false), "which has ended by now"),
    ] {
        let table = Table::start().await;
        if let Some((request, meeting)) = stored {
            table.occupy(request, meeting).await;
        }
        let now = NOW + after;
        let answer = table.ask(TableRequest::TakeSlot { key: SLOT, request: REQUEST, now }).await;
        let (before, taken) =
            (stored.map(|(request, meeting)| slot(request, meeting, NOW)), slot(REQUEST, None, now));
        match expected {
            Some(was_own) => assert_eq!(answer, TableAnswer::Taken { was_own }, "{why}"),
            None => assert_eq!(Some(answer), before.map(TableAnswer::Occupied), "{why}"),
        }
        let after = if expected.is_some() { Some(taken) } else { before };
        assert_eq!(table.slots(Owner::Tenant).await, Vec::from_iter(after), "{why}");
    }
}

#[tokio::test]
async fn a_repeat_finds_the_slot_that_the_first_attempt_took() {
    let table = Table::start().await;
    let request = TableRequest::TakeSlot { key: SLOT, request: REQUEST, now: NOW };
    assert_eq!(table.ask(request).await, TableAnswer::Taken { was_own: false });
    assert_eq!(table.ask(request).await, TableAnswer::Taken { was_own: true });
    assert_eq!(table.slots(Owner::Tenant).await, [slot(REQUEST, None, NOW)]);
}

#[tokio::test]
async fn a_slot_is_released_only_by_its_request_and_without_a_meeting() {
    for (request, meeting, is_released, why) in [
        (REQUEST, None, true, "Chime refused the creation"),
        (OTHER_REQUEST, None, false, "it is another's"),
        (REQUEST, Some(MEETING), false, "it has a meeting"),
    ] {
        let table = Table::start().await;
        table.occupy(request, meeting).await;
        for attempt in ["first", "repeat"] {
            let answer = table.ask(TableRequest::ReleaseSlot { key: SLOT, request: REQUEST }).await;
            assert_eq!(answer, TableAnswer::Done, "{why}, {attempt}");
            assert_eq!(table.slots(Owner::Tenant).await.is_empty(), is_released, "{why}, {attempt}");
        }
    }
}

#[tokio::test]
async fn a_slot_is_freed_only_for_the_meeting_that_it_has() {
    for (meeting, is_freed, why) in [
        (Some(MEETING), true, "its meeting has ended"),
        (Some(OTHER_MEETING), false, "it has another meeting by now"),
        (None, false, "it has no meeting yet"),
    ] {
        let table = Table::start().await;
        table.occupy(REQUEST, meeting).await;
        for attempt in ["first", "repeat"] {
            let answer = table.ask(TableRequest::FreeSlot { key: SLOT, meeting: MEETING }).await;
            assert_eq!(answer, TableAnswer::Done, "{why}, {attempt}");
            assert_eq!(table.slots(Owner::Tenant).await.is_empty(), is_freed, "{why}, {attempt}");
        }
    }
}

#[tokio::test]
async fn a_list_has_the_owners_slots_expired_ones_too_and_the_turn() {
    let table = Table::start().await;
    let empty = TableAnswer::Slots { slots: Vec::new(), turn: None };
    assert_eq!(table.ask(TableRequest::ListSlots(Owner::Tenant)).await, empty);
    for number in [12, 3, 999] {
        let key = SlotKey { number, ..SLOT };
        table.ask(TableRequest::TakeSlot { key, request: REQUEST, now: NOW - 86_400 }).await;
    }
    table.ask(TableRequest::TakeSlot { key: CALLERS_SLOT, request: OTHER_REQUEST, now: NOW }).await;
    let turn = Turn { at: NOW, behind: (NOW - 5, 12) };
    table.ask(TableRequest::TakeTurn { owner: Owner::Tenant, expected: None, turn }).await;
    let TableAnswer::Slots { slots, turn: found } = table.ask(TableRequest::ListSlots(Owner::Tenant)).await
    else {
        panic!("slots are listed")
    };
    assert_eq!(slots.iter().map(|slot| slot.number).collect::<Vec<_>>(), [3, 12, 999]);
    assert_eq!(found, Some(turn));
    let expected = Slot { number: 0, ..slot(OTHER_REQUEST, None, NOW) };
    let callers = TableAnswer::Slots { slots: vec![expected], turn: None };
    assert_eq!(table.ask(TableRequest::ListSlots(CALLER)).await, callers);
}

#[tokio::test]
async fn a_list_of_more_than_one_page_is_read_whole() {
    let table = Table::start().await;
    for number in 0..5_u16 {
        let text = |value: &str| AttributeValue::S(value.to_owned());
        let time = |value: u64| AttributeValue::N(value.to_string());
        table
            .put(&[
                ("pk", text("tenant-slots#acme")),
                ("sk", text(&format!("{number:04}"))),
                ("request", text(&format!("key#{:032x}", 7))),
                ("since", time(NOW)),
                ("expires", time(NOW + UNBOUND_SECONDS)),
                // A page has 1 MB.
                ("padding", text(&"x".repeat(300_000))),
            ])
            .await;
    }
    let numbers: Vec<u16> = table.slots(Owner::Tenant).await.iter().map(|slot| slot.number).collect();
    assert_eq!(numbers, [0, 1, 2, 3, 4]);
}

#[tokio::test]
async fn a_turn_is_taken_only_as_it_was_read() {
    let at = |at| Turn { at, behind: (NOW, 3) };
    for (stored, expected, is_taken, why) in [
        (None, None, true, "the first turn"),
        (Some(at(NOW)), Some(at(NOW)), true, "nobody took it since"),
        (Some(at(NOW)), None, false, "another request took the first turn"),
        (Some(at(NOW + 1)), Some(at(NOW)), false, "another request took it since"),
        (None, Some(at(NOW)), false, "it is gone"),
    ] {
        let table = Table::start().await;
        if let Some(turn) = stored {
            table.ask(TableRequest::TakeTurn { owner: CALLER, expected: None, turn }).await;
        }
        let turn = Turn { at: NOW + 20, behind: (NOW + 2, 4) };
        let answer = table.ask(TableRequest::TakeTurn { owner: CALLER, expected, turn }).await;
        let (answered, after) =
            if is_taken { (TableAnswer::Done, Some(turn)) } else { (TableAnswer::TurnTaken, stored) };
        assert_eq!(answer, answered, "{why}");
        let list = table.ask(TableRequest::ListSlots(CALLER)).await;
        assert_eq!(list, TableAnswer::Slots { slots: Vec::new(), turn: after }, "{why}");
    }
}
