//! Replication: only of the tenant's own meetings, and no tenant learns of another's.

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
async fn another_tenants_meeting_a_missing_one_and_an_ended_one_are_told_alike() {
    let stack = stack().await;
    let foreign = meeting_of(&stack, "globex").await;
    let ended = meeting_of(&stack, "acme").await;
    let created = stack.creations().len();
    let mut answers: Vec<Value> = Vec::new();
    answers.push(replicate(&stack, "acme", &foreign).await.body);
    answers.push(replicate(&stack, "acme", "11111111-2222-3333-4444-555555555555").await.body);
    answers.push(replicate(&stack, "acme", "no-id-of-any-meeting").await.body);
    answers.push(replicate(&stack, "acme", "..").await.body);
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
async fn a_primary_that_ends_between_the_check_and_the_creation_is_told_alike_too() {
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
async fn a_tenant_that_may_not_replicate_has_nothing_looked_up() {
    let stack = stack().await;
    let answer = replicate(&stack, "initech", "11111111-2222-3333-4444-555555555555").await;
    assert_eq!((answer.status, answer.places()), (403, vec!["#/PrimaryMeetingId".to_owned()]));
    assert_eq!(stack.simulator.requests().len(), 0);
}
