//! Rooms: joining the meeting of a room, which opens it, and ending it.

use super::open::{Open, Opened, Opening};
use super::slots::{FreeMeeting, Limits};
use super::step::{Answer, At, ChimeAnswer, ChimeRequest, Machine, Step};
use super::table::{CallerKey, Digest, MeetingKey, Owner, RequestKey, Room, TableAnswer, TableRequest};

/// How often a room may turn out to be another than it was.
const MAX_ROUNDS: u8 = 3;

/// After how many seconds a generation without a meeting is given up on a conflict: no request lives as long, so the conflict
/// is not with a simultaneous one.
const STALE_SECONDS: u64 = 60;

/// What a caller who may create brings along for a room that is not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RoomOpening {
    /// A digest of the decided members.
    pub members: Digest,
    /// The tenant's limits.
    pub limits: Limits,
    /// The caller.
    pub caller: CallerKey,
}

/// The result of joining a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Joined {
    /// The caller has an attendee of this meeting.
    In(MeetingKey),
    /// The room is not open, and the caller may not open it: 404.
    NotOpen,
    /// The room's meeting is not the tenant's any more: 409.
    Foreign,
    /// A limit: 429.
    Full(Owner),
    /// Chime failed, and the edge knows how.
    ChimeFailed,
    /// The table did not answer, or the room keeps changing: 503.
    Unavailable,
}

/// Joins a room.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct JoinRoom {
    /// `None` for a caller who may not create.
    may_create: Option<RoomOpening>,
    rounds: u8,
    state: JoinState,
}

#[expect(
    clippy::large_enum_variant,
    reason = "one value exists at a time, and a box would be an allocation a step"
)]
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum JoinState {
    Reading,
    /// Reading once more, since the opening failed with this.
    ReadingAgain(Room, Joined),
    Moving,
    Proving(Room, MeetingKey),
    Admitting(Room, MeetingKey),
    Freeing(Room, FreeMeeting),
    Opening(Room, Open),
}

impl Machine for JoinRoom {
    type Result = Joined;

    fn next(&mut self, answer: &Answer, at: At) -> Step<Joined> {
        let state = std::mem::replace(&mut self.state, JoinState::Reading);
        match (state, answer) {
            // The room was removed meanwhile. A table that says so each time must not be asked for ever.
            (JoinState::Moving, Answer::Table(TableAnswer::Room(None))) => self.next_round(None, at),
            (JoinState::Reading | JoinState::Moving, Answer::Table(TableAnswer::Room(room))) => {
                self.act(*room, at)
            }
            (JoinState::ReadingAgain(before, joined), Answer::Table(TableAnswer::Room(room))) => {
                self.act_again(before, *room, joined, at)
            }
            (JoinState::ReadingAgain(_, Joined::ChimeFailed), _) => Step::Done(Joined::ChimeFailed),
            (JoinState::Proving(room, meeting), Answer::Chime(ChimeAnswer::Found)) => {
                self.admit(room, meeting)
            }
            (JoinState::Proving(..), Answer::Chime(ChimeAnswer::Foreign)) => Step::Done(Joined::Foreign),
            (JoinState::Admitting(_, meeting), Answer::Chime(ChimeAnswer::Done)) => {
                Step::Done(Joined::In(meeting))
            }
            // INVARIANT (only when it has ended): no other answer moves a room that has a meeting.
            (
                JoinState::Proving(room, meeting) | JoinState::Admitting(room, meeting),
                Answer::Chime(ChimeAnswer::NotFound),
            ) => self.has_ended(room, meeting),
            (JoinState::Proving(..) | JoinState::Admitting(..), _) => Step::Done(Joined::ChimeFailed),
            (JoinState::Freeing(room, mut freeing), _) => {
                let step = freeing.next(answer, at);
                self.state = JoinState::Freeing(room, freeing);
                // A slot that could not be freed is asked about when all are taken.
                step.then(|_| self.move_on(Some(room), at))
            }
            (JoinState::Opening(room, mut open), _) => {
                let step = open.next(answer, at);
                self.state = JoinState::Opening(room, open);
                step.then(|opened| self.opened(room, opened, at))
            }
            _ => Step::Done(Joined::Unavailable),
        }
    }
}

impl JoinRoom {
    /// Starts joining.
    #[must_use]
    pub fn start(may_create: Option<RoomOpening>) -> (Self, Step<Joined>) {
        let machine = JoinRoom { may_create, rounds: 0, state: JoinState::Reading };
        (machine, Step::table(TableRequest::GetRoom))
    }

    fn act(&mut self, room: Option<Room>, at: At) -> Step<Joined> {
        match (room, self.may_create) {
            (Some(room @ Room { meeting: Some(meeting), .. }), _) => {
                self.state = JoinState::Proving(room, meeting);
                Step::chime(ChimeRequest::Prove(meeting))
            }
            (_, None) => Step::Done(Joined::NotOpen),
            (None, Some(_)) => self.move_on(None, at),
            (Some(room), Some(RoomOpening { members, limits, caller })) => {
                let request = RequestKey::Room { generation: room.generation, members };
                let (open, step) = Open::start(Opening { limits, caller, request });
                self.state = JoinState::Opening(room, open);
                // The first step always asks.
                step.then(|_| Step::Done(Joined::Unavailable))
            }
        }
    }

    /// After a conflict or a refusal, or with a limit reached: the room's meeting if it has one by now.
    fn act_again(&mut self, before: Room, room: Option<Room>, joined: Joined, at: At) -> Step<Joined> {
        let is_same = room == Some(before);
        let is_stale = before.since.saturating_add(STALE_SECONDS) <= at.now;
        match joined {
            // It is not opened once more: Chime would refuse that too.
            Joined::ChimeFailed if room.is_none_or(|room| room.meeting.is_none()) => Step::Done(joined),
            Joined::Full(_) if is_same => Step::Done(joined),
            // Nobody gets a meeting of a generation without one, so it may be given up.
            _ if is_same && is_stale => self.move_on(room, at),
            _ if is_same => Step::Done(Joined::Unavailable),
            _ => self.next_round(room, at),
        }
    }

    fn admit(&mut self, room: Room, meeting: MeetingKey) -> Step<Joined> {
        self.state = JoinState::Admitting(room, meeting);
        Step::chime(ChimeRequest::Admit(meeting))
    }

    fn has_ended(&mut self, room: Room, meeting: MeetingKey) -> Step<Joined> {
        if self.may_create.is_none() {
            return Step::Done(Joined::NotOpen);
        }
        // Its slots are freed here too: the event may come late, and the next meeting needs them.
        let (freeing, step) = FreeMeeting::start(meeting);
        self.state = JoinState::Freeing(room, freeing);
        step.then(|_| Step::Done(Joined::Unavailable))
    }

    /// Moves the room to a new generation, if it still is as it was read.
    fn move_on(&mut self, expected: Option<Room>, at: At) -> Step<Joined> {
        if expected.is_some() && !self.may_go_on() {
            return Step::Done(Joined::Unavailable);
        }
        self.state = JoinState::Moving;
        let room = Room { generation: at.generation, since: at.now, meeting: None };
        Step::table(TableRequest::PutRoom { expected, room })
    }

    fn next_round(&mut self, room: Option<Room>, at: At) -> Step<Joined> {
        if self.may_go_on() { self.act(room, at) } else { Step::Done(Joined::Unavailable) }
    }

    fn may_go_on(&mut self) -> bool {
        self.rounds = self.rounds.saturating_add(1);
        self.rounds < MAX_ROUNDS
    }

    fn opened(&mut self, room: Room, opened: Opened, at: At) -> Step<Joined> {
        let read_again = |machine: &mut Self, joined| {
            machine.state = JoinState::ReadingAgain(room, joined);
            Step::table(TableRequest::GetRoom)
        };
        match opened {
            Opened::Meeting(meeting) => self.admit(Room { meeting: Some(meeting), ..room }, meeting),
            Opened::Ended(_) => self.move_on(Some(room), at),
            Opened::Lost(room) => self.next_round(room, at),
            Opened::Full(owner) => read_again(self, Joined::Full(owner)),
            Opened::Conflict => read_again(self, Joined::Unavailable),
            // Chime throttles many who open at once, of whom one has succeeded.
            Opened::Refused => read_again(self, Joined::ChimeFailed),
            Opened::ChimeFailed => Step::Done(Joined::ChimeFailed),
            Opened::Unavailable => Step::Done(Joined::Unavailable),
        }
    }
}

/// The result of ending a room's meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Deleted {
    /// The room has no meeting: 204.
    Done,
    /// The room's meeting is not the tenant's any more: 409.
    Foreign,
    /// Chime failed, and the edge knows how.
    ChimeFailed,
    /// The table did not answer: 503.
    Unavailable,
}

/// Ends a room's meeting.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DeleteRoom {
    state: DeleteState,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum DeleteState {
    Reading,
    Proving(Room, MeetingKey),
    Ending(Room, MeetingKey),
    Freeing(Room, FreeMeeting),
    Moving,
}

impl Machine for DeleteRoom {
    type Result = Deleted;

    fn next(&mut self, answer: &Answer, at: At) -> Step<Deleted> {
        let state = std::mem::replace(&mut self.state, DeleteState::Reading);
        match (state, answer) {
            (DeleteState::Reading, Answer::Table(TableAnswer::Room(room))) => match room {
                Some(room @ Room { meeting: Some(meeting), .. }) => {
                    self.state = DeleteState::Proving(*room, *meeting);
                    Step::chime(ChimeRequest::Prove(*meeting))
                }
                // A meeting that is on its way counts as opened after this.
                _ => Step::Done(Deleted::Done),
            },
            (DeleteState::Reading, _) => Step::Done(Deleted::Unavailable),
            (DeleteState::Proving(room, meeting), Answer::Chime(ChimeAnswer::Found)) => {
                self.state = DeleteState::Ending(room, meeting);
                Step::chime(ChimeRequest::End(meeting))
            }
            (DeleteState::Proving(..), Answer::Chime(ChimeAnswer::Foreign)) => Step::Done(Deleted::Foreign),
            (
                DeleteState::Proving(room, meeting) | DeleteState::Ending(room, meeting),
                Answer::Chime(ChimeAnswer::NotFound | ChimeAnswer::Done),
            ) => {
                let (freeing, step) = FreeMeeting::start(meeting);
                self.state = DeleteState::Freeing(room, freeing);
                step.then(|_| Step::Done(Deleted::Done))
            }
            (DeleteState::Proving(..) | DeleteState::Ending(..), _) => Step::Done(Deleted::ChimeFailed),
            (DeleteState::Freeing(room, mut freeing), _) => {
                let step = freeing.next(answer, at);
                self.state = DeleteState::Freeing(room, freeing);
                step.then(|_| self.move_on(room, at))
            }
            // The meeting has ended, which the next caller finds out if this write failed.
            (DeleteState::Moving, _) => Step::Done(Deleted::Done),
        }
    }
}

impl DeleteRoom {
    /// Starts ending.
    #[must_use]
    pub fn start() -> (Self, Step<Deleted>) {
        (DeleteRoom { state: DeleteState::Reading }, Step::table(TableRequest::GetRoom))
    }

    fn move_on(&mut self, expected: Room, at: At) -> Step<Deleted> {
        self.state = DeleteState::Moving;
        let room = Room { generation: at.generation, since: at.now, meeting: None };
        Step::table(TableRequest::PutRoom { expected: Some(expected), room })
    }
}
