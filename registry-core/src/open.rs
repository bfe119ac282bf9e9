//! Creates a meeting: takes slots, asks Chime, and makes the meeting known in the table before anybody gets it.

use super::slots::{Limits, Slots, TakeSlots, Taken};
use super::step::{Answer, At, ChimeAnswer, ChimeRequest, Machine, Step};
use super::table::{
    CallerKey, Generation, MeetingKey, Owner, Publish, RequestKey, Room, SlotKey, TableAnswer, TableRequest,
};

/// How often slots are taken again for a meeting that lost them.
const MAX_LOST_SLOTS: u8 = 2;

/// What a creation needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Opening {
    /// The tenant's limits.
    pub limits: Limits,
    /// The caller.
    pub caller: CallerKey,
    /// The creation, as its repeat would name it. That of a room has its generation.
    pub request: RequestKey,
}

impl Opening {
    fn generation(&self) -> Option<Generation> {
        match self.request {
            RequestKey::Key(_) => None,
            RequestKey::Room { generation, .. } => Some(generation),
        }
    }
}

/// The result of a creation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Opened {
    /// The meeting may be handed out: the table knows it and its slots.
    Meeting(MeetingKey),
    /// The meeting of the token has ended: it is an old one.
    Ended(MeetingKey),
    /// The room is another by now, and the meeting that was created for it is ended.
    Lost(Option<Room>),
    /// A limit.
    Full(Owner),
    /// Chime has a conflict.
    Conflict,
    /// Chime did nothing, and the edge knows why.
    Refused,
    /// Chime failed, and the edge knows how.
    ChimeFailed,
    /// The table did not answer.
    Unavailable,
}

/// Creates a meeting.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Open {
    opening: Opening,
    slots: Slots,
    lost_slots: u8,
    state: State,
}

#[expect(
    clippy::large_enum_variant,
    reason = "one value exists at a time, and a box would be an allocation a step"
)]
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum State {
    Taking(TakeSlots, Option<MeetingKey>),
    Creating,
    Publishing(MeetingKey),
    Recording(MeetingKey),
    Ending(Option<Room>),
    Releasing(Vec<SlotKey>, Opened),
}

impl Machine for Open {
    type Result = Opened;

    fn next(&mut self, answer: &Answer, at: At) -> Step<Opened> {
        let state = std::mem::replace(&mut self.state, State::Creating);
        match (state, answer) {
            (State::Taking(mut taking, meeting), _) => {
                let step = taking.next(answer, at);
                self.state = State::Taking(taking, meeting);
                self.taken(step, meeting, at)
            }
            (State::Creating, Answer::Chime(ChimeAnswer::Created(meeting))) => self.publish(*meeting, at),
            (State::Creating, Answer::Chime(ChimeAnswer::Conflict)) => Step::Done(Opened::Conflict),
            (State::Creating, Answer::Chime(ChimeAnswer::Refused)) => self.release(Opened::Refused),
            // The meeting may exist. The slots outlive a meeting that nobody joins.
            (State::Creating, _) => Step::Done(Opened::ChimeFailed),
            // INVARIANT (published first): with a room or with limits, nobody gets a meeting before the table has it. An unclear
            // answer is not enough.
            (State::Recording(meeting), _)
            | (State::Publishing(meeting), Answer::Table(TableAnswer::Done)) => {
                Step::Done(Opened::Meeting(meeting))
            }
            (State::Publishing(meeting), Answer::Table(TableAnswer::NotPublished { ended, room })) => {
                match (ended, room) {
                    (true, _) => self.release(Opened::Ended(meeting)),
                    // Published already, by an earlier attempt or by another caller with equal members. Slots that the meeting
                    // does not hold are given back: the room's meeting is charged once.
                    (false, Some(Some(room))) if self.is_published(room, meeting) => {
                        self.release(Opened::Meeting(meeting))
                    }
                    (false, Some(room)) => self.end(meeting, *room),
                    (false, None) => self.take_again(meeting),
                }
            }
            // Not ended: it may be published, and a repeat finds the slots and the meeting by the same keys.
            (State::Publishing(_), _) => Step::Done(Opened::Unavailable),
            (State::Ending(room), Answer::Chime(ChimeAnswer::Done | ChimeAnswer::NotFound)) => {
                self.release(Opened::Lost(room))
            }
            // Perhaps it goes on, until nobody has joined for five minutes. The slots outlive that.
            (State::Ending(room), _) => Step::Done(Opened::Lost(room)),
            (State::Releasing(left, opened), _) => self.release_each(left, opened),
        }
    }
}

impl Open {
    /// Starts a creation.
    #[must_use]
    pub fn start(opening: Opening) -> (Self, Step<Opened>) {
        let mut machine = Open { opening, slots: Slots::default(), lost_slots: 0, state: State::Creating };
        let step = machine.take(None);
        (machine, step)
    }

    fn take(&mut self, meeting: Option<MeetingKey>) -> Step<Opened> {
        let Opening { limits, caller, request } = self.opening;
        if limits.are_none() {
            self.state = State::Creating;
            return Step::chime(ChimeRequest::Create(self.opening.request));
        }
        let (taking, step) = TakeSlots::start(limits, caller, request, meeting);
        self.state = State::Taking(taking, meeting);
        // The first step always asks, since there is a limit.
        step.then(|_| Step::Done(Opened::Unavailable))
    }

    fn taken(&mut self, step: Step<Taken>, meeting: Option<MeetingKey>, at: At) -> Step<Opened> {
        step.then(|taken| match (taken, meeting) {
            (Taken::Slots(slots), None) => {
                self.slots = slots;
                self.state = State::Creating;
                Step::chime(ChimeRequest::Create(self.opening.request))
            }
            (Taken::Slots(slots), Some(meeting)) => {
                self.slots = slots;
                self.publish(meeting, at)
            }
            // A meeting that exists is left alone: another attempt may have published it. If none has, nobody joins it.
            (Taken::Full(owner), _) => Step::Done(Opened::Full(owner)),
            (Taken::Unavailable, _) => Step::Done(Opened::Unavailable),
        })
    }

    fn publish(&mut self, meeting: MeetingKey, at: At) -> Step<Opened> {
        let (request, generation) = (self.opening.request, self.opening.generation());
        if generation.is_none() && self.opening.limits.are_none() {
            self.state = State::Recording(meeting);
            return Step::table(TableRequest::RecordMeeting(meeting));
        }
        self.state = State::Publishing(meeting);
        let slots = self.slots.keys();
        Step::table(TableRequest::Publish(Publish { meeting, generation, request, slots, now: at.now }))
    }

    fn is_published(&self, room: &Room, meeting: MeetingKey) -> bool {
        self.opening.generation() == Some(room.generation) && room.meeting == Some(meeting)
    }

    /// The slots were lost to another request, or an earlier attempt's meeting has them.
    fn take_again(&mut self, meeting: MeetingKey) -> Step<Opened> {
        self.lost_slots = self.lost_slots.saturating_add(1);
        if self.lost_slots > MAX_LOST_SLOTS {
            return Step::Done(Opened::Unavailable);
        }
        self.take(Some(meeting))
    }

    /// Ends a meeting that can't become the room's any more.
    fn end(&mut self, meeting: MeetingKey, room: Option<Room>) -> Step<Opened> {
        self.state = State::Ending(room);
        Step::chime(ChimeRequest::End(meeting))
    }

    fn release(&mut self, opened: Opened) -> Step<Opened> {
        self.release_each(self.slots.to_release(), opened)
    }

    fn release_each(&mut self, mut left: Vec<SlotKey>, opened: Opened) -> Step<Opened> {
        match left.pop() {
            Some(key) => {
                self.state = State::Releasing(left, opened);
                Step::table(TableRequest::ReleaseSlot { key, request: self.opening.request })
            }
            None => Step::Done(opened),
        }
    }
}
