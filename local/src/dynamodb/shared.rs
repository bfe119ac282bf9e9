//! What all connections share: the tables, the armed faults, the record of requests.

use std::fmt;
use std::sync::atomic::AtomicU64;

use parking_lot::Mutex;
use serde_json::Value;

use super::error::DynamodbError;
use super::faults::ArmedFaults;
use super::perform::perform;
use super::record::{Outcome, RecordedRequest};
use super::tables::Tables;
use crate::allowed_hosts::AllowedHosts;
use crate::log::Log;

/// What all connections share.
pub(super) struct Shared {
    pub(super) state: Mutex<State>,
    pub(super) log: Log,
    pub(super) connections: AtomicU64,
    pub(super) allowed_hosts: AllowedHosts,
}

/// What a reset forgets.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) tables: Tables,
    pub(super) faults: ArmedFaults,
    pub(super) requests: Vec<RecordedRequest>,
    /// whether nothing is answered
    pub(super) is_down: bool,
    /// how often the state was reset, so that a request begun before does not touch what came after
    epoch: u64,
}

/// Where a request stands in the record.
#[derive(Debug, Clone, Copy)]
pub(super) struct RecordIndex {
    epoch: u64,
    index: usize,
}

impl State {
    /// The state at the start.
    pub(super) fn new() -> Self {
        Self { tables: Tables::with_registry(), ..Self::default() }
    }

    pub(super) fn record(&mut self, request: RecordedRequest) -> RecordIndex {
        self.requests.push(request);
        RecordIndex { epoch: self.epoch, index: self.requests.len().saturating_sub(1) }
    }

    /// Forgets everything.
    pub(super) fn reset(&mut self) {
        *self = Self { epoch: self.epoch.wrapping_add(1), ..Self::new() };
    }
}

impl Shared {
    /// Performs a request that was recorded. One request at a time, so each is atomic.
    pub(super) fn perform(
        &self,
        at: RecordIndex,
        operation: &str,
        body: &Value,
    ) -> Result<Value, DynamodbError> {
        let mut state = self.state.lock();
        if state.epoch != at.epoch {
            // The table that it was for is gone.
            return Err(DynamodbError::InternalServer);
        }
        perform(&mut state.tables, operation, body)
    }

    /// Notes how a request was answered, and logs it.
    pub(super) fn complete(&self, at: RecordIndex, outcome: Outcome) {
        let line = {
            let mut state = self.state.lock();
            if state.epoch != at.epoch {
                return;
            }
            let Some(request) = state.requests.get_mut(at.index) else { return };
            request.outcome = Some(outcome);
            request.log_line()
        };
        self.log.write(&line);
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("connections", &self.connections).finish_non_exhaustive()
    }
}
