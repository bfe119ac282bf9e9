//! Limits on open meetings: what counts, what frees, and what a caller is told.

use std::time::{Duration, Instant};

use local::dynamodb::{self, Dynamodb};
use local::simulator::{Extent, Fault, Injection, Operation, RecordedRequest, TransportFault};
use serde_json::{Value, json};

use crate::harness::{Answer, PATIENCE, Stack, event, loopback, with_header};

/// Limits in tenant `acme` and in unlisted ones; none in `free`.
fn policy() -> Value {
    json!({
        "Everyone": {
            "Fixed": { "TenantIds": ["${tenant}"], "MediaRegion": "us-east-1" },
            "Allowed": { "PrimaryMeetingId": true },
            "Callers": { "Moderate": {}, "End": {} },
            "Limits": { "OpenMeetings": 3, "OpenMeetingsPerCaller": 2 },
        },
        "Tenants": { "acme": {}, "globex": { "Limits": { "OpenMeetings": 1 } } },
        "UnlistedTenants": "Everyone",
    })
}

async fn start() -> Stack {
    Stack::with().policy(&policy()).registry().start().await
}

/// A person of a tenant.
struct Person<'s> {
    stack: &'s Stack,
    token: String,
}

impl Stack {
    fn person(&self, tenant: &str, subject: &str) -> Person<'_> {
        Person { stack: self, token: self.token_of(tenant, subject, &[]) }
    }
}

impl Person<'_> {
    async fn send(&self, request: &str, body: Option<&Value>) -> Answer {
        self.stack.send(&self.token, request, body).await
    }

    async fn create(&self) -> Answer {
        self.send("POST /meetings", Some(&json!({ "ExternalMeetingId": "some-meeting" }))).await
    }

    async fn create_with_key(&self, key: &str) -> Answer {
        let body = json!({ "ExternalMeetingId": "some-meeting" });
        let event = event(&self.token, "POST /meetings", Some(&body));
        self.stack.invoke(&with_header(event, "Idempotency-Key", key)).await
    }

    async fn delete(&self, meeting: &str) -> u64 {
        self.send(&format!("DELETE /meetings/{meeting}"), None).await.status
    }
}

fn meeting(answer: &Answer) -> String {
    let id = answer.body["Meeting"]["MeetingId"].as_str();
    id.unwrap_or_else(|| panic!("{}: {}", answer.status, answer.text)).to_owned()
}

/// Checks that an answer is the refusal of that limit.
fn assert_full(answer: &Answer, limit: &str, why: &str) {
    assert_eq!(answer.status, 429, "{why}: {}", answer.text);
    assert_eq!(answer.body["Code"], "LimitExceededException", "{why}");
    let message = answer.body["Message"].as_str().unwrap_or_default();
    assert!(message.contains(limit), "{why}: {message}");
    assert_eq!(answer.header("retry-after"), Some("60"), "{why}");
}

const OF_TENANT: &str = "`OpenMeetings` is 3";
const OF_CALLER: &str = "`OpenMeetingsPerCaller` is 2";

/// The slots in the table, by the beginning of their partition's key.
fn slots(stack: &Stack, of: &str) -> usize {
    let is_slot = |item: &Value| {
        let is = |name: &str, test: &dyn Fn(&str) -> bool| item[name]["S"].as_str().is_some_and(test);
        is("pk", &|pk| pk.starts_with(of)) && is("sk", &|sk| sk != "turn")
    };
    stack.table().items().iter().filter(|item| is_slot(item)).count()
}

fn strike(stack: &Stack, operation: Operation, fault: impl Into<Fault>, times: u32) {
    let injection =
        Injection { fault: fault.into(), extent: Extent::Times(times), operation: Some(operation) };
    stack.simulator.arm(injection);
}

fn exception(name: &str) -> Fault {
    Fault::exception(name).expect("the simulator knows the exception")
}

#[tokio::test]
async fn one_person_has_so_many_meetings_and_all_of_the_tenant_so_many() {
    let stack = start().await;
    let (anna, bert, carl) = (
        stack.person("acme", "anna-of-acme"),
        stack.person("acme", "bert-of-acme"),
        stack.person("acme", "carl-of-acme"),
    );
    assert_eq!(anna.create().await.status, 201);
    assert_eq!(anna.create().await.status, 201);
    let refused = anna.create().await;
    assert_full(&refused, OF_CALLER, "the third of one person");
    let last = bert.create().await;
    assert_eq!(last.status, 201, "another person still may");
    let refused = carl.create().await;
    assert_full(&refused, OF_TENANT, "the fourth of the tenant");
    assert_eq!(stack.creations().len(), 3, "Chime was not asked for those that were refused");
    assert_eq!((slots(&stack, "tenant-slots#"), slots(&stack, "caller-slots#")), (3, 3));
    // Another tenant, listed or not, has limits of its own.
    assert_eq!(stack.person("initech", "anna-of-acme").create().await.status, 201);
    let globex = stack.person("globex", "anna-of-acme");
    assert_eq!(globex.create().await.status, 201);
    assert_full(&globex.create().await, "`OpenMeetings` is 1", "its own value");
}

#[tokio::test]
async fn an_unlisted_tenant_has_everyones_limits() {
    let stack = start().await;
    let anna = stack.person("hooli", "anna-of-hooli");
    for _ in 0..2 {
        assert_eq!(anna.create().await.status, 201);
    }
    assert_full(&anna.create().await, OF_CALLER, "unlisted");
}

#[tokio::test]
async fn every_creation_counts_by_whichever_operation() {
    let stack = start().await;
    let anna = stack.person("acme", "anna-of-acme");
    let body =
        json!({ "ExternalMeetingId": "some-meeting", "Attendees": [{ "ExternalUserId": "bert-of-acme" }] });
    assert_eq!(anna.send("POST /meetings?operation=create-attendees", Some(&body)).await.status, 201);
    assert_eq!(anna.send("POST /rooms/team-standup/join", None).await.status, 201);
    assert_eq!(
        anna.send("POST /rooms/team-standup/join", None).await.status,
        201,
        "joining opens no second meeting"
    );
    let primary = stack.simulator.meetings()[0].id().to_owned();
    let replica = json!({ "ExternalMeetingId": "some-replica", "PrimaryMeetingId": primary });
    for (request, body) in [
        ("POST /meetings", Some(&json!({ "ExternalMeetingId": "some-meeting" }))),
        ("POST /meetings?operation=create-attendees", Some(&body)),
        ("POST /rooms/another-room/join", None),
    ] {
        assert_full(&anna.send(request, body).await, OF_CALLER, request);
    }
    assert_full(&anna.send("POST /meetings", Some(&replica)).await, OF_CALLER, "a replica");
    let bert = stack.person("acme", "bert-of-acme");
    assert_eq!(
        bert.send("POST /rooms/team-standup/join", None).await.status,
        201,
        "joining is never limited"
    );
    assert_eq!(bert.send("POST /meetings", Some(&replica)).await.status, 201);
    assert_full(&bert.send("POST /rooms/another-room/join", None).await, OF_TENANT, "of a room");
}

#[tokio::test]
async fn a_repeat_of_a_creation_takes_no_second_slot() {
    let stack = start().await;
    let anna = stack.person("acme", "anna-of-acme");
    let first = anna.create_with_key("some-key-1").await;
    let again = anna.create_with_key("some-key-1").await;
    assert_eq!(meeting(&first), meeting(&again));
    assert_eq!((slots(&stack, "tenant-slots#"), slots(&stack, "caller-slots#")), (1, 1));
    assert_eq!(anna.create_with_key("some-key-2").await.status, 201);
    assert_full(&anna.create_with_key("some-key-3").await, OF_CALLER, "a third key");
    assert_eq!(meeting(&anna.create_with_key("some-key-1").await), meeting(&first), "a repeat at the limit");
    // One key is another creation for each operation.
    let body =
        json!({ "ExternalMeetingId": "some-meeting", "Attendees": [{ "ExternalUserId": "bert-of-acme" }] });
    let event = event(&anna.token, "POST /meetings?operation=create-attendees", Some(&body));
    let other = stack.invoke(&with_header(event, "Idempotency-Key", "some-key-1")).await;
    assert_full(&other, OF_CALLER, "another operation");
    let is_other = |request: &RecordedRequest| request.operation == Operation::CreateMeetingWithAttendees;
    assert!(!stack.simulator.requests().iter().any(is_other), "it has no slot, so Chime is not asked");
}

#[tokio::test]
async fn a_repeat_after_no_answer_finds_its_slots() {
    let stack = start().await;
    let anna = stack.person("acme", "anna-of-acme");
    strike(&stack, Operation::CreateMeeting, TransportFault::ResetAfterRead { creates: true }, 3);
    assert_eq!(anna.create_with_key("some-key-1").await.status, 503);
    assert_eq!(slots(&stack, "caller-slots#"), 1, "the meeting may exist");
    assert_eq!(anna.create_with_key("some-key-1").await.status, 201);
    assert_eq!((slots(&stack, "tenant-slots#"), slots(&stack, "caller-slots#")), (1, 1));
    assert_eq!(stack.simulator.meetings().len(), 1);
}

#[tokio::test]
async fn what_chime_refuses_takes_no_slot() {
    let stack = start().await;
    let anna = stack.person("acme", "anna-of-acme");
    for (fault, why) in [
        (exception("LimitExceededException"), "the account's quota"),
        (exception("BadRequestException"), "an unpublished rule"),
        (exception("ThrottlingException"), "throttled"),
        (exception("ServiceUnavailableException"), "nothing happened"),
        (exception("AccessDeniedException"), "IAM"),
    ] {
        strike(&stack, Operation::CreateMeeting, fault, 9);
        let answer = anna.create().await;
        stack.simulator.disarm();
        assert!(answer.status >= 400, "{why}: {}", answer.text);
        assert_eq!((slots(&stack, "tenant-slots#"), slots(&stack, "caller-slots#")), (0, 0), "{why}");
        strike(&stack, Operation::CreateMeeting, exception("LimitExceededException"), 9);
        assert_eq!(anna.send("POST /rooms/team-standup/join", None).await.status, 429);
        stack.simulator.disarm();
        assert_eq!((slots(&stack, "tenant-slots#"), slots(&stack, "caller-slots#")), (0, 0), "{why}: a room");
    }
}

/// Else the caller would be at their own limit for ten minutes, with no meeting open.
#[tokio::test]
async fn a_table_that_fails_for_a_moment_leaves_the_caller_no_slot() {
    let stack = start().await;
    let anna = stack.person("acme", "anna-of-acme");
    for operation in ["Query", "PutItem"] {
        for _ in 0..3 {
            let fault = dynamodb::Injection::new(dynamodb::Fault::InternalServerError, 3);
            stack.table().arm(fault.of_operation(operation).of_partitions("tenant-slots#"));
            assert_eq!(anna.create().await.status, 503, "{operation}");
        }
        assert_eq!(slots(&stack, "caller-slots#"), 0, "{operation}");
    }
    assert_eq!(anna.create().await.status, 201);
}

#[tokio::test]
async fn ending_a_meeting_frees_its_slots_at_once() {
    let stack = start().await;
    let anna = stack.person("acme", "anna-of-acme");
    let first = anna.create().await;
    assert_eq!(anna.send("POST /rooms/team-standup/join", None).await.status, 201);
    assert_full(&anna.create().await, OF_CALLER, "two are open");
    assert_eq!(stack.person("acme", "bert-of-acme").delete(&meeting(&first)).await, 204, "whoever ends it");
    assert_eq!(anna.create().await.status, 201);
    assert_full(&anna.create().await, OF_CALLER, "two are open");
    assert_eq!(anna.send("DELETE /rooms/team-standup", None).await.status, 204);
    assert_eq!(anna.create().await.status, 201);
    assert_eq!((slots(&stack, "tenant-slots#"), slots(&stack, "caller-slots#")), (2, 2));
}

/// The event MeetingEnded is read by the other function. Here it is lost.
#[tokio::test]
async fn meetings_that_have_ended_unnoticed_are_found_when_all_slots_are_taken() {
    let stack = start().await;
    let anna = stack.person("acme", "anna-of-acme");
    let first = meeting(&anna.create().await);
    anna.create().await;
    stack.simulator.end_meeting(&first);
    assert_eq!(anna.create().await.status, 201, "Chime was asked about the oldest ones");
    let before = stack.simulator.requests().len();
    assert_full(&anna.create().await, OF_CALLER, "two are open");
    assert_eq!(stack.simulator.requests().len(), before, "Chime is asked once in ten seconds");
}

/// Whether the others go on is not worth the caller's whole time.
#[tokio::test]
async fn a_chime_that_is_silent_about_the_other_meetings_is_not_waited_for() {
    let stack = start().await;
    let globex = stack.person("globex", "anna-of-globex");
    globex.create().await;
    strike(&stack, Operation::GetMeeting, TransportFault::BlackHole { creates: false }, 9);
    let started = Instant::now();
    assert_full(&globex.create().await, "`OpenMeetings` is 1", "it counts as one that goes on");
    assert!(started.elapsed() < Duration::from_millis(3_500), "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_key_whose_meeting_has_ended_gets_what_chime_answers() {
    let stack = start().await;
    let anna = stack.person("acme", "anna-of-acme");
    let first = anna.create_with_key("some-key-1").await;
    assert_eq!(anna.delete(&meeting(&first)).await, 204);
    let again = anna.create_with_key("some-key-1").await;
    assert_eq!((again.status, meeting(&again)), (201, meeting(&first)), "as without a registry");
    assert_eq!((slots(&stack, "tenant-slots#"), slots(&stack, "caller-slots#")), (0, 0), "it holds no slot");
}

#[tokio::test]
async fn a_tenant_without_limits_pays_one_write_after_chimes_answer() {
    let mut policy = policy();
    policy["Everyone"].as_object_mut().unwrap().remove("Limits");
    let stack = Stack::with().policy(&policy).registry().start().await;
    let anna = stack.person("acme", "anna-of-acme");
    let created = anna.create().await;
    assert_eq!(created.status, 201);
    let requests = stack.table().requests();
    let sent: Vec<&str> = requests.iter().map(|request| request.operation.as_str()).collect();
    assert_eq!(sent, ["UpdateItem"]);
    let items = stack.table().items();
    assert_eq!(items.len(), 1, "{items:?}");
    assert_eq!(items[0]["pk"]["S"], format!("meeting#{}", meeting(&created)));
    assert_eq!(items[0]["tenant"]["S"], "acme");
    assert_eq!(anna.delete(&meeting(&created)).await, 204);
    assert_eq!(stack.table().requests().len(), 1, "there is nothing to free");
    strike(&stack, Operation::CreateMeeting, exception("BadRequestException"), 1);
    assert_eq!(anna.create().await.status, 400);
    assert_eq!(stack.table().requests().len(), 1, "there is no meeting to note");
}

#[tokio::test]
async fn without_a_registry_the_table_is_never_asked() {
    let mut policy = policy();
    policy["Everyone"].as_object_mut().unwrap().remove("Limits");
    policy["Tenants"]["globex"] = json!({});
    let table = Dynamodb::start(loopback()).expect("a port is free");
    let stack =
        Stack::with().policy(&policy).setting("AWS_ENDPOINT_URL_DYNAMODB", &table.url()).start().await;
    let anna = stack.person("acme", "anna-of-acme");
    let created = anna.create().await;
    assert_eq!(anna.delete(&meeting(&created)).await, 204);
    assert_eq!((table.requests().len(), table.connections()), (0, 0));
    let line = stack.function.logs_with(r#""operation":"CreateMeeting""#, PATIENCE).await.expect("its line");
    assert!(!line.contains("registry"), "{line}");
}

/// A thousand meetings of one member must not keep anybody else from creating theirs.
#[tokio::test]
async fn one_member_of_one_tenant_keeps_nobody_else_from_creating() {
    let stack = start().await;
    let attacker = stack.person("acme", "mallory-of-acme");
    let mut created = 0;
    for _ in 0..40 {
        let answer = attacker.create().await;
        assert!([201, 429].contains(&answer.status), "{}", answer.text);
        created += usize::from(answer.status == 201);
    }
    assert_eq!(created, 2);
    assert_eq!(stack.person("acme", "anna-of-acme").create().await.status, 201, "of the same tenant");
    for tenant in ["globex", "initech", "hooli"] {
        assert_eq!(stack.person(tenant, "anna-of-acme").create().await.status, 201, "{tenant}");
    }
}

#[tokio::test]
async fn the_line_of_a_refusal_names_the_limit_and_is_a_metric() {
    let stack = start().await;
    let globex = stack.person("globex", "anna-of-globex");
    assert_eq!(globex.create().await.status, 201);
    assert_full(&globex.create().await, "`OpenMeetings` is 1", "full");
    let log = stack.function.logs_with(r#""LimitReached":1"#, PATIENCE).await.expect("its line");
    let line = log.lines().find(|line| line.contains("LimitReached")).expect("its line");
    let line: Value = serde_json::from_str(line).expect("a line is JSON");
    for (member, expected) in [
        ("level", json!("WARN")),
        ("status", json!(429)),
        ("outcome", json!("throttled")),
        ("code", json!("LimitExceededException")),
        ("limit", json!("OpenMeetings")),
        ("tenant", json!("globex")),
        // The oldest meeting was asked about, and goes on.
        ("attempts", json!(1)),
    ] {
        assert_eq!(line[member], expected, "{member}: {line}");
    }
    assert!(line["registry_attempts"].as_u64() >= Some(1), "{line}");
    assert!(line["registry_ms"].as_f64() > Some(0.0), "{line}");
}
