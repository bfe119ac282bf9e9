//! A table that does not answer, or not at once. The stand-in of `local` has the faults, whatever endpoint the other tests have.

use std::time::Duration;

use local::dynamodb::Fault;
use meeting_gateway::registry::RegistryUsage;
use registry_core::{Generation, Owner, Publish, Room, TableRequest, Turn};
use tokio::time::Instant;

use crate::table::{CALLER, CALLERS_SLOT, MEETING, NOW, REQUEST, SLOT, Table, TableAnswer};

const ROOM: Room = Room { generation: Generation(5), since: NOW, meeting: None };
const TURN: Turn = Turn { at: NOW, behind: (NOW, 3) };

const PUBLISH: Publish = Publish {
    meeting: MEETING,
    generation: Some(ROOM.generation),
    request: REQUEST,
    slots: [Some(CALLERS_SLOT), Some(SLOT)],
    now: NOW,
};

/// A table that is ready for each of [`requests`].
async fn ready() -> Table {
    let table = Table::played();
    table.ask(TableRequest::PutRoom { expected: None, room: ROOM }).await;
    for key in [SLOT, CALLERS_SLOT] {
        table.ask(TableRequest::TakeSlot { key, request: REQUEST, now: NOW }).await;
    }
    table
}

/// Each request with its answer where [`ready`] has prepared for it.
fn requests() -> Vec<(TableRequest, TableAnswer)> {
    let moved = Room { generation: Generation(6), ..ROOM };
    vec![
        (TableRequest::GetRoom, TableAnswer::Room(Some(ROOM))),
        (TableRequest::PutRoom { expected: Some(ROOM), room: moved }, TableAnswer::Room(Some(moved))),
        (
            TableRequest::TakeSlot { key: SLOT, request: REQUEST, now: NOW },
            TableAnswer::Taken { was_own: true },
        ),
        (TableRequest::ReleaseSlot { key: SLOT, request: REQUEST }, TableAnswer::Done),
        (TableRequest::FreeSlot { key: SLOT, meeting: MEETING }, TableAnswer::Done),
        (TableRequest::TakeTurn { owner: CALLER, expected: None, turn: TURN }, TableAnswer::Done),
        (TableRequest::Publish(PUBLISH), TableAnswer::Done),
        (TableRequest::MarkEnded(MEETING), TableAnswer::Ended(Vec::new())),
        (TableRequest::RecordMeeting(MEETING), TableAnswer::Done),
    ]
}

/// Whether what was asked for has happened, though the first attempt has no answer.
fn happened(fault: &Fault) -> bool {
    matches!(fault, Fault::AnswerLost | Fault::InternalServerErrorAfterEffect)
}

/// The answer to a repeat of what has happened: the same, but of a published room, which shows that it has this meeting.
fn repeated(request: TableRequest, answer: TableAnswer) -> TableAnswer {
    match request {
        TableRequest::Publish(_) => {
            let room = Room { meeting: Some(MEETING), ..ROOM };
            TableAnswer::NotPublished { ended: false, room: Some(Some(room)) }
        }
        _ => answer,
    }
}

/// Asks a new table, with a fault for the first attempt. RecordMeeting has 200 ms for all its attempts, which a busy machine can take
/// for the first: then it is asked again, of another table.
async fn ask_with(fault: &Fault, request: TableRequest) -> (TableAnswer, RegistryUsage) {
    const TIMES: usize = 10;
    let mut asked = 0;
    loop {
        let table = ready().await;
        let usage = RegistryUsage::default();
        table.player().inject(fault.clone(), 1);
        let answer = table.ask_noting(request, &usage).await;
        asked += 1;
        let is_late = answer == TableAnswer::Unclear && matches!(request, TableRequest::RecordMeeting(_));
        if !is_late || asked == TIMES {
            return (answer, usage);
        }
    }
}

#[tokio::test]
async fn a_fault_that_passes_is_survived_by_every_request() {
    for fault in Fault::PASSING {
        for (request, expected) in requests() {
            let (answer, usage) = ask_with(&fault, request).await;
            let expected = if happened(&fault) { repeated(request, expected) } else { expected };
            assert_eq!(answer, expected, "{fault:?}, {request:?}");
            assert_eq!((usage.attempts(), usage.has_failed()), (2, false), "{fault:?}, {request:?}");
        }
    }
}

#[tokio::test]
async fn a_list_survives_a_fault_too() {
    let table = ready().await;
    table.player().inject(Fault::Throttling, 2);
    assert_eq!(table.slots(Owner::Tenant).await.len(), 1);
}

#[tokio::test]
async fn a_slot_that_was_taken_without_an_answer_counts_as_an_earlier_attempts() {
    let table = Table::played();
    table.player().inject(Fault::AnswerLost, 1);
    let answer = table.ask(TableRequest::TakeSlot { key: SLOT, request: REQUEST, now: NOW }).await;
    assert_eq!(answer, TableAnswer::Taken { was_own: true });
}

#[tokio::test]
async fn a_turn_that_another_took_is_not_ours_after_a_fault() {
    let table = Table::played();
    table.ask(TableRequest::TakeTurn { owner: CALLER, expected: None, turn: TURN }).await;
    table.player().inject(Fault::Throttling, 1);
    let turn = Turn { at: NOW + 1, ..TURN };
    let answer = table.ask(TableRequest::TakeTurn { owner: CALLER, expected: None, turn }).await;
    assert_eq!(answer, TableAnswer::TurnTaken);
}

#[tokio::test]
async fn a_fault_that_stays_is_unclear_after_three_attempts() {
    for (request, _) in requests() {
        let table = ready().await;
        let usage = RegistryUsage::default();
        table.player().inject(Fault::TransactionConflict, 9);
        assert_eq!(table.ask_noting(request, &usage).await, TableAnswer::Unclear, "{request:?}");
        assert_eq!((usage.attempts(), usage.has_failed()), (3, true), "{request:?}");
    }
}

#[tokio::test]
async fn a_table_that_is_not_there_is_asked_once() {
    let table = Table::played();
    table.client.delete_table().table_name(&table.name).send().await.expect("it is deleted");
    for (request, _) in requests() {
        let usage = RegistryUsage::default();
        assert_eq!(table.ask_noting(request, &usage).await, TableAnswer::Unclear, "{request:?}");
        assert_eq!((usage.attempts(), usage.has_failed()), (1, true), "{request:?}");
    }
}

#[tokio::test]
async fn a_table_that_is_down_is_unclear_and_its_time_is_counted() {
    let table = ready().await;
    table.player().set_down(true);
    let usage = RegistryUsage::default();
    assert_eq!(table.ask_noting(TableRequest::GetRoom, &usage).await, TableAnswer::Unclear);
    assert_eq!(usage.attempts(), 3);
    assert!(usage.time() >= Duration::from_millis(75), "the waits count: {:?}", usage.time());
    let deadline = Instant::now() + Duration::from_secs(20);
    assert!(table.registry.tenant_of(MEETING, deadline, &usage).await.is_err());
}

#[tokio::test]
async fn a_record_takes_200_milliseconds_at_most() {
    let table = ready().await;
    table.player().inject(Fault::SlowAnswer(Duration::from_secs(5)), 9);
    let (usage, started) = (RegistryUsage::default(), Instant::now());
    let answer = table.ask_noting(TableRequest::RecordMeeting(MEETING), &usage).await;
    assert_eq!((answer, usage.has_failed()), (TableAnswer::Unclear, true));
    // Half of it is for a busy machine.
    assert!(started.elapsed() < Duration::from_millis(400), "{:?}", started.elapsed());
}

#[tokio::test]
async fn every_request_ends_at_the_deadline() {
    let table = ready().await;
    table.player().inject(Fault::SlowAnswer(Duration::from_secs(9)), 9);
    let (usage, started) = (RegistryUsage::default(), Instant::now());
    let deadline = started + Duration::from_millis(600);
    let answer = table.registry.ask(table.scope(), TableRequest::GetRoom, deadline, &usage).await;
    assert_eq!(answer, TableAnswer::Unclear);
    assert!(started.elapsed() < Duration::from_millis(900), "{:?}", started.elapsed());
}

#[tokio::test]
async fn the_first_request_goes_over_the_connection_that_was_opened_ahead() {
    let table = Table::played();
    table.registry.connect_ahead().await;
    assert_eq!((table.player().connections(), table.player().requests().len()), (1, 0));
    table.ask(TableRequest::GetRoom).await;
    assert_eq!((table.player().connections(), table.player().requests().len()), (1, 1));
}
