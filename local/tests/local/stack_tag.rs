//! The simulator as an account whose IAM policy allows only meetings with the stack's tag.

use local::simulator::{OPERATIONS, Operation, Simulator, SimulatorOptions};
use serde_json::{Value, json};

use crate::exchange::Exchange;
use crate::simulator::{ANY_PORT, request_with, send};

fn enforcing() -> Simulator {
    let options = SimulatorOptions { gateway_name: Some("stack".to_owned()), ..SimulatorOptions::default() };
    Simulator::start_with(ANY_PORT, options).unwrap()
}

fn tagged(value: &str) -> Value {
    json!([{ "Key": "Tenant", "Value": "acme" }, { "Key": "MeetingGateway", "Value": value }])
}

/// Sends a valid request of an operation.
async fn call(simulator: &Simulator, operation: Operation, meeting: &str, attendee: &str) -> Exchange {
    let row = OPERATIONS.iter().find(|row| row.operation == operation).unwrap();
    let query = row.query.map(|query| format!("?operation={query}")).unwrap_or_default();
    let path = row.path.replace("{MeetingId}", meeting).replace("{AttendeeId}", attendee);
    let off = json!({ "Audio": "None", "Video": "None", "Content": "None" });
    let ann = json!({ "ExternalUserId": "ann" });
    let body = match operation {
        Operation::CreateMeeting => request_with("Tags", tagged("stack")),
        Operation::CreateMeetingWithAttendees => request_with("Attendees", json!([ann])),
        Operation::CreateAttendee => ann,
        Operation::BatchCreateAttendee => json!({ "Attendees": [ann] }),
        Operation::UpdateAttendeeCapabilities => json!({ "Capabilities": off }),
        Operation::BatchUpdateAttendeeCapabilitiesExcept => {
            json!({ "Capabilities": off, "ExcludedAttendeeIds": [{ "AttendeeId": attendee }] })
        }
        _ => Value::Null,
    };
    send(simulator, row.method, &format!("{path}{query}"), &body).await
}

/// Creates a meeting with one attendee and a tag, whatever the simulator enforces; returns both ids.
async fn existing(simulator: &Simulator, tag: &str) -> (String, String) {
    simulator.set_gateway_name(None);
    let mut request = request_with("Tags", tagged(tag));
    request["ClientRequestToken"] = json!(format!("token-{}", simulator.meetings().len()));
    request["Attendees"] = json!([{ "ExternalUserId": "ann" }]);
    let made = send(simulator, "POST", "/meetings?operation=create-attendees", &request).await.json();
    simulator.set_gateway_name(Some("stack"));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&made["Meeting"]["MeetingId"]), text(&made["Attendees"][0]["AttendeeId"]))
}

#[tokio::test]
async fn a_creation_needs_the_tag() {
    let simulator = enforcing();
    let rows = [
        (Value::Null, 403, "no tags"),
        (json!([{ "Key": "Tenant", "Value": "acme" }]), 403, "another tag alone"),
        (tagged("other"), 403, "another stack's"),
        (json!([{ "Key": "meetinggateway", "Value": "stack" }]), 403, "another key"),
        (tagged("stack"), 201, "the stack's own"),
    ];
    for (path, attendees) in [
        ("/meetings", None),
        ("/meetings?operation=create-attendees", Some(json!([{ "ExternalUserId": "ann" }]))),
    ] {
        for (tags, status, reason) in &rows {
            let mut request = request_with("Tags", tags.clone());
            if let Some(attendees) = &attendees {
                request["Attendees"] = attendees.clone();
            }
            let answer = send(&simulator, "POST", path, &request).await;
            assert_eq!(answer.status, *status, "{path} {reason}");
            let denied = (*status == 403).then_some("AccessDeniedException");
            assert_eq!(answer.header("x-amzn-errortype"), denied, "{path} {reason}");
        }
    }
    assert_eq!(simulator.meetings().len(), 2);
}

#[tokio::test]
async fn a_meeting_without_the_tag_can_not_be_touched_by_any_operation() {
    let simulator = enforcing();
    let of_a_meeting = || OPERATIONS.iter().filter(|row| row.path.contains("{MeetingId}"));
    assert_eq!(of_a_meeting().count(), 9);
    for row in of_a_meeting() {
        let (own, ann) = existing(&simulator, "stack").await;
        assert_eq!(call(&simulator, row.operation, &own, &ann).await.status, row.success, "{row:?}");
        let (foreign, ann) = existing(&simulator, "other").await;
        let before = simulator.attendees(&foreign);
        let answer = call(&simulator, row.operation, &foreign, &ann).await;
        assert_eq!(
            (answer.status, answer.header("x-amzn-errortype")),
            (403, Some("AccessDeniedException")),
            "{row:?}"
        );
        assert_eq!(simulator.attendees(&foreign), before, "{row:?}");
        assert!(simulator.meetings().last().unwrap().alive, "{row:?}");
        let missing = "00000000-0000-4000-8000-000000000000";
        assert_eq!(call(&simulator, row.operation, missing, &ann).await.status, 404, "{row:?}");
    }
}

#[tokio::test]
async fn nothing_is_enforced_unless_asked_for_and_a_reset_keeps_it() {
    let simulator = Simulator::start(ANY_PORT).unwrap();
    let untagged = request_with("Tags", Value::Null);
    assert_eq!(send(&simulator, "POST", "/meetings", &untagged).await.status, 201);
    let simulator = enforcing();
    simulator.reset();
    assert_eq!(send(&simulator, "POST", "/meetings", &untagged).await.status, 403);
    simulator.set_gateway_name(None);
    assert_eq!(send(&simulator, "POST", "/meetings", &untagged).await.status, 201);
}

#[tokio::test]
async fn an_invalid_request_is_refused_by_chime_first() {
    let simulator = enforcing();
    assert_eq!(send(&simulator, "POST", "/meetings", &json!({})).await.status, 400);
}
