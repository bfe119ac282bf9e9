//! What a machine asks, and what it gets.

use super::table::{Generation, MeetingKey, RequestKey, TableAnswer, TableRequest};

/// A request of a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Request {
    /// To the table.
    Table(TableRequest),
    /// To Chime.
    Chime(ChimeRequest),
}

/// A request to Chime.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChimeRequest {
    /// CreateMeeting, repeated with the same token where there is no answer. For a room the edge derives the token from gateway,
    /// tenant, room and this; else from the idempotency key, as without a registry. Answer: [`ChimeAnswer::Created`],
    /// [`ChimeAnswer::Conflict`], [`ChimeAnswer::Refused`] or [`ChimeAnswer::Unclear`].
    Create(RequestKey),
    /// GetMeeting, or the proof that the process remembers. Answer: [`ChimeAnswer::Found`], [`ChimeAnswer::Foreign`],
    /// [`ChimeAnswer::NotFound`] or a failure.
    Prove(MeetingKey),
    /// GetMeeting, for nothing but whether the meeting goes on. Answer: as for a proof.
    IsOpen(MeetingKey),
    /// CreateAttendee for the caller. Answer: [`ChimeAnswer::Done`], [`ChimeAnswer::NotFound`] or a failure.
    Admit(MeetingKey),
    /// DeleteMeeting. Answer: [`ChimeAnswer::Done`], [`ChimeAnswer::NotFound`] or a failure.
    End(MeetingKey),
}

/// Chime's answer. Details of a failure stay with the edge, which answers the caller with them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChimeAnswer {
    /// The meeting of the token, new or not. It may have ended.
    Created(MeetingKey),
    /// ConflictException, or a meeting with other members than were asked for.
    Conflict,
    /// The meeting goes on, and is the tenant's.
    Found,
    /// The meeting goes on, and its TenantIds are not the tenant's.
    Foreign,
    /// Chime's typed NotFoundException, and nothing else.
    NotFound,
    /// Done.
    Done,
    /// Chime did nothing, in any attempt.
    Refused,
    /// No answer: it may have happened.
    Unclear,
}

/// An answer to a [`Request`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Answer {
    /// The table's.
    Table(TableAnswer),
    /// Chime's.
    Chime(ChimeAnswer),
}

/// Clock and random numbers, read anew for each step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct At {
    /// Seconds since 1970.
    pub now: u64,
    /// A random generation that was never used.
    pub generation: Generation,
}

/// What a machine wants next: an answer to a request, which for most machines is a [`Request`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step<T, R = Request> {
    /// An answer to this request.
    Ask(R),
    /// Nothing: this is the result.
    Done(T),
}

/// An algorithm without IO.
pub trait Machine {
    /// What it results in.
    type Result;

    /// Goes on with an answer.
    fn next(&mut self, answer: &Answer, at: At) -> Step<Self::Result>;
}

impl<T> Step<T> {
    /// Asks the table.
    pub(super) fn table(request: TableRequest) -> Self {
        Step::Ask(Request::Table(request))
    }

    /// Asks Chime.
    pub(super) fn chime(request: ChimeRequest) -> Self {
        Step::Ask(Request::Chime(request))
    }

    /// Goes on with the result of a machine inside another.
    pub(super) fn then<U>(self, done: impl FnOnce(T) -> Step<U>) -> Step<U> {
        match self {
            Step::Ask(request) => Step::Ask(request),
            Step::Done(result) => done(result),
        }
    }
}
