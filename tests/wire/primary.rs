//! Replication: only of the tenant's own meetings, without a hint of other tenants' meetings.

use serde_json::{Value, json};

use crate::harness::{Answer, Stack};

/// A stack in which two tenants may replicate.
async fn stack() -> Stack {
    let tenant = json!({ "Allowed": { "PrimaryMeetingId": true } });
    let policy = json!({
        "Everyone": { "Fixed": { "TenantIds": ["${tenant}"], "MediaRegion": "us-east-1" } },
        "Tenants": { "acme": tenant, "globex": tenant, "initech": {} }
    });
    Stack::with().policy(&policy).start().await
}

async fn replicate(stack: &Stack, tenant: &str, primary: &str) -> Answer {
    stack.create(tenant, &json!({ "ExternalMeetingId": "overflow", "PrimaryMeetingId": primary })).await
}

async fn meeting_of(stack: &Stack, tenant: &str) -> String {
    let answer = stack.create(tenant, &json!({ "ExternalMeetingId": "main-room" })).await;
    answer.body["Meeting"]["MeetingId"].as_str().expect("the meeting has an id").to_owned()
}

#[tokio::test]
async fn a_tenant_replicates_its_own_meeting() {
    let stack = stack().await;
    let primary = meeting_of(&stack, "acme").await;
    let answer = replicate(&stack, "acme", &primary).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    assert_eq!(answer.body["Meeting"]["PrimaryMeetingId"], json!(primary));
}

#[tokio::test]
async fn answers_alike_for_a_foreign_a_missing_and_an_ended_primary() {
    let stack = stack().await;
    let foreign = meeting_of(&stack, "globex").await;
    let ended = meeting_of(&stack, "acme").await;
    let created = stack.creations().len();
    let mut answers: Vec<Value> = Vec::new();
    answers.push(replicate(&stack, "acme", &foreign).await.body);
    answers.push(replicate(&stack, "acme", "11111111-2222-3333-4444-555555555555").await.body);
    let fault = local::simulator::Fault::exception("NotFoundException").expect("the simulator knows it");
    stack.simulator.inject(fault, 1);
    answers.push(replicate(&stack, "acme", &ended).await.body);
    let fault = local::simulator::Fault::exception("ForbiddenException").expect("the simulator knows it");
    stack.simulator.inject(fault, 1);
    answers.push(replicate(&stack, "acme", &ended).await.body);
    for answer in &answers {
        assert_eq!(answer, &answers[0]);
    }
    assert_eq!(answers[0]["status"], json!(403));
    assert_eq!(answers[0]["errors"][0]["pointer"], json!("#/PrimaryMeetingId"));
    assert_eq!(stack.creations().len(), created, "nothing was created");
}

#[tokio::test]
async fn answers_for_another_tenants_replica_as_for_a_missing_meeting() {
    let stack = stack().await;
    let missing = replicate(&stack, "acme", "11111111-2222-3333-4444-555555555555").await;
    let foreign = meeting_of(&stack, "globex").await;
    let replica = replicate(&stack, "globex", &foreign).await.body["Meeting"]["MeetingId"].clone();
    let answer = replicate(&stack, "acme", replica.as_str().expect("the replica has an id")).await;
    assert_eq!((answer.status, answer.body), (403, missing.body));
}

/// Only an id of the model's form becomes part of a path: `..` would name another operation.
#[tokio::test]
async fn answers_for_a_malformed_primary_as_for_a_missing_one_without_asking_chime() {
    let stack = stack().await;
    let missing = replicate(&stack, "acme", "11111111-2222-3333-4444-555555555555").await;
    assert_eq!((missing.status, stack.simulator.requests().len()), (403, 1), "a missing one is asked for");
    for (primary, why) in [
        ("..", "the path of its parent"),
        (".", "the path of the collection"),
        ("../", "the same with a slash"),
        ("%2e%2e", "the same, escaped"),
        ("11111111-2222-3333-4444-555555555555/attendees", "a path below a meeting"),
        ("11111111-2222-3333-4444-555555555555?operation=x", "a query"),
        ("11111111-2222-3333-4444-555555555555\n", "a line feed behind an id"),
        (" 11111111-2222-3333-4444-555555555555", "a space before an id"),
        ("11111111-2222-3333-4444-55555555555", "a digit less"),
        ("11111111-2222-3333-4444-5555555555555", "a digit more"),
        ("11111111222233334444555555555555", "no hyphens"),
        ("gggggggg-2222-3333-4444-555555555555", "no hexadecimal digits"),
        ("no-id-of-any-meeting", "any other text"),
    ] {
        // The model only limits the member to 2 to 64 characters.
        let expected = if primary.len() < 2 { 400 } else { 403 };
        stack.reset_simulator();
        let answer = replicate(&stack, "acme", primary).await;
        assert_eq!(answer.status, expected, "{primary:?}: {why}: {}", answer.text);
        assert_eq!(answer.places(), ["#/PrimaryMeetingId"], "{primary:?}: {why}");
        assert_eq!(stack.simulator.requests().len(), 0, "{primary:?}: {why}");
        if expected == 403 {
            assert_eq!(answer.body, missing.body, "{primary:?}: {why}");
        }
    }
}

#[tokio::test]
async fn replicates_nothing_when_chime_shows_another_meeting() {
    use local::simulator::{Extent, Injection, Operation, TransportFault};
    let stack = stack().await;
    let primary = meeting_of(&stack, "acme").await;
    let another = meeting_of(&stack, "acme").await;
    for (shown, status, why) in [
        (json!(another), 502, "another of the tenant's own"),
        (json!(null), 502, "one without an id"),
        (json!(primary.to_uppercase()), 201, "the same id in the other case"),
    ] {
        let created = stack.creations().len();
        let members = json!({ "MeetingId": shown }).as_object().expect("members are an object").clone();
        stack.simulator.arm(Injection {
            fault: TransportFault::OtherMeeting { members }.into(),
            extent: Extent::Times(1),
            operation: Some(Operation::GetMeeting),
        });
        let answer = replicate(&stack, "acme", &primary).await;
        assert_eq!(answer.status, status, "{why}: {}", answer.text);
        assert_eq!(stack.creations().len() - created, usize::from(status == 201), "{why}");
    }
}

/// The model accepts an id in either case, and Chime may answer in the other.
#[tokio::test]
async fn accepts_a_replica_whose_primary_comes_back_in_the_other_case() {
    use local::simulator::{Extent, Injection, Operation, TransportFault};
    let stack = stack().await;
    let primary = meeting_of(&stack, "acme").await;
    let members = json!({ "PrimaryMeetingId": primary.to_uppercase() });
    stack.simulator.arm(Injection {
        fault: TransportFault::OtherMeeting { members: members.as_object().expect("an object").clone() }
            .into(),
        extent: Extent::Times(1),
        operation: Some(Operation::CreateMeeting),
    });
    assert_eq!(replicate(&stack, "acme", &primary).await.status, 201);
}

#[tokio::test]
async fn answers_alike_when_the_primary_ends_between_check_and_creation() {
    use local::simulator::{Extent, Fault, Injection, Operation};
    let stack = stack().await;
    let primary = meeting_of(&stack, "acme").await;
    stack.simulator.arm(Injection {
        fault: Fault::exception("NotFoundException").expect("the simulator knows it"),
        extent: Extent::Times(1),
        operation: Some(Operation::CreateMeeting),
    });
    let answer = replicate(&stack, "acme", &primary).await;
    assert_eq!((answer.status, answer.places()), (403, vec!["#/PrimaryMeetingId".to_owned()]));
}

#[tokio::test]
async fn a_replica_is_not_replicated() {
    let stack = stack().await;
    let primary = meeting_of(&stack, "acme").await;
    let replica = replicate(&stack, "acme", &primary).await;
    let replica = replica.body["Meeting"]["MeetingId"].as_str().unwrap();
    let answer = replicate(&stack, "acme", replica).await;
    assert_eq!((answer.status, answer.places()), (400, vec!["#/PrimaryMeetingId".to_owned()]));
}

#[tokio::test]
async fn looks_nothing_up_for_a_tenant_that_may_not_replicate() {
    let stack = stack().await;
    let answer = replicate(&stack, "initech", "11111111-2222-3333-4444-555555555555").await;
    assert_eq!((answer.status, answer.places()), (403, vec!["#/PrimaryMeetingId".to_owned()]));
    assert_eq!(stack.simulator.requests().len(), 0);
}
