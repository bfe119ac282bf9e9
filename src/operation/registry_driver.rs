//! Drives the registry's algorithms, which do no IO: sends what a machine asks, to the table or to Chime, and gives it the
//! answer, until it has a result.

use registry_core::{Answer, At, Machine, Request, Step, TableAnswer, TableRequest};
use tokio::time::Instant;

use super::registry_chime::AtChime;
use super::row::Call;
use crate::model::RoomId;
use crate::policy::TenantIds;
use crate::registry::{Registry, RegistryUsage, Scope, fresh_generation, now};

/// Drives machines for one request of a caller. Everything that it sends ends by the request's deadline, so a machine that
/// has run out of time gets the answer that there is none, and ends.
pub(super) struct Driver<'d> {
    registry: &'d Registry,
    scope: Scope<'d>,
    deadline: Instant,
    usage: &'d RegistryUsage,
    /// Asks Chime, and keeps what the caller's answer needs of Chime's answers.
    pub(super) chime: AtChime<'d>,
}

impl<'d> Driver<'d> {
    /// For a request of the call's tenant, about that room if any. `tenant_ids` are the tenant's.
    pub(super) fn new(
        call: Call<'d>,
        registry: &'d Registry,
        room: Option<&'d RoomId>,
        tenant_ids: &'d TenantIds,
    ) -> Self {
        Driver {
            registry,
            scope: Scope { gateway: call.chime.gateway_name(), tenant: call.caller.tenant(), room },
            deadline: call.attempts.deadline,
            usage: call.registry_usage,
            chime: AtChime::new(call.chime, room, tenant_ids, call.attempts),
        }
    }

    /// Runs a machine to its result.
    pub(super) async fn run<M: Machine>(
        &mut self,
        (mut machine, mut step): (M, Step<M::Result>),
    ) -> M::Result {
        loop {
            let answer = match step {
                Step::Done(result) => return result,
                Step::Ask(Request::Table(request)) => Answer::Table(self.ask_table(request).await),
                Step::Ask(Request::Chime(request)) => Answer::Chime(self.chime.ask(request).await),
            };
            step = machine.next(&answer, At { now: now(), generation: fresh_generation() });
        }
    }

    /// Sends one request to the table.
    pub(super) async fn ask_table(&self, request: TableRequest) -> TableAnswer {
        self.registry.ask(self.scope, request, self.deadline, self.usage).await
    }
}
