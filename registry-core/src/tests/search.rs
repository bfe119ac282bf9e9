//! Breadth first through all that can happen.

use std::collections::HashSet;
use std::hash::{Hash, Hasher};
use std::time::Instant;

use super::super::{CallerKey, Digest, Limits, Opening, RoomOpening};
use super::actor::Plan;
use super::world::{EndedToken, Faults, World};

/// 128 bits of a state. Two states with the same ones would hide one of them: improbable below 10^15 states.
struct Compact(u128);

impl Hasher for Compact {
    fn finish(&self) -> u64 {
        0
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.write_u64(u64::from_le_bytes(word));
        }
    }

    fn write_u8(&mut self, word: u8) {
        self.write_u64(word.into());
    }

    fn write_u16(&mut self, word: u16) {
        self.write_u64(word.into());
    }

    fn write_usize(&mut self, word: usize) {
        self.write_u64(word as u64);
    }

    fn write_isize(&mut self, word: isize) {
        self.write_u64(word as u64);
    }

    fn write_u128(&mut self, word: u128) {
        self.write_u64(word as u64);
        self.write_u64((word >> 64) as u64);
    }

    fn write_u64(&mut self, word: u64) {
        let mixed = (self.0 ^ u128::from(word)).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
        self.0 = mixed ^ (mixed >> 67);
    }
}

fn compact(world: &World) -> u128 {
    let mut hasher = Compact(0x2545_f491_4f6c_dd1d);
    world.hash(&mut hasher);
    hasher.0
}

/// Of more states, the search would need more memory than a test should: some 12 GB.
const MAX_STATES: usize = 30_000_000;

/// What went wrong, and how it came to that.
struct Flaw {
    what: String,
    trace: Vec<String>,
}

/// Visits every state. `plans` are tried alone from each settled state.
fn search(name: &str, start: World, plans: &[Plan]) -> Result<usize, Flaw> {
    let begun = Instant::now();
    let mut seen = HashSet::from([compact(&start)]);
    let mut settled = HashSet::new();
    // The parent of each state, and which of its successors it is.
    let mut parents: Vec<(u32, u16)> = vec![(0, 0)];
    let mut level = vec![(0_u32, start.clone())];
    let mut levels = 0;
    while !level.is_empty() {
        let mut below = Vec::new();
        for (index, world) in &level {
            for (nth, (_, next)) in world.successors().into_iter().enumerate() {
                if !seen.insert(compact(&next)) {
                    continue;
                }
                assert!(
                    parents.len() < MAX_STATES,
                    "{name}: more than {MAX_STATES} states at depth {levels}"
                );
                let own = u32::try_from(parents.len()).unwrap();
                parents.push((*index, u16::try_from(nth).unwrap()));
                let checked = next.check().and_then(|()| {
                    let quiet = next.settled();
                    if !settled.insert(compact(&quiet)) {
                        return Ok(());
                    }
                    quiet.check_no_leak()?;
                    quiet.check_progress(plans)
                });
                if let Err(what) = checked {
                    return Err(Flaw { what, trace: trace(&start, &parents, own) });
                }
                below.push((own, next));
            }
        }
        if std::env::var_os("SHOW_LEVELS").is_some() {
            eprintln!("{levels} {} {} {}", below.len(), parents.len(), settled.len());
        }
        level = below;
        levels += 1;
    }
    let seconds = begun.elapsed().as_secs_f64();
    println!("{name}: {} states, {} settled, depth {levels}, {seconds:.1} s", parents.len(), settled.len());
    Ok(parents.len())
}

fn trace(start: &World, parents: &[(u32, u16)], last: u32) -> Vec<String> {
    let mut path = Vec::new();
    let mut at = last;
    while at != 0 {
        let (parent, nth) = parents[at as usize];
        path.push(nth);
        at = parent;
    }
    let mut world = start.clone();
    let mut lines = Vec::new();
    for nth in path.into_iter().rev() {
        let before = world.clone();
        let ((actor, what), next) = world.successors().swap_remove(usize::from(nth));
        let who = before.actors.get(actor).map(|actor| format!("{actor:?}")).unwrap_or_default();
        lines.push(format!("{actor:>2} {what}  {who}"));
        world = next;
    }
    lines.push(format!("{world:#?}"));
    lines
}

fn holds(name: &str, start: World, plans: &[Plan]) {
    if let Err(Flaw { what, trace }) = search(name, start, plans) {
        panic!("{name}: {what}\n{}", trace.join("\n"));
    }
}

const NO_LIMITS: Limits = Limits { tenant: None, caller: None };

fn joins(caller: u128, members: u128, limits: Limits) -> Plan {
    Plan::Join(Some(RoomOpening { members: Digest(members), limits, caller: CallerKey(caller) }))
}

fn world(plans: &[Plan], faults: Faults, ended_token: EndedToken, limits: Limits) -> World {
    let mut world = World::new(plans.to_vec(), faults, ended_token);
    world.tenant_limit = limits.tenant;
    world.caller_limit = limits.caller;
    world.has_events = !limits.are_none();
    world
}

/// What Chime does with a token whose meeting has ended is documented nowhere.
const MODES: [EndedToken; 3] =
    [EndedToken::GivesTheMeetingBack, EndedToken::MakesAnother, EndedToken::Conflicts];

/// Callers with these members open one room.
fn share_a_room(name: &str, members: &[u128], alike: usize, mode: EndedToken, faults: Faults) {
    let joins = |(caller, members): (u128, &u128)| joins(caller, *members, NO_LIMITS);
    let plans: Vec<Plan> = (0..).zip(members).map(joins).collect();
    let start = World { alike, ..world(&plans, faults, mode, NO_LIMITS) };
    holds(&format!("{name}, members {members:?}, {mode:?}"), start, &plans);
}

/// Callers who open one room, while the tenant and each caller may have one meeting.
fn share_a_room_within_limits(members: [u128; 2], mode: EndedToken, faults: Faults) {
    let limits = Limits { tenant: Some(1), caller: Some(1) };
    let plans = [joins(0, members[0], limits), joins(1, members[1], limits)];
    let start = World { alike: 2, ..world(&plans, faults, mode, limits) };
    holds(&format!("room within limits, members {members:?}, {mode:?}"), start, &plans);
}

/// A caller who may have one meeting sends one creation twice, and another caller one more. The tenant may have two.
fn create_within_limits(mode: EndedToken, faults: Faults) {
    let limits = Limits { tenant: Some(2), caller: Some(1) };
    let create = |actor: usize| {
        let caller = CallerKey(actor as u128 / 2);
        Plan::Create(Opening { limits, caller, request: World::key_of(actor) })
    };
    let plans = [create(0), create(1), create(2)];
    let start = World { alike: 2, ..world(&plans, faults, mode, limits) };
    holds(&format!("creations within limits, {mode:?}"), start, &[joins(3, 3, limits)]);
}

/// Callers join a room while somebody ends its meeting.
fn delete_a_room(mode: EndedToken, faults: Faults) {
    let plans = [joins(0, 0, NO_LIMITS), joins(1, 1, NO_LIMITS), Plan::Delete];
    let start = World { alike: 2, ..world(&plans, faults, mode, NO_LIMITS) };
    holds(&format!("deleted, {mode:?}"), start, &plans[..1]);
}

/// Every fault, as often as `total` says.
fn faults(total: u8) -> Faults {
    Faults {
        total,
        repeats: total,
        unclear: total,
        late: total,
        ends: total,
        forgotten: total,
        conflicts: total,
        refusals: total,
        redelivered: total,
        old_proofs: total,
        pauses: 1,
    }
}

#[test]
fn three_callers_with_different_members_share_a_room() {
    let faults = Faults { total: 1, unclear: 1, ends: 1, pauses: 1, ..Faults::default() };
    share_a_room("three", &[0, 1, 2], 3, EndedToken::GivesTheMeetingBack, faults);
}

#[test]
fn three_callers_with_equal_and_different_members_share_a_room() {
    let faults = Faults { total: 1, ends: 1, forgotten: 1, conflicts: 1, pauses: 1, ..Faults::default() };
    share_a_room("three", &[0, 0, 1], 2, EndedToken::GivesTheMeetingBack, faults);
}

#[test]
fn two_callers_share_a_room_with_two_faults() {
    for mode in MODES {
        for members in [[0, 0], [0, 1]] {
            share_a_room("two", &members, 2, mode, faults(2));
        }
    }
}

#[test]
fn a_room_is_deleted_while_callers_join() {
    let faults = Faults { total: 1, unclear: 1, ends: 1, pauses: 1, ..Faults::default() };
    delete_a_room(EndedToken::GivesTheMeetingBack, faults);
}

#[test]
fn limits_hold_for_rooms() {
    for mode in MODES {
        for members in [[0, 0], [0, 1]] {
            share_a_room_within_limits(members, mode, faults(1));
        }
    }
}

#[test]
fn limits_hold_for_creations_with_keys() {
    for mode in MODES {
        create_within_limits(mode, faults(1));
    }
}

#[test]
#[ignore = "takes minutes and gigabytes: for the deep tier"]
fn deep() {
    for mode in MODES {
        share_a_room("three", &[0, 1, 2], 3, mode, Faults { forgotten: 0, refusals: 0, ..faults(1) });
        share_a_room("three", &[0, 0, 1], 2, mode, faults(1));
        delete_a_room(mode, faults(1));
        create_within_limits(mode, faults(2));
        for members in [[0, 0], [0, 1]] {
            share_a_room("two", &members, 2, mode, faults(3));
            share_a_room_within_limits(members, mode, faults(2));
        }
    }
}
