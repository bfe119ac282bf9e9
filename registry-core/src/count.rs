//! Counts a meeting: writes what it used into its tenant's day, once, however often its events come.
//!
//! Whoever has written the times of an event counts the meeting afterwards. A count reads the meeting's revision, then the times,
//! and writes on condition that the revision is the same. It raises the revision even where nothing changes: else a
//! count that read the times earlier could still write, and undo what this one saw. So the last count that succeeds has
//! read every time that was written.

use super::step::Step;
use super::usage::{MeetingTimes, MeetingUsage, Peaks, UsageDifference};

/// How often another count may be faster. Each time, that count succeeded.
const MAX_ROUNDS: u8 = 16;

/// What the meeting's item says of its usage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Counted {
    /// How often it was counted.
    pub revision: u64,
    /// What the tenant's day has of it. `None` while it was not counted.
    pub usage: Option<MeetingUsage>,
}

/// A request of a count.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum CountRequest {
    /// Reads the meeting's item, strongly consistent. Answer: [`CountAnswer::Meeting`].
    ReadMeeting,
    /// Reads the times of the meeting and its attendees, strongly consistent. Answer: [`CountAnswer::Times`].
    ReadTimes,
    /// Reads the day's peaks, strongly consistent. Answer: [`CountAnswer::Peaks`].
    ReadPeaks,
    /// Writes both items in one transaction. Answer: [`CountAnswer::Done`] or [`CountAnswer::Changed`].
    Write(WriteCount),
}

/// The transaction of a count.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct WriteCount {
    /// The revision that the meeting's item must have. It becomes the next one.
    pub revision: u64,
    /// The usage that the meeting's item gets, and the difference that the day gets. Where there is none, the day is not
    /// written.
    pub difference: UsageDifference,
    /// The peaks that the day must have, and those that it gets. `None` where they stay.
    pub peaks: Option<(Peaks, Peaks)>,
}

/// The answer to a request of a count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CountAnswer {
    /// The meeting's item. `None` where it names no tenant.
    Meeting(Option<Counted>),
    /// The times.
    Times(MeetingTimes),
    /// The day's peaks.
    Peaks(Peaks),
    /// Written.
    Done,
    /// A condition failed: another count was faster.
    Changed,
    /// No answer: it may have happened, or happen yet.
    Unclear,
}

/// The result of a count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CountResult {
    /// The day has what the meeting used.
    Counted,
    /// The registry knows no tenant of the meeting, so nobody's day has it.
    NoTenant,
    /// The table did not answer, or other counts were faster each time. Counting again is harmless.
    Failed,
}

/// What a count wants next.
pub type CountStep = Step<CountResult, CountRequest>;

/// A count.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CountMeeting {
    rounds: u8,
    state: State,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum State {
    Meeting,
    Times(Counted),
    Peaks(u64, UsageDifference),
    Writing,
}

impl CountMeeting {
    /// Starts a count.
    #[must_use]
    pub fn start() -> (Self, CountStep) {
        let machine = CountMeeting { rounds: 1, state: State::Meeting };
        (machine, Step::Ask(CountRequest::ReadMeeting))
    }

    /// How many rounds the count has begun: more than one where other counts were faster.
    #[must_use]
    pub fn rounds(&self) -> u8 {
        self.rounds
    }

    /// Goes on with an answer.
    pub fn next(&mut self, answer: CountAnswer) -> CountStep {
        let state = std::mem::replace(&mut self.state, State::Writing);
        match (state, answer) {
            (State::Meeting, CountAnswer::Meeting(None)) => Step::Done(CountResult::NoTenant),
            (State::Meeting, CountAnswer::Meeting(Some(counted))) => {
                self.state = State::Times(counted);
                Step::Ask(CountRequest::ReadTimes)
            }
            (State::Times(counted), CountAnswer::Times(times)) => {
                let difference = UsageDifference { old: counted.usage, new: times.usage() };
                if difference.changes_peaks() {
                    self.state = State::Peaks(counted.revision, difference);
                    return Step::Ask(CountRequest::ReadPeaks);
                }
                write(counted.revision, difference, None)
            }
            (State::Peaks(revision, difference), CountAnswer::Peaks(peaks)) => {
                let after = peaks.clone().after(&difference);
                write(revision, difference, Some((peaks, after)))
            }
            (State::Writing, CountAnswer::Done) => Step::Done(CountResult::Counted),
            (State::Writing, CountAnswer::Changed) if self.rounds < MAX_ROUNDS => {
                self.rounds = self.rounds.saturating_add(1);
                self.state = State::Meeting;
                Step::Ask(CountRequest::ReadMeeting)
            }
            _ => Step::Done(CountResult::Failed),
        }
    }
}

fn write(revision: u64, difference: UsageDifference, peaks: Option<(Peaks, Peaks)>) -> CountStep {
    Step::Ask(CountRequest::Write(WriteCount { revision, difference, peaks }))
}
