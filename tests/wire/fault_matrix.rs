//! The fault matrix of every operation: for each fault the status, the attempts at Chime, and what Chime then has.
//! `faults.rs` has CreateMeeting's in more detail.

use std::time::Duration;

use local::simulator::{Extent, Fault, Injection, Meeting, Operation, Simulator, TransportFault};
use meeting_gateway::operation::OPERATIONS;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use self::Status::{Refused, Succeeds};
use crate::harness::{Answer, PATIENCE, Stack};
use crate::requests::{Room, body, event, muted, operation};

/// How often a lasting fault strikes: more often than Chime is ever asked.
const LASTING: u32 = 9;

/// What Lambda gives the function where a request gets no answer: two seconds for the first attempt, and enough for the
/// others.
const SHORT_LIMIT: Duration = Duration::from_secs(6);

/// An operation of the gateway, and how the matrix sees what it did.
struct Line {
    name: &'static str,
    /// The operation at Chime that the fault strikes.
    at_chime: Operation,
    repeats: Repeats,
    /// What [`Line::effect`] counts once the operation took effect.
    once: usize,
    /// Counts what the operation made, ended or changed.
    effect: fn(&Simulator, &Room) -> usize,
}

/// When an attempt is repeated.
#[derive(Clone, Copy)]
enum Repeats {
    /// Always: a repeat changes nothing.
    Always,
    /// Only when it is sure that nothing happened: a repeat would make a second attendee, or undo a later change.
    WhenNothingHappened,
}

/// What a fault does to an operation.
#[derive(Clone, Copy)]
struct Outcome {
    status: Status,
    /// How many requests Chime read.
    attempts: usize,
    /// How often the operation took effect.
    effects: usize,
}

#[derive(Clone, Copy)]
enum Status {
    /// The operation's own status.
    Succeeds,
    Refused(u64),
}

const fn outcome(status: Status, attempts: usize, effects: usize) -> Outcome {
    Outcome { status, attempts, effects }
}

/// A fault, and what it does to an operation of either kind.
struct Row {
    fault: Fault,
    times: u32,
    /// What Lambda gives the function.
    limit: Duration,
    name: &'static str,
    always: Outcome,
    when_nothing_happened: Outcome,
    why: &'static str,
}

/// The outcomes that differ from the fault's own: operation, fault, outcome, reason.
const EXCEPTIONS: &[(&str, &str, Outcome, &str)] = &[
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
];

const ANOTHER: &str = "another attendee";
const HAS_NONE: &str = "the answer has no attendee";

/// No line may be missing: a row of the table of operations without one fails.
fn lines() -> Vec<Line> {
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

fn rows() -> Vec<Row> {
    [chimes_errors(), broken_connections()].into_iter().flatten().collect()
}

fn exception(name: &str) -> Fault {
    Fault::exception(name).expect("the simulator knows the exception")
}

/// A fault that strikes that often.
fn row(
    name: &'static str,
    fault: impl Into<Fault>,
    times: u32,
    [always, when_nothing_happened]: [Outcome; 2],
    why: &'static str,
) -> Row {
    let fault = fault.into();
    let is_silent = matches!(fault, Fault::Transport(TransportFault::BlackHole { .. }));
    let limit = if is_silent { SHORT_LIMIT } else { PATIENCE };
    Row { name, fault, times, limit, always, when_nothing_happened, why }
}

const fn both(outcome: Outcome) -> [Outcome; 2] {
    [outcome, outcome]
}

fn chimes_errors() -> Vec<Row> {
    let throttled = || exception("ThrottlingException");
    let unavailable = || exception("ServiceUnavailableException");
    let failure = || exception("ServiceFailureException");
    let repeated = outcome(Succeeds, 2, 1);
    vec![
        row("429 once", throttled(), 1, both(repeated), "Chime did nothing"),
        row("429", throttled(), LASTING, both(outcome(Refused(429), 3, 0)), "three attempts are the most"),
        row(
            "429, 1 s asked for",
            throttled().with_retry_after(1),
            1,
            both(repeated),
            "the gateway waits that long itself",
        ),
        row(
            "429, 9 s asked for",
            throttled().with_retry_after(9),
            LASTING,
            both(outcome(Refused(429), 1, 0)),
            "the caller can wait that long, the gateway can't",
        ),
        row("503 once", unavailable(), 1, both(repeated), "Chime answered that it did nothing"),
        row("503", unavailable(), LASTING, both(outcome(Refused(503), 3, 0)), "three attempts are the most"),
        row(
            "500 once, without effect",
            failure(),
            1,
            [repeated, outcome(Refused(502), 1, 0)],
            "Chime does not say whether it did it",
        ),
        row(
            "500 once, with effect",
            failure().after_creating(),
            1,
            [repeated, outcome(Refused(502), 1, 1)],
            "the repeat finds the same meeting, or nothing left to delete",
        ),
        row(
            "500, with effect",
            failure().after_creating(),
            LASTING,
            [outcome(Refused(502), 3, 1), outcome(Refused(502), 1, 1)],
            "what repeats is the same request",
        ),
        row(
            "409",
            exception("ConflictException"),
            LASTING,
            [outcome(Refused(409), 3, 0), outcome(Refused(409), 1, 0)],
            "a simultaneous request may end, but its effect is unknown",
        ),
        row(
            "403",
            exception("ForbiddenException"),
            LASTING,
            both(outcome(Refused(500), 1, 0)),
            "after the proof it is the stack's fault",
        ),
        row(
            "404",
            exception("NotFoundException"),
            LASTING,
            both(outcome(Refused(404), 1, 0)),
            "what was not found at the first attempt was not there",
        ),
        row(
            "a full quota",
            exception("LimitExceededException"),
            LASTING,
            both(outcome(Refused(429), 1, 0)),
            "it stays full for longer than the gateway can wait",
        ),
        row(
            ANOTHER,
            TransportFault::OtherAttendee {
                members: json!({ "ExternalUserId": "mallory", "AttendeeId": "00000000-0000-0000-0000-000000000000" })
                    .as_object()
                    .expect("members are an object")
                    .clone(),
            },
            LASTING,
            [outcome(Refused(502), 3, 1), outcome(Refused(502), 1, 1)],
            "its JoinToken would let the caller join as somebody else",
        ),
    ]
}

fn broken_connections() -> Vec<Row> {
    let reset = |creates| TransportFault::ResetAfterRead { creates };
    let silence = |creates| TransportFault::BlackHole { creates };
    let repeated = outcome(Succeeds, 2, 1);
    vec![
        row(
            "a pooled connection that has gone stale",
            TransportFault::ResetReusedConnection {},
            1,
            [outcome(Succeeds, 1, 1), outcome(Refused(503), 0, 0)],
            "a reset does not tell whether Chime had read the request",
        ),
        row(
            "reset once, without effect",
            reset(false),
            1,
            [repeated, outcome(Refused(503), 1, 0)],
            "a reset does not tell whether Chime did it",
        ),
        row(
            "reset once, with effect",
            reset(true),
            1,
            [repeated, outcome(Refused(503), 1, 1)],
            "the repeat finds the same meeting, or nothing left to delete",
        ),
        row(
            "reset, with effect",
            reset(true),
            LASTING,
            [outcome(Refused(503), 3, 1), outcome(Refused(503), 1, 1)],
            "what repeats is the same request",
        ),
        row(
            "silence once, without effect",
            silence(false),
            1,
            [repeated, outcome(Refused(504), 1, 0)],
            "the request may still be in progress",
        ),
        row(
            "silence once, with effect",
            silence(true),
            1,
            [repeated, outcome(Refused(504), 1, 1)],
            "the repeat finds the same meeting, or nothing left to delete",
        ),
        row(
            "a body that ends halfway, once",
            TransportFault::TruncatedBody {},
            1,
            [repeated, outcome(Refused(502), 1, 1)],
            "Chime has done it, and only the answer is lost",
        ),
    ]
}

impl Line {
    /// What a fault does to this operation.
    fn outcome(&self, row: &Row) -> Outcome {
        let is_this = |operation: &str, fault: &str| (operation, fault) == (self.name, row.name);
        let exception = EXCEPTIONS.iter().find(|(operation, fault, _, _)| is_this(operation, fault));
        let usual = match self.repeats {
            Repeats::Always => row.always,
            Repeats::WhenNothingHappened => row.when_nothing_happened,
        };
        exception.map_or(usual, |(_, _, outcome, _)| *outcome)
    }
}

#[test]
fn every_operation_has_a_line_and_every_exception_a_fault() {
    let named: Vec<&str> = lines().iter().map(|line| line.name).collect();
    let expected: Vec<&str> = OPERATIONS.iter().map(|operation| operation.name).collect();
    assert_eq!(named, expected);
    let faults: Vec<&str> = rows().iter().map(|row| row.name).collect();
    for (operation, fault, _, _) in EXCEPTIONS {
        assert!(named.contains(operation) && faults.contains(fault), "{operation}, {fault}: no such outcome");
    }
}

#[tokio::test]
async fn every_operation_survives_every_fault_and_takes_effect_at_most_once() {
    let mut tasks = JoinSet::new();
    for line in lines() {
        tasks.spawn(async move {
            let stack = Stack::start().await;
            let mut wrong = Vec::new();
            for row in rows() {
                wrong.extend(run(&stack, &line, &row).await);
            }
            wrong
        });
    }
    let wrong: Vec<String> = tasks.join_all().await.into_iter().flatten().collect();
    assert!(wrong.is_empty(), "{} outcome(s) are not as they should be:\n{}", wrong.len(), wrong.join("\n"));
}

/// Plays a fault to an operation and returns what differs from the table.
async fn run(stack: &Stack, line: &Line, row: &Row) -> Option<String> {
    stack.simulator.reset();
    let room = stack.room().await;
    let before = stack.simulator.requests().len();
    stack.simulator.arm(Injection {
        fault: row.fault.clone(),
        extent: Extent::Times(row.times),
        operation: Some(line.at_chime),
    });
    let request = event(line.name, &room, &stack.token("acme"), &body(line.name, &room));
    let answer = Answer::of(stack.function.invoke(request.to_string(), row.limit).await);
    let requests = stack.simulator.requests();
    let seen = requests.iter().skip(before).filter(|request| request.operation == line.at_chime).count();
    let calls = requests.len().saturating_sub(before);
    let effect = (line.effect)(&stack.simulator, &room);

    let outcome = line.outcome(row);
    let status = match outcome.status {
        Succeeds => u64::from(operation(line.name).success),
        Refused(status) => status,
    };
    let must_say_when = matches!(status, 429 | 503);
    let is_right = (answer.status, seen, effect) == (status, outcome.attempts, outcome.effects * line.once)
        // The proof is remembered, so nothing else is asked.
        && calls == seen
        && answer.header("cache-control") == Some("no-store")
        && answer.header("retry-after").is_some() == must_say_when;
    (!is_right).then(|| {
        format!(
            "{}, {} ({}): {} after {seen} attempt(s) and {calls} call(s) with effect {effect}, retry-after {:?}; {}",
            line.name,
            row.name,
            row.why,
            answer.status,
            answer.header("retry-after"),
            answer.text
        )
    })
}

/// Nothing was sent, so every operation may be repeated.
#[tokio::test]
async fn tries_every_operation_three_times_where_nobody_listens() {
    let mut tasks = JoinSet::new();
    for Line { name, .. } in lines() {
        tasks.spawn(async move {
            let stack = Stack::start().await;
            let room = stack.room().await;
            let request = event(name, &room, &stack.token("acme"), &body(name, &room)).to_string();
            let Stack { simulator, issuer: _issuer, function, .. } = stack;
            drop(simulator);
            // The process notices that its pooled connection was closed.
            tokio::time::sleep(Duration::from_millis(100)).await;
            let answer = Answer::of(function.invoke(request, PATIENCE).await);
            assert_eq!((answer.status, answer.header("retry-after")), (503, Some("2")), "{name}");
            let log = function.logs_with("after 3 attempt(s)", PATIENCE).await;
            assert!(log.is_ok(), "{name}: {log:?}");
        });
    }
    tasks.join_all().await;
}

/// The proof only reads, so it is repeated for every operation.
#[tokio::test]
async fn repeats_the_proof_of_a_meeting_whatever_the_operation() {
    let mut stack = Stack::start().await;
    for name in ["Join", "CreateAttendee", "BatchCreateAttendee", "BatchUpdateAttendeeCapabilitiesExcept"] {
        let room = stack.room().await;
        stack.restart();
        let before = stack.simulator.requests().len();
        stack.simulator.inject(TransportFault::ResetAfterRead { creates: true }, 2);
        let answer = stack.request(name, &room).await;
        assert_eq!(answer.status, u64::from(operation(name).success), "{name}: {}", answer.text);
        let requests = stack.simulator.requests();
        let called: Vec<Operation> = requests.iter().skip(before).map(|request| request.operation).collect();
        assert_eq!(called.len(), 4, "{name}: {called:?}");
        assert_eq!(called[..3], [Operation::GetMeeting; 3], "{name}");
    }
}

/// Repeated attempts are one request: each of the same operation sends the same body.
#[tokio::test]
async fn repeats_a_creation_with_the_same_token() {
    let stack = Stack::start().await;
    for name in ["CreateMeeting", "CreateMeetingWithAttendees"] {
        let room = stack.room().await;
        let before = stack.simulator.requests().len();
        stack.simulator.inject(TransportFault::ResetAfterRead { creates: true }, 2);
        assert_eq!(stack.request(name, &room).await.status, 201, "{name}");
        let requests = stack.simulator.requests();
        let bodies: Vec<&Value> = requests.iter().skip(before).map(|request| &request.body).collect();
        assert_eq!(bodies.len(), 3, "{name}");
        assert!(bodies.iter().all(|body| body == &bodies[0]), "{name}: {bodies:?}");
    }
}
