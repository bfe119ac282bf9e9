//! The items of the table: their keys, their attributes, and how they are read. docs/registry.md has the table of them.

use std::collections::HashMap;

use aws_sdk_dynamodb::primitives::{DateTime, DateTimeFormat};
use aws_sdk_dynamodb::types::AttributeValue;
use registry_core::{
    CallerKey, Digest, Generation, MeetingKey, Owner, RequestKey, Room, Slot, SlotKey, Turn,
};

use super::keys::{digest, meeting_id};
use super::names::Scope;
use super::table_error::TableError;
use crate::model::MeetingId;

/// An item, or its key.
pub(super) type Item = HashMap<String, AttributeValue>;

/// The keys of the table.
pub(super) const PK: &str = "pk";
pub(super) const SK: &str = "sk";

/// The sort key of an owner's turn, among the numbers of the slots.
pub(super) const TURN: &str = "turn";

/// How long DynamoDB keeps a room after it was last written, in seconds: longer than a meeting lasts (24 hours).
pub(super) const ROOM_SECONDS: u64 = 48 * 60 * 60;

/// How long it keeps a turn, in seconds. A turn counts for 10 seconds.
pub(super) const TURN_KEPT_SECONDS: u64 = 24 * 60 * 60;

/// How long it keeps a meeting after it was last written, in seconds: longer than SQS keeps an event (14 days).
pub(super) const MEETING_SECONDS: u64 = 16 * 24 * 60 * 60;

/// The version of a room's key. Another version is another key: the rooms of before are not found any more.
const ROOM: &str = "meeting-gateway/registry/room/1";

/// The key of the room. The name is in it as a digest only.
pub(super) fn room_key(scope: Scope<'_>) -> Result<Item, TableError> {
    let room = scope.room.ok_or_else(|| TableError::invalid("a request about a room without one"))?;
    let digest = digest(ROOM, &[scope.tenant, room.as_str()]);
    Ok(key(format!("room#{digest:032x}"), "room".to_owned()))
}

/// The key of a meeting.
pub(super) fn meeting_item_key(meeting: MeetingKey) -> Item {
    key(format!("meeting#{}", meeting_id(meeting).as_str()), "meeting".to_owned())
}

/// The key of a slot.
pub(super) fn slot_item_key(scope: Scope<'_>, slot: SlotKey) -> Item {
    key(slots_of(scope, slot.owner), slot_number(slot.number))
}

/// The key of an owner's turn.
pub(super) fn turn_key(scope: Scope<'_>, owner: Owner) -> Item {
    key(slots_of(scope, owner), TURN.to_owned())
}

/// The partition key of an owner's slots and turn.
pub(super) fn slots_of(scope: Scope<'_>, owner: Owner) -> String {
    match owner {
        Owner::Tenant => format!("tenant-slots#{}", scope.tenant),
        Owner::Caller(CallerKey(caller)) => format!("caller-slots#{caller:032x}"),
    }
}

/// The key of an item.
pub(super) fn key(pk: String, sk: String) -> Item {
    Item::from([(PK.to_owned(), AttributeValue::S(pk)), (SK.to_owned(), AttributeValue::S(sk))])
}

fn slot_number(number: u16) -> String {
    format!("{number:04}")
}

/// A slot as the set of a meeting has it.
pub(super) fn slot_text(slot: SlotKey) -> String {
    let number = slot_number(slot.number);
    match slot.owner {
        Owner::Tenant => format!("tenant#{number}"),
        Owner::Caller(CallerKey(caller)) => format!("caller#{caller:032x}#{number}"),
    }
}

fn slot_of_text(text: &str) -> Option<SlotKey> {
    let (owner, number) = text.rsplit_once('#')?;
    let owner = match owner.split_once('#') {
        None if owner == "tenant" => Owner::Tenant,
        Some(("caller", caller)) => Owner::Caller(CallerKey(hexadecimal(caller)?)),
        _ => return None,
    };
    Some(SlotKey { owner, number: number.parse().ok()? })
}

/// A creation, as a slot names it.
pub(super) fn request_text(request: RequestKey) -> String {
    match request {
        RequestKey::Key(Digest(digest)) => format!("key#{digest:032x}"),
        RequestKey::Room { generation: Generation(generation), members: Digest(members) } => {
            format!("room#{generation:032x}#{members:032x}")
        }
    }
}

fn request_of_text(text: &str) -> Option<RequestKey> {
    match text.split('#').collect::<Vec<_>>().as_slice() {
        ["key", digest] => Some(RequestKey::Key(Digest(hexadecimal(digest)?))),
        ["room", generation, members] => Some(RequestKey::Room {
            generation: Generation(hexadecimal(generation)?),
            members: Digest(hexadecimal(members)?),
        }),
        _ => None,
    }
}

/// A generation, as a room names it.
pub(super) fn generation_text(generation: Generation) -> String {
    format!("{:032x}", generation.0)
}

fn hexadecimal(text: &str) -> Option<u128> {
    u128::from_str_radix(text, 16).ok()
}

/// A text.
pub(super) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

/// A number.
pub(super) fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// The day in UTC, such as `2026-11-26`.
pub(super) fn utc_day(seconds: u64) -> String {
    let time = i64::try_from(seconds).ok().map(DateTime::from_secs);
    // Until the year 9999.
    let text = time.and_then(|time| time.fmt(DateTimeFormat::DateTime).ok()).unwrap_or_default();
    text.get(..10).unwrap_or_default().to_owned()
}

/// Reads a room.
pub(super) fn room(item: &Item) -> Result<Room, TableError> {
    let item = Attributes(item);
    Ok(Room {
        generation: Generation(item.read("generation", hexadecimal)?),
        since: item.number("since")?,
        meeting: item.meeting()?,
    })
}

/// Reads a slot.
pub(super) fn slot(item: &Item) -> Result<Slot, TableError> {
    let item = Attributes(item);
    let since = if item.has("published") { "published" } else { "since" };
    Ok(Slot {
        number: item.read(SK, |number| number.parse().ok())?,
        request: item.read("request", request_of_text)?,
        meeting: item.meeting()?,
        since: item.number(since)?,
        expires: item.number("expires")?,
    })
}

/// Reads a turn.
pub(super) fn turn(item: &Item) -> Result<Turn, TableError> {
    let item = Attributes(item);
    let number = u16::try_from(item.number("behind_number")?);
    let number = number.map_err(|_| malformed("behind_number"))?;
    Ok(Turn { at: item.number("at")?, behind: (item.number("behind_since")?, number) })
}

/// Whether an item has that sort key.
pub(super) fn has_sort_key(item: &Item, sk: &str) -> bool {
    item.get(SK).and_then(|key| key.as_s().ok()).is_some_and(|key| key == sk)
}

/// The slots that a meeting has had.
pub(super) fn slots_of_meeting(item: &Item) -> Result<Vec<SlotKey>, TableError> {
    let slots = match item.get("slots") {
        None => return Ok(Vec::new()),
        Some(slots) => slots.as_ss().map_err(|_| malformed("slots"))?,
    };
    slots.iter().map(|slot| slot_of_text(slot).ok_or_else(|| malformed("slots"))).collect()
}

/// The attributes of an item. An error names the attribute and never a value.
pub(super) struct Attributes<'i>(pub(super) &'i Item);

impl Attributes<'_> {
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    pub(super) fn read<T>(&self, name: &str, read: impl FnOnce(&str) -> Option<T>) -> Result<T, TableError> {
        let text = self.0.get(name).and_then(|value| value.as_s().ok());
        text.and_then(|text| read(text)).ok_or_else(|| malformed(name))
    }

    pub(super) fn number(&self, name: &str) -> Result<u64, TableError> {
        let text = self.0.get(name).and_then(|value| value.as_n().ok());
        text.and_then(|text| text.parse().ok()).ok_or_else(|| malformed(name))
    }

    fn meeting(&self) -> Result<Option<MeetingKey>, TableError> {
        if !self.has("meeting") {
            return Ok(None);
        }
        let key = |id: &str| MeetingId::parse(id).ok()?.bits().map(MeetingKey);
        self.read("meeting", key).map(Some)
    }
}

pub(super) fn malformed(name: &str) -> TableError {
    TableError::invalid(format!("an item without a valid `{name}`: something else writes to the table"))
}

#[cfg(test)]
mod tests {
    use super::super::write::values;
    use super::*;

    const CALLER: Owner = Owner::Caller(CallerKey(7));

    #[test]
    fn texts_of_slots_and_requests_are_read_back() {
        let slots = [SlotKey { owner: Owner::Tenant, number: 999 }, SlotKey { owner: CALLER, number: 0 }];
        for slot in slots {
            assert_eq!(slot_of_text(&slot_text(slot)), Some(slot), "{slot:?}");
        }
        for request in [
            RequestKey::Key(Digest(1)),
            RequestKey::Room { generation: Generation(u128::MAX), members: Digest(0) },
        ] {
            assert_eq!(request_of_text(&request_text(request)), Some(request), "{request:?}");
        }
    }

    #[test]
    fn texts_that_nothing_here_writes_are_not_read() {
        for text in ["", "tenant", "tenant#x", "tenant#70000", "caller#0001", "caller#x#0001", "other#0001"] {
            assert_eq!(slot_of_text(text), None, "{text}");
        }
        for text in ["", "key", "key#x", "key#1#2", "room#1", "room#1#2#3", "other#1"] {
            assert_eq!(request_of_text(text), None, "{text}");
        }
    }

    #[test]
    fn days_are_those_of_utc() {
        for (seconds, day) in
            [(0, "1970-01-01"), (1_798_329_599, "2026-12-26"), (1_798_329_600, "2026-12-27")]
        {
            assert_eq!(utc_day(seconds), day);
        }
    }

    #[test]
    fn an_item_with_a_malformed_attribute_is_an_error_that_names_it() {
        let whole = || {
            values([
                (SK, text("0003")),
                ("request", text(request_text(RequestKey::Key(Digest(1))))),
                ("since", number(5)),
                ("expires", number(605)),
            ])
        };
        assert_eq!(slot(&whole()).map(|slot| (slot.number, slot.since, slot.expires)), Ok((3, 5, 605)));
        for (name, value, why) in [
            (SK, Some(text("turn")), "a turn is no slot"),
            ("request", Some(text("?")), "no creation"),
            ("request", None, "it is missing"),
            ("since", Some(text("5")), "a text and no number"),
            ("expires", None, "it is missing"),
            ("expires", Some(AttributeValue::N("-1".to_owned())), "negative"),
            ("meeting", Some(text("no id")), "no id"),
            ("published", Some(text("5")), "a text and no number"),
        ] {
            let mut item = whole();
            item.remove(name);
            item.extend(value.map(|value| (name.to_owned(), value)));
            let error = slot(&item).expect_err(why);
            assert!(error.detail.contains(&format!("`{name}`")), "{why}: {}", error.detail);
            assert!(!error.may_succeed, "{why}");
        }
    }
}
