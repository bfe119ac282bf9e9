//! Slots alone: a limit that was lowered, and a table that does not answer.

use std::collections::HashSet;

use super::super::slots::{Limits, TakeSlots, Taken};
use super::super::table::{BOUND_SECONDS, Slot, SlotKey, TableAnswer, TableRequest, Turn};
use super::super::{
    Answer, At, CallerKey, ChimeAnswer, Digest, Generation, Machine as _, MeetingKey, Owner, Request,
    RequestKey, Step,
};
use super::table::Table;

const AT: At = At { now: 1_000, generation: Generation(0) };

/// The creations that take slots at the same time, each with the request that it sends next.
type Takers = Vec<(TakeSlots, Option<Request>)>;

fn takers(numbers: std::ops::Range<u128>, limits: Limits) -> Takers {
    let taker = |number| {
        let request = RequestKey::Key(Digest(number));
        let (machine, step) = TakeSlots::start(limits, CallerKey(number), request, None);
        let Step::Ask(request) = step else { panic!("it lists first") };
        (machine, Some(request))
    };
    numbers.map(taker).collect()
}

/// A table whose tenant has meetings in the slots of these numbers.
fn table_with(numbers: &[u16]) -> Table {
    let slot = |number: &u16| {
        let meeting = Some(MeetingKey(u128::from(*number)));
        let request = RequestKey::Key(Digest(1_000 + u128::from(*number)));
        let slot = Slot { number: *number, request, meeting, since: 0, expires: BOUND_SECONDS };
        (SlotKey { owner: Owner::Tenant, number: *number }, slot)
    };
    let mut table = Table::default();
    table.slots = numbers.iter().map(slot).collect();
    table
}

/// Visits every order of the takers' requests, and returns the most slots that were ever taken.
fn most_taken(table: Table, takers: Takers) -> usize {
    let mut seen = HashSet::new();
    let mut open = vec![(table, takers)];
    let mut most = 0;
    while let Some((table, takers)) = open.pop() {
        most = most.max(table.slots.len());
        for index in 0..takers.len() {
            let (mut table, mut takers) = (table.clone(), takers.clone());
            let (machine, asked) = &mut takers[index];
            let Some(request) = asked.take() else { continue };
            let answer = match request {
                Request::Table(request) => Answer::Table(table.serve(request)),
                Request::Chime(_) => Answer::Chime(ChimeAnswer::Found),
            };
            if let Step::Ask(request) = machine.next(&answer, AT) {
                *asked = Some(request);
            }
            if seen.insert((table.clone(), takers.clone())) {
                open.push((table, takers));
            }
        }
    }
    most
}

#[test]
fn creations_at_once_never_have_more_slots_than_a_limit_that_was_lowered() {
    for limit in 1..=4_u16 {
        for taken in 0..64_u16 {
            let numbers: Vec<u16> = (0..6).filter(|number| taken >> number & 1 == 1).collect();
            let limits = Limits { tenant: Some(limit), caller: None };
            let most = most_taken(table_with(&numbers), takers(0..2, limits));
            let expected = usize::from(limit).max(numbers.len()).min(numbers.len() + 2);
            assert_eq!(most, expected, "limit {limit}, {numbers:?} taken");
        }
    }
}

/// Which requests get no answer.
type IsLost = fn(&TableRequest) -> bool;

/// Runs one taker.
fn run(table: &mut Table, limits: Limits, is_lost: IsLost) -> Taken {
    let mut takers = takers(0..1, limits);
    let (mut machine, mut request) = takers.pop().expect("there is one");
    while let Some(Request::Table(asked)) = request {
        let answer = if is_lost(&asked) { TableAnswer::Unclear } else { table.serve(asked) };
        request = match machine.next(&Answer::Table(answer), AT) {
            Step::Ask(request) => Some(request),
            Step::Done(taken) => return taken,
        };
    }
    panic!("Chime is not asked")
}

#[test]
fn a_callers_slot_is_given_back_when_the_tenants_can_not_be_taken() {
    let limits = Limits { tenant: Some(2), caller: Some(1) };
    let is_tenants = |owner: &Owner| *owner == Owner::Tenant;
    let lost: [(IsLost, &str); 3] = [
        (|request| matches!(request, TableRequest::ListSlots(Owner::Tenant)), "no list"),
        (
            |request| matches!(request, TableRequest::TakeSlot { key, .. } if key.owner == Owner::Tenant),
            "perhaps the tenant's is taken, or will be",
        ),
        (|request| matches!(request, TableRequest::TakeTurn { .. }), "the turn"),
    ];
    for (is_lost, why) in lost {
        let mut table = table_with(if why == "the turn" { &[0, 1] } else { &[0] });
        let before = table.clone();
        assert_eq!(run(&mut table, limits, is_lost), Taken::Unavailable, "{why}");
        assert_eq!(table, before, "{why}");
        assert!(table.slots.iter().all(|(key, _)| is_tenants(&key.owner)), "{why}");
    }
}

#[test]
fn a_turn_is_due_after_ten_seconds_and_whatever_the_clock_of_the_last_one_was() {
    for (at, expected, why) in [
        (990, true, "ten seconds ago"),
        (991, false, "less"),
        (1_000, false, "this second"),
        (1_009, false, "a clock that is a little ahead"),
        (1_010, true, "a clock that is far ahead"),
        (100_000, true, "a day ahead"),
    ] {
        let limits = Limits { tenant: Some(1), caller: None };
        let mut table = table_with(&[0]);
        let turn = Turn { at, behind: (0, 0) };
        table.serve(TableRequest::TakeTurn { owner: Owner::Tenant, expected: None, turn });
        let (mut machine, step) = TakeSlots::start(limits, CallerKey(1), RequestKey::Key(Digest(1)), None);
        let Step::Ask(Request::Table(list)) = step else { panic!("it lists first") };
        let step = machine.next(&Answer::Table(table.serve(list)), AT);
        let takes_turn = matches!(step, Step::Ask(Request::Table(TableRequest::TakeTurn { .. })));
        assert_eq!(takes_turn, expected, "{at}: {why}");
    }
}
