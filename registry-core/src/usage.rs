//! What a meeting used, computed from the times of its events.
//!
//! The times are sets, so repeated events change nothing and their order does not matter. What is computed from a part of the
//! events is corrected when the others come: the day's sums get the difference.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Milliseconds in a thousandth of a minute.
const THOUSANDTH: u64 = 60;

/// Minutes, in thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Minutes(pub i64);

/// Times at which something began and ended, in milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Times {
    /// MeetingStarted, or AttendeeJoined of one attendee.
    pub began: BTreeSet<u64>,
    /// MeetingEnded, or AttendeeLeft and AttendeeDropped of one attendee.
    pub ended: BTreeSet<u64>,
}

/// What the events of a meeting tell: the times of the meeting, and those of each attendee.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MeetingTimes {
    /// The meeting's.
    pub meeting: Times,
    /// Each attendee's. Machines are left out.
    pub attendees: Vec<Times>,
}

/// What a meeting used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct MeetingUsage {
    /// From its start to its end; without MeetingEnded, to the last event that is known.
    pub meeting_minutes: Minutes,
    /// The time of all attendees together.
    pub attendee_minutes: Minutes,
    /// How many attendees were there at once, at most.
    pub peak: u32,
}

/// What a day's sums get, to have `new` of a meeting where they had `old`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct UsageDifference {
    /// What the sums have. `None` while the meeting was not counted.
    pub old: Option<MeetingUsage>,
    /// What they shall have.
    pub new: MeetingUsage,
}

/// How many meetings had each peak. Peaks of 0 are left out.
///
/// A greatest number alone could not be corrected downwards, which a late AttendeeLeft asks for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Peaks(pub BTreeMap<u32, u64>);

/// What all meetings of a tenant that were created on one day used.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DayUsage {
    /// How many meetings.
    pub meetings: i64,
    /// Their minutes.
    pub meeting_minutes: Minutes,
    /// The minutes of their attendees.
    pub attendee_minutes: Minutes,
    /// Their peaks.
    pub peaks: Peaks,
}

impl MeetingTimes {
    /// What the meeting used, as far as the times tell.
    ///
    /// An attendee who joined and whose end is not known stays until the meeting's end. Whoever is known to have left, and not
    /// to have joined, does not count.
    #[must_use]
    pub fn usage(&self) -> MeetingUsage {
        let Some((start, end)) = self.span() else { return MeetingUsage::default() };
        let mut total: u64 = 0;
        // How many come and go at each time.
        let mut changes: BTreeMap<u64, i64> = BTreeMap::new();
        for attendee in &self.attendees {
            for (joined, left) in attendee.sessions(end) {
                total = total.saturating_add(left.saturating_sub(joined));
                for (time, change) in [(joined, 1), (left, -1)] {
                    let sum = changes.entry(time).or_default();
                    *sum = sum.saturating_add(change);
                }
            }
        }
        let mut present: i64 = 0;
        let mut peak: i64 = 0;
        for change in changes.values() {
            present = present.saturating_add(*change);
            peak = peak.max(present);
        }
        MeetingUsage {
            meeting_minutes: Minutes::of(end.saturating_sub(start)),
            attendee_minutes: Minutes::of(total),
            peak: u32::try_from(peak).unwrap_or_default(),
        }
    }

    /// The first time that is known, and MeetingEnded, or the last time that is known.
    fn span(&self) -> Option<(u64, u64)> {
        let all = || std::iter::once(&self.meeting).chain(&self.attendees);
        let times = || all().flat_map(|times| times.began.iter().chain(&times.ended)).copied();
        let first = all().filter_map(|times| times.began.first()).min().copied().or_else(|| times().min())?;
        let last = self.meeting.ended.last().copied().or_else(|| times().max())?;
        Some((first, last))
    }
}

impl Times {
    /// When the attendee was there, up to the meeting's end.
    fn sessions(&self, end: u64) -> Vec<(u64, u64)> {
        let mut sessions = Vec::new();
        let mut joined = None;
        let times: BTreeSet<u64> = self.began.union(&self.ended).copied().collect();
        for time in times {
            match (joined, self.began.contains(&time), self.ended.contains(&time)) {
                (None, true, false) => joined = Some(time),
                (Some(start), false, true) => {
                    sessions.push((start, time));
                    joined = None;
                }
                // Joining twice is being there. Both at one time change nothing, whichever came first.
                _ => {}
            }
        }
        sessions.extend(joined.map(|start| (start, end)));
        sessions.retain_mut(|(start, time)| {
            *time = (*time).min(end);
            start < time
        });
        sessions
    }
}

impl UsageDifference {
    /// What is added to the number of meetings.
    #[must_use]
    pub fn meetings(&self) -> i64 {
        i64::from(self.old.is_none())
    }

    /// What is added to the meetings' minutes.
    #[must_use]
    pub fn meeting_minutes(&self) -> Minutes {
        self.new.meeting_minutes.minus(self.old.unwrap_or_default().meeting_minutes)
    }

    /// What is added to the attendees' minutes.
    #[must_use]
    pub fn attendee_minutes(&self) -> Minutes {
        self.new.attendee_minutes.minus(self.old.unwrap_or_default().attendee_minutes)
    }

    /// Whether the sums stay as they are.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.old == Some(self.new)
    }

    /// Whether the day's peaks change.
    #[must_use]
    pub fn changes_peaks(&self) -> bool {
        self.old.unwrap_or_default().peak != self.new.peak
    }
}

impl Peaks {
    /// The greatest one: the most attendees who were in one meeting at once.
    #[must_use]
    pub fn greatest(&self) -> u32 {
        self.0.last_key_value().map_or(0, |(peak, _)| *peak)
    }

    /// The peaks with the new one of a meeting instead of its old one.
    #[must_use]
    pub fn after(mut self, difference: &UsageDifference) -> Self {
        if !difference.changes_peaks() {
            return self;
        }
        let old = difference.old.unwrap_or_default().peak;
        if let Some(meetings) = self.0.get_mut(&old) {
            *meetings = meetings.saturating_sub(1);
        }
        if difference.new.peak > 0 {
            let meetings = self.0.entry(difference.new.peak).or_default();
            *meetings = meetings.saturating_add(1);
        }
        self.0.retain(|_, meetings| *meetings > 0);
        self
    }
}

impl DayUsage {
    /// Adds a difference.
    pub fn add(&mut self, difference: &UsageDifference) {
        self.meetings = self.meetings.saturating_add(difference.meetings());
        self.meeting_minutes = self.meeting_minutes.plus(difference.meeting_minutes());
        self.attendee_minutes = self.attendee_minutes.plus(difference.attendee_minutes());
        self.peaks = std::mem::take(&mut self.peaks).after(difference);
    }
}

impl Minutes {
    /// A time in milliseconds, rounded to a thousandth of a minute.
    fn of(milliseconds: u64) -> Self {
        let rounded = milliseconds.saturating_add(THOUSANDTH.div_euclid(2)).div_euclid(THOUSANDTH);
        Minutes(i64::try_from(rounded).unwrap_or(i64::MAX))
    }

    fn plus(self, other: Minutes) -> Minutes {
        Minutes(self.0.saturating_add(other.0))
    }

    fn minus(self, other: Minutes) -> Minutes {
        Minutes(self.0.saturating_sub(other.0))
    }
}

/// A decimal number without zeros at its end, such as `12.5`: as DynamoDB writes numbers.
impl fmt::Display for Minutes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let thousandths = self.0.unsigned_abs();
        let (whole, rest) = (thousandths.div_euclid(1_000), thousandths.rem_euclid(1_000));
        let text = format!("{sign}{whole}.{rest:03}");
        formatter.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

/// Reads what [`Display`](fmt::Display) wrote.
impl std::str::FromStr for Minutes {
    type Err = InvalidMinutesError;

    fn from_str(text: &str) -> Result<Self, InvalidMinutesError> {
        let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
        let (whole, rest) = digits.split_once('.').unwrap_or((digits, "0"));
        let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number(whole) || !is_number(rest) || rest.len() > 3 {
            return Err(InvalidMinutesError);
        }
        let whole: i64 = whole.parse().map_err(|_| InvalidMinutesError)?;
        let rest: i64 = format!("{rest:0<3}").parse().map_err(|_| InvalidMinutesError)?;
        let thousandths = whole.checked_mul(1_000).and_then(|whole| whole.checked_add(rest));
        thousandths.and_then(|number| number.checked_mul(sign)).map(Minutes).ok_or(InvalidMinutesError)
    }
}

/// A text is not minutes with at most three decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidMinutesError;

impl fmt::Display for InvalidMinutesError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("not a number of minutes with at most three decimals")
    }
}

impl std::error::Error for InvalidMinutesError {}
