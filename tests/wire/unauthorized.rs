//! Every operation, by callers without a token, of another tenant, and with every combination of rights.

use std::collections::BTreeSet;

use meeting_gateway::operation::OPERATIONS;
use serde_json::{Value, json};

use crate::harness::{Answer, Stack, event};
use crate::requests::{ROOM, operation, target};

const RIGHTS: [&str; 4] = ["Create", "Join", "Moderate", "End"];

/// An operation as a caller asks for it, who owns the attendee in question.
struct Case {
    operation: &'static str,
    body: Option<Value>,
    /// the smallest sets of rights that are enough
    enough: &'static [&'static [&'static str]],
}

fn cases() -> Vec<Case> {
    let case = |operation, body, enough| Case { operation, body, enough };
    let capabilities = json!({ "Audio": "None", "Video": "None", "Content": "None" });
    let excluded = json!([{ "AttendeeId": "eb81e378-37db-4b5a-8e57-88904f2c1152" }]);
    vec![
        case("CreateMeeting", Some(json!({ "ExternalMeetingId": "standup" })), &[&["Create"]]),
        case(
            "CreateMeetingWithAttendees",
            Some(json!({ "ExternalMeetingId": "standup", "Attendees": [{}] })),
            &[&["Create", "Join"]],
        ),
        case("GetMeeting", None, &[&["Create"], &["Join"], &["Moderate"], &["End"]]),
        case("DeleteMeeting", None, &[&["End"]]),
        case("Join", None, &[&["Join"]]),
        case("CreateAttendee", None, &[&["Join"]]),
        case(
            "BatchCreateAttendee",
            Some(json!({ "Attendees": [{ "ExternalUserId": "bob" }] })),
            &[&["Moderate"]],
        ),
        case("ListAttendees", None, &[&["Moderate"]]),
        case("GetAttendee", None, &[&["Join"], &["Moderate"]]),
        case("DeleteAttendee", None, &[&["Join"], &["Moderate"]]),
        case("UpdateAttendeeCapabilities", Some(json!({ "Capabilities": capabilities })), &[&["Moderate"]]),
        case(
            "BatchUpdateAttendeeCapabilitiesExcept",
            Some(json!({ "Capabilities": capabilities, "ExcludedAttendeeIds": excluded })),
            &[&["Moderate"]],
        ),
        // Of a room that is open. To open it takes Create too.
        case("JoinRoom", None, &[&["Join"]]),
        case("GetRoom", None, &[&["Create"], &["Join"], &["Moderate"], &["End"]]),
        case("DeleteRoom", None, &[&["End"]]),
    ]
}

#[test]
fn every_operation_has_a_case() {
    let cases: Vec<&str> = cases().iter().map(|case| case.operation).collect();
    let operations: Vec<&str> = OPERATIONS.iter().map(|operation| operation.name).collect();
    assert_eq!(cases, operations);
}

/// The case's request for that meeting and attendee.
fn request(case: &Case, meeting: &str, attendee: &str) -> String {
    target(operation(case.operation), meeting, attendee)
}

/// A stack where a group gives the right of its name.
async fn stack(auth_mode: &str) -> Stack {
    let callers: serde_json::Map<String, Value> =
        RIGHTS.iter().map(|right| ((*right).to_owned(), json!({ "AnyGroup": [right] }))).collect();
    let policy = json!({
        "Everyone": { "Fixed": { "TenantIds": ["${tenant}"], "MediaRegion": "us-east-1" }, "Callers": callers },
        "Tenants": { "acme": {}, "globex": {} }
    });
    Stack::with().policy(&policy).registry().setting("AUTH_MODE", auth_mode).start().await
}

/// A meeting of `acme` with an attendee of `anna`, and beside it an open room.
async fn meeting_with_an_attendee(stack: &Stack) -> (String, String) {
    let token = stack.token_of("acme", "anna", &RIGHTS);
    let opened = stack.send(&token, &format!("POST /rooms/{ROOM}/join"), None).await;
    assert_eq!(opened.status, 201, "{}", opened.text);
    let body = json!({ "ExternalMeetingId": "standup", "Attendees": [{}] });
    let answer = stack.send(&token, "POST /meetings?operation=create-attendees", Some(&body)).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let id = |value: &Value| value.as_str().expect("an id").to_owned();
    (id(&answer.body["Meeting"]["MeetingId"]), id(&answer.body["Attendees"][0]["AttendeeId"]))
}

/// What exists at Chime and in the registry's table.
fn state(stack: &Stack) -> String {
    let meetings = stack.simulator.meetings();
    let shown =
        meetings.iter().map(|meeting| format!("{meeting:?} {:?}", stack.simulator.attendees(meeting.id())));
    shown.chain(stack.table().items().iter().map(Value::to_string)).collect::<Vec<_>>().join("\n")
}

/// How many requests Chime and the table have read.
fn asked(stack: &Stack) -> (usize, usize) {
    (stack.simulator.requests().len(), stack.table().requests().len())
}

#[tokio::test]
async fn nobody_is_served_without_a_valid_token() {
    let stack = stack("bearer").await;
    let (meeting, attendee) = meeting_with_an_attendee(&stack).await;
    let (before, asked_before) = (state(&stack), asked(&stack));
    for case in cases() {
        let request = request(&case, &meeting, &attendee);
        let mut silent = event("", &request, case.body.as_ref());
        silent["headers"].as_object_mut().unwrap().remove("authorization");
        for (event, expected, why) in [
            (silent, "Bearer", "no token"),
            (
                event("a.b.c", &request, case.body.as_ref()),
                r#"Bearer error="invalid_token""#,
                "an invalid token",
            ),
        ] {
            let answer = stack.invoke(&event).await;
            assert_eq!(answer.status, 401, "{}: {why}", case.operation);
            assert_eq!(answer.header("www-authenticate"), Some(expected), "{}: {why}", case.operation);
        }
    }
    assert_eq!(asked(&stack), asked_before, "neither Chime nor the table was asked");
    assert_eq!(state(&stack), before);
}

#[tokio::test]
async fn nobody_is_served_without_claims_of_the_authorizer() {
    let stack = stack("authorizer").await;
    let id = "eb81e378-37db-4b5a-8e57-88904f2c1152";
    for case in cases() {
        // The function verifies no token in this mode.
        let token = stack.token_of("acme", "anna", &RIGHTS);
        let answer = stack.send(&token, &request(&case, id, id), case.body.as_ref()).await;
        assert_eq!(answer.status, 401, "{}: {}", case.operation, answer.text);
    }
    assert_eq!(asked(&stack), (0, 0), "neither Chime nor the table was asked");
}

#[tokio::test]
async fn another_tenants_caller_finds_nothing_and_changes_nothing() {
    let stack = stack("bearer").await;
    let (meeting, attendee) = meeting_with_an_attendee(&stack).await;
    let before = state(&stack);
    // The same subject, in another tenant, with every right.
    let token = stack.token_of("globex", "anna", &RIGHTS);
    for case in cases().into_iter().filter(|case| operation(case.operation).path.contains("{MeetingId}")) {
        let answer = stack.send(&token, &request(&case, &meeting, &attendee), case.body.as_ref()).await;
        assert_eq!(answer.status, 404, "{}: {}", case.operation, answer.text);
        assert_eq!(state(&stack), before, "{}", case.operation);
    }
    for case in cases().into_iter().filter(|case| case.operation.starts_with("CreateMeeting")) {
        let answer = stack.send(&token, &request(&case, "", ""), case.body.as_ref()).await;
        assert_eq!(answer.body["Meeting"]["TenantIds"], json!(["globex"]), "{}", case.operation);
    }
    // A room is a name within a tenant, so another tenant's is not even found.
    let of_acme = |stack: &Stack| {
        let meetings = stack.simulator.meetings().into_iter();
        meetings.filter(|meeting| meeting.alive && meeting.body["TenantIds"] == json!(["acme"])).count()
    };
    let before = of_acme(&stack);
    for (request, status) in [
        (format!("GET /rooms/{ROOM}"), 404),
        (format!("DELETE /rooms/{ROOM}"), 204),
        (format!("POST /rooms/{ROOM}/join"), 201),
        (format!("DELETE /rooms/{ROOM}"), 204),
    ] {
        let answer = stack.send(&token, &request, None).await;
        assert_eq!(answer.status, status, "{request}: {}", answer.text);
        assert!(!answer.text.contains(&meeting), "{request}");
        assert_eq!(of_acme(&stack), before, "{request}: acme's meetings go on");
    }
}

#[tokio::test]
async fn a_closed_room_is_opened_by_those_who_may_join_and_create() {
    let stack = stack("bearer").await;
    for rights in sets_of_rights() {
        let groups: Vec<&str> = rights.iter().copied().collect();
        let (before, asked_before) = (stack.simulator.meetings().len(), asked(&stack));
        let token = stack.token_of("acme", "anna", &groups);
        let answer = stack.send(&token, &format!("POST /rooms/{ROOM}/join"), None).await;
        let opened = stack.simulator.meetings().len() - before;
        let expected = match (rights.contains("Join"), rights.contains("Create")) {
            (true, true) => (201, 1),
            (true, false) => (404, 0),
            (false, _) => (403, 0),
        };
        assert_eq!((answer.status, opened), expected, "{groups:?}: {}", answer.text);
        if expected.0 == 403 {
            refused(&answer, "JoinRoom", &groups);
            assert_eq!(asked(&stack), asked_before, "{groups:?}: nothing was asked");
        }
        let everything = stack.token_of("acme", "anna", &RIGHTS);
        assert_eq!(stack.send(&everything, &format!("DELETE /rooms/{ROOM}"), None).await.status, 204);
    }
}

/// Every set of rights.
fn sets_of_rights() -> Vec<BTreeSet<&'static str>> {
    let bits = 0..1 << RIGHTS.len();
    let set = |bits: u32| {
        let held = RIGHTS.iter().enumerate().filter(move |(index, _)| bits & (1 << index) != 0);
        held.map(|(_, right)| *right).collect()
    };
    bits.map(set).collect()
}

#[tokio::test]
async fn each_operation_is_served_with_just_enough_rights_and_refused_with_less() {
    let stack = stack("bearer").await;
    for case in cases() {
        for rights in sets_of_rights() {
            let (meeting, attendee) = meeting_with_an_attendee(&stack).await;
            let (before, asked_before) = (state(&stack), asked(&stack));
            let groups: Vec<&str> = rights.iter().copied().collect();
            let token = stack.token_of("acme", "anna", &groups);
            let answer = stack.send(&token, &request(&case, &meeting, &attendee), case.body.as_ref()).await;
            let is_enough =
                case.enough.iter().any(|enough| enough.iter().all(|right| rights.contains(right)));
            let name = case.operation;
            if is_enough {
                let success = u64::from(operation(name).success);
                assert_eq!(answer.status, success, "{name} with {groups:?}: {}", answer.text);
            } else {
                refused(&answer, name, &groups);
                assert_eq!(asked(&stack), asked_before, "{name} with {groups:?}: nothing was asked");
                assert_eq!(state(&stack), before, "{name} with {groups:?}");
            }
        }
    }
}

/// A refusal names a right that is missing.
fn refused(answer: &Answer, name: &str, groups: &[&str]) {
    assert_eq!(answer.status, 403, "{name} with {groups:?}: {}", answer.text);
    let message = answer.body["Message"].as_str().expect("a message");
    let missing = RIGHTS.iter().filter(|right| !groups.contains(right));
    assert!(missing.clone().any(|right| message.contains(&format!("right {right}"))), "{name}: {message}");
}
