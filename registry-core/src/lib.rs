//! Rooms and limits as algorithms without IO.
//!
//! A machine says what to ask of the table or of Chime ([`Request`]), gets the [`Answer`], and in the end has a result. It
//! reads no clock and draws no random number: both come in with each answer ([`At`]). Whatever can be lost on the way is an
//! answer too, so a search can put every interleaving in front of the code that is deployed.
//!
//! - [`table`]: the requests to the table and its answers, each request with its exact condition;
//! - [`step`]: the requests to Chime, and what a machine gives and takes;
//! - [`slots`]: takes and frees the slots that are the limits;
//! - [`open`]: creates a meeting: slots, Chime, then the table;
//! - [`room`]: the two requests that change a room;
//! - [`usage`]: what a meeting used, computed from its events;
//! - [`count`]: writes it into the tenant's day.
//!
//! The code that sends a machine's requests is called the edge here; in the gateway it is `src/operation/registry_driver.rs` and
//! `src/registry`. The machines don't know names: the edge writes gateway, tenant, room and subject into keys.

pub mod count;
pub mod open;
pub mod room;
pub mod slots;
pub mod step;
pub mod table;
pub mod usage;

pub use count::{CountAnswer, CountMeeting, CountRequest, CountResult, CountStep, Counted, WriteCount};
pub use open::{Open, Opened, Opening};
pub use room::{DeleteRoom, Deleted, JoinRoom, Joined, RoomOpening};
pub use slots::{FreeMeeting, Limits, TakeSlots, Taken};
pub use step::{Answer, At, ChimeAnswer, ChimeRequest, Machine, Request, Step};
pub use table::{
    CallerKey, Digest, Generation, MeetingKey, Owner, Publish, RequestKey, Room, Slot, SlotKey, TableAnswer,
    TableRequest, Turn,
};
pub use usage::{DayUsage, MeetingTimes, MeetingUsage, Minutes, Peaks, Times, UsageDifference};

#[cfg(test)]
mod tests;
