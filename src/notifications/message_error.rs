//! Why a message failed.

use super::meeting_event::EventError;
use super::put_error::PutError;
use crate::registry::Unavailable;

/// Why a message failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum MessageError {
    /// It is not a meeting event.
    #[error(transparent)]
    Event(#[from] EventError),
    /// The registry's table did not answer.
    #[error(transparent)]
    Registry(#[from] Unavailable),
    /// The bus did not take it.
    #[error(transparent)]
    Put(#[from] PutError),
    /// Reading it panicked: a bug.
    #[error("reading the message panicked")]
    Panicked,
}
