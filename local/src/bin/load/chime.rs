//! What the load did at Chime, by the simulator's own record.

use std::collections::BTreeMap;

use local::simulator::{Operation, RecordedEvent, RecordedRequest};

/// The calls of one operation.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    pub(crate) all: u64,
    /// 429
    pub(crate) throttled: u64,
    /// 400 of a creation: as many meetings are open as may be
    pub(crate) at_quota: u64,
    /// calls within one second of the clock, at most
    pub(crate) in_a_second: u64,
}

/// The calls by operation.
pub(crate) fn calls(requests: &[RecordedRequest]) -> BTreeMap<String, Calls> {
    let mut calls: BTreeMap<String, Calls> = BTreeMap::new();
    let mut seconds: BTreeMap<(String, u64), u64> = BTreeMap::new();
    for request in requests.iter().filter(|request| request.operation != Operation::Unknown) {
        let name = format!("{:?}", request.operation);
        let in_second = seconds.entry((name.clone(), request.time.div_euclid(1_000))).or_default();
        *in_second = in_second.saturating_add(1);
        let of_operation = calls.entry(name).or_default();
        of_operation.all = of_operation.all.saturating_add(1);
        of_operation.in_a_second = of_operation.in_a_second.max(*in_second);
        match (request.status, request.operation) {
            (Some(429), _) => of_operation.throttled = of_operation.throttled.saturating_add(1),
            (Some(400), Operation::CreateMeeting) => {
                of_operation.at_quota = of_operation.at_quota.saturating_add(1);
            }
            _ => {}
        }
    }
    calls
}

/// The most meetings that were open at once.
pub(crate) fn most_open(events: &[RecordedEvent]) -> u64 {
    let (mut open, mut most) = (0_u64, 0_u64);
    // They are recorded in the order in which they happened.
    for event in events {
        match event.event_type.as_deref() {
            Some("chime:MeetingStarted") => open = open.saturating_add(1),
            Some("chime:MeetingEnded") => open = open.saturating_sub(1),
            _ => {}
        }
        most = most.max(open);
    }
    most
}
