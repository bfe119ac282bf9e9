//! Usage against a second description of it, and its sums under disorder and repetition.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::{DayUsage, MeetingTimes, MeetingUsage, Minutes, Times, UsageDifference};

/// An event: the attendee, or `None` for the meeting; whether it is an end; the time.
type Event = (Option<u8>, bool, u64);

const MINUTE: u64 = 60_000;

fn times_of<'e>(events: impl IntoIterator<Item = &'e Event>) -> MeetingTimes {
    let mut meeting = Times::default();
    let mut attendees: BTreeMap<u8, Times> = BTreeMap::new();
    for (attendee, is_end, time) in events {
        let times = match attendee {
            None => &mut meeting,
            Some(attendee) => attendees.entry(*attendee).or_default(),
        };
        if *is_end {
            times.ended.insert(*time)
        } else {
            times.began.insert(*time)
        };
    }
    MeetingTimes { meeting, attendees: attendees.into_values().collect() }
}

/// Who is there in each millisecond: whoever's last event up to then, of one kind alone, is a join.
fn slow_usage(times: &MeetingTimes) -> MeetingUsage {
    let all: Vec<&Times> = times.attendees.iter().chain([&times.meeting]).collect();
    let began = all.iter().flat_map(|times| &times.began).min();
    let known = || all.iter().flat_map(|times| times.began.iter().chain(&times.ended));
    let (Some(start), Some(end)) = (began.or(known().min()), times.meeting.ended.last().or(known().max()))
    else {
        return MeetingUsage::default();
    };
    let is_there = |attendee: &Times, time: u64| {
        let decides = |at: &u64| attendee.began.contains(at) != attendee.ended.contains(at);
        (0..=time).rev().find(decides).is_some_and(|at| attendee.began.contains(&at))
    };
    let counts: Vec<u32> = (*start..*end)
        .map(|time| u32::try_from(times.attendees.iter().filter(|one| is_there(one, time)).count()).unwrap())
        .collect();
    let rounded = |milliseconds: u64| Minutes(i64::try_from((milliseconds + 30) / 60).unwrap());
    MeetingUsage {
        meeting_minutes: rounded(end.saturating_sub(*start)),
        attendee_minutes: rounded(counts.iter().copied().map(u64::from).sum()),
        peak: counts.iter().copied().max().unwrap_or(0),
    }
}

fn events(last: u64) -> impl Strategy<Value = Vec<Event>> {
    vec((proptest::option::weighted(0.85, 0..4_u8), any::<bool>(), 0..last), 0..24)
}

/// What a tenant's day has, when each meeting is counted after each of its events.
fn counted_one_by_one(events: &[(usize, Event)]) -> DayUsage {
    let mut day = DayUsage::default();
    let mut counted: BTreeMap<usize, MeetingUsage> = BTreeMap::new();
    for (index, (meeting, _)) in events.iter().enumerate() {
        let known = events[..=index].iter().filter(|(other, _)| other == meeting).map(|(_, event)| event);
        let new = times_of(known).usage();
        day.add(&UsageDifference { old: counted.insert(*meeting, new), new });
    }
    day
}

/// What the day has, when each meeting is counted once.
fn counted_at_the_end(events: &[(usize, Event)]) -> DayUsage {
    let mut meetings: BTreeMap<usize, Vec<&Event>> = BTreeMap::new();
    for (meeting, event) in events {
        meetings.entry(*meeting).or_default().push(event);
    }
    let mut day = DayUsage::default();
    for events in meetings.into_values() {
        day.add(&UsageDifference { old: None, new: times_of(events).usage() });
    }
    day
}

proptest! {
    #[test]
    fn usage_is_what_looking_at_each_millisecond_finds(events in events(60)) {
        let times = times_of(&events);
        prop_assert_eq!(times.usage(), slow_usage(&times));
    }

    #[test]
    fn any_order_and_any_repetition_gives_the_same_sums(
        events in vec((0..3_usize, (proptest::option::of(0..4_u8), any::<bool>(), 0..10 * MINUTE)), 1..20),
        repeats in vec(any::<prop::sample::Index>(), 0..10),
        seed in any::<u64>(),
    ) {
        let mut delivered = events.clone();
        delivered.extend(repeats.iter().map(|index| *index.get(&events)));
        // A shuffle that only the seed decides.
        delivered.sort_by_cached_key(|event| {
            let mut hasher = std::hash::DefaultHasher::new();
            std::hash::Hash::hash(&(seed, event), &mut hasher);
            std::hash::Hasher::finish(&hasher)
        });
        let day = counted_one_by_one(&delivered);
        prop_assert_eq!(&day, &counted_one_by_one(&events));
        prop_assert_eq!(&day, &counted_at_the_end(&events));
    }

    #[test]
    fn attendees_are_never_longer_there_than_the_meeting_lasts(events in events(30 * MINUTE)) {
        let times = times_of(&events);
        let usage = times.usage();
        let attendees = i64::try_from(times.attendees.len()).unwrap();
        prop_assert!(usage.attendee_minutes.0 <= attendees * (usage.meeting_minutes.0 + 1));
        prop_assert!(i64::from(usage.peak) <= attendees);
        prop_assert!(usage.attendee_minutes.0 >= 0);
    }

    #[test]
    fn minutes_are_read_as_they_were_written(thousandths in any::<i64>().prop_filter("has no positive", |n| *n != i64::MIN)) {
        prop_assert_eq!(Minutes(thousandths).to_string().parse(), Ok(Minutes(thousandths)));
    }
}

/// In minutes since the meeting's start: the meeting's times, each attendee's joins and leaves.
fn usage(began: &[u64], ended: &[u64], attendees: &[(&[u64], &[u64])]) -> (String, String, u32) {
    let times = |(began, ended): (&[u64], &[u64])| Times {
        began: began.iter().map(|minute| 1_764_064_800_000 + minute * MINUTE).collect(),
        ended: ended.iter().map(|minute| 1_764_064_800_000 + minute * MINUTE).collect(),
    };
    let times = MeetingTimes {
        meeting: times((began, ended)),
        attendees: attendees.iter().copied().map(times).collect(),
    };
    let usage = times.usage();
    (usage.meeting_minutes.to_string(), usage.attendee_minutes.to_string(), usage.peak)
}

#[test]
fn a_meeting_counts_from_its_start_to_its_end_and_its_attendees_while_they_are_there() {
    let expected =
        |meeting: &str, attendees: &str, peak: u32| (meeting.to_owned(), attendees.to_owned(), peak);
    for (actual, expected, why) in [
        (usage(&[0], &[10], &[(&[0], &[10]), (&[2], &[5])]), expected("10", "13", 2), "two people"),
        (usage(&[0], &[10], &[(&[0], &[4]), (&[4], &[10])]), expected("10", "10", 1), "one after the other"),
        (usage(&[0], &[5], &[]), expected("5", "0", 0), "a meeting that nobody joined"),
        (usage(&[0], &[], &[]), expected("0", "0", 0), "a start alone"),
        (usage(&[], &[7], &[]), expected("0", "0", 0), "an end alone"),
        (usage(&[0], &[10], &[(&[1, 6], &[3, 9])]), expected("10", "5", 1), "somebody who comes back"),
        (usage(&[0], &[10], &[(&[1, 2], &[3])]), expected("10", "2", 1), "joined twice, on two devices"),
        (usage(&[0], &[10], &[(&[1], &[3, 4])]), expected("10", "2", 1), "left and dropped"),
        (usage(&[0], &[10], &[(&[1], &[])]), expected("10", "9", 1), "a leave that was lost"),
        (usage(&[0], &[10], &[(&[], &[3])]), expected("10", "0", 0), "a join that was lost"),
        (usage(&[0], &[10], &[(&[2], &[2])]), expected("10", "0", 0), "came and went at once"),
        (usage(&[0], &[10], &[(&[1, 4], &[4, 6])]), expected("10", "5", 1), "left and came back at once"),
        (usage(&[0], &[10], &[(&[1], &[12])]), expected("10", "9", 1), "a leave after the end"),
        (usage(&[0], &[10], &[(&[11], &[12])]), expected("10", "0", 0), "a join after the end"),
        (usage(&[0], &[], &[(&[1], &[8])]), expected("8", "7", 1), "an end that was lost"),
        (usage(&[], &[10], &[(&[1], &[8])]), expected("9", "7", 1), "a start that was lost"),
        (usage(&[0], &[9, 10], &[(&[1], &[])]), expected("10", "9", 1), "two ends: the later one"),
    ] {
        assert_eq!(actual, expected, "{why}");
    }
}

#[test]
fn a_late_leave_lowers_the_peak_that_was_counted_before() {
    let events = [
        (0, (None, false, 0)),
        (0, (Some(1), false, MINUTE)),
        (0, (Some(2), false, 5 * MINUTE)),
        (0, (None, true, 10 * MINUTE)),
        // Attendee 1 had left before attendee 2 came.
        (0, (Some(1), true, 3 * MINUTE)),
    ];
    assert_eq!(counted_one_by_one(&events[..4]).peaks.greatest(), 2);
    let day = counted_one_by_one(&events);
    assert_eq!((day.peaks.greatest(), day.attendee_minutes.to_string()), (1, "7".to_owned()));
}

#[test]
fn minutes_have_at_most_three_decimals_and_no_zeros_at_their_end() {
    for (thousandths, text) in
        [(0, "0"), (1, "0.001"), (12_500, "12.5"), (60_000, "60"), (100_000, "100"), (-1_250, "-1.25")]
    {
        assert_eq!(Minutes(thousandths).to_string(), text);
    }
    for text in ["", "-", "1.", ".5", "1.2345", "1e3", "x", "+1", "9223372036854775807"] {
        assert!(text.parse::<Minutes>().is_err(), "{text}");
    }
}
