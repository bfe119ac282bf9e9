//! A room alone, with a table that answers what none should.

use super::super::{
    Answer, At, CallerKey, Digest, Generation, JoinRoom, Joined, Limits, Machine as _, Request, RoomOpening,
    Step, TableAnswer, TableRequest,
};

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
