//! Names in place of those that a deployed stack and its requests would have.

/// The gateway's.
pub(super) const GATEWAY_NAME: &str = "GATEWAY_NAME";

/// The queue's.
pub(super) const QUEUE: &str = "QUEUE";

/// The room of paths.
pub(super) const ROOM: &str = "ROOM";

/// The meeting of paths, which is also that of an open room.
pub(super) const MEETING: &str = "5a3b1e00-0000-4000-8000-000000000001";

/// The attendee of paths, who is the caller.
pub(super) const ATTENDEE: &str = "5a3b1e00-0000-4000-8000-000000000002";
