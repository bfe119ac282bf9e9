//! What a caller may not see looks like what is not there: the same answer, after the same number of calls to Chime.

use meeting_gateway::operation::{OPERATIONS, Operation};
use serde_json::{Value, json};

use crate::harness::{Answer, Stack};
use crate::requests::target;

/// A version 4 UUID that nothing has.
const NEVER: &str = "0f8fad5b-d9cb-469f-a165-70867728950e";

/// Texts in the place of an id that can't be one.
const IMPOSSIBLE: [&str; 6] =
    ["x", "..", "%2e%2e", "0f8fad5b-d9cb-469f-a165-70867728950", "0f8fad5bd9cb469fa16570867728950e", "*"];

fn policy() -> Value {
    let rights = ["Create", "Join", "Moderate", "End"];
    let callers: serde_json::Map<String, Value> =
        rights.iter().map(|right| ((*right).to_owned(), json!({ "AnyGroup": ["hosts", right] }))).collect();
    json!({
        "Everyone": { "Fixed": { "TenantIds": ["${tenant}"], "MediaRegion": "us-east-1" }, "Callers": callers },
        "Tenants": { "acme": { "Fixed": { "TenantIds": ["acme", "acme-labs"] } }, "globex": {} }
    })
}

fn body_for(operation: &Operation) -> Option<Value> {
    let capabilities = json!({ "Audio": "None", "Video": "None", "Content": "None" });
    match operation.name {
        "BatchCreateAttendee" => Some(json!({ "Attendees": [{ "ExternalUserId": "bob" }] })),
        "UpdateAttendeeCapabilities" => Some(json!({ "Capabilities": capabilities })),
        "BatchUpdateAttendeeCapabilitiesExcept" => {
            Some(json!({ "Capabilities": capabilities, "ExcludedAttendeeIds": [{ "AttendeeId": NEVER }] }))
        }
        _ => None,
    }
}

/// Everything that a caller sees of an answer. Its request id is the event's, which is the same in each.
fn seen(answer: &Answer) -> (u64, String, String) {
    (answer.status, answer.headers.to_string(), answer.text.clone())
}

/// Sends a request, and returns what the caller sees and the number of calls to Chime.
async fn ask(
    stack: &Stack,
    token: &str,
    request: &str,
    body: Option<&Value>,
) -> ((u64, String, String), usize) {
    let before = stack.simulator.requests().len();
    let answer = stack.send(token, request, body).await;
    (seen(&answer), stack.simulator.requests().len() - before)
}

async fn create(stack: &Stack, tenant: &str) -> String {
    let answer = stack.create(tenant, &json!({ "ExternalMeetingId": "standup" })).await;
    answer.body["Meeting"]["MeetingId"].as_str().expect("a meeting").to_owned()
}

async fn end(stack: &Stack, tenant: &str, meeting: &str) {
    let answer = stack.send(&stack.token(tenant), &format!("DELETE /meetings/{meeting}"), None).await;
    assert_eq!(answer.status, 204);
}

#[tokio::test]
async fn another_tenants_meeting_an_ended_one_and_one_that_never_was_are_one_answer() {
    let stack = Stack::with().policy(&policy()).start().await;
    let token = stack.token("acme");
    let foreign = create(&stack, "globex").await;
    let rows = OPERATIONS.iter().filter(|operation| operation.path.contains("{MeetingId}"));
    for operation in rows {
        let name = operation.name;
        let body = body_for(operation);
        let ended = create(&stack, "acme").await;
        end(&stack, "acme", &ended).await;
        let expected = ask(&stack, &token, &target(operation, NEVER, NEVER), body.as_ref()).await;
        assert_eq!((expected.0.0, expected.1), (404, 1), "{name}: one that never was");
        for (meeting, why) in [(&foreign, "another tenant's"), (&ended, "an ended one")] {
            let found = ask(&stack, &token, &target(operation, meeting, NEVER), body.as_ref()).await;
            assert_eq!(found, expected, "{name}: {why}");
        }
        // A meeting that ended by itself: the process still remembers the proof.
        let timed_out = create(&stack, "acme").await;
        stack.simulator.end_meeting(&timed_out);
        let found = ask(&stack, &token, &target(operation, &timed_out, NEVER), body.as_ref()).await;
        assert_eq!(found, expected, "{name}: one that ended by itself");
        for id in IMPOSSIBLE {
            let found = ask(&stack, &token, &target(operation, id, NEVER), body.as_ref()).await;
            assert_eq!(found, (expected.0.clone(), 0), "{name}: `{id}` can't be an id");
        }
    }
}

#[tokio::test]
async fn a_remembered_proof_of_one_tenant_changes_nothing_for_another() {
    let stack = Stack::with().policy(&policy()).start().await;
    let meeting = create(&stack, "acme").await;
    let path = format!("POST /meetings/{meeting}/attendees");
    let (foreign, own) = (stack.token("globex"), stack.token("acme"));
    let first = ask(&stack, &foreign, &path, None).await;
    assert_eq!(ask(&stack, &own, &path, None).await.1, 1, "acme's proof is remembered");
    assert_eq!(ask(&stack, &foreign, &path, None).await, first, "and globex still asks Chime");
    assert_eq!((first.0.0, first.1), (404, 1));
}

#[tokio::test]
async fn another_persons_attendee_a_deleted_one_and_one_that_never_was_are_one_answer() {
    let stack = Stack::with().policy(&policy()).start().await;
    let meeting = create(&stack, "acme").await;
    let attendee = async |subject: &str| {
        let token = stack.token_of("acme", subject, &["Join"]);
        let answer = stack.send(&token, &format!("POST /meetings/{meeting}/attendees"), None).await;
        answer.body["Attendee"]["AttendeeId"].as_str().expect("an attendee").to_owned()
    };
    let token = stack.token_of("acme", "anna", &["Join"]);
    for name in ["GetAttendee", "DeleteAttendee"] {
        let operation = OPERATIONS.iter().find(|operation| operation.name == name).unwrap();
        let (others, longer) = (attendee("bob").await, attendee("annabel").await);
        let deleted = attendee("anna").await;
        let path = format!("/meetings/{meeting}/attendees/{deleted}");
        assert_eq!(stack.send(&token, &format!("DELETE {path}"), None).await.status, 204);
        let expected = ask(&stack, &token, &target(operation, &meeting, NEVER), None).await;
        assert_eq!((expected.0.0, expected.1), (404, 1), "{name}: one that never was");
        for (id, why) in
            [(&others, "another person's"), (&longer, "of a longer subject"), (&deleted, "deleted")]
        {
            let found = ask(&stack, &token, &target(operation, &meeting, id), None).await;
            assert_eq!(found, expected, "{name}: {why}");
            let again = ask(&stack, &token, &target(operation, &meeting, id), None).await;
            assert_eq!(again, expected, "{name}: {why}, once more");
        }
        for id in IMPOSSIBLE {
            let found = ask(&stack, &token, &target(operation, &meeting, id), None).await;
            assert_eq!(found, (expected.0.clone(), 0), "{name}: `{id}` can't be an id");
        }
        let own = attendee("anna").await;
        let found = ask(&stack, &token, &target(operation, &meeting, &own.to_uppercase()), None).await;
        assert_eq!(found.0.0, u64::from(operation.success), "{name}: one's own, in upper case");
    }
}

#[tokio::test]
async fn a_meeting_is_the_tenants_only_when_all_its_tenant_ids_are() {
    for (tenant_ids, status, why) in [
        (json!(["acme"]), 200, "one of the tenant's"),
        (json!(["acme", "acme-labs"]), 200, "both of the tenant's"),
        (json!(["acme", "globex"]), 404, "shared with another tenant"),
        (json!(["globex"]), 404, "another tenant's"),
        (json!([]), 404, "none"),
        (Value::Null, 404, "no member"),
    ] {
        let stack = Stack::with().policy(&policy()).start().await;
        let meeting = create(&stack, "acme").await;
        let members = json!({ "TenantIds": tenant_ids }).as_object().unwrap().clone();
        stack.simulator.inject(local::simulator::TransportFault::OtherMeeting { members }, 1);
        let answer = stack.send(&stack.token("acme"), &format!("GET /meetings/{meeting}"), None).await;
        assert_eq!(answer.status, status, "{why}: {}", answer.text);
    }
}

#[tokio::test]
async fn a_meeting_without_the_stacks_tag_is_a_missing_one_and_pages_nobody() {
    let stack = Stack::with().policy(&policy()).start().await;
    let meeting = create(&stack, "acme").await;
    stack.simulator.set_gateway_name(Some("another-stack"));
    let path = format!("GET /meetings/{meeting}");
    let found = ask(&stack, &stack.token("acme"), &path, None).await;
    stack.simulator.set_gateway_name(None);
    let missing = ask(&stack, &stack.token("acme"), &format!("GET /meetings/{NEVER}"), None).await;
    assert_eq!(found, missing);
    let log = stack.function.logs_with("AccessDeniedException", crate::harness::PATIENCE).await;
    let log = log.expect("the log has it as what it was");
    assert!(!log.contains(r#""level":"ERROR""#), "{log}");
}

#[tokio::test]
async fn checks_run_in_their_order() {
    let stack = Stack::with().policy(&policy()).start().await;
    let no_video =
        json!({ "ExternalMeetingId": "standup", "MeetingFeatures": { "Video": { "MaxResolution": "HD" } } });
    let meeting =
        stack.create("acme", &no_video).await.body["Meeting"]["MeetingId"].as_str().unwrap().to_owned();
    let capabilities =
        |video| json!({ "Capabilities": { "Audio": "None", "Video": video, "Content": "None" } });
    let invalid = capabilities("All");
    let valid = capabilities("Send");
    let end = stack.token_of("acme", "anna", &["End"]);
    let hosts = stack.token("acme");
    let members =
        json!({ "MeetingFeatures": { "Video": { "MaxResolution": "None" } } }).as_object().unwrap().clone();
    let without_video = local::simulator::TransportFault::OtherMeeting { members };
    for (token, id, body, fault, expected, why) in [
        (&end, NEVER, &invalid, false, 403, "rights first"),
        (&hosts, NEVER, &invalid, false, 400, "then the body"),
        (&hosts, NEVER, &valid, false, 404, "then the proof"),
        (&hosts, &meeting, &valid, true, 400, "then the meeting's features"),
    ] {
        // A process without a proof asks Chime, whose answer the fault changes.
        let path = format!("POST /meetings/{id}/join");
        if fault {
            stack.send(&hosts, &format!("GET /meetings/{NEVER}"), None).await;
            stack.simulator.inject(without_video.clone(), 1);
            let fresh = stack.send(&hosts, &format!("GET /meetings/{id}"), None).await;
            assert_eq!(fresh.status, 200);
        }
        let answer = stack.send(token, &path, Some(body)).await;
        assert_eq!(answer.status, expected, "{why}: {}", answer.text);
        if fault {
            assert_eq!(answer.places(), ["#/Capabilities/Video"], "{why}");
        }
    }
}

/// A room is a name within a tenant, so what another tenant has under that name does not show.
#[tokio::test]
async fn another_tenants_room_a_room_that_has_ended_and_one_that_never_was_are_one_answer() {
    let stack = Stack::with().policy(&policy()).registry().start().await;
    let member = stack.token_of("acme", "anna", &["Join", "End"]);
    let join = async |tenant: &str, room: &str| {
        let answer = stack.send(&stack.token(tenant), &format!("POST /rooms/{room}/join"), None).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
    };
    let open_elsewhere = "open-elsewhere";
    join("globex", open_elsewhere).await;
    join("acme", "ended-by-delete").await;
    let ended = stack.send(&stack.token("acme"), "DELETE /rooms/ended-by-delete", None).await;
    assert_eq!(ended.status, 204);
    for (request, status) in [("GET /rooms/{}", 404), ("POST /rooms/{}/join", 404), ("DELETE /rooms/{}", 204)]
    {
        let (mut expected, table_before) = (None, stack.table().requests().len());
        for room in ["never-opened", open_elsewhere, "ended-by-delete"] {
            let found = ask(&stack, &member, &request.replace("{}", room), None).await;
            assert_eq!((found.0.0, found.1), (status, 0), "{request}, {room}: Chime is not asked");
            assert_eq!(expected.get_or_insert_with(|| found.clone()), &found, "{request}, {room}");
        }
        assert_eq!(stack.table().requests().len() - table_before, 3, "{request}: one request each");
    }
    let got = stack.send(&stack.token("globex"), &format!("GET /rooms/{open_elsewhere}"), None).await;
    assert_eq!(got.status, 200, "it goes on");
}
