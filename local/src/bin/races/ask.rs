//! A caller's request, as API Gateway's JWT authorizer hands it on.

use bytes::Bytes;
use serde_json::{Value, json};

/// A request to the gateway.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    pub(crate) tenant: String,
    pub(crate) subject: String,
    pub(crate) method: &'static str,
    pub(crate) path: String,
    /// `operation` of the query
    pub(crate) operation: Option<&'static str>,
    /// the header Idempotency-Key
    pub(crate) key: Option<String>,
    /// null is no body
    pub(crate) body: Value,
}

impl Ask {
    /// Joins a room, which a caller who comes first opens with these members.
    pub(crate) fn join_room(tenant: &str, subject: &str, room: &str, meeting: Value) -> Self {
        let path = format!("/rooms/{room}/join");
        Self { body: json!({ "Meeting": meeting }), ..Self::new(tenant, subject, "POST", path) }
    }

    /// Ends a room's meeting.
    pub(crate) fn delete_room(tenant: &str, subject: &str, room: &str) -> Self {
        Self::new(tenant, subject, "DELETE", format!("/rooms/{room}"))
    }

    /// Creates a meeting.
    pub(crate) fn create(tenant: &str, subject: &str, key: &str) -> Self {
        let body = json!({ "ExternalMeetingId": key });
        let ask = Self::new(tenant, subject, "POST", "/meetings".to_owned());
        Self { key: Some(key.to_owned()), body, ..ask }
    }

    /// Creates a meeting, with the caller as an attendee.
    pub(crate) fn create_with_attendees(tenant: &str, subject: &str, key: &str) -> Self {
        let body = json!({ "ExternalMeetingId": key, "Attendees": [{ "ExternalUserId": subject }] });
        Self { operation: Some("create-attendees"), body, ..Self::create(tenant, subject, key) }
    }

    /// Ends a meeting.
    pub(crate) fn delete(tenant: &str, subject: &str, meeting: &str) -> Self {
        Self::new(tenant, subject, "DELETE", format!("/meetings/{meeting}"))
    }

    fn new(tenant: &str, subject: &str, method: &'static str, path: String) -> Self {
        let (tenant, subject) = (tenant.to_owned(), subject.to_owned());
        Self { tenant, subject, method, path, operation: None, key: None, body: Value::Null }
    }

    /// The event of an HTTP API, payload format 2.0.
    pub(crate) fn event(&self, request_id: u64) -> Bytes {
        let query = self.operation.map(|operation| format!("operation={operation}")).unwrap_or_default();
        let mut headers = json!({ "host": "races.example", "content-type": "application/json" });
        if let (Value::Object(headers), Some(key)) = (&mut headers, &self.key) {
            headers.insert("idempotency-key".to_owned(), json!(key));
        }
        let mut event = json!({
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": self.path,
            "rawQueryString": query,
            "headers": headers,
            "requestContext": {
                "accountId": "111122223333",
                "apiId": "races",
                "authorizer": {
                    "jwt": { "claims": { "sub": self.subject, "custom:tenant_id": self.tenant }, "scopes": null }
                },
                "domainName": "races.example",
                "domainPrefix": "races",
                "http": {
                    "method": self.method, "path": self.path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1",
                    "userAgent": "races",
                },
                "requestId": format!("request-{request_id}"),
                "routeKey": "$default",
                "stage": "$default",
                "time": "26/Nov/2026:06:00:00 +0000",
                "timeEpoch": 1_795_672_800_000_u64,
            },
            "isBase64Encoded": false,
        });
        if let (Value::Object(members), Some(operation)) = (&mut event, self.operation) {
            members.insert("queryStringParameters".to_owned(), json!({ "operation": operation }));
        }
        if let (Value::Object(members), false) = (&mut event, self.body.is_null()) {
            members.insert("body".to_owned(), json!(self.body.to_string()));
        }
        Bytes::from(event.to_string())
    }
}
