//! A room alone: a table that answers what none should, and a Chime that refuses.

use super::super::{
    Answer, At, CallerKey, ChimeAnswer, ChimeRequest, Digest, Generation, JoinRoom, Joined, Limits,
    Machine as _, MeetingKey, Owner, Request, Room, RoomOpening, Step, TableAnswer, TableRequest,
};
use super::table::Table;

#[test]
fn a_room_that_is_never_there_after_it_was_written_is_given_up() {
    let limits = Limits { tenant: None, caller: None };
    let (mut machine, mut step) =
        JoinRoom::start(Some(RoomOpening { members: Digest(1), limits, caller: CallerKey(1) }));
    let mut writes = 0;
    while let Step::Ask(request) = step {
        writes += usize::from(matches!(request, Request::Table(TableRequest::PutRoom { .. })));
        assert!(writes <= 3, "it writes for ever");
        let at = At { now: 1_000, generation: Generation(7) };
        step = machine.next(&Answer::Table(TableAnswer::Room(None)), at);
    }
    assert_eq!(step, Step::Done(Joined::Unavailable));
}

/// Joins a room whose meeting Chime refuses to create, while somebody else does that to the room.
fn refused_while(meanwhile: Option<Room>) -> Joined {
    let limits = Limits { tenant: Some(2), caller: Some(1) };
    let mut table = Table::default();
    table.room = Some(Room { generation: Generation(1), since: 0, meeting: None });
    let (mut machine, mut step) =
        JoinRoom::start(Some(RoomOpening { members: Digest(1), limits, caller: CallerKey(1) }));
    let mut creations = 0;
    loop {
        let answer = match step {
            Step::Done(joined) => {
                assert!(table.slots.is_empty(), "what was refused holds no slot");
                assert_eq!(creations, 1, "it is not opened once more");
                return joined;
            }
            Step::Ask(Request::Table(request)) => Answer::Table(table.serve(request)),
            Step::Ask(Request::Chime(ChimeRequest::Create(_))) => {
                creations += 1;
                table.room = meanwhile.or(table.room);
                Answer::Chime(ChimeAnswer::Refused)
            }
            Step::Ask(Request::Chime(ChimeRequest::Prove(_))) => Answer::Chime(ChimeAnswer::Found),
            Step::Ask(Request::Chime(_)) => Answer::Chime(ChimeAnswer::Done),
        };
        step = machine.next(&answer, At { now: 1_000, generation: Generation(7) });
    }
}

#[test]
fn who_is_refused_joins_the_meeting_that_somebody_else_has_created() {
    let room = Room { generation: Generation(1), since: 0, meeting: Some(MeetingKey(9)) };
    assert_eq!(refused_while(Some(room)), Joined::In(MeetingKey(9)));
    let moved = Room { generation: Generation(2), since: 0, meeting: None };
    for (meanwhile, why) in [(None, "nobody"), (Some(moved), "nor does a fresh generation help")] {
        assert_eq!(refused_while(meanwhile), Joined::ChimeFailed, "{why}");
    }
}

#[test]
fn of_callers_who_open_a_room_at_once_with_equal_members_one_is_charged() {
    let limits = Limits { tenant: Some(2), caller: Some(1) };
    let mut table = Table::default();
    table.room = Some(Room { generation: Generation(1), since: 0, meeting: None });
    let at = At { now: 1_000, generation: Generation(7) };
    let open = |caller| RoomOpening { members: Digest(1), limits, caller: CallerKey(caller) };
    let mut all: Vec<_> = [1, 2, 3].map(|caller| JoinRoom::start(Some(open(caller)))).into();
    // Each has its meeting, which is the same, before the first one publishes it.
    for may_publish in [false, true] {
        for (machine, step) in &mut all {
            while let Step::Ask(request) = *step {
                let answer = match request {
                    Request::Table(TableRequest::Publish(_)) if !may_publish => break,
                    Request::Table(request) => Answer::Table(table.serve(request)),
                    Request::Chime(ChimeRequest::Create(_)) => {
                        Answer::Chime(ChimeAnswer::Created(MeetingKey(9)))
                    }
                    Request::Chime(_) => Answer::Chime(ChimeAnswer::Done),
                };
                *step = machine.next(&answer, at);
            }
        }
    }
    assert!(all.iter().all(|(_, step)| *step == Step::Done(Joined::In(MeetingKey(9)))), "all get in");
    let holds: Vec<_> = table.slots.iter().map(|(key, slot)| (key.owner, slot.meeting)).collect();
    let meeting = Some(MeetingKey(9));
    assert_eq!(holds, [(Owner::Tenant, meeting), (Owner::Caller(CallerKey(1)), meeting)]);
}
