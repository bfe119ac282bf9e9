//! Members of one tenant create as many meetings as they can, while the account may have 250.

use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

use local::simulator::TokenMemory;
use serde_json::json;
use tokio::task::JoinSet;

use crate::ask::Ask;
use crate::fleet::Settled;
use crate::policy::{self, ATTACKED, ATTACKED_CALLER_LIMIT, ATTACKED_TENANT_LIMIT, ATTACKED_WITHOUT_LIMITS};
use crate::world::{Conditions, World};

/// How many meetings the members ask for.
const ATTEMPTS: usize = 300;

/// How many other tenants ask for a meeting meanwhile, and as many afterwards.
const OTHERS: usize = 20;

/// Chime's quota of open meetings in a region.
pub(crate) const QUOTA: usize = 250;

/// An attack.
struct Attack {
    tenant: &'static str,
    members: usize,
    /// how many meetings the limits leave them; none is no limit
    most: Option<usize>,
}

/// The first has no limits, which shows that the attack works.
const ATTACKS: [Attack; 3] = [
    Attack { tenant: ATTACKED_WITHOUT_LIMITS, members: 1, most: None },
    Attack { tenant: ATTACKED, members: 1, most: Some(ATTACKED_CALLER_LIMIT) },
    Attack { tenant: ATTACKED, members: 30, most: Some(ATTACKED_TENANT_LIMIT) },
];

/// What an attack brought.
struct Outcome {
    got: usize,
    seconds: f64,
    /// how many other tenants got a meeting of those that asked meanwhile, and of those that asked afterwards
    served: (usize, usize),
}

/// Attacks tenants with and without limits.
pub(crate) async fn play(world: &Arc<World>) -> Result<String, String> {
    let mut report = String::new();
    for attack in &ATTACKS {
        let Outcome { got, seconds, served: (meanwhile, afterwards) } = run(world, attack).await?;
        let line = format!(
            "{} member(s) of `{}` ask for {ATTEMPTS} meetings and get {got} in {seconds:.1} s; of {OTHERS} other tenants that \
             ask meanwhile {meanwhile} get one, and of {OTHERS} that ask afterwards {afterwards}\n",
            attack.members, attack.tenant
        );
        let is_right = match attack.most {
            Some(most) => got == most && (meanwhile, afterwards) == (OTHERS, OTHERS),
            None => got.saturating_add(meanwhile) == QUOTA && afterwards == 0,
        };
        if !is_right {
            return Err(line);
        }
        report.push_str(&line);
    }
    Ok(report)
}

async fn run(world: &Arc<World>, attack: &Attack) -> Result<Outcome, String> {
    let calm = Conditions { tokens: TokenMemory::Kept, table_fails: false, chime_fails: false, kills: false };
    world.begin(calm)?;
    let members = (0..ATTEMPTS).map(|number| {
        let name = format!("attack-{}-{number}", attack.members);
        let member = format!("member-{}", number.checked_rem(attack.members).unwrap_or_default());
        match number % 3 {
            0 => Ask::join_room(attack.tenant, &member, &name, json!({})),
            1 => Ask::create_with_attendees(attack.tenant, &member, &name),
            _ => Ask::create(attack.tenant, &member, &name),
        }
    });
    let started = Instant::now();
    let (got, meanwhile) =
        tokio::join!(at_once(world, members.collect()), at_once(world, others(0..OTHERS).collect()));
    let (got, meanwhile) = (got?, meanwhile?);
    let seconds = started.elapsed().as_secs_f64();
    let afterwards = at_once(world, others(OTHERS..OTHERS.saturating_mul(2)).collect()).await?;
    // The next attack finds the slots free.
    for meeting in world.open_meetings(attack.tenant) {
        let deletion = Ask::delete(attack.tenant, "member-0", meeting.id());
        world.fleet.settle(0, &deletion, false).await?;
    }
    Ok(Outcome { got, seconds, served: (meanwhile, afterwards) })
}

/// One creation of each of these tenants.
fn others(numbers: Range<usize>) -> impl Iterator<Item = Ask> {
    numbers.map(|number| Ask::create(&policy::other(number), "somebody", "meeting"))
}

/// How many of these requests got a meeting.
async fn at_once(world: &Arc<World>, asks: Vec<Ask>) -> Result<usize, String> {
    let mut running = JoinSet::new();
    for (number, ask) in asks.into_iter().enumerate() {
        let world = Arc::clone(world);
        let process = number.checked_rem(world.fleet.size()).unwrap_or_default();
        running.spawn(async move { world.fleet.settle(process, &ask, false).await });
    }
    let settled: Vec<Settled> = running.join_all().await.into_iter().collect::<Result<_, _>>()?;
    Ok(settled.iter().filter(|settled| matches!(settled, Settled::Done(_))).count())
}
