//! Everything around the machines, and all that can happen next.

use super::super::{
    Answer, At, ChimeAnswer, ChimeRequest, Digest, Generation, Joined, MeetingKey, Opened, Owner, Request,
    RequestKey, Slot, SlotKey, Step, TableAnswer, TableRequest,
};
use super::actor::{Actor, Ended, Machine, Plan};
use super::table::{Table, writes};

/// What Chime does with a token whose meeting has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum EndedToken {
    GivesTheMeetingBack,
    MakesAnother,
    Conflicts,
}

/// How often each of these may happen, and all together. They are counted down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct Faults {
    /// All together.
    pub(super) total: u8,
    /// An answer is lost, and the edge repeats the request.
    pub(super) repeats: u8,
    /// An answer is lost for good.
    pub(super) unclear: u8,
    /// A request of the table without an answer is served later, at any time.
    pub(super) late: u8,
    /// A meeting ends by itself.
    pub(super) ends: u8,
    /// Chime forgets a token.
    pub(super) forgotten: u8,
    /// Chime answers ConflictException although nothing is in its way.
    pub(super) conflicts: u8,
    /// Chime refuses a creation.
    pub(super) refusals: u8,
    /// MeetingEnded is delivered once more.
    pub(super) redelivered: u8,
    /// The proof of a meeting that has ended is remembered.
    pub(super) old_proofs: u8,
    /// Eleven minutes pass. Nobody who was running lives as long.
    pub(super) pauses: u8,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Meeting {
    pub(super) token: RequestKey,
    pub(super) remembered: bool,
    pub(super) alive: bool,
    /// Somebody has got it.
    pub(super) in_use: bool,
    /// MeetingEnded is on its way. One that is never delivered is lost.
    pub(super) event: bool,
}

impl Meeting {
    fn end(&mut self) {
        self.event |= self.alive;
        self.alive = false;
        self.in_use = false;
    }

    fn is_of_room(&self) -> bool {
        matches!(self.token, RequestKey::Room { .. })
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct World {
    pub(super) now: u64,
    pub(super) generations: u8,
    pub(super) table: Table,
    pub(super) meetings: Vec<Meeting>,
    pub(super) actors: Vec<Actor>,
    /// What `notifications` reads, and whether the queue will deliver it once more in any case.
    pub(super) reading: Option<(MeetingKey, bool)>,
    /// A request that the table serves later.
    pub(super) late: Option<TableRequest>,
    pub(super) faults: Faults,
    pub(super) ended_token: EndedToken,
    /// How many meetings the tenant may have open.
    pub(super) tenant_limit: Option<u16>,
    pub(super) caller_limit: Option<u16>,
    /// How many of the first actors differ in nothing but names, so that it is enough that they start in their order.
    pub(super) alike: usize,
    /// Whether MeetingEnded is delivered. Without slots it changes next to nothing, and multiplies the states.
    pub(super) has_events: bool,
}

impl Faults {
    fn spend(&mut self, of: fn(&mut Faults) -> &mut u8) {
        *of(self) -= 1;
        self.total -= 1;
        // What can't happen any more must not tell states apart.
        if self.total == 0 {
            *self = Faults::default();
        }
    }
}

/// Who does what.
pub(super) type Label = (usize, &'static str);

const NOBODY: usize = usize::MAX;

impl World {
    pub(super) fn new(plans: Vec<Plan>, faults: Faults, ended_token: EndedToken) -> Self {
        // The last actor is `notifications`, which reads one event after another.
        let actors = plans.into_iter().map(Actor::Planned).chain([Actor::Over]).collect();
        World {
            now: 1_000,
            generations: 0,
            table: Table::default(),
            meetings: Vec::new(),
            actors,
            reading: None,
            late: None,
            faults,
            ended_token,
            tenant_limit: None,
            caller_limit: None,
            alike: 0,
            has_events: false,
        }
    }

    fn index(meeting: MeetingKey) -> usize {
        usize::try_from(meeting.0).unwrap()
    }

    fn meeting(&mut self, meeting: MeetingKey) -> &mut Meeting {
        &mut self.meetings[Self::index(meeting)]
    }

    /// Starts an actor's plan. Returns how it ended, if it did.
    pub(super) fn start(&mut self, actor: usize, plan: Plan) -> Option<Ended> {
        let (machine, step) = plan.start();
        self.follow(actor, machine, step)
    }

    fn follow(&mut self, actor: usize, machine: Machine, step: Step<Ended>) -> Option<Ended> {
        match step {
            Step::Ask(request) => {
                if let Request::Table(TableRequest::PutRoom { room, .. }) = request {
                    self.generations = self.generations.max(u8::try_from(room.generation.0).unwrap());
                }
                self.actors[actor] = Actor::Running(machine, request);
                None
            }
            Step::Done(ended) => {
                self.actors[actor] = Actor::Over;
                if let (Ended::Free(is_done), Some((meeting, again))) = (ended, self.reading)
                    && actor + 1 == self.actors.len()
                {
                    self.meeting(meeting).event = !is_done || again;
                    self.reading = None;
                }
                if let Ended::Create(Opened::Meeting(meeting)) = ended {
                    self.meeting(meeting).in_use = true;
                }
                if let Ended::Join(Joined::In(meeting)) = ended {
                    assert!(
                        self.meeting(meeting).in_use,
                        "a room's meeting is handed out after CreateAttendee"
                    );
                }
                Some(ended)
            }
        }
    }

    /// Gives an actor its answer.
    pub(super) fn answer(&mut self, actor: usize, answer: &Answer) -> Option<Ended> {
        let Actor::Running(mut machine, _) = std::mem::replace(&mut self.actors[actor], Actor::Over) else {
            unreachable!("only who asked is answered");
        };
        let at = At { now: self.now, generation: Generation(u128::from(self.generations) + 1) };
        let step = machine.next(answer, at);
        self.follow(actor, machine, step)
    }

    /// Every answer that a request can get, with the world after it.
    pub(super) fn serve(&self, request: Request) -> Vec<(World, Answer)> {
        let chime = |world: World, answer| (world, Answer::Chime(answer));
        match request {
            Request::Table(request) => {
                let mut world = self.clone();
                let answer = world.table.serve(request);
                vec![(world, Answer::Table(answer))]
            }
            Request::Chime(ChimeRequest::Create(token)) => self.create(token),
            Request::Chime(ChimeRequest::Prove(meeting) | ChimeRequest::IsOpen(meeting)) => {
                let alive = self.meetings[Self::index(meeting)].alive;
                let found = if alive { ChimeAnswer::Found } else { ChimeAnswer::NotFound };
                let mut answers = vec![chime(self.clone(), found)];
                let is_proof = matches!(request, Request::Chime(ChimeRequest::Prove(_)));
                if !alive && is_proof && self.faults.old_proofs > 0 {
                    let mut world = self.clone();
                    world.faults.spend(|faults| &mut faults.old_proofs);
                    answers.push(chime(world, ChimeAnswer::Found));
                }
                answers
            }
            Request::Chime(ChimeRequest::Admit(meeting)) => {
                let mut world = self.clone();
                let meeting = world.meeting(meeting);
                let answer = if meeting.alive { ChimeAnswer::Done } else { ChimeAnswer::NotFound };
                meeting.in_use |= meeting.alive;
                vec![chime(world, answer)]
            }
            Request::Chime(ChimeRequest::End(meeting)) => {
                let mut world = self.clone();
                let meeting = world.meeting(meeting);
                let answer = if meeting.alive { ChimeAnswer::Done } else { ChimeAnswer::NotFound };
                meeting.end();
                vec![chime(world, answer)]
            }
        }
    }

    fn create(&self, token: RequestKey) -> Vec<(World, Answer)> {
        let known = self.meetings.iter().position(|meeting| meeting.remembered && meeting.token == token);
        let mut answers = Vec::new();
        let mut make = |mut world: World| {
            let id = MeetingKey(world.meetings.len() as u128);
            for meeting in world.meetings.iter_mut().filter(|meeting| meeting.token == token) {
                meeting.remembered = false;
            }
            let meeting = Meeting { token, remembered: true, alive: true, in_use: false, event: false };
            world.meetings.push(meeting);
            answers.push((world, Answer::Chime(ChimeAnswer::Created(id))));
        };
        let mut given_back = None;
        match known {
            None => make(self.clone()),
            Some(index) if self.meetings[index].alive => {
                given_back = Some(ChimeAnswer::Created(MeetingKey(index as u128)))
            }
            Some(index) => match self.ended_token {
                EndedToken::GivesTheMeetingBack => {
                    given_back = Some(ChimeAnswer::Created(MeetingKey(index as u128)));
                }
                EndedToken::MakesAnother => make(self.clone()),
                EndedToken::Conflicts => given_back = Some(ChimeAnswer::Conflict),
            },
        }
        if known.is_some() && self.faults.forgotten > 0 {
            let mut world = self.clone();
            world.faults.spend(|faults| &mut faults.forgotten);
            make(world);
        }
        answers.extend(given_back.map(|answer| (self.clone(), Answer::Chime(answer))));
        for (left, answer) in
            [(self.faults.conflicts, ChimeAnswer::Conflict), (self.faults.refusals, ChimeAnswer::Refused)]
        {
            if left > 0 {
                let mut world = self.clone();
                match answer {
                    ChimeAnswer::Conflict => world.faults.conflicts -= 1,
                    _ => world.faults.refusals -= 1,
                }
                answers.push((world, Answer::Chime(answer)));
            }
        }
        answers
    }

    /// Everything that can happen next. That a process dies is not among it: one that never goes on is the same for all others,
    /// and every state is also looked at without those that run (`settled`).
    pub(super) fn successors(&self) -> Vec<(Label, World)> {
        let mut next = Vec::new();
        // When nobody is left, only what `settled` looks at matters.
        if self.late.is_none() && self.actors.iter().all(|actor| *actor == Actor::Over) {
            return next;
        }
        for (actor, state) in self.actors.iter().enumerate() {
            match state {
                Actor::Planned(_) if self.waits_for_its_turn(actor) => {}
                Actor::Planned(plan) => {
                    // Starting changes nothing for others, so it is one step with the first request.
                    let mut world = self.clone();
                    world.start(actor, *plan);
                    if let Actor::Running(_, request) = world.actors[actor] {
                        world.run(actor, request, &mut next);
                    }
                }
                Actor::Running(_, request) => self.run(actor, *request, &mut next),
                Actor::Over => {}
            }
        }
        self.happen(&mut next);
        next
    }

    fn waits_for_its_turn(&self, actor: usize) -> bool {
        let before = actor.checked_sub(1).filter(|_| actor < self.alike);
        before.is_some_and(|before| matches!(self.actors[before], Actor::Planned(_)))
    }

    fn run(&self, actor: usize, request: Request, next: &mut Vec<(Label, World)>) {
        let has_effect = match request {
            Request::Table(request) => writes(request),
            Request::Chime(request) => !matches!(request, ChimeRequest::Prove(_) | ChimeRequest::IsOpen(_)),
        };
        let is_repeated = !matches!(request, Request::Chime(ChimeRequest::Admit(_)));
        let unclear = match request {
            Request::Table(_) => Answer::Table(TableAnswer::Unclear),
            Request::Chime(_) => Answer::Chime(ChimeAnswer::Unclear),
        };
        for (served, answer) in self.serve(request) {
            let mut world = served.clone();
            world.answer(actor, &answer);
            next.push(((actor, "is answered"), world));
            if !has_effect {
                continue;
            }
            if served.faults.repeats > 0 && is_repeated {
                let mut world = served.clone();
                world.faults.spend(|faults| &mut faults.repeats);
                next.push(((actor, "is served, and repeats"), world));
            }
            if served.faults.unclear > 0 {
                let mut world = served.clone();
                world.faults.spend(|faults| &mut faults.unclear);
                world.answer(actor, &unclear);
                next.push(((actor, "is served without an answer"), world));
            }
        }
        if self.faults.unclear > 0 {
            let mut world = self.clone();
            world.faults.spend(|faults| &mut faults.unclear);
            world.answer(actor, &unclear);
            next.push(((actor, "is not served"), world));
        }
        if let (Request::Table(request), true, None) = (request, has_effect, self.late)
            && self.faults.late > 0
        {
            let mut world = self.clone();
            world.faults.spend(|faults| &mut faults.late);
            world.answer(actor, &unclear);
            world.late = Some(request);
            next.push(((actor, "is not answered, and served later"), world));
        }
    }

    fn happen(&self, next: &mut Vec<(Label, World)>) {
        let notifications = self.actors.len() - 1;
        for (index, meeting) in self.meetings.iter().enumerate() {
            if meeting.alive && self.faults.ends > 0 {
                let mut world = self.clone();
                world.faults.spend(|faults| &mut faults.ends);
                world.meetings[index].end();
                next.push(((NOBODY, "meeting ends"), world));
            }
            if self.has_events && meeting.event && self.actors[notifications] == Actor::Over {
                let mut world = self.clone();
                let key = MeetingKey(index as u128);
                world.start(notifications, Plan::Free(key));
                world.reading = Some((key, false));
                if self.faults.redelivered > 0 {
                    let mut again = world.clone();
                    again.reading = Some((key, true));
                    again.faults.spend(|faults| &mut faults.redelivered);
                    next.push(((notifications, "reads MeetingEnded, and will again"), again));
                }
                next.push(((notifications, "reads MeetingEnded"), world));
            }
        }
        if let Some(request) = self.late {
            let mut world = self.clone();
            world.table.serve(request);
            world.late = None;
            next.push(((NOBODY, "a late request is served"), world));
        }
        let is_ahead = self.actors.iter().any(|actor| matches!(actor, Actor::Planned(..)));
        if self.faults.pauses > 0 && is_ahead {
            let mut world = self.clone();
            world.faults.spend(|faults| &mut faults.pauses);
            world.pause();
            next.push(((NOBODY, "eleven minutes pass"), world));
        }
    }

    /// Eleven minutes, in which a meeting that nobody has joined ends.
    pub(super) fn pause(&mut self) {
        self.now += 660;
        for meeting in self.meetings.iter_mut().filter(|meeting| !meeting.in_use) {
            meeting.end();
        }
        // No request is late by minutes.
        self.late = None;
        self.reading = None;
        for actor in self.actors.iter_mut().filter(|actor| matches!(actor, Actor::Running(..))) {
            *actor = Actor::Over;
        }
    }

    /// What must hold at any time.
    pub(super) fn check(&self) -> Result<(), String> {
        let in_use: Vec<usize> = (0..self.meetings.len())
            .filter(|index| self.meetings[*index].alive && self.meetings[*index].in_use)
            .collect();
        let of_room = in_use.iter().filter(|index| self.meetings[**index].is_of_room()).count();
        if of_room > 1 {
            return Err(format!("{of_room} meetings of the room are in use"));
        }
        for (limit, is_tenants) in [(self.tenant_limit, true), (self.caller_limit, false)] {
            let Some(limit) = limit else { continue };
            if is_tenants && in_use.len() > usize::from(limit) {
                return Err(format!("{} meetings are in use, and {limit} may be", in_use.len()));
            }
            for index in &in_use {
                let holds = self.table.slots.iter().any(|(key, slot)| {
                    (key.owner == Owner::Tenant) == is_tenants
                        && key.number < limit
                        && slot.meeting == Some(MeetingKey(*index as u128))
                        && slot.is_taken(self.now)
                });
                if !holds {
                    return Err(format!("meeting {index} is in use without a slot"));
                }
            }
        }
        for index in in_use.iter().filter(|index| self.meetings[**index].is_of_room()) {
            let is_callers = |(key, slot): &&(SlotKey, Slot)| {
                key.owner != Owner::Tenant && slot.meeting == Some(MeetingKey(*index as u128))
            };
            let charged = self.table.slots.iter().filter(is_callers).count();
            if charged > 1 {
                return Err(format!("{charged} callers are charged for meeting {index} of the room"));
            }
        }
        Ok(())
    }

    /// Without requests under way and without what is still to come, but with everything that the table and Chime know.
    pub(super) fn settled(&self) -> World {
        let mut world = self.clone();
        world.actors = vec![Actor::Over; 2];
        world.late = None;
        world.reading = None;
        world.faults = Faults::default();
        world
    }

    /// Runs a plan alone until it ends.
    pub(super) fn run_alone(&mut self, plan: Plan) -> Ended {
        if let Some(ended) = self.start(0, plan) {
            return ended;
        }
        for _ in 0..200 {
            let Actor::Running(_, request) = self.actors[0] else { unreachable!("it runs") };
            let (world, answer) = self.serve(request).swap_remove(0);
            *self = world;
            if let Some(ended) = self.answer(0, &answer) {
                return ended;
            }
        }
        panic!("200 requests, and no end");
    }

    /// Somebody alone must get into the room at last, whatever happened before.
    pub(super) fn check_progress(&self, plans: &[Plan]) -> Result<(), String> {
        for plan in plans {
            let mut world = self.clone();
            // Other meetings end, and their events are lost.
            for meeting in world.meetings.iter_mut().filter(|meeting| !meeting.is_of_room()) {
                meeting.end();
            }
            let mut results = Vec::new();
            for _ in 0..3 {
                let ended = world.run_alone(*plan);
                world.check()?;
                results.push(ended);
                if matches!(ended, Ended::Join(Joined::In(_))) {
                    break;
                }
                world.pause();
            }
            if !matches!(results.last(), Some(Ended::Join(Joined::In(_)))) {
                return Err(format!("alone, and never gets in: {results:?}"));
            }
        }
        Ok(())
    }

    /// When every meeting has ended and every event was read, no slot is held for longer than ten minutes.
    pub(super) fn check_no_leak(&self) -> Result<(), String> {
        let mut world = self.clone();
        for index in 0..world.meetings.len() {
            let was_over = !world.meetings[index].alive && !world.meetings[index].event;
            world.meetings[index].end();
            if !was_over {
                world.run_alone(Plan::Free(MeetingKey(index as u128)));
            }
        }
        world.pause();
        match world.table.slots.iter().find(|(_, slot)| slot.is_taken(world.now)) {
            Some(slot) => Err(format!("a slot stays taken without a meeting: {slot:?}")),
            None => Ok(()),
        }
    }

    /// A request of one's own for tests of plain creations: actors in pairs share a key.
    pub(super) fn key_of(actor: usize) -> RequestKey {
        RequestKey::Key(Digest(actor as u128 / 2))
    }
}
