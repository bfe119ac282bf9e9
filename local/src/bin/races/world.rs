//! What the rounds share: the gateway processes between a Chime and a table that fail.

use std::sync::Arc;

use local::simulator::{Extent, Fault, Injection, Meeting, Simulator, TokenMemory, TransportFault};
use serde_json::Value;

use crate::fleet::{Fleet, Settled};
use crate::options::Options;
use crate::proxy::Proxy;

pub(crate) struct World {
    pub(crate) options: Options,
    pub(crate) simulator: Simulator,
    pub(crate) proxy: Proxy,
    pub(crate) fleet: Arc<Fleet>,
}

/// What may happen in a round beside what callers do.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Conditions {
    pub(crate) tokens: TokenMemory,
    pub(crate) table_fails: bool,
    pub(crate) chime_fails: bool,
    /// A process is killed in each phase.
    pub(crate) kills: bool,
}

impl Conditions {
    pub(crate) fn draw(random: &mut fastrand::Rng) -> Self {
        let tokens = match random.u8(..4) {
            0 => TokenMemory::Kept,
            1 => TokenMemory::WhileMeetingGoesOn,
            _ => TokenMemory::Forgotten,
        };
        Self {
            tokens,
            table_fails: random.bool(),
            chime_fails: random.u8(..3) == 0,
            kills: random.u8(..3) == 0,
        }
    }

    /// Whether nothing goes wrong.
    pub(crate) fn are_calm(self) -> bool {
        !self.table_fails && !self.chime_fails && !self.kills
    }
}

impl World {
    /// Begins a round: no meetings, and faults as its conditions say.
    pub(crate) fn begin(&self, conditions: Conditions) -> Result<(), String> {
        self.simulator.reset();
        self.simulator.set_token_memory(conditions.tokens);
        if conditions.chime_fails {
            let faults = chime_faults()?;
            let rate = self.options.chime_faults / faults.len() as f64;
            for fault in faults {
                self.simulator.arm(Injection { fault, extent: Extent::Rate(rate), operation: None });
            }
        }
        self.proxy.set_rate(if conditions.table_fails { self.options.table_faults } else { 0.0 });
        Ok(())
    }

    /// The randomness of a round: the same one whenever the round is repeated.
    pub(crate) fn random(&self, race: u64, round: u32) -> fastrand::Rng {
        let seed = self.options.seed.wrapping_mul(1_000_003).wrapping_add(race).wrapping_mul(1_000_003);
        fastrand::Rng::with_seed(seed.wrapping_add(round.into()))
    }

    /// The meetings of a tenant that go on.
    pub(crate) fn open_meetings(&self, tenant: &str) -> Vec<Meeting> {
        let of_tenant = |meeting: &Meeting| {
            let ids = meeting.body.pointer("/TenantIds/0").and_then(Value::as_str);
            meeting.alive && ids == Some(tenant)
        };
        self.simulator.meetings().into_iter().filter(of_tenant).collect()
    }
}

/// The MeetingId of a success.
pub(crate) fn meeting_id(settled: &Settled) -> Option<&str> {
    let Settled::Done(body) = settled else { return None };
    body.pointer("/Meeting/MeetingId").and_then(Value::as_str)
}

/// What Chime and the way to it do. A NotFoundException for a meeting that goes on is not among it: that would be another
/// Chime than the documented one.
fn chime_faults() -> Result<Vec<Fault>, String> {
    let exception = |name: &str| Fault::exception(name).ok_or_else(|| format!("no exception {name}"));
    Ok(vec![
        TransportFault::ResetBeforeRead {}.into(),
        TransportFault::ResetReusedConnection {}.into(),
        TransportFault::ResetAfterRead { creates: true }.into(),
        TransportFault::ResetAfterRead { creates: false }.into(),
        TransportFault::CloseAfterRead { creates: true }.into(),
        TransportFault::TruncatedBody {}.into(),
        TransportFault::DelayedHeaders { milliseconds: 60 }.into(),
        exception("ThrottlingException")?,
        exception("ConflictException")?,
        exception("ServiceUnavailableException")?,
        exception("ServiceFailureException")?.after_creating(),
    ])
}
