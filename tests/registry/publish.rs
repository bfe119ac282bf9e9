//! Publish: all of it or nothing.

use registry_core::table::{BOUND_SECONDS, UNBOUND_SECONDS};
use registry_core::{Generation, MeetingKey, Owner, Publish, RequestKey, Room, Slot, SlotKey, TableRequest};

use crate::table::{
    CALLERS_SLOT, MEETING, NOW, OTHER_MEETING, OTHER_REQUEST, REQUEST, SLOT, Table, TableAnswer,
};

const GENERATION: Generation = Generation(5);
const OTHER_GENERATION: Generation = Generation(6);

/// What is in the table when a meeting is published.
#[derive(Clone, Copy)]
struct Before {
    room: Option<(Generation, Option<MeetingKey>)>,
    slot: Option<(RequestKey, Option<MeetingKey>)>,
    has_ended: bool,
}

const READY: Before =
    Before { room: Some((GENERATION, None)), slot: Some((REQUEST, None)), has_ended: false };

const PUBLISH: Publish = Publish {
    meeting: MEETING,
    generation: Some(GENERATION),
    request: REQUEST,
    slots: [Some(CALLERS_SLOT), Some(SLOT)],
    now: NOW + 3,
};

async fn prepared(before: Before) -> Table {
    let table = Table::start().await;
    if let Some((generation, meeting)) = before.room {
        let room = Room { generation, since: NOW, meeting };
        table.ask(TableRequest::PutRoom { expected: None, room }).await;
    }
    if let Some((request, meeting)) = before.slot {
        table.occupy(request, meeting).await;
    }
    table.ask(TableRequest::TakeSlot { key: CALLERS_SLOT, request: REQUEST, now: NOW }).await;
    if before.has_ended {
        table.ask(TableRequest::MarkEnded(MEETING)).await;
    }
    table
}

#[tokio::test]
async fn a_published_meeting_is_the_rooms_and_holds_its_slots() {
    let table = prepared(READY).await;
    assert_eq!(table.ask(TableRequest::Publish(PUBLISH)).await, TableAnswer::Done);
    let room = Room { generation: GENERATION, since: NOW, meeting: Some(MEETING) };
    assert_eq!(table.ask(TableRequest::GetRoom).await, TableAnswer::Room(Some(room)));
    for key in [SLOT, CALLERS_SLOT] {
        let since = NOW + 3;
        let expires = since + BOUND_SECONDS;
        let slot = Slot { number: key.number, request: REQUEST, meeting: Some(MEETING), since, expires };
        assert_eq!(table.slots(key.owner).await, [slot]);
    }
    let TableAnswer::Ended(mut slots) = table.ask(TableRequest::MarkEnded(MEETING)).await else {
        panic!("it is marked")
    };
    slots.sort_unstable();
    assert_eq!(slots, [SLOT, CALLERS_SLOT]);
}

#[tokio::test]
async fn a_meeting_is_published_only_for_its_room_its_slots_and_while_it_goes_on() {
    let other_room = Room { generation: OTHER_GENERATION, since: NOW, meeting: None };
    let opened = Room { generation: GENERATION, since: NOW, meeting: Some(OTHER_MEETING) };
    let published = Room { meeting: Some(MEETING), ..opened };
    for (before, expected, why) in [
        (Before { has_ended: true, ..READY }, Some((true, None)), "the event MeetingEnded was first"),
        (Before { room: None, ..READY }, Some((false, Some(None))), "the room is gone"),
        (
            Before { room: Some((OTHER_GENERATION, None)), ..READY },
            Some((false, Some(Some(other_room)))),
            "the generation moved on",
        ),
        (
            Before { room: Some((GENERATION, Some(OTHER_MEETING))), ..READY },
            Some((false, Some(Some(opened)))),
            "another meeting was first",
        ),
        (
            Before { room: Some((GENERATION, Some(MEETING))), ..READY },
            Some((false, Some(Some(published)))),
            "an earlier attempt or another caller was first, and the answer shows it",
        ),
        (Before { slot: None, ..READY }, Some((false, None)), "the slot is gone"),
        (
            Before { slot: Some((OTHER_REQUEST, None)), ..READY },
            Some((false, None)),
            "another request has the slot",
        ),
        (
            Before { slot: Some((REQUEST, Some(OTHER_MEETING))), ..READY },
            Some((false, None)),
            "Chime forgot the token, and an earlier attempt's meeting has the slot",
        ),
        (Before { slot: Some((REQUEST, Some(MEETING))), ..READY }, None, "an earlier attempt was first"),
        (
            Before { room: None, has_ended: true, ..READY },
            Some((true, Some(None))),
            "every condition that failed is reported",
        ),
    ] {
        let table = prepared(before).await;
        let items = table.items().await;
        let answer = table.ask(TableRequest::Publish(PUBLISH)).await;
        match expected {
            None => assert_eq!(answer, TableAnswer::Done, "{why}"),
            Some((ended, room)) => {
                assert_eq!(answer, TableAnswer::NotPublished { ended, room }, "{why}");
                assert_eq!(table.items().await, items, "nothing is written: {why}");
            }
        }
    }
}

#[tokio::test]
async fn a_repeat_on_another_day_changes_neither_the_slots_nor_the_day() {
    let table = prepared(READY).await;
    let publish = Publish { generation: None, ..PUBLISH };
    table.ask(TableRequest::Publish(publish)).await;
    let slots = table.slots(Owner::Tenant).await;
    let day = table.item("meeting#").await.unwrap()["day"].clone();
    let later = Publish { now: NOW + 100_000, ..publish };
    assert_eq!(table.ask(TableRequest::Publish(later)).await, TableAnswer::Done);
    assert_eq!(table.slots(Owner::Tenant).await, slots);
    assert_eq!(table.item("meeting#").await.unwrap()["day"], day);
    assert_eq!(day, "S 2026-11-26");
}

#[tokio::test]
async fn a_meeting_without_a_room_needs_its_slots_alone() {
    let table = prepared(Before { room: None, ..READY }).await;
    let publish = Publish { generation: None, slots: [None, Some(SLOT)], ..PUBLISH };
    assert_eq!(table.ask(TableRequest::Publish(publish)).await, TableAnswer::Done);
    assert_eq!(table.ask(TableRequest::GetRoom).await, TableAnswer::Room(None));
}

#[tokio::test]
async fn a_room_of_a_tenant_without_limits_has_no_slots() {
    let table = prepared(Before { slot: None, ..READY }).await;
    let publish = Publish { slots: [None, None], ..PUBLISH };
    assert_eq!(table.ask(TableRequest::Publish(publish)).await, TableAnswer::Done);
    assert_eq!(table.ask(TableRequest::MarkEnded(MEETING)).await, TableAnswer::Ended(Vec::new()));
}

#[tokio::test]
async fn a_meeting_remembers_every_slot_that_it_has_had() {
    let table = prepared(READY).await;
    table.ask(TableRequest::Publish(PUBLISH)).await;
    let second = SlotKey { number: 4, ..SLOT };
    table.ask(TableRequest::TakeSlot { key: second, request: REQUEST, now: NOW }).await;
    let publish = Publish { generation: None, slots: [None, Some(second)], ..PUBLISH };
    assert_eq!(table.ask(TableRequest::Publish(publish)).await, TableAnswer::Done);
    let TableAnswer::Ended(mut slots) = table.ask(TableRequest::MarkEnded(MEETING)).await else {
        panic!("it is marked")
    };
    slots.sort_unstable();
    assert_eq!(slots, [SLOT, second, CALLERS_SLOT]);
}

#[tokio::test]
async fn an_expired_slot_that_nobody_took_since_still_holds_the_meeting() {
    let table = prepared(READY).await;
    let publish = Publish { now: NOW + UNBOUND_SECONDS + 1, ..PUBLISH };
    assert_eq!(table.ask(TableRequest::Publish(publish)).await, TableAnswer::Done);
}
