//! What tenants used: as the registry's table has it, and as the simulator's record of events gives it.
//!
//! Here everybody who gets an attendee comes once and leaves once, so that an attendee's time is the difference of
//! two times.

use std::collections::BTreeMap;

use local::simulator::{Meeting, RecordedEvent};
use registry_core::Minutes;
use serde_json::Value;

/// A thousandth of a minute, in milliseconds.
const THOUSANDTH: i64 = 60;

/// What the meetings of a tenant used, on all days.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Usage {
    pub(crate) meetings: i64,
    /// in thousandths of a minute, as the next one
    pub(crate) meeting_minutes: i64,
    pub(crate) attendee_minutes: i64,
    /// how many meetings had each peak of people who were there at once
    pub(crate) peaks: BTreeMap<u32, i64>,
}

/// The times of one meeting, in milliseconds since 1970.
#[derive(Default)]
struct Times {
    started: Option<i64>,
    ended: Option<i64>,
    /// when each attendee came and left
    attendees: BTreeMap<String, (Option<i64>, Option<i64>)>,
}

/// What happened, by tenant.
pub(crate) fn happened(meetings: &[Meeting], events: &[RecordedEvent]) -> BTreeMap<String, Usage> {
    let mut times: BTreeMap<&str, Times> = BTreeMap::new();
    for event in events {
        times.entry(&event.meeting_id).or_default().note(event);
    }
    let mut usage: BTreeMap<String, Usage> = BTreeMap::new();
    for meeting in meetings {
        let tenant = meeting.body.pointer("/TenantIds/0").and_then(Value::as_str).unwrap_or_default();
        if let Some(times) = times.get(meeting.id()) {
            times.add_to(usage.entry(tenant.to_owned()).or_default());
        }
    }
    usage
}

impl Times {
    fn note(&mut self, event: &RecordedEvent) {
        let attendee = event.attendee_id.clone().unwrap_or_default();
        match event.event_type.as_deref() {
            Some("chime:MeetingStarted") => self.started = event.timestamp,
            Some("chime:MeetingEnded") => self.ended = event.timestamp,
            Some("chime:AttendeeJoined") => self.attendees.entry(attendee).or_default().0 = event.timestamp,
            Some("chime:AttendeeLeft") => self.attendees.entry(attendee).or_default().1 = event.timestamp,
            _ => {}
        }
    }

    fn add_to(&self, usage: &mut Usage) {
        let (Some(started), Some(ended)) = (self.started, self.ended) else { return };
        let stays = self.attendees.values().filter_map(|(came, left)| {
            let (came, left) = ((*came)?, left.unwrap_or(ended).min(ended));
            (came < left).then_some((came, left))
        });
        let stays: Vec<(i64, i64)> = stays.collect();
        let attended =
            stays.iter().fold(0_i64, |sum, (came, left)| sum.saturating_add(left.saturating_sub(*came)));
        usage.meetings = usage.meetings.saturating_add(1);
        usage.meeting_minutes = usage.meeting_minutes.saturating_add(minutes(ended.saturating_sub(started)));
        usage.attendee_minutes = usage.attendee_minutes.saturating_add(minutes(attended));
        // The most are there when somebody has just come. Whoever leaves at that time is gone.
        let present = |at: i64| stays.iter().filter(|(came, left)| *came <= at && at < *left).count();
        let peak = stays.iter().map(|(came, _)| present(*came)).max().unwrap_or_default();
        if peak > 0 {
            let meetings = usage.peaks.entry(u32::try_from(peak).unwrap_or(u32::MAX)).or_default();
            *meetings = meetings.saturating_add(1);
        }
    }
}

/// What the table's items have, by tenant.
///
/// # Errors
/// When an item of usage has not the attributes of docs/registry.md.
pub(crate) fn counted(items: &[Value]) -> Result<BTreeMap<String, Usage>, String> {
    let mut usage: BTreeMap<String, Usage> = BTreeMap::new();
    for item in items {
        let key = item.pointer("/pk/S").and_then(Value::as_str).unwrap_or_default();
        let Some(tenant) = key.strip_prefix("usage#") else { continue };
        let number = |pointer: &str| item.pointer(pointer).and_then(Value::as_str);
        let broken = || format!("an item of usage can't be read: {item}");
        let minutes = |pointer: &str| {
            let minutes: Option<Minutes> = number(pointer).and_then(|minutes| minutes.parse().ok());
            minutes.map(|Minutes(thousandths)| thousandths).ok_or_else(broken)
        };
        let sum = usage.entry(tenant.to_owned()).or_default();
        let meetings: i64 =
            number("/meetings/N").and_then(|number| number.parse().ok()).ok_or_else(broken)?;
        sum.meetings = sum.meetings.saturating_add(meetings);
        sum.meeting_minutes = sum.meeting_minutes.saturating_add(minutes("/meeting_minutes/N")?);
        sum.attendee_minutes = sum.attendee_minutes.saturating_add(minutes("/attendee_minutes/N")?);
        let peaks = item.pointer("/peaks/M").and_then(Value::as_object).into_iter().flatten();
        for (peak, meetings) in peaks {
            let meetings =
                meetings.get("N").and_then(Value::as_str).and_then(|number| number.parse::<i64>().ok());
            let (Ok(peak), Some(meetings)) = (peak.parse(), meetings) else { return Err(broken()) };
            let sum: &mut i64 = sum.peaks.entry(peak).or_default();
            *sum = sum.saturating_add(meetings);
        }
    }
    Ok(usage)
}

/// A time in milliseconds, rounded to a thousandth of a minute, half of one upwards.
fn minutes(milliseconds: i64) -> i64 {
    milliseconds.saturating_add(THOUSANDTH.div_euclid(2)).div_euclid(THOUSANDTH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_count_while_the_meeting_goes_on() {
        let attendees = [
            ("a", (Some(1_000), Some(61_000))),
            ("b", (Some(31_000), None)),
            ("c", (Some(61_000), Some(500_000))),
            ("never connected", (None, None)),
        ];
        let times = Times {
            started: Some(0),
            ended: Some(120_000),
            attendees: attendees.map(|(name, times)| (name.to_owned(), times)).into(),
        };
        let mut usage = Usage::default();
        times.add_to(&mut usage);
        assert_eq!((usage.meetings, usage.meeting_minutes), (1, 2_000));
        assert_eq!(usage.attendee_minutes, minutes(60_000 + 89_000 + 59_000));
        assert_eq!(usage.peaks, BTreeMap::from([(2, 1)]), "c comes as a leaves");
    }
}
