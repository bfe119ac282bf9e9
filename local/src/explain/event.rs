//! The request that is explained, as an event of API Gateway with a Lambda authorizer, whose claims are taken as they are.

use meeting_gateway::operation::Operation;
use serde_json::{Value, json};

/// The parameter of a room's path.
const ROOM_ID: &str = "{RoomId}";

/// What is asked about.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) operation: &'static Operation,
    /// The claims of the caller's token, a JSON object.
    pub(super) claims: Value,
    pub(super) body: Option<String>,
    /// JoinRoom: the room has a meeting, also when the caller may open it.
    pub(super) room_is_open: bool,
}

impl Asked {
    /// The body as JSON. Null where there is none, or one that the gateway refuses.
    pub(super) fn json_body(&self) -> Value {
        self.body.as_deref().and_then(|body| serde_json::from_str(body).ok()).unwrap_or_default()
    }

    /// Whether the path names a room.
    pub(super) fn is_about_a_room(&self) -> bool {
        self.operation.path.contains(ROOM_ID)
    }

    /// The event, with these names in the path.
    pub(super) fn event(&self, meeting_id: &str, attendee_id: &str, room: &str) -> Vec<u8> {
        let Operation { method, path: template, query, .. } = self.operation;
        let path = template
            .replace("{MeetingId}", meeting_id)
            .replace("{AttendeeId}", attendee_id)
            .replace(ROOM_ID, room);
        let query = query.map(|query| format!("operation={query}")).unwrap_or_default();
        let route = format!("{method} {template}");
        let mut event = json!({
            "version": "2.0",
            "routeKey": route,
            "rawPath": path,
            "rawQueryString": query,
            "headers": { "content-type": "application/json" },
            "requestContext": {
                "accountId": "111122223333",
                "apiId": "local",
                "authorizer": { "lambda": self.claims },
                "domainName": "local.execute-api.us-east-1.amazonaws.com",
                "domainPrefix": "local",
                "http": {
                    "method": method.as_str(), "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1",
                    "userAgent": "local"
                },
                "requestId": "explain",
                "routeKey": route,
                "stage": "$default",
                "time": "01/Jan/1970:00:00:00 +0000",
                "timeEpoch": 0
            },
            "isBase64Encoded": false
        });
        if let (Some(body), Some(members)) = (&self.body, event.as_object_mut()) {
            members.insert("body".to_owned(), json!(body));
        }
        event.to_string().into_bytes()
    }
}
