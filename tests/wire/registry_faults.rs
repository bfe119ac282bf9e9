//! The registry's table fails: what is served nevertheless, what is not, and how long anybody waits.

use std::time::{Duration, Instant};

use local::dynamodb::{Fault, Injection};
use serde_json::{Value, json};

use crate::harness::{Answer, PATIENCE, Stack, event};

/// `acme` has no limits, `globex` has.
fn policy() -> Value {
    json!({
        "Everyone": {
            "Fixed": { "TenantIds": ["${tenant}"], "MediaRegion": "us-east-1" },
            "Callers": { "Moderate": {}, "End": {} },
        },
        "Tenants": { "acme": {}, "globex": { "Limits": { "OpenMeetings": 5, "OpenMeetingsPerCaller": 5 } } },
    })
}

async fn start() -> Stack {
    Stack::with().policy(&policy()).registry().start().await
}

fn creation() -> Value {
    json!({ "ExternalMeetingId": "some-meeting" })
}

/// Sends a request, and returns its answer and the time that it took.
async fn timed(stack: &Stack, tenant: &str, request: &str, body: Option<&Value>) -> (Answer, Duration) {
    let event = event(&stack.token(tenant), request, body);
    let started = Instant::now();
    (stack.invoke(&event).await, started.elapsed())
}

/// The lines that count a failure of the registry so far.
async fn failures(stack: &Stack, count: usize) -> Vec<Value> {
    let failed = |line: &Value| line.get("RegistryFailed").is_some();
    for _ in 0..400 {
        let output = stack.function.standard_output();
        let lines = output.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let lines: Vec<Value> = lines.filter(failed).collect();
        if lines.len() >= count {
            assert_eq!(lines.len(), count, "{lines:?}");
            return lines;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("there are not {count} lines: {}", stack.function.standard_output());
}

#[tokio::test]
async fn with_the_table_down_creation_goes_on_without_limits_and_is_503_with_them() {
    let stack = start().await;
    let with_attendees =
        json!({ "ExternalMeetingId": "some-meeting", "Attendees": [{ "ExternalUserId": "anna-of-acme" }] });
    stack.table().set_down(true);
    let rows = [
        ("acme", "POST /meetings", Some(creation()), 201),
        ("acme", "POST /meetings?operation=create-attendees", Some(with_attendees.clone()), 201),
        ("globex", "POST /meetings", Some(creation()), 503),
        ("globex", "POST /meetings?operation=create-attendees", Some(with_attendees), 503),
        ("acme", "POST /rooms/team-standup/join", None, 503),
        ("acme", "GET /rooms/team-standup", None, 503),
        ("acme", "DELETE /rooms/team-standup", None, 503),
    ];
    for (tenant, request, body, status) in &rows {
        let before = stack.simulator.requests().len();
        let (answer, _) = timed(&stack, tenant, request, body.as_ref()).await;
        assert_eq!(answer.status, *status, "{tenant}, {request}: {}", answer.text);
        let asked = stack.simulator.requests().len() - before;
        assert_eq!(asked, usize::from(*status == 201), "{tenant}, {request}: calls to Chime");
        if *status == 503 {
            assert_eq!(answer.body["Code"], "ServiceUnavailableException", "{request}");
            assert_eq!(answer.header("retry-after"), Some("2"), "{request}");
        }
    }
    let lines = failures(&stack, rows.len()).await;
    for (line, (_, request, _, status)) in lines.iter().zip(&rows) {
        assert_eq!(line["status"], *status, "{request}: {line}");
        assert_eq!(line["RegistryFailed"], 1, "{request}: whatever the caller got");
        assert!(line["registry_attempts"].as_u64() >= Some(1), "{request}: {line}");
        assert_eq!(line["level"], if *status == 201 { "INFO" } else { "ERROR" }, "{request}");
    }
    stack.table().set_down(false);
    for (tenant, request, body, _) in &rows[..5] {
        let (answer, _) = timed(&stack, tenant, request, body.as_ref()).await;
        assert_eq!(answer.status, 201, "{tenant}, {request}: the process lives on");
    }
}

#[tokio::test]
async fn operations_on_a_meeting_need_no_table() {
    let stack = start().await;
    let (created, _) = timed(&stack, "globex", "POST /meetings", Some(&creation())).await;
    let id = created.body["Meeting"]["MeetingId"].as_str().expect("a meeting").to_owned();
    stack.table().set_down(true);
    for (request, status) in [
        (format!("GET /meetings/{id}"), 200),
        (format!("POST /meetings/{id}/join"), 201),
        (format!("DELETE /meetings/{id}"), 204),
    ] {
        let (answer, took) = timed(&stack, "globex", &request, None).await;
        assert_eq!(answer.status, status, "{request}: {}", answer.text);
        assert!(took < Duration::from_secs(2), "{request}: not freeing the slots fails nothing: {took:?}");
    }
    let lines = failures(&stack, 1).await;
    assert_eq!(lines[0]["operation"], "DeleteMeeting", "its slots were not freed");
}

#[tokio::test]
async fn freeing_the_slots_of_an_ended_meeting_takes_a_second_at_most() {
    let stack = start().await;
    let (created, _) = timed(&stack, "globex", "POST /meetings", Some(&creation())).await;
    let id = created.body["Meeting"]["MeetingId"].as_str().expect("a meeting").to_owned();
    stack.table().inject(Fault::SlowAnswer(Duration::from_secs(60)), 9);
    let (answer, took) = timed(&stack, "globex", &format!("DELETE /meetings/{id}"), None).await;
    assert_eq!(answer.status, 204, "{}", answer.text);
    assert!(took < Duration::from_millis(1_500), "{took:?}");
}

/// The caller waits for the note of the meeting, since Lambda freezes what comes after the answer.
#[tokio::test]
async fn noting_a_meeting_takes_at_most_200_ms() {
    let stack = start().await;
    timed(&stack, "acme", "POST /meetings", Some(&creation())).await;
    for fault in [
        Fault::SlowAnswer(Duration::from_secs(20)),
        Fault::LateEffect(Duration::from_secs(20)),
        Fault::InternalServerError,
        Fault::ProvisionedThroughputExceeded,
    ] {
        stack.table().inject(fault.clone(), 1);
        let (answer, took) = timed(&stack, "acme", "POST /meetings", Some(&creation())).await;
        assert_eq!(answer.status, 201, "{fault:?}: {}", answer.text);
        assert!(took < Duration::from_millis(1_000), "{fault:?}: {took:?}");
        let log = stack.function.standard_output();
        let line = log.lines().rfind(|line| line.contains("registry_ms")).expect("the request's line");
        let line: Value = serde_json::from_str(line).expect("a line is JSON");
        // The edge's own time, without what a busy machine may take before the process goes on.
        assert!(line["registry_ms"].as_f64() < Some(300.0), "{fault:?}: {line}");
    }
}

#[tokio::test]
async fn what_the_table_does_once_is_repeated_and_changes_nothing() {
    let stack = start().await;
    for fault in Fault::PASSING {
        for operation in ["GetItem", "PutItem", "TransactWriteItems"] {
            for tenant in ["acme", "globex"] {
                stack.table().reset();
                stack.reset_simulator();
                stack.table().arm(Injection::new(fault.clone(), 1).of_operation(operation));
                let (first, _) = timed(&stack, tenant, "POST /rooms/team-standup/join", None).await;
                let why = format!("{fault:?} of {operation}, {tenant}");
                assert_eq!(first.status, 201, "{why}: {}", first.text);
                let (second, _) = timed(&stack, tenant, "POST /rooms/team-standup/join", None).await;
                assert_eq!(second.body["Meeting"], first.body["Meeting"], "{why}");
                assert_eq!(stack.simulator.meetings().len(), 1, "{why}");
                let slots =
                    stack.table().items().iter().filter(|item| item.to_string().contains("-slots#")).count();
                let expected = if tenant == "globex" { 2 } else { 0 };
                assert!(slots >= expected, "{why}: each limit has its slot");
            }
        }
    }
    failures(&stack, 0).await;
}

#[tokio::test]
async fn answers_503_before_any_deadline_when_the_table_is_silent() {
    let stack = start().await;
    timed(&stack, "acme", "POST /meetings", Some(&creation())).await;
    for milliseconds in [1_000, 2_200, 4_000] {
        let limit = Duration::from_millis(milliseconds);
        for (tenant, request, body) in [
            ("globex", "POST /meetings", Some(creation())),
            ("acme", "POST /rooms/team-standup/join", None),
            ("acme", "GET /rooms/team-standup", None),
            ("acme", "DELETE /rooms/team-standup", None),
        ] {
            stack.table().inject(Fault::SlowAnswer(Duration::from_secs(60)), 9);
            let event = event(&stack.token(tenant), request, body.as_ref()).to_string();
            let started = Instant::now();
            let answer = Answer::of(stack.invoke_within(event, limit).await);
            let took = started.elapsed();
            stack.table().reset();
            assert_eq!(answer.status, 503, "{request} within {limit:?}: {}", answer.text);
            assert!(took < limit - Duration::from_millis(200), "{request}: {took:?} of {limit:?}");
        }
    }
}

/// Nothing was published, so the meeting that was created is nobody's.
#[tokio::test]
async fn a_meeting_that_could_not_be_published_is_not_handed_out() {
    let stack = start().await;
    for (tenant, request, body) in
        [("globex", "POST /meetings", Some(creation())), ("acme", "POST /rooms/team-standup/join", None)]
    {
        stack.table().arm(Injection::new(Fault::InternalServerError, 9).of_operation("TransactWriteItems"));
        let (answer, _) = timed(&stack, tenant, request, body.as_ref()).await;
        assert_eq!(answer.status, 503, "{request}: {}", answer.text);
        assert!(!answer.text.contains("MediaPlacement"), "{request}: {}", answer.text);
        let left = stack.table().requests().len();
        assert!(left > 0, "{request}");
        stack.table().reset();
        stack.reset_simulator();
    }
}

#[tokio::test]
async fn the_line_says_what_the_table_took() {
    let stack = start().await;
    stack.table().inject(Fault::SlowAnswer(Duration::from_millis(80)), 1);
    let (answer, _) = timed(&stack, "acme", "POST /rooms/team-standup/join", None).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let log = stack.function.logs_with("registry_ms", PATIENCE).await.expect("its line");
    let line = log.lines().find(|line| line.contains("registry_ms")).expect("its line");
    let line: Value = serde_json::from_str(line).expect("a line is JSON");
    assert!(line["registry_ms"].as_f64() >= Some(80.0), "{line}");
    assert_eq!(line["registry_attempts"], 3, "read, write, publish: {line}");
    let sum = line["registry_ms"].as_f64().unwrap() + line["chime_ms"].as_f64().unwrap();
    assert!(sum <= line["duration_ms"].as_f64().unwrap(), "both are parts: {line}");
    let dimensions = line["_aws"]["CloudWatchMetrics"].as_array().unwrap().iter();
    let of = |name: &str| {
        let has = |directive: &&Value| {
            directive["Metrics"].as_array().unwrap().iter().any(|metric| metric["Name"] == name)
        };
        dimensions.clone().find(has).map(|directive| directive["Dimensions"].clone())
    };
    assert_eq!(of("registry_ms"), Some(json!([["service"], ["service", "operation"]])));
}
