//! What becomes of an invocation, and of the function.

use std::process::ExitStatus;

use bytes::Bytes;

/// The outcome of an invocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// the function's answer
    Response(Bytes),
    /// the function reported that this invocation failed
    Error(Bytes),
    /// the function reported that its init failed
    InitError(Bytes),
    /// the process ended without an answer
    Exited(ExitStatus),
    /// no answer in time; as in Lambda, the process was killed
    TimedOut,
}

/// The state of the function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum FunctionState {
    Starting,
    /// it has asked for its first event
    Ready,
    InitFailed(Bytes),
    Exited(ExitStatus),
}
