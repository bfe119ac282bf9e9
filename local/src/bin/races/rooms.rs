//! Everybody joins one room at once; then its meeting ends, and everybody joins again.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::ask::Ask;
use crate::fleet::Settled;
use crate::policy;
use crate::world::{Conditions, World, meeting_id};

/// What happens between the first and the second time that everybody joins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Between {
    Nothing,
    /// The meeting ends as when nobody is in it. Its event is lost.
    MeetingEnds,
    /// Somebody ends it through the gateway.
    Deleted,
    /// It ends while everybody joins once more.
    MeetingEndsMeanwhile,
    /// Somebody ends it while the others join once more.
    DeletedMeanwhile,
}

/// Whether callers open with members of their own.
#[derive(Debug, Clone, Copy)]
enum Members {
    Equal,
    Different,
    OfTwo,
}

#[derive(Debug, Clone, Copy)]
enum Limits {
    None,
    /// One meeting, which is the room's.
    Tight,
    Wide,
}

#[derive(Debug)]
struct Round {
    conditions: Conditions,
    members: Members,
    limits: Limits,
    between: Between,
    tenant: String,
    room: String,
}

impl Round {
    fn draw(world: &World, number: u32) -> (Self, fastrand::Rng) {
        let mut random = world.random(1, number);
        let conditions = Conditions::draw(&mut random);
        let members = [Members::Equal, Members::Different, Members::OfTwo];
        let between = [
            Between::Nothing,
            Between::MeetingEnds,
            Between::Deleted,
            Between::MeetingEndsMeanwhile,
            Between::DeletedMeanwhile,
        ];
        let limits = match random.u8(..4) {
            0 => Limits::Wide,
            // What a fault leaves behind may fill a limit of one for ten minutes.
            1 if conditions.are_calm() => Limits::Tight,
            _ => Limits::None,
        };
        let tenant = match limits {
            Limits::None => policy::PLAIN.to_owned(),
            Limits::Tight => policy::tight(number),
            Limits::Wide => policy::wide(number),
        };
        let round = Round {
            conditions,
            members: random.choice(members).unwrap_or(Members::Different),
            limits,
            between: random.choice(between).unwrap_or(Between::Nothing),
            tenant,
            room: format!("room-{}-{number}", world.options.seed),
        };
        (round, random)
    }

    fn members_of(&self, caller: usize) -> Value {
        let count = match self.members {
            Members::Equal => 100,
            Members::Different => caller.saturating_add(100),
            Members::OfTwo => (caller % 2).saturating_add(100),
        };
        json!({ "MeetingFeatures": { "Attendee": { "MaxCount": count } } })
    }

    fn join(&self, caller: usize) -> Ask {
        Ask::join_room(&self.tenant, &format!("caller-{caller}"), &self.room, self.members_of(caller))
    }
}

/// Plays a round. Returns how many meetings of the room were left open that nobody has.
pub(crate) async fn play(world: &Arc<World>, number: u32) -> Result<usize, String> {
    let (round, mut random) = Round::draw(world, number);
    world.begin(round.conditions)?;
    let round = Arc::new(round);
    let played = phases(world, &round, &mut random).await;
    played.map_err(|error| format!("round {number} of rooms, {round:?}: {error}"))
}

async fn phases(world: &Arc<World>, round: &Arc<Round>, random: &mut fastrand::Rng) -> Result<usize, String> {
    let first = everybody_joins(world, round, random, None).await?;
    let meeting = the_one_meeting(world, round, &first)?;
    match round.between {
        Between::Nothing => {}
        Between::MeetingEnds => {
            world.simulator.end_meeting(&meeting);
        }
        Between::Deleted => {
            let ask = Ask::delete_room(&round.tenant, "caller-0", &round.room);
            let settled = world.fleet.settle(0, &ask, false).await?;
            if !matches!(settled, Settled::Done(_)) || !in_use(world, round).is_empty() {
                return Err(format!("DELETE was answered {settled:?}, and {:?} go on", in_use(world, round)));
            }
        }
        Between::MeetingEndsMeanwhile | Between::DeletedMeanwhile => {
            // Who joins before the end has the old meeting, who joins after it a new one.
            everybody_joins(world, round, random, Some(&meeting)).await?;
            at_most_one_is_in_use(world, round)?;
        }
    }
    let second = everybody_joins(world, round, random, None).await?;
    let again = the_one_meeting(world, round, &second)?;
    if (round.between == Between::Nothing) != (meeting == again) {
        return Err(format!("the room's meeting was {meeting}, and after {:?} {again}", round.between));
    }
    let open = world.open_meetings(&round.tenant);
    let left = open.iter().filter(|meeting| is_of_room(round, &meeting.body)).count().saturating_sub(1);
    if round.conditions.are_calm() && left > 0 {
        return Err(format!("{left} meetings were created for the room, not used, and not ended"));
    }
    Ok(left)
}

/// Everybody joins at the same moment, each with a process of its own, until everybody has a meeting. `ends` is a meeting
/// that ends meanwhile.
async fn everybody_joins(
    world: &Arc<World>,
    round: &Arc<Round>,
    random: &mut fastrand::Rng,
    ends: Option<&str>,
) -> Result<Vec<Settled>, String> {
    let callers = world.fleet.size();
    let start = Arc::new(Barrier::new(callers));
    let deletes = ends.is_some() && round.between == Between::DeletedMeanwhile;
    let mut running = JoinSet::new();
    for caller in 0..callers {
        let (world, round, start) = (Arc::clone(world), Arc::clone(round), Arc::clone(&start));
        let pause = Duration::from_millis(if ends.is_some() { random.u64(..30) } else { 0 });
        running.spawn(async move {
            let is_deletion = deletes && caller == 0;
            let ask = if is_deletion {
                Ask::delete_room(&round.tenant, "caller-0", &round.room)
            } else {
                round.join(caller)
            };
            start.wait().await;
            tokio::time::sleep(pause).await;
            let settled = world.fleet.settle(caller, &ask, matches!(round.limits, Limits::Tight)).await?;
            if !is_deletion {
                check_answer(&ask, &round.room, &settled)?;
            }
            Ok::<_, String>(settled)
        });
    }
    if let (Some(meeting), Between::MeetingEndsMeanwhile) = (ends, round.between) {
        tokio::time::sleep(Duration::from_millis(random.u64(..30))).await;
        world.simulator.end_meeting(meeting);
    }
    if round.conditions.kills {
        tokio::time::sleep(Duration::from_millis(random.u64(..40))).await;
        world.fleet.kill(random.usize(..callers))?;
    }
    running.join_all().await.into_iter().collect()
}

/// A join gives the caller an attendee in the room's meeting.
fn check_answer(ask: &Ask, room: &str, settled: &Settled) -> Result<(), String> {
    let Settled::Done(body) = settled else { return Err(format!("{ask:?} was answered {settled:?}")) };
    let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let is_right = text("/Meeting/ExternalMeetingId") == room
        && text("/Meeting/TenantIds/0") == ask.tenant
        && text("/Attendee/ExternalUserId") == ask.subject
        && !text("/Attendee/JoinToken").is_empty();
    is_right.then_some(()).ok_or_else(|| format!("{ask:?} was answered {body}"))
}

/// The meeting that everybody was given, if it is one, goes on, and is the only one of the room that anybody is in.
fn the_one_meeting(world: &World, round: &Round, settled: &[Settled]) -> Result<String, String> {
    let given: BTreeSet<&str> = settled.iter().filter_map(meeting_id).collect();
    let used = in_use(world, round);
    match (given.first(), used.as_slice()) {
        (Some(given_one), [used_one]) if given.len() == 1 && given_one == used_one => Ok(used_one.clone()),
        _ => Err(format!("callers were given {given:?}, and {used:?} are in use")),
    }
}

fn at_most_one_is_in_use(world: &World, round: &Round) -> Result<(), String> {
    let used = in_use(world, round);
    if used.len() > 1 { Err(format!("{used:?} are in use at once")) } else { Ok(()) }
}

/// The room's meetings that go on and have an attendee.
fn in_use(world: &World, round: &Round) -> Vec<String> {
    let open = world.open_meetings(&round.tenant).into_iter();
    let used = open.filter(|meeting| {
        is_of_room(round, &meeting.body) && meeting.attendees().iter().any(|attendee| !attendee.deleted)
    });
    used.map(|meeting| meeting.id().to_owned()).collect()
}

fn is_of_room(round: &Round, meeting: &Value) -> bool {
    meeting.get("ExternalMeetingId").and_then(Value::as_str) == Some(&round.room)
}
