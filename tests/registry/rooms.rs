//! GetRoom and PutRoom.

use registry_core::{Generation, MeetingKey, Room, TableRequest};

use crate::table::{MEETING, NOW, OTHER_MEETING, Table, TableAnswer};

const ONE: Generation = Generation(1);
const TWO: Generation = Generation(2);

fn room(generation: Generation, meeting: Option<MeetingKey>) -> Option<Room> {
    Some(Room { generation, since: NOW, meeting })
}

#[tokio::test]
async fn a_room_is_written_only_as_it_was_read_and_the_answer_is_the_room_as_it_is_then() {
    let next = Room { generation: TWO, since: NOW + 9, meeting: None };
    for (stored, expected, is_written, why) in [
        (None, None, true, "the first caller"),
        (None, room(ONE, None), false, "the item is gone"),
        (room(ONE, None), None, false, "another caller was first"),
        (room(ONE, None), room(ONE, None), true, "it was never opened"),
        (room(ONE, None), room(Generation(9), None), false, "the generation moved on"),
        (room(ONE, Some(MEETING)), room(ONE, None), false, "it was opened meanwhile"),
        (room(ONE, Some(MEETING)), room(ONE, Some(MEETING)), true, "its meeting has ended"),
        (room(ONE, Some(MEETING)), room(Generation(9), Some(MEETING)), false, "the generation moved on"),
        (room(ONE, Some(MEETING)), room(ONE, Some(OTHER_MEETING)), false, "it has another meeting"),
        (room(ONE, None), room(ONE, Some(MEETING)), false, "it has no meeting any more"),
        (room(ONE, Some(MEETING)), None, false, "there is one with a meeting"),
    ] {
        let table = Table::start().await;
        if let Some(room) = stored {
            table.ask(TableRequest::PutRoom { expected: None, room }).await;
        }
        assert_eq!(table.ask(TableRequest::GetRoom).await, TableAnswer::Room(stored), "{why}");
        let after = if is_written { Some(next) } else { stored };
        let answer = table.ask(TableRequest::PutRoom { expected, room: next }).await;
        assert_eq!(answer, TableAnswer::Room(after), "{why}");
        assert_eq!(table.ask(TableRequest::GetRoom).await, TableAnswer::Room(after), "{why}");
    }
}

#[tokio::test]
async fn a_repeat_of_a_written_room_shows_that_room() {
    let table = Table::start().await;
    for expected in [None, room(ONE, None)] {
        let room = Room { generation: if expected.is_none() { ONE } else { TWO }, since: NOW, meeting: None };
        let request = TableRequest::PutRoom { expected, room };
        for attempt in ["first", "repeat"] {
            assert_eq!(table.ask(request).await, TableAnswer::Room(Some(room)), "{attempt}");
        }
    }
}

#[tokio::test]
async fn rooms_of_two_names_and_of_two_tenants_are_two() {
    use std::time::Duration;

    use meeting_gateway::model::RoomId;
    use meeting_gateway::registry::{RegistryUsage, Scope};

    let table = Table::start().await;
    let (upper, plain) = (RoomId::parse("Standup").unwrap(), RoomId::parse("standup").unwrap());
    for (number, (tenant, name)) in
        (1..).zip([("acme", &plain), ("acme", &upper), ("globex", &plain), ("ac", &plain)])
    {
        let scope = Scope { tenant, room: Some(name), ..table.scope() };
        let deadline = tokio::time::Instant::now() + Duration::from_secs(20);
        let room = Room { generation: Generation(number), since: NOW, meeting: None };
        let request = TableRequest::PutRoom { expected: None, room };
        let answer = table.registry.ask(scope, request, deadline, &RegistryUsage::default()).await;
        assert_eq!(answer, TableAnswer::Room(Some(room)), "{tenant} {}", name.as_str());
    }
    assert_eq!(table.items().await.len(), 4);
}
