//! Limits as slots: taking them before Chime is asked, and freeing them when a meeting has ended.

use super::step::{Answer, At, ChimeAnswer, ChimeRequest, Machine, Step};
use super::table::{
    CallerKey, MeetingKey, Owner, RequestKey, Slot, SlotKey, TableAnswer, TableRequest, Turn,
};

/// Seconds between two turns of asking about an owner's oldest meetings.
const TURN_SECONDS: u64 = 10;

/// How many meetings are asked about in a turn.
const ASKED_IN_A_TURN: usize = 3;

/// How often another request may be faster before the table counts as too busy. Each time, that request got a slot.
const MAX_RACES: u8 = 8;

/// How many meetings may be open at a time. `None` is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Limits {
    /// The tenant's.
    pub tenant: Option<u16>,
    /// Each caller's.
    pub caller: Option<u16>,
}

impl Limits {
    /// Whether there is no limit.
    #[must_use]
    pub fn are_none(self) -> bool {
        self.tenant.is_none() && self.caller.is_none()
    }

    fn of(self, owner: Owner) -> Option<u16> {
        match owner {
            Owner::Tenant => self.tenant,
            Owner::Caller(_) => self.caller,
        }
    }
}

/// The result of taking slots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Taken {
    /// A slot for each limit.
    Slots(Slots),
    /// All slots of this owner are taken.
    Full(Owner),
    /// The table did not answer, or was too busy.
    Unavailable,
}

/// The slots of a creation: the caller's and the tenant's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Slots([Option<HeldSlot>; 2]);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct HeldSlot {
    key: SlotKey,
    /// An earlier attempt at the same creation had it, and may be relying on it.
    was_own: bool,
}

impl Slots {
    /// The keys, for the transaction that writes the meeting.
    #[must_use]
    pub fn keys(&self) -> [Option<SlotKey>; 2] {
        self.0.map(|slot| slot.map(|slot| slot.key))
    }

    /// The slots that nobody else relies on.
    #[must_use]
    pub fn to_release(&self) -> Vec<SlotKey> {
        self.0.iter().flatten().filter(|slot| !slot.was_own).map(|slot| slot.key).collect()
    }

    fn add(&mut self, slot: HeldSlot) {
        let [caller, tenant] = &mut self.0;
        match slot.key.owner {
            Owner::Caller(_) => *caller = Some(slot),
            Owner::Tenant => *tenant = Some(slot),
        }
    }
}

/// Takes a slot for each limit, the caller's first. It is given back when there is none of the tenant's.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TakeSlots {
    limits: Limits,
    request: RequestKey,
    /// The meeting that needs the slots, when it exists already.
    meeting: Option<MeetingKey>,
    held: Slots,
    owner: Owner,
    races: u8,
    had_turn: bool,
    state: State,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum State {
    Listing,
    Taking(SlotKey),
    TakingTurn(Vec<(SlotKey, MeetingKey)>),
    Asking(SlotKey, MeetingKey, Vec<(SlotKey, MeetingKey)>),
    Freeing(Vec<(SlotKey, MeetingKey)>),
    GivingBack(Taken),
}

impl Machine for TakeSlots {
    type Result = Taken;

    fn next(&mut self, answer: &Answer, at: At) -> Step<Taken> {
        let state = std::mem::replace(&mut self.state, State::Listing);
        match (state, answer) {
            (State::Listing, Answer::Table(TableAnswer::Slots { slots, turn })) => {
                self.choose(slots, *turn, at)
            }
            (State::Taking(key), Answer::Table(TableAnswer::Taken { was_own })) => {
                self.hold(HeldSlot { key, was_own: *was_own })
            }
            (State::Taking(key), Answer::Table(TableAnswer::Occupied(slot))) => {
                if self.is_own(slot, at) {
                    return self.hold(HeldSlot { key, was_own: true });
                }
                self.races = self.races.saturating_add(1);
                if self.races > MAX_RACES {
                    self.give_back(Taken::Unavailable)
                } else {
                    self.list(self.owner)
                }
            }
            (State::TakingTurn(asked), Answer::Table(TableAnswer::Done)) => {
                self.had_turn = true;
                self.ask(asked)
            }
            (State::TakingTurn(_), Answer::Table(TableAnswer::TurnTaken)) => {
                self.give_back(Taken::Full(self.owner))
            }
            (State::Asking(key, meeting, others), Answer::Chime(ChimeAnswer::NotFound)) => {
                self.state = State::Freeing(others);
                Step::table(TableRequest::FreeSlot { key, meeting })
            }
            // A meeting that Chime says nothing about goes on.
            (State::Asking(_, _, others), Answer::Chime(_)) | (State::Freeing(others), _) => self.ask(others),
            (State::GivingBack(taken), _) => Step::Done(taken),
            // Else a caller whose tenant's slots could not be read for a moment would be at their own limit for ten minutes.
            _ => self.give_back(Taken::Unavailable),
        }
    }
}

impl TakeSlots {
    /// Starts taking the slots of a creation. `meeting` is the meeting, if it exists already.
    pub fn start(
        limits: Limits,
        caller: CallerKey,
        request: RequestKey,
        meeting: Option<MeetingKey>,
    ) -> (Self, Step<Taken>) {
        let mut machine = TakeSlots {
            limits,
            request,
            meeting,
            held: Slots::default(),
            owner: Owner::Caller(caller),
            races: 0,
            had_turn: false,
            state: State::Listing,
        };
        let step = machine.list(Owner::Caller(caller));
        (machine, step)
    }

    /// Lists an owner's slots, or goes on to the next owner where there is no limit.
    fn list(&mut self, owner: Owner) -> Step<Taken> {
        self.owner = owner;
        if self.limits.of(owner).is_some() {
            self.state = State::Listing;
            return Step::table(TableRequest::ListSlots(owner));
        }
        self.list_next(owner)
    }

    fn list_next(&mut self, owner: Owner) -> Step<Taken> {
        self.had_turn = false;
        match owner {
            Owner::Caller(_) => self.list(Owner::Tenant),
            Owner::Tenant => Step::Done(Taken::Slots(self.held)),
        }
    }

    fn hold(&mut self, slot: HeldSlot) -> Step<Taken> {
        self.held.add(slot);
        self.list_next(slot.key.owner)
    }

    /// A slot of an earlier attempt, unless that attempt's meeting is another one: then Chime had forgotten the token.
    fn is_own(&self, slot: &Slot, at: At) -> bool {
        let is_same = self.meeting.is_none() || slot.meeting.is_none() || slot.meeting == self.meeting;
        slot.request == self.request && is_same && slot.is_taken(at.now)
    }

    fn choose(&mut self, slots: &[Slot], turn: Option<Turn>, at: At) -> Step<Taken> {
        let owner = self.owner;
        if let Some(own) = slots.iter().find(|slot| self.is_own(slot, at)) {
            let key = SlotKey { owner, number: own.number };
            if own.meeting.is_some() {
                return self.hold(HeldSlot { key, was_own: true });
            }
            // Without a meeting it lasts for ten minutes from now.
            return self.take(key, at);
        }
        let taken: Vec<u16> =
            slots.iter().filter(|slot| slot.is_taken(at.now)).map(|slot| slot.number).collect();
        let end = end_of_numbers(&taken, self.limits.of(owner).unwrap_or(u16::MAX));
        let first = first_number(self.request, end);
        match (first..end).chain(0..first).find(|number| !taken.contains(number)) {
            Some(number) => self.take(SlotKey { owner, number }, at),
            None => self.take_turn(slots, turn, at),
        }
    }

    fn take(&mut self, key: SlotKey, at: At) -> Step<Taken> {
        self.state = State::Taking(key);
        Step::table(TableRequest::TakeSlot { key, request: self.request, now: at.now })
    }

    /// Takes the turn of asking Chime about the oldest meetings, when it is due: MeetingEnded may have been lost.
    fn take_turn(&mut self, slots: &[Slot], expected: Option<Turn>, at: At) -> Step<Taken> {
        let owner = self.owner;
        // A clock may be ahead of others: its turn must not be the last one until they have caught up.
        let is_due = expected.is_none_or(|turn| turn.at.abs_diff(at.now) >= TURN_SECONDS);
        if self.had_turn || !is_due {
            return self.give_back(Taken::Full(owner));
        }
        let mut oldest: Vec<(u64, u16, MeetingKey)> = slots
            .iter()
            .filter(|slot| slot.is_taken(at.now))
            .filter_map(|slot| Some((slot.since, slot.number, slot.meeting?)))
            .collect();
        oldest.sort_unstable();
        // The next turn asks about the next ones. Else three long meetings would hide every other.
        let behind = expected.map(|turn| turn.behind);
        let first = oldest.partition_point(|(since, number, _)| Some((*since, *number)) <= behind);
        oldest.rotate_left(first);
        oldest.truncate(ASKED_IN_A_TURN);
        let Some((since, number, _)) = oldest.last() else {
            return self.give_back(Taken::Full(owner));
        };
        let turn = Turn { at: at.now, behind: (*since, *number) };
        let asked = oldest.iter().map(|(_, number, meeting)| (SlotKey { owner, number: *number }, *meeting));
        self.state = State::TakingTurn(asked.collect());
        Step::table(TableRequest::TakeTurn { owner, expected, turn })
    }

    /// Asks about each meeting, and looks for a slot once more in the end.
    fn ask(&mut self, mut asked: Vec<(SlotKey, MeetingKey)>) -> Step<Taken> {
        match asked.pop() {
            Some((key, meeting)) => {
                self.state = State::Asking(key, meeting, asked);
                Step::chime(ChimeRequest::IsOpen(meeting))
            }
            None => self.list(self.owner),
        }
    }

    /// Gives the caller's slot back, since there is none of the tenant's. That of an earlier attempt stays.
    fn give_back(&mut self, taken: Taken) -> Step<Taken> {
        match self.held.to_release().pop() {
            Some(key) => {
                self.state = State::GivingBack(taken);
                Step::table(TableRequest::ReleaseSlot { key, request: self.request })
            }
            None => Step::Done(taken),
        }
    }
}

/// The end of the numbers that may be taken: the limit, or less while slots beyond a limit that was lowered are taken.
///
/// INVARIANT (limits hold): the end and the slots that are taken from it on are together no more than the limit. So two creations
/// that see the same free slots can't take one too many. Taking a number before the end never lowers it.
fn end_of_numbers(taken: &[u16], limit: u16) -> u16 {
    let fits = |end: &u16| {
        let beyond = taken.iter().filter(|number| *number >= end).count();
        usize::from(*end).saturating_add(beyond) <= usize::from(limit)
    };
    (0..=limit).rev().find(fits).unwrap_or(0)
}

/// Where to look first, so that simultaneous creations seldom want the same slot.
fn first_number(request: RequestKey, limit: u16) -> u16 {
    let digest = match request {
        RequestKey::Key(digest) => digest.0,
        RequestKey::Room { generation, members } => generation.0 ^ members.0,
    };
    let number = digest.checked_rem(u128::from(limit)).unwrap_or_default();
    u16::try_from(number).unwrap_or_default()
}

/// Frees the slots of a meeting that has ended: for the event MeetingEnded, after DeleteMeeting, and after NotFoundException.
/// Harmless when repeated, late, or before the meeting is published.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FreeMeeting {
    meeting: MeetingKey,
    left: Option<Vec<SlotKey>>,
}

impl Machine for FreeMeeting {
    type Result = bool;

    fn next(&mut self, answer: &Answer, _at: At) -> Step<bool> {
        let mut left = match (self.left.take(), answer) {
            (None, Answer::Table(TableAnswer::Ended(slots))) => slots.clone(),
            (Some(left), Answer::Table(TableAnswer::Done)) => left,
            _ => return Step::Done(false),
        };
        let next = left.pop();
        self.left = Some(left);
        next.map_or(Step::Done(true), |key| {
            Step::table(TableRequest::FreeSlot { key, meeting: self.meeting })
        })
    }
}

impl FreeMeeting {
    /// Starts with the mark that keeps the meeting from getting slots later.
    #[must_use]
    pub fn start(meeting: MeetingKey) -> (Self, Step<bool>) {
        let step = Step::table(TableRequest::MarkEnded(meeting));
        (FreeMeeting { meeting, left: None }, step)
    }
}
