//! The requests to the table, and its answers.
//!
//! Every request may be repeated as it is: a condition that fails because an earlier attempt succeeded is a success. So the
//! edge repeats whatever has no answer, and answers [`TableAnswer::Unclear`] only when that does not help.

/// A meeting's id: a UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MeetingKey(pub u128);

/// The random number by which a room's successive meetings differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Generation(pub u128);

/// The first 128 bits of a SHA-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub u128);

/// A caller: a digest of gateway, tenant and subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallerKey(pub u128);

/// How long a slot lasts without a meeting, in seconds: longer than a meeting that nobody joins (5 minutes).
pub const UNBOUND_SECONDS: u64 = 10 * 60;

/// How long a slot lasts with a meeting, in seconds: longer than any meeting (24 hours).
pub const BOUND_SECONDS: u64 = 24 * 60 * 60 + 10 * 60;

/// A room's item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Room {
    /// The generation that stands.
    pub generation: Generation,
    /// When it was written, in seconds since 1970.
    pub since: u64,
    /// The meeting of that generation, once there is one.
    pub meeting: Option<MeetingKey>,
}

/// A creation, as its repeat would name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RequestKey {
    /// A digest of caller, operation and idempotency key; random without a key.
    Key(Digest),
    /// The opening of a room. Different members are different meetings, and need a slot each.
    Room {
        /// The room's generation.
        generation: Generation,
        /// A digest of the decided members.
        members: Digest,
    },
}

/// Whose limit a slot is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Owner {
    /// The tenant's.
    Tenant,
    /// The caller's.
    Caller(CallerKey),
}

/// The key of a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SlotKey {
    /// Whose it is.
    pub owner: Owner,
    /// Its number, from 0 and below the limit.
    pub number: u16,
}

/// A slot that is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot {
    /// Its number.
    pub number: u16,
    /// For which creation it was taken.
    pub request: RequestKey,
    /// The meeting, once there is one.
    pub meeting: Option<MeetingKey>,
    /// When it was taken or got its meeting, whichever was later, in seconds since 1970.
    pub since: u64,
    /// From when on it is free, whatever it says, in seconds since 1970.
    pub expires: u64,
}

impl Slot {
    /// Whether it is taken at that time.
    #[must_use]
    pub fn is_taken(&self, now: u64) -> bool {
        self.expires > now
    }
}

/// The right to ask Chime about an owner's oldest meetings, which one request has at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Turn {
    /// When it was taken, in seconds since 1970.
    pub at: u64,
    /// `since` and number of the last slot that was asked about; the next turn goes on behind it.
    pub behind: (u64, u16),
}

/// What makes a created meeting known: one transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Publish {
    /// The meeting. Its item must not say that the meeting has ended; it gets the tenant, and the slots are added to its set.
    pub meeting: MeetingKey,
    /// For a room: the generation that must stand, without a meeting. The room gets the meeting.
    pub generation: Option<Generation>,
    /// The creation for which the slots must be taken.
    pub request: RequestKey,
    /// The slots. Each must be taken for `request`, with no meeting or this one. They get the meeting and a new `expires`.
    pub slots: [Option<SlotKey>; 2],
    /// The time, in seconds since 1970.
    pub now: u64,
}

/// A request to the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TableRequest {
    /// Reads the room, strongly consistent. Answer: [`TableAnswer::Room`].
    GetRoom,
    /// Writes the room, if it is as expected: absent, or of that generation and with that meeting. Answer:
    /// [`TableAnswer::Room`], the room as it is afterwards, written or not.
    PutRoom {
        /// The room as it was read.
        expected: Option<Room>,
        /// What it becomes.
        room: Room,
    },
    /// Reads an owner's slots and turn, strongly consistent. Answer: [`TableAnswer::Slots`].
    ListSlots(Owner),
    /// Takes a slot, if it is free, expired, or already this request's and without a meeting. Answer:
    /// [`TableAnswer::Taken`] or [`TableAnswer::Occupied`].
    TakeSlot {
        /// The slot.
        key: SlotKey,
        /// For which creation.
        request: RequestKey,
        /// The time, in seconds since 1970.
        now: u64,
    },
    /// Removes a slot, if it is this request's and without a meeting. Answer: [`TableAnswer::Done`], in any case.
    ReleaseSlot {
        /// The slot.
        key: SlotKey,
        /// For which creation it was taken.
        request: RequestKey,
    },
    /// Removes a slot, if it has this meeting. Answer: [`TableAnswer::Done`], in any case.
    FreeSlot {
        /// The slot.
        key: SlotKey,
        /// The meeting, which has ended.
        meeting: MeetingKey,
    },
    /// Takes the turn, if it is as expected. Answer: [`TableAnswer::Done`] or [`TableAnswer::TurnTaken`].
    TakeTurn {
        /// Whose turn.
        owner: Owner,
        /// The turn as it was read.
        expected: Option<Turn>,
        /// What it becomes.
        turn: Turn,
    },
    /// Makes a meeting known. Answer: [`TableAnswer::Done`] or [`TableAnswer::NotPublished`].
    Publish(Publish),
    /// Writes meeting → tenant and nothing else, without a condition, in at most 200 ms. Answer: any.
    RecordMeeting(MeetingKey),
    /// Marks the meeting's item as ended, and makes one where there is none. Answer: [`TableAnswer::Ended`].
    MarkEnded(MeetingKey),
}

/// The table's answer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TableAnswer {
    /// The room, if there is one.
    Room(Option<Room>),
    /// An owner's slots, expired ones included, and its turn.
    Slots {
        /// The slots.
        slots: Vec<Slot>,
        /// The turn, if one was ever taken.
        turn: Option<Turn>,
    },
    /// The slot is taken.
    Taken {
        /// It was this request's already: another attempt of it may be relying on the slot.
        was_own: bool,
    },
    /// The slot is another's, or has a meeting.
    Occupied(Slot),
    /// Done.
    Done,
    /// Another request took the turn.
    TurnTaken,
    /// A condition failed, and nothing was written.
    NotPublished {
        /// The meeting has ended.
        ended: bool,
        /// The room, if its condition failed.
        room: Option<Option<Room>>,
    },
    /// The slots that the meeting has had.
    Ended(Vec<SlotKey>),
    /// No answer: it may have happened, or happen yet.
    Unclear,
}
