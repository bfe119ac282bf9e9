//! The events that the simulator has sent, against what happened in it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use local::simulator::{Delivery, RecordedEvent, Simulator};

use crate::options::Options;

/// How long the last events may take.
const PATIENCE: Duration = Duration::from_secs(300);

/// A meeting, an eventType and an attendee.
type Happening = (String, String, Option<String>);

/// Waits until every event is sent, and writes their record. Returns a line for the report.
///
/// # Errors
/// When an event was not sent, or something happened without one, or the other way round.
pub(crate) async fn check_events(options: &Options, simulator: &Simulator) -> Result<String, String> {
    let started = Instant::now();
    while simulator.waiting_events() > 0 {
        if started.elapsed() > PATIENCE {
            return Err(format!("{} events were not sent within {PATIENCE:?}", simulator.waiting_events()));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let events = simulator.events();
    let failed = events.iter().find(|event| !matches!(event.delivery, Delivery::Sent { .. }));
    if let Some(event) = failed {
        return Err(format!("an event was not sent: {event:?}"));
    }
    let (told, happened) = (told(&events), happened(simulator));
    if told != happened {
        let difference = told.iter().find(|(key, count)| happened.get(key) != Some(count));
        let difference =
            difference.or_else(|| happened.iter().find(|(key, count)| told.get(key) != Some(count)));
        return Err(format!("what happened and what was told differ, first in {difference:?}"));
    }
    if let Some(file) = &options.events {
        let record = serde_json::to_vec(&events).map_err(|error| error.to_string())?;
        std::fs::write(file, record).map_err(|error| format!("cannot write {}: {error}", file.display()))?;
    }
    Ok(format!("{} events, each sent once for what happened\n", events.len()))
}

fn told(events: &[RecordedEvent]) -> BTreeMap<Happening, u32> {
    count(events.iter().map(|event| {
        let event_type = event.event_type.clone().unwrap_or_default();
        (event.meeting_id.clone(), event_type, event.attendee_id.clone())
    }))
}

/// What the simulator's own meetings and attendees say.
fn happened(simulator: &Simulator) -> BTreeMap<Happening, u32> {
    let mut happenings = Vec::new();
    for meeting in simulator.meetings() {
        let mut note = |name: &str, attendee: Option<&str>| {
            happenings.push((meeting.id().to_owned(), format!("chime:{name}"), attendee.map(str::to_owned)));
        };
        note("MeetingStarted", None);
        for attendee in meeting.attendees() {
            note("AttendeeAdded", Some(attendee.id()));
            if attendee.deleted {
                note("AttendeeDeleted", Some(attendee.id()));
            }
        }
        if !meeting.alive {
            note("MeetingEnded", None);
        }
    }
    count(happenings.into_iter())
}

fn count(happenings: impl Iterator<Item = Happening>) -> BTreeMap<Happening, u32> {
    let mut counts = BTreeMap::new();
    for happening in happenings {
        let count: &mut u32 = counts.entry(happening).or_default();
        *count = count.saturating_add(1);
    }
    counts
}
