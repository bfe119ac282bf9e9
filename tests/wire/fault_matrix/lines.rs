//! The operations, and how the matrix sees what each did at Chime.

use local::simulator::{Meeting, Operation, Simulator};

use super::rows::ANOTHER;
use super::rows::Status::{Refused, Succeeds};
use super::rows::{Outcome, Row, outcome};
use crate::harness::Stack;
use crate::requests::{Room, muted, operation};

/// An operation of the gateway, and how the matrix sees what it did.
pub(super) struct Line {
    pub(super) name: &'static str,
    /// The operation at Chime that the fault strikes.
    pub(super) at_chime: Operation,
    pub(super) repeats: Repeats,
    /// What [`Line::effect`] counts once the operation took effect.
    pub(super) once: usize,
    /// Counts what the operation made, ended or changed.
    pub(super) effect: fn(&Simulator, &Room) -> usize,
}

/// When an attempt is repeated.
#[derive(Clone, Copy)]
pub(super) enum Repeats {
    /// Always: a repeat changes nothing.
    Always,
    /// Only when it is sure that nothing happened: a repeat would make a second attendee, or undo a later change.
    WhenNothingHappened,
}

/// The outcomes that differ from the fault's own: operation, fault, outcome, reason.
pub(super) const EXCEPTIONS: &[(&str, &str, Outcome, &str)] = &[
    ("CreateMeeting", "404", outcome(Refused(502), 1, 0), "nothing that was asked for can be missing"),
    ("CreateMeetingWithAttendees", "404", outcome(Refused(502), 1, 0), "nothing asked for can be missing"),
    ("CreateMeetingWithAttendees", ANOTHER, outcome(Refused(409), 1, 1), "the key was used with others"),
    ("GetMeeting", "403", outcome(Refused(404), 1, 0), "what the stack may not see is nobody's meeting"),
    ("CreateMeeting", ANOTHER, outcome(Succeeds, 1, 1), HAS_NONE),
    ("GetMeeting", ANOTHER, outcome(Succeeds, 1, 0), HAS_NONE),
    ("DeleteMeeting", ANOTHER, outcome(Succeeds, 1, 1), HAS_NONE),
    ("DeleteAttendee", ANOTHER, outcome(Succeeds, 1, 1), HAS_NONE),
    ("BatchUpdateAttendeeCapabilitiesExcept", ANOTHER, outcome(Succeeds, 1, 1), HAS_NONE),
    ("ListAttendees", ANOTHER, outcome(Succeeds, 1, 0), "every attendee may be in the list"),
    ("JoinRoom", "404", outcome(Refused(503), 3, 0), "each new meeting is missing too"),
    ("GetRoom", "403", outcome(Refused(500), 1, 0), "the stack has created the room's meeting"),
    ("GetRoom", ANOTHER, outcome(Succeeds, 1, 0), HAS_NONE),
    ("DeleteRoom", "404", outcome(Succeeds, 1, 0), "it had ended before"),
    ("DeleteRoom", ANOTHER, outcome(Succeeds, 1, 1), HAS_NONE),
];

const HAS_NONE: &str = "the answer has no attendee";

/// No line may be missing: a row of the table of operations without one fails.
pub(super) fn lines() -> Vec<Line> {
    use Repeats::{Always, WhenNothingHappened};
    let line = |name, at_chime, repeats, once, effect| Line { name, at_chime, repeats, once, effect };
    vec![
        line("CreateMeeting", Operation::CreateMeeting, Always, 1, created_meetings),
        line("CreateMeetingWithAttendees", Operation::CreateMeetingWithAttendees, Always, 1, in_new_meetings),
        line("GetMeeting", Operation::GetMeeting, Always, 0, nothing),
        line("DeleteMeeting", Operation::DeleteMeeting, Always, 1, ended_meetings),
        line("Join", Operation::CreateAttendee, WhenNothingHappened, 1, newcomers),
        line("CreateAttendee", Operation::CreateAttendee, WhenNothingHappened, 1, newcomers),
        line("BatchCreateAttendee", Operation::BatchCreateAttendee, WhenNothingHappened, 2, newcomers),
        line("ListAttendees", Operation::ListAttendees, Always, 0, nothing),
        line("GetAttendee", Operation::GetAttendee, Always, 0, nothing),
        line("DeleteAttendee", Operation::DeleteAttendee, Always, 1, deleted_attendees),
        line("UpdateAttendeeCapabilities", Operation::UpdateAttendeeCapabilities, Always, 1, changed),
        line(
            "BatchUpdateAttendeeCapabilitiesExcept",
            Operation::BatchUpdateAttendeeCapabilitiesExcept,
            WhenNothingHappened,
            1,
            changed,
        ),
        line("JoinRoom", Operation::CreateAttendee, WhenNothingHappened, 1, newcomers),
        line("GetRoom", Operation::GetMeeting, Always, 0, nothing),
        line("DeleteRoom", Operation::DeleteMeeting, Always, 1, ended_meetings),
    ]
}

fn nothing(_: &Simulator, _: &Room) -> usize {
    0
}

fn created_meetings(chime: &Simulator, room: &Room) -> usize {
    others(chime, room).count()
}

fn in_new_meetings(chime: &Simulator, room: &Room) -> usize {
    others(chime, room).map(|meeting| attendees(chime, meeting.id())).sum()
}

fn ended_meetings(chime: &Simulator, room: &Room) -> usize {
    chime.meetings().iter().filter(|meeting| meeting.id() == room.meeting && !meeting.alive).count()
}

fn deleted_attendees(chime: &Simulator, room: &Room) -> usize {
    chime.attendees(&room.meeting).iter().filter(|attendee| attendee.deleted).count()
}

/// The meetings beside the room.
fn others(chime: &Simulator, room: &Room) -> impl Iterator<Item = Meeting> {
    chime.meetings().into_iter().filter(|meeting| meeting.id() != room.meeting)
}

fn attendees(chime: &Simulator, meeting: &str) -> usize {
    chime.attendees(meeting).iter().filter(|attendee| !attendee.deleted).count()
}

/// The attendees beside the two that were there.
fn newcomers(chime: &Simulator, room: &Room) -> usize {
    attendees(chime, &room.meeting).saturating_sub(2)
}

/// The attendees whose capabilities were changed.
fn changed(chime: &Simulator, room: &Room) -> usize {
    let attendees = chime.attendees(&room.meeting);
    attendees.iter().filter(|attendee| attendee.body["Capabilities"] == muted()).count()
}

impl Line {
    /// A gateway for this operation. Those that need no registry are played without one.
    pub(super) async fn start(&self) -> Stack {
        if self.needs_registry() { Stack::with().registry().start().await } else { Stack::start().await }
    }

    /// A meeting of `acme` with two attendees, which is a room's for an operation about one.
    pub(super) async fn room(&self, stack: &Stack) -> Room {
        if !self.needs_registry() {
            return stack.room().await;
        }
        stack.table().reset();
        stack.open_room().await
    }

    fn needs_registry(&self) -> bool {
        operation(self.name).needs_registry
    }

    /// What a fault does to this operation.
    pub(super) fn outcome(&self, row: &Row) -> Outcome {
        let is_this = |operation: &str, fault: &str| (operation, fault) == (self.name, row.name);
        let exception = EXCEPTIONS.iter().find(|(operation, fault, _, _)| is_this(operation, fault));
        let usual = match self.repeats {
            Repeats::Always => row.always,
            Repeats::WhenNothingHappened => row.when_nothing_happened,
        };
        exception.map_or(usual, |(_, _, outcome, _)| *outcome)
    }
}
