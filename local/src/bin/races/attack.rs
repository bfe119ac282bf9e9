//! One member of one tenant creates as many meetings as it can, while the account may have 250.

use std::sync::Arc;
use std::time::Instant;

use local::simulator::TokenMemory;
use serde_json::json;
use tokio::task::JoinSet;

use crate::ask::Ask;
use crate::fleet::Settled;
use crate::policy::{self, ATTACKED, ATTACKED_WITHOUT_LIMITS, OTHERS};
use crate::world::{Conditions, World};

/// How many meetings the member asks for.
const ATTEMPTS: usize = 300;

/// Chime's quota of open meetings in a region.
pub(crate) const QUOTA: usize = 250;

/// Attacks a tenant without limits, which shows that the attack works, and one with them.
pub(crate) async fn play(world: &Arc<World>) -> Result<String, String> {
    let mut report = String::new();
    for (tenant, has_limits) in [(ATTACKED_WITHOUT_LIMITS, false), (ATTACKED, true)] {
        let (got, seconds, served) = attack(world, tenant).await?;
        let is_right = if has_limits { got <= 3 && served == OTHERS } else { got == QUOTA && served == 0 };
        let line = format!(
            "one member of `{tenant}` asks for {ATTEMPTS} meetings and gets {got} in {seconds:.1} s; of {OTHERS} other tenants \
             {served} get one\n"
        );
        if !is_right {
            return Err(line);
        }
        report.push_str(&line);
    }
    Ok(report)
}

/// Returns how many meetings the member got, how long it took, and how many other tenants got one afterwards.
async fn attack(world: &Arc<World>, tenant: &'static str) -> Result<(usize, f64, usize), String> {
    let calm = Conditions { tokens: TokenMemory::Kept, table_fails: false, chime_fails: false, kills: false };
    world.begin(calm)?;
    let started = Instant::now();
    let member = (0..ATTEMPTS).map(|number| {
        let name = format!("attack-{number}");
        match number % 3 {
            0 => Ask::join_room(tenant, "member", &name, json!({})),
            1 => Ask::create_with_attendees(tenant, "member", &name),
            _ => Ask::create(tenant, "member", &name),
        }
    });
    let got = at_once(world, member.collect()).await?;
    let seconds = started.elapsed().as_secs_f64();
    let others = (0..OTHERS).map(|number| Ask::create(&policy::other(number), "somebody", "meeting"));
    let served = at_once(world, others.collect()).await?;
    Ok((got, seconds, served))
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
