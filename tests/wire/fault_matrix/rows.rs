//! The faults, and what each does to an operation of either kind.

use std::time::Duration;

use local::simulator::{Fault, TransportFault};
use serde_json::json;

use self::Status::{Refused, Succeeds};
use crate::harness::PATIENCE;

/// How often a lasting fault strikes: more often than Chime is ever asked.
const LASTING: u32 = 9;

/// What Lambda gives the function where a request gets no answer: two seconds for the first attempt, and enough for the
/// others.
const SHORT_LIMIT: Duration = Duration::from_secs(6);

/// The fault of an answer about another attendee, by name.
pub(super) const ANOTHER: &str = "another attendee";

/// What a fault does to an operation.
#[derive(Clone, Copy)]
pub(super) struct Outcome {
    pub(super) status: Status,
    /// How many requests Chime read.
    pub(super) attempts: usize,
    /// How often the operation took effect.
    pub(super) effects: usize,
}

#[derive(Clone, Copy)]
pub(super) enum Status {
    /// The operation's own status.
    Succeeds,
    Refused(u64),
}

pub(super) const fn outcome(status: Status, attempts: usize, effects: usize) -> Outcome {
    Outcome { status, attempts, effects }
}

/// A fault, and what it does to an operation of either kind.
pub(super) struct Row {
    pub(super) fault: Fault,
    pub(super) times: u32,
    /// What Lambda gives the function.
    pub(super) limit: Duration,
    pub(super) name: &'static str,
    pub(super) always: Outcome,
    pub(super) when_nothing_happened: Outcome,
    pub(super) why: &'static str,
}

pub(super) fn rows() -> Vec<Row> {
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
