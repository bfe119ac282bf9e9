//! The requests about a room.

use registry_core::{Room, TableAnswer};

use super::client::Registry;
use super::items::{self, Item, generation_text, number, room_key, text};
use super::keys::meeting_id;
use super::names::Scope;
use super::table_error::TableError;
use super::write::{Put, values};

impl Registry {
    pub(super) async fn get_room(&self, scope: Scope<'_>) -> Result<TableAnswer, TableError> {
        let item = self.get(room_key(scope)?).await?;
        Ok(TableAnswer::Room(item.as_ref().map(items::room).transpose()?))
    }

    pub(super) async fn put_room(
        &self,
        scope: Scope<'_>,
        expected: Option<Room>,
        room: Room,
    ) -> Result<TableAnswer, TableError> {
        let (condition, values) = match expected {
            None => ("attribute_not_exists(#pk)", values([])),
            Some(Room { generation, meeting: None, .. }) => (
                "#generation = :generation AND attribute_not_exists(#meeting)",
                values([(":generation", text(generation_text(generation)))]),
            ),
            Some(Room { generation, meeting: Some(meeting), .. }) => (
                "#generation = :generation AND #meeting = :meeting",
                values([
                    (":generation", text(generation_text(generation))),
                    (":meeting", text(meeting_id(meeting).as_str())),
                ]),
            ),
        };
        match self.put(room_item(scope, room)?, condition, values).await? {
            Put::Written(_) => Ok(TableAnswer::Room(Some(room))),
            Put::Refused(item) => Ok(TableAnswer::Room(item.as_ref().map(items::room).transpose()?)),
        }
    }
}

fn room_item(scope: Scope<'_>, room: Room) -> Result<Item, TableError> {
    let mut item = room_key(scope)?;
    let attributes = [
        ("generation", Some(text(generation_text(room.generation)))),
        ("since", Some(number(room.since))),
        ("meeting", room.meeting.map(|meeting| text(meeting_id(meeting).as_str()))),
        ("ttl", Some(number(room.since.saturating_add(items::ROOM_SECONDS)))),
    ];
    item.extend(attributes.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    Ok(item)
}
