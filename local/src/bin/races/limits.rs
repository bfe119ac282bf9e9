//! Everybody creates meetings at once, more than a tenant and its callers may have.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use local::simulator::TokenMemory;
use serde_json::json;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::ask::Ask;
use crate::fleet::Settled;
use crate::policy::{self, CALLER_LIMIT, TENANT_LIMIT};
use crate::world::{Conditions, World, meeting_id};

/// How many meetings each caller asks for: more than it may have.
const WANTED: usize = CALLER_LIMIT + 1;

/// The meetings that were given out, with whoever has them.
type Given = BTreeMap<String, String>;

/// Plays a round. Returns how many meetings were left open that nobody has.
pub(crate) async fn play(world: &Arc<World>, number: u32) -> Result<usize, String> {
    let mut random = world.random(2, number);
    let conditions = Conditions::draw(&mut random);
    world.begin(conditions)?;
    let played = phases(world, number, conditions, &mut random).await;
    played.map_err(|error| format!("round {number} of limits, {conditions:?}: {error}"))
}

async fn phases(
    world: &Arc<World>,
    number: u32,
    conditions: Conditions,
    random: &mut fastrand::Rng,
) -> Result<usize, String> {
    let tenant = policy::limited(number);
    let mut asks: Vec<Ask> = Vec::new();
    for caller in 0..world.fleet.size() {
        let subject = format!("caller-{caller}");
        for nth in 0..WANTED {
            let name = format!("meeting-{number}-{caller}-{nth}");
            asks.push(match random.u8(..3) {
                0 => Ask::join_room(&tenant, &subject, &name, json!({})),
                1 => Ask::create_with_attendees(&tenant, &subject, &name),
                _ => Ask::create(&tenant, &subject, &name),
            });
        }
    }
    random.shuffle(&mut asks);
    let first = at_once(world, &asks, conditions, random).await?;
    let mut given = Given::new();
    note(&mut given, &asks, &first)?;
    check(world, &tenant, &given)?;
    let open = open_of(world, &tenant, &given);
    if conditions.are_calm() && open.len() != TENANT_LIMIT {
        return Err(format!("{} meetings are open, and {TENANT_LIMIT} may be", open.len()));
    }

    // Everybody repeats everything: what was given comes back, or takes a slot of its own where Chime has forgotten.
    let again = at_once(world, &asks, conditions, random).await?;
    note(&mut given, &asks, &again)?;
    check(world, &tenant, &given)?;

    // One meeting ends. Its slot is free again, and no more than that.
    let Some((ended, subject)) = open_of(world, &tenant, &given).into_iter().next() else {
        return if conditions.are_calm() { Err("nobody got a meeting".to_owned()) } else { Ok(0) };
    };
    let deletion = world.fleet.settle(0, &Ask::delete(&tenant, &subject, &ended), false).await?;
    let more: Vec<Ask> = (0..world.fleet.size())
        .map(|caller| Ask::create(&tenant, &format!("late-{caller}"), &format!("late-{number}-{caller}")))
        .collect();
    let late = at_once(world, &more, conditions, random).await?;
    note(&mut given, &more, &late)?;
    check(world, &tenant, &given)?;
    let got = late.iter().filter(|settled| meeting_id(settled).is_some()).count();
    if conditions.are_calm() && got != 1 {
        return Err(format!("after {deletion:?} of one of {TENANT_LIMIT} meetings {got} more were created"));
    }
    let left = world.open_meetings(&tenant).len().saturating_sub(open_of(world, &tenant, &given).len());
    // A repeat of what Chime has forgotten makes a meeting, and may find no slot for it.
    if conditions.are_calm() && conditions.tokens != TokenMemory::Forgotten && left > 0 {
        return Err(format!("{left} meetings go on that nobody was given"));
    }
    Ok(left)
}

/// Every request at the same moment, spread over the processes.
async fn at_once(
    world: &Arc<World>,
    asks: &[Ask],
    conditions: Conditions,
    random: &mut fastrand::Rng,
) -> Result<Vec<Settled>, String> {
    let start = Arc::new(Barrier::new(asks.len()));
    let mut running = JoinSet::new();
    for (number, ask) in asks.iter().cloned().enumerate() {
        let (world, start) = (Arc::clone(world), Arc::clone(&start));
        running.spawn(async move {
            start.wait().await;
            let process = number.checked_rem(world.fleet.size()).unwrap_or_default();
            (number, world.fleet.settle(process, &ask, false).await)
        });
    }
    if conditions.kills {
        tokio::time::sleep(Duration::from_millis(random.u64(..60))).await;
        world.fleet.kill(random.usize(..world.fleet.size()))?;
    }
    let mut settled = running.join_all().await;
    settled.sort_by_key(|(number, _)| *number);
    settled.into_iter().map(|(_, settled)| settled).collect()
}

/// Notes who was given what.
fn note(given: &mut Given, asks: &[Ask], settled: &[Settled]) -> Result<(), String> {
    for (ask, settled) in asks.iter().zip(settled) {
        match (meeting_id(settled), settled) {
            (Some(meeting), _) => {
                let before = given.insert(meeting.to_owned(), ask.subject.clone());
                if before.is_some_and(|before| before != ask.subject) {
                    return Err(format!("{meeting} was given to two callers, one of them by {ask:?}"));
                }
            }
            (None, Settled::Limit) => {}
            (None, other) => return Err(format!("{ask:?} was answered {other:?}")),
        }
    }
    Ok(())
}

/// The meetings that were given out and go on.
fn open_of(world: &World, tenant: &str, given: &Given) -> Given {
    let open: BTreeSet<String> =
        world.open_meetings(tenant).iter().map(|meeting| meeting.id().to_owned()).collect();
    given.iter().filter(|(meeting, _)| open.contains(*meeting)).map(|(a, b)| (a.clone(), b.clone())).collect()
}

/// No more meetings that somebody was given go on than the tenant and each caller may have.
fn check(world: &World, tenant: &str, given: &Given) -> Result<(), String> {
    let open = open_of(world, tenant, given);
    let mut of_caller: BTreeMap<&String, usize> = BTreeMap::new();
    for subject in open.values() {
        let count = of_caller.entry(subject).or_default();
        *count = count.saturating_add(1);
    }
    if open.len() > TENANT_LIMIT || of_caller.values().any(|count| *count > CALLER_LIMIT) {
        return Err(format!("{} meetings are open, of {of_caller:?}", open.len()));
    }
    Ok(())
}
