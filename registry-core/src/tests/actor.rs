//! A machine that runs in the world.

use super::super::{
    Answer, At, DeleteRoom, Deleted, FreeMeeting, JoinRoom, Joined, Machine as _, MeetingKey, Open, Opened,
    Opening, Request, RoomOpening, Step,
};

/// What somebody is going to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Plan {
    Join(Option<RoomOpening>),
    Create(Opening),
    Delete,
    Free(MeetingKey),
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Machine {
    Join(JoinRoom),
    Create(Open),
    Delete(DeleteRoom),
    Free(FreeMeeting),
}

/// How a machine ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Ended {
    Join(Joined),
    Create(Opened),
    Delete(Deleted),
    Free(bool),
}

/// Somebody, who holds the request that is to be sent next.
#[expect(clippy::large_enum_variant, reason = "states are copied in any case")]
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Actor {
    Planned(Plan),
    Running(Machine, Request),
    /// Answered, or crashed.
    Over,
}

fn map<T, U>(step: Step<T>, ended: impl FnOnce(T) -> U) -> Step<U> {
    match step {
        Step::Ask(request) => Step::Ask(request),
        Step::Done(result) => Step::Done(ended(result)),
    }
}

impl Plan {
    pub(super) fn start(self) -> (Machine, Step<Ended>) {
        match self {
            Plan::Join(rooms) => {
                let (machine, step) = JoinRoom::start(rooms);
                (Machine::Join(machine), map(step, Ended::Join))
            }
            Plan::Create(opening) => {
                let (machine, step) = Open::start(opening);
                (Machine::Create(machine), map(step, Ended::Create))
            }
            Plan::Delete => {
                let (machine, step) = DeleteRoom::start();
                (Machine::Delete(machine), map(step, Ended::Delete))
            }
            Plan::Free(meeting) => {
                let (machine, step) = FreeMeeting::start(meeting);
                (Machine::Free(machine), map(step, Ended::Free))
            }
        }
    }
}

impl Machine {
    pub(super) fn next(&mut self, answer: &Answer, at: At) -> Step<Ended> {
        match self {
            Machine::Join(machine) => map(machine.next(answer, at), Ended::Join),
            Machine::Create(machine) => map(machine.next(answer, at), Ended::Create),
            Machine::Delete(machine) => map(machine.next(answer, at), Ended::Delete),
            Machine::Free(machine) => map(machine.next(answer, at), Ended::Free),
        }
    }
}
