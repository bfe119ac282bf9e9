//! Every interleaving of counts: events of two meetings of one day, read by processes that repeat, die and lose answers.

use std::collections::HashSet;

use crate::{
    CountAnswer, CountMeeting, CountRequest, CountResult, CountStep, Counted, DayUsage, MeetingTimes, Times,
    UsageDifference, WriteCount,
};

/// The meeting, the attendee or `None` for the meeting itself, whether it is an end, the time in minutes.
type Event = (usize, Option<u8>, bool, u64);

const MEETINGS: usize = 2;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Process {
    event: usize,
    at: Phase,
    /// How often its message may be delivered once more after a failure.
    redeliveries: u8,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Phase {
    Recording,
    Counting(CountMeeting, CountRequest),
    Handled,
    Failed,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct World {
    /// Which events have their times in the table.
    recorded: Vec<bool>,
    counted: [Counted; MEETINGS],
    /// meetings, meeting minutes, attendee minutes, peaks.
    day: (i64, i64, i64, Vec<(u32, u64)>),
    processes: Vec<Process>,
    /// A write whose answer never comes, and that may happen yet.
    late: Option<(usize, WriteCount)>,
    /// How many more faults there may be.
    faults: u8,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Fault {
    /// The process dies, and the message is delivered again.
    Dies,
    /// The write happens, its answer is lost, and the edge repeats it.
    AnswerLost,
    /// No answer in the end; the write may happen later.
    Late,
}

fn times(events: &[Event], recorded: &[bool], meeting: usize) -> MeetingTimes {
    let mut result = MeetingTimes { meeting: Times::default(), attendees: vec![Times::default(); 3] };
    for ((of, attendee, is_end, minute), _) in events.iter().zip(recorded).filter(|(_, recorded)| **recorded)
    {
        if *of == meeting {
            let times = attendee.map_or(&mut result.meeting, |one| &mut result.attendees[usize::from(one)]);
            let set = if *is_end { &mut times.ended } else { &mut times.began };
            set.insert(minute * 60_000);
        }
    }
    result
}

fn as_state(day: &DayUsage) -> (i64, i64, i64, Vec<(u32, u64)>) {
    let peaks = day.peaks.0.iter().map(|(peak, meetings)| (*peak, *meetings)).collect();
    (day.meetings, day.meeting_minutes.0, day.attendee_minutes.0, peaks)
}

fn as_day(
    (meetings, meeting_minutes, attendee_minutes, peaks): &(i64, i64, i64, Vec<(u32, u64)>),
) -> DayUsage {
    DayUsage {
        meetings: *meetings,
        meeting_minutes: crate::Minutes(*meeting_minutes),
        attendee_minutes: crate::Minutes(*attendee_minutes),
        peaks: crate::Peaks(peaks.iter().copied().collect()),
    }
}

impl World {
    fn write(&mut self, meeting: usize, write: &WriteCount) -> CountAnswer {
        let mut day = as_day(&self.day);
        let is_expected = write.peaks.as_ref().is_none_or(|(before, _)| day.peaks == *before);
        if self.counted[meeting].revision != write.revision || !is_expected {
            return CountAnswer::Changed;
        }
        self.counted[meeting] = Counted { revision: write.revision + 1, usage: Some(write.difference.new) };
        day.meetings += write.difference.meetings();
        day.meeting_minutes.0 += write.difference.meeting_minutes().0;
        day.attendee_minutes.0 += write.difference.attendee_minutes().0;
        if let Some((_, after)) = &write.peaks {
            day.peaks = after.clone();
        }
        self.day = as_state(&day);
        CountAnswer::Done
    }

    fn answer(&mut self, events: &[Event], meeting: usize, request: &CountRequest) -> CountAnswer {
        match request {
            CountRequest::ReadMeeting => CountAnswer::Meeting(Some(self.counted[meeting])),
            CountRequest::ReadTimes => CountAnswer::Times(times(events, &self.recorded, meeting)),
            CountRequest::ReadPeaks => CountAnswer::Peaks(as_day(&self.day).peaks),
            CountRequest::Write(write) => self.write(meeting, write),
        }
    }

    /// What can happen next.
    fn next(&self, events: &[Event]) -> Vec<World> {
        let mut worlds = Vec::new();
        if let Some((meeting, write)) = &self.late {
            let mut world = self.clone();
            world.late = None;
            world.write(*meeting, write);
            worlds.push(world);
        }
        for index in 0..self.processes.len() {
            worlds.extend(self.step(events, index, None));
            if self.faults > 0 {
                let faults = [Fault::Dies, Fault::AnswerLost, Fault::Late];
                worlds.extend(faults.into_iter().filter_map(|fault| self.step(events, index, Some(fault))));
            }
        }
        worlds
    }

    fn step(&self, events: &[Event], index: usize, fault: Option<Fault>) -> Option<World> {
        let mut world = self.clone();
        let process = &self.processes[index];
        let meeting = events[process.event].0;
        world.faults -= u8::from(fault.is_some());
        let phase = match (&process.at, fault) {
            (Phase::Handled, _) => return None,
            (Phase::Failed, None) if process.redeliveries > 0 => {
                world.processes[index].redeliveries -= 1;
                Phase::Recording
            }
            (Phase::Failed, _) => return None,
            (_, Some(Fault::Dies)) => Phase::Failed,
            (Phase::Recording, None) => {
                world.recorded[process.event] = true;
                started()
            }
            (Phase::Counting(machine, request), fault) => {
                let answer = match (request, fault) {
                    (_, None) => world.answer(events, meeting, request),
                    (CountRequest::Write(write), Some(Fault::AnswerLost)) => {
                        world.write(meeting, write);
                        world.write(meeting, write)
                    }
                    (CountRequest::Write(write), Some(_)) if world.late.is_none() => {
                        world.late = Some((meeting, write.clone()));
                        CountAnswer::Unclear
                    }
                    _ => return None,
                };
                let mut machine = machine.clone();
                match machine.next(answer) {
                    CountStep::Ask(request) => Phase::Counting(machine, request),
                    CountStep::Done(CountResult::Counted) => Phase::Handled,
                    CountStep::Done(_) => Phase::Failed,
                }
            }
            _ => return None,
        };
        world.processes[index].at = phase;
        Some(world)
    }

    /// The day has the sum of what the meetings' items say.
    fn balances(&self) -> bool {
        let mut day = DayUsage::default();
        for new in self.counted.iter().filter_map(|counted| counted.usage) {
            day.add(&UsageDifference { old: None, new });
        }
        as_state(&day) == self.day
    }
}

fn started() -> Phase {
    match CountMeeting::start() {
        (machine, CountStep::Ask(request)) => Phase::Counting(machine, request),
        (_, CountStep::Done(_)) => Phase::Failed,
    }
}

/// Searches every interleaving, and returns how many states there are.
fn search(events: &[Event], faults: u8) -> usize {
    let processes = (0..events.len())
        .map(|event| Process { event, at: Phase::Recording, redeliveries: 1 + faults })
        .collect();
    let start = World {
        recorded: vec![false; events.len()],
        counted: [Counted::default(); MEETINGS],
        day: as_state(&DayUsage::default()),
        processes,
        late: None,
        faults,
    };
    let mut known = HashSet::from([start.clone()]);
    let mut open = vec![start];
    while let Some(world) = open.pop() {
        assert!(world.balances(), "{world:?}");
        let next = world.next(events);
        if world.processes.iter().all(|process| process.at == Phase::Handled) {
            let mut day = DayUsage::default();
            for meeting in 0..MEETINGS {
                if events.iter().any(|event| event.0 == meeting) {
                    let new = times(events, &world.recorded, meeting).usage();
                    day.add(&UsageDifference { old: None, new });
                }
            }
            assert_eq!(world.day, as_state(&day), "{world:?}");
        } else {
            assert!(!next.is_empty(), "nothing goes on: {world:?}");
        }
        open.extend(next.into_iter().filter(|world| known.insert(world.clone())));
    }
    known.len()
}

#[test]
fn counts_at_the_same_time_count_every_event_once() {
    let (joined, other_joined) = ((0, Some(0), false, 0), (0, Some(1), false, 3));
    let (left, ended) = ((0, Some(0), true, 2), (0, None, true, 5));
    for (events, faults, why) in [
        (vec![joined, other_joined, left], 1, "a late leave lowers minutes and peak"),
        (vec![joined, joined, left], 1, "a repeat"),
        (vec![other_joined, left, ended], 1, "the end"),
        // Whoever reads the last two finds what was there before them, while one who reads the first of them alone does not.
        (vec![joined, ended, left, (0, Some(0), false, 2)], 0, "somebody left and came back at once"),
    ] {
        let states = search(&events, faults);
        assert!(states > 1_000, "{why}: {states}");
    }
}

#[test]
fn two_meetings_of_one_day_share_its_sums() {
    let (joined, left) = ((0, Some(0), false, 0), (0, Some(0), true, 2));
    let (other_joined, other_ended) = ((1, Some(1), false, 3), (1, None, true, 5));
    search(&[joined, left, other_joined, other_ended], 0);
    search(&[joined, other_joined, other_ended], 1);
}
