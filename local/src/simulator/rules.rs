//! How Chime and IAM behave where that depends on the account or is undocumented.

/// What Chime does with a ClientRequestToken that it has seen before. For how long it remembers one, and what a repeat is
/// answered once the meeting has ended, is documented nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TokenMemory {
    /// a repeat gets its meeting again, also when that has ended
    #[default]
    Kept,
    /// a repeat gets its meeting again, and makes another when that has ended
    WhileMeetingGoesOn,
    /// a repeat gets its meeting again, and ConflictException when that has ended
    ConflictOnceEnded,
    /// every repeat makes another meeting
    Forgotten,
}

/// The rules of one simulator; a reset keeps them.
#[derive(Debug, Clone, Default)]
pub(super) struct Rules {
    pub(super) gateway_name: Option<String>,
    pub(super) repeats_attendee: bool,
    pub(super) token_memory: TokenMemory,
    pub(super) max_open_meetings: Option<usize>,
}
