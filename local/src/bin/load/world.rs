//! What all users share.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use local::issuer::{Issuer, TokenRequest};
use local::simulator::Simulator;
use serde_json::json;
use tokio::time::{Instant, sleep, sleep_until};

use crate::records::Records;

pub(crate) struct World {
    pub(crate) simulator: Simulator,
    pub(crate) issuer: Issuer,
    pub(crate) front: SocketAddr,
    pub(crate) records: Records,
    pub(crate) start: Instant,
    /// when the last meeting is over
    pub(crate) end: Instant,
    /// until when what ends meetings is repeated
    pub(crate) latest: Instant,
}

/// A meeting that people are in.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) id: String,
    pub(crate) ends: Instant,
    is_ending: AtomicBool,
}

impl Held {
    pub(crate) fn new(id: String, ends: Instant) -> Arc<Self> {
        Arc::new(Self { id, ends, is_ending: AtomicBool::new(false) })
    }

    /// Its end is asked for: from now on it may be missing.
    pub(crate) fn begin_to_end(&self) {
        self.is_ending.store(true, Ordering::Relaxed);
    }

    pub(crate) fn may_have_ended(&self) -> bool {
        self.is_ending.load(Ordering::Relaxed)
    }
}

impl World {
    pub(crate) fn token(&self, tenant: &str, groups: &[&str], subject: &str) -> String {
        let request = TokenRequest { subject: subject.to_owned(), ..TokenRequest::new(tenant, groups) };
        self.issuer.token(&request).unwrap_or_else(|error| {
            self.records.fault(format!("no token for {subject}: {error}"));
            String::new()
        })
    }

    /// That time after another, but not after everything has ended.
    pub(crate) fn after(&self, time: Instant, wait: Duration) -> Instant {
        time.checked_add(wait).map_or(self.end, |time| time.min(self.end))
    }

    /// Somebody with an attendee connects to Chime's media servers, and leaves at that time.
    pub(crate) async fn stay(&self, meeting: &str, attendee: &str, leaves: Instant, connecting: Duration) {
        sleep(connecting).await;
        self.tell(meeting, "chime:AttendeeJoined", attendee);
        sleep_until(leaves).await;
        self.tell(meeting, "chime:AttendeeLeft", attendee);
    }

    fn tell(&self, meeting: &str, event_type: &str, attendee: &str) {
        let event = json!([{ "event_type": event_type, "attendee_id": attendee }]);
        if let Err(error) = self.simulator.send_events(meeting, event) {
            self.records.fault(format!("{event_type}: {error}"));
        }
    }
}
