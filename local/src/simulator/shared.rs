//! What all connections of the simulator share: the meetings, the armed faults, the record of requests.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use hyper::StatusCode;
use parking_lot::Mutex;

use super::events::{Events, event_type};
use super::faults::ArmedFaults;
use super::meetings::Meetings;
use super::pace::Pace;
use super::record::RecordedRequest;
use super::rules::Rules;
use crate::allowed_hosts::AllowedHosts;
use crate::log::Log;

/// What all connections share.
pub(super) struct Shared {
    pub(super) state: Mutex<State>,
    pub(super) log: Log,
    pub(super) connections: AtomicU64,
    /// how often something may have changed
    pub(super) revision: AtomicU64,
    pub(super) seed: u64,
    pub(super) pace: Pace,
    pub(super) allowed_hosts: AllowedHosts,
}

pub(super) struct State {
    pub(super) meetings: Meetings,
    pub(super) faults: ArmedFaults,
    pub(super) requests: Vec<RecordedRequest>,
    pub(super) events: Events,
    pub(super) rules: Rules,
    /// how often the state was reset, so that a request begun before does not touch what came after
    epoch: u64,
}

impl State {
    pub(super) fn new(seed: u64, rules: Rules, events: Events) -> Self {
        Self {
            meetings: Meetings::default(),
            faults: ArmedFaults::new(seed),
            requests: Vec::new(),
            events,
            rules,
            epoch: 0,
        }
    }

    /// Ends a meeting as Chime does by itself. Whether there was one.
    pub(super) fn end_meeting(&mut self, id: &str) -> bool {
        let ended = self.meetings.end_by_itself(id);
        for meeting in &ended {
            self.events.of_meeting(event_type::MEETING_ENDED, meeting);
        }
        !ended.is_empty()
    }
}

/// Where a request stands in the record.
#[derive(Clone, Copy)]
pub(super) struct RecordIndex {
    epoch: u64,
    index: usize,
}

impl Shared {
    /// Notes that meetings, attendees or faults may have changed.
    pub(super) fn changed(&self) {
        self.revision.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn record(&self, request: RecordedRequest) -> RecordIndex {
        let mut state = self.state.lock();
        state.requests.push(request);
        RecordIndex { epoch: state.epoch, index: state.requests.len().saturating_sub(1) }
    }

    /// Notes how a request was answered, and logs it.
    pub(super) fn complete(&self, at: RecordIndex, status: Option<StatusCode>) {
        let lines = {
            let mut state = self.state.lock();
            if state.epoch != at.epoch {
                return;
            }
            let Some(request) = state.requests.get_mut(at.index) else { return };
            request.status = status.map(|status| status.as_u16());
            request.log_lines()
        };
        self.changed();
        self.log.write(&lines);
    }

    pub(super) fn reset(&self) {
        let mut state = self.state.lock();
        let epoch = state.epoch.wrapping_add(1);
        let rules = state.rules.clone();
        let mut events = std::mem::take(&mut state.events);
        events.forget();
        *state = State { epoch, ..State::new(self.seed, rules, events) };
        self.changed();
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("connections", &self.connections).finish_non_exhaustive()
    }
}
