//! The table as the machines rely on it: each request is atomic, with the condition that its documentation states.

use super::super::table::{BOUND_SECONDS, UNBOUND_SECONDS};
use super::super::{MeetingKey, Owner, Publish, Room, Slot, SlotKey, TableAnswer, TableRequest, Turn};

/// The table of one tenant with one room.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(super) struct Table {
    pub(super) room: Option<Room>,
    pub(super) slots: Vec<(SlotKey, Slot)>,
    turns: Vec<(Owner, Turn)>,
    meetings: Vec<(MeetingKey, MeetingItem)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
struct MeetingItem {
    ended: bool,
    slots: Vec<SlotKey>,
}

/// Whether a request writes.
pub(super) fn writes(request: TableRequest) -> bool {
    !matches!(request, TableRequest::GetRoom | TableRequest::ListSlots(_) | TableRequest::RecordMeeting(_))
}

impl Table {
    fn slot(&self, key: SlotKey) -> Option<Slot> {
        self.slots.iter().find(|(other, _)| *other == key).map(|(_, slot)| *slot)
    }

    fn put_slot(&mut self, key: SlotKey, slot: Slot) {
        self.slots.retain(|(other, _)| *other != key);
        self.slots.push((key, slot));
        self.slots.sort_unstable();
    }

    fn meeting(&mut self, key: MeetingKey) -> &mut MeetingItem {
        if !self.meetings.iter().any(|(other, _)| *other == key) {
            self.meetings.push((key, MeetingItem::default()));
            self.meetings.sort_unstable_by_key(|(key, _)| *key);
        }
        self.meetings.iter_mut().find(|(other, _)| *other == key).map(|(_, item)| item).unwrap()
    }

    pub(super) fn turn(&self, owner: Owner) -> Option<Turn> {
        self.turns.iter().find(|(other, _)| *other == owner).map(|(_, turn)| *turn)
    }

    /// Does what a request asks.
    pub(super) fn serve(&mut self, request: TableRequest) -> TableAnswer {
        match request {
            TableRequest::GetRoom => TableAnswer::Room(self.room),
            TableRequest::PutRoom { expected, room } => {
                if self.room == expected {
                    self.room = Some(room);
                }
                TableAnswer::Room(self.room)
            }
            TableRequest::ListSlots(owner) => {
                let slots = self.slots.iter().filter(|(key, _)| key.owner == owner).map(|(_, slot)| *slot);
                TableAnswer::Slots { slots: slots.collect(), turn: self.turn(owner) }
            }
            TableRequest::TakeSlot { key, request, now } => {
                let old = self.slot(key);
                let is_own = old.is_some_and(|slot| slot.request == request && slot.meeting.is_none());
                match old {
                    Some(slot) if slot.is_taken(now) && !is_own => return TableAnswer::Occupied(slot),
                    _ => {}
                }
                let expires = now + UNBOUND_SECONDS;
                self.put_slot(key, Slot { number: key.number, request, meeting: None, since: now, expires });
                TableAnswer::Taken { was_own: is_own }
            }
            TableRequest::ReleaseSlot { key, request } => {
                let is_own = |slot: &Slot| slot.request == request && slot.meeting.is_none();
                self.slots.retain(|(other, slot)| *other != key || !is_own(slot));
                TableAnswer::Done
            }
            TableRequest::FreeSlot { key, meeting } => {
                self.slots.retain(|(other, slot)| *other != key || slot.meeting != Some(meeting));
                TableAnswer::Done
            }
            TableRequest::TakeTurn { owner, expected, turn } => {
                if self.turn(owner) != expected {
                    return TableAnswer::TurnTaken;
                }
                self.turns.retain(|(other, _)| *other != owner);
                self.turns.push((owner, turn));
                self.turns.sort_unstable();
                TableAnswer::Done
            }
            TableRequest::Publish(publish) => self.publish(publish),
            TableRequest::RecordMeeting(_) => TableAnswer::Done,
            TableRequest::MarkEnded(meeting) => {
                let item = self.meeting(meeting);
                item.ended = true;
                TableAnswer::Ended(item.slots.clone())
            }
        }
    }

    fn publish(&mut self, publish: Publish) -> TableAnswer {
        let Publish { meeting, generation, request, slots, now } = publish;
        let fits = |of: Option<MeetingKey>| of.is_none_or(|other| other == meeting);
        let room = generation.filter(|generation| {
            !self.room.is_some_and(|room| room.generation == *generation && room.meeting.is_none())
        });
        let room = room.map(|_| self.room);
        let ended = self.meetings.iter().any(|(key, item)| *key == meeting && item.ended);
        let keys: Vec<SlotKey> = slots.into_iter().flatten().collect();
        let has =
            |key: &SlotKey| self.slot(*key).is_some_and(|slot| slot.request == request && fits(slot.meeting));
        if ended || room.is_some() || !keys.iter().all(has) {
            return TableAnswer::NotPublished { ended, room };
        }
        for key in &keys {
            let slot = self.slot(*key).unwrap();
            if slot.meeting.is_none() {
                let expires = now + BOUND_SECONDS;
                self.put_slot(*key, Slot { meeting: Some(meeting), since: now, expires, ..slot });
            }
        }
        if let (Some(_), Some(room)) = (generation, self.room.as_mut()) {
            room.meeting = Some(meeting);
        }
        if keys.is_empty() {
            return TableAnswer::Done;
        }
        let item = self.meeting(meeting);
        item.slots.extend(keys);
        item.slots.sort_unstable();
        item.slots.dedup();
        TableAnswer::Done
    }
}
