//! Events for any operation, and a meeting with attendees to send them about.

use meeting_gateway::operation::{OPERATIONS, Operation};
use serde_json::{Value, json};

use crate::harness::{self, Answer, Stack};

/// The row of that name in the table of operations.
pub(crate) fn operation(name: &str) -> &'static Operation {
    OPERATIONS.iter().find(|operation| operation.name == name).expect("the table has the operation")
}

/// The room of requests about one.
pub(crate) const ROOM: &str = "team-standup";

/// Method, path and query of an operation about that meeting and attendee, or about [`ROOM`], as [`Stack::send`] takes them.
pub(crate) fn target(operation: &Operation, meeting: &str, attendee: &str) -> String {
    let path = operation.path.replace("{MeetingId}", meeting).replace("{AttendeeId}", attendee);
    let path = path.replace("{RoomId}", ROOM);
    let query = operation.query.map(|query| format!("?operation={query}")).unwrap_or_default();
    format!("{} {path}{query}", operation.method)
}

/// A meeting with two attendees.
#[derive(Debug, Clone)]
pub(crate) struct Room {
    pub(crate) meeting: String,
    pub(crate) ann: String,
    pub(crate) bob: String,
}

/// The capabilities that nothing has unless a test sets them.
pub(crate) fn muted() -> Value {
    json!({ "Audio": "None", "Video": "None", "Content": "None" })
}

/// A payload 2.0 event: a request for that operation. A null body is none.
pub(crate) fn event(name: &str, room: &Room, token: &str, body: &Value) -> Value {
    let target = target(operation(name), &room.meeting, &room.ann);
    harness::event(token, &target, (!body.is_null()).then_some(body))
}

/// A body with which the request for that operation succeeds in a [`Room`].
pub(crate) fn body(name: &str, room: &Room) -> Value {
    match name {
        "CreateMeeting" => json!({ "ExternalMeetingId": "another" }),
        "CreateMeetingWithAttendees" => {
            json!({ "ExternalMeetingId": "another", "Attendees": [{ "ExternalUserId": "carol" }] })
        }
        "CreateAttendee" | "JoinRoom" => json!({ "ExternalUserId": "carol" }),
        "BatchCreateAttendee" => {
            json!({ "Attendees": [{ "ExternalUserId": "carol" }, { "ExternalUserId": "dave" }] })
        }
        "UpdateAttendeeCapabilities" => json!({ "Capabilities": muted() }),
        "BatchUpdateAttendeeCapabilitiesExcept" => {
            json!({ "ExcludedAttendeeIds": [{ "AttendeeId": room.bob }], "Capabilities": muted() })
        }
        _ => Value::Null,
    }
}

impl Stack {
    /// Sends a request for that operation as a host of `acme`.
    pub(crate) async fn request(&self, name: &str, room: &Room) -> Answer {
        self.request_as("acme", name, room).await
    }

    /// Sends a request for that operation as a host of that tenant.
    pub(crate) async fn request_as(&self, tenant: &str, name: &str, room: &Room) -> Answer {
        self.invoke(&event(name, room, &self.token(tenant), &body(name, room))).await
    }

    /// Opens [`ROOM`] of `acme` with two attendees. The process remembers whose its meeting is.
    pub(crate) async fn open_room(&self) -> Room {
        let join = async |name: &str| {
            let body = json!({ "ExternalUserId": name });
            self.send(&self.token("acme"), &format!("POST /rooms/{ROOM}/join"), Some(&body)).await
        };
        let id = |answer: &Answer, pointer: &str| {
            let id = answer.body.pointer(pointer).and_then(Value::as_str);
            id.unwrap_or_else(|| panic!("the room is open: {}", answer.text)).to_owned()
        };
        let (ann, bob) = (join("ann").await, join("bob").await);
        Room {
            meeting: id(&ann, "/Meeting/MeetingId"),
            ann: id(&ann, "/Attendee/AttendeeId"),
            bob: id(&bob, "/Attendee/AttendeeId"),
        }
    }

    /// Creates a meeting of `acme` with two attendees, by one request. The process remembers whose it is.
    pub(crate) async fn room(&self) -> Room {
        let nowhere = Room { meeting: String::new(), ann: String::new(), bob: String::new() };
        let attendees = json!([{ "ExternalUserId": "ann" }, { "ExternalUserId": "bob" }]);
        let body = json!({ "ExternalMeetingId": "room", "Attendees": attendees });
        let answer =
            self.invoke(&event("CreateMeetingWithAttendees", &nowhere, &self.token("acme"), &body)).await;
        let id = |pointer: &str| {
            let id = answer.body.pointer(pointer).and_then(Value::as_str);
            id.unwrap_or_else(|| panic!("the meeting is created: {}", answer.text)).to_owned()
        };
        Room {
            meeting: id("/Meeting/MeetingId"),
            ann: id("/Attendees/0/AttendeeId"),
            bob: id("/Attendees/1/AttendeeId"),
        }
    }
}
