//! The log line of a request: one a request, with the members and metrics that it should have.

use std::collections::BTreeMap;

use local::simulator::{Fault, TransportFault};
use meeting_gateway::request_line::METRICS;
use serde_json::{Value, json};

use crate::harness::{PATIENCE, Stack, event, post};
use crate::requests::target;

/// The lines of requests, once there are so many.
async fn lines(stack: &Stack, count: usize) -> Vec<Value> {
    for _ in 0..400 {
        let output = stack.function.standard_output();
        let lines = output.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let lines: Vec<Value> = lines.filter(|line| line.get("_aws").is_some()).collect();
        if lines.len() >= count {
            assert_eq!(lines.len(), count, "one line a request");
            return lines;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    panic!("there are not {count} lines: {}", stack.function.standard_output());
}

/// The metrics of a line, each with its sets of dimensions.
fn metrics(line: &Value) -> BTreeMap<String, Value> {
    let directives = line["_aws"]["CloudWatchMetrics"].as_array().unwrap().iter();
    let metrics = directives.flat_map(|directive| {
        let metrics = directive["Metrics"].as_array().unwrap().iter();
        metrics.map(|metric| (metric["Name"].as_str().unwrap().to_owned(), directive["Dimensions"].clone()))
    });
    metrics.collect()
}

fn names(line: &Value) -> Vec<String> {
    metrics(line).into_keys().collect()
}

/// The metrics of every request.
const ALWAYS: [&str; 2] = ["Requests", "duration_ms"];

#[tokio::test]
async fn the_line_of_a_creation_has_every_member() {
    let stack = Stack::start().await;
    let answer = stack.create("acme", &json!({ "ExternalMeetingId": "standup" })).await;
    let line = lines(&stack, 1).await.remove(0);
    let meeting = &answer.body["Meeting"];
    for (member, expected) in [
        ("level", json!("INFO")),
        ("message", json!("request served")),
        ("service", json!("meeting-gateway")),
        ("cold_start", json!(true)),
        ("correlation_id", json!("JKJaXmPLvHcESHA=")),
        ("operation", json!("CreateMeeting")),
        ("tenant", json!("acme")),
        ("outcome", json!("created")),
        ("status", json!(201)),
        ("attempts", json!(1)),
        ("meeting_id", meeting["MeetingId"].clone()),
        ("media_region", meeting["MediaRegion"].clone()),
        ("Requests", json!(1)),
        ("ColdStarts", json!(1)),
    ] {
        assert_eq!(line[member], expected, "{member}: {line}");
    }
    for member in ["timestamp", "function_request_id", "xray_trace_id", "chime_request_id"] {
        assert!(line[member].is_string(), "{member}: {line}");
    }
    assert_eq!(line["caller"].as_str().map(str::len), Some(16), "{line}");
    for member in ["code", "cause"] {
        assert_eq!(line.get(member), None, "a success has no {member}: {line}");
    }
    let (whole, chime) = (line["duration_ms"].as_f64().unwrap(), line["chime_ms"].as_f64().unwrap());
    assert!(0.0 < chime && chime <= whole, "Chime's share is a part: {line}");
    let expected = BTreeMap::from(
        [
            ("Requests", json!([["service"], ["service", "operation"], ["service", "operation", "outcome"]])),
            ("duration_ms", json!([["service"], ["service", "operation"]])),
            ("chime_ms", json!([["service"], ["service", "operation"]])),
            ("ColdStarts", json!([["service"]])),
        ]
        .map(|(name, dimensions)| (name.to_owned(), dimensions)),
    );
    assert_eq!(metrics(&line), expected);
}

#[tokio::test]
async fn every_outcome_has_its_line_refusals_too() {
    let stack = Stack::start().await;
    let host = stack.token("acme");
    let body = json!({ "ExternalMeetingId": "standup" });
    let created = stack.create("acme", &body).await;
    let id = created.body["Meeting"]["MeetingId"].as_str().unwrap().to_owned();
    let missing = "/meetings/11111111-2222-3333-4444-555555555555";
    let fault = |name: &str| Fault::exception(name).expect("the simulator knows it");
    let other_region = serde_json::from_value(json!({ "MediaRegion": "us-west-2" })).unwrap();
    // request, body, Chime's fault; operation, outcome, status, code, meeting is named, alarm
    let creation = |body: Value, fault: Option<Fault>, outcome: &'static str, status: i32, code, alarm| {
        let request = "POST /meetings".to_owned();
        (request, Some(body), fault, "CreateMeeting", outcome, status, Some(code), false, alarm)
    };
    let failing = |fault: Fault, outcome, status, code, alarm| {
        creation(body.clone(), Some(fault), outcome, status, code, alarm)
    };
    let refused = |request: &str, fault: Option<Fault>, operation, status, code, names_meeting| {
        let alarm: Option<&str> = None;
        (request.to_owned(), None, fault, operation, "refused", status, Some(code), names_meeting, alarm)
    };
    let get_missing = format!("GET {missing}");
    let other_meeting = Fault::from(TransportFault::OtherMeeting { members: other_region });
    let too_short = json!({ "ExternalMeetingId": "x" });
    let too_large = json!({ "ExternalMeetingId": "x".repeat(70_000) });
    let denied = Some("ChimeAccessDenied");
    let rows = [
        (format!("GET /meetings/{id}"), None, None, "GetMeeting", "ok", 200, None, true, None),
        (format!("POST /meetings/{id}/join"), None, None, "Join", "created", 201, None, true, None),
        creation(too_short, None, "refused", 400, "BadRequestException", None),
        refused(&get_missing, None, "GetMeeting", 404, "NotFoundException", true),
        refused("GET /nowhere", None, "none", 404, "NotFoundException", false),
        failing(fault("ThrottlingException"), "throttled", 429, "ThrottlingException", None),
        failing(
            fault("LimitExceededException"),
            "throttled",
            429,
            "LimitExceededException",
            Some("QuotaFull"),
        ),
        failing(fault("BadRequestException"), "refused", 400, "BadRequestException", Some("ChimeRejected")),
        failing(fault("AccessDeniedException"), "failed", 500, "ServiceFailureException", denied),
        failing(fault("UnauthorizedException"), "failed", 500, "ServiceFailureException", denied),
        failing(fault("ServiceFailureException"), "failed", 502, "ServiceFailureException", None),
        failing(other_meeting, "refused", 409, "ConflictException", Some("DifferentMeeting")),
        failing(fault("ServiceUnavailableException"), "failed", 503, "ServiceUnavailableException", None),
        refused("PATCH /meetings", None, "none", 405, "BadRequestException", false),
        creation(too_large, None, "refused", 413, "BadRequestException", None),
        // The proof of a meeting: Chime's 403 is logged and pages nobody.
        refused(
            &get_missing,
            Some(fault("ForbiddenException")),
            "GetMeeting",
            404,
            "NotFoundException",
            true,
        ),
    ];
    for (request, body, fault, ..) in &rows {
        if let Some(fault) = fault {
            stack.simulator.inject(fault.clone(), 9);
        }
        stack.send(&host, request, body.as_ref()).await;
        stack.simulator.disarm();
    }
    // One more, so that a second line for the last row would be there as well.
    stack.send(&host, "GET /nowhere", None).await;
    let lines = lines(&stack, rows.len() + 2).await;
    for ((request, _, fault, operation, outcome, status, code, names_meeting, alarm), line) in
        rows.iter().zip(&lines[1..])
    {
        let why = format!("{request} with {fault:?}: {line}");
        assert_eq!(line["operation"], *operation, "{why}");
        assert_eq!(line["outcome"], *outcome, "{why}");
        assert_eq!(line["status"], *status, "{why}");
        assert_eq!(line.get("code").and_then(Value::as_str), *code, "{why}");
        assert_eq!(line.get("cause").is_some(), code.is_some(), "{why}");
        assert_eq!(line.get("meeting_id").is_some(), *names_meeting, "{why}");
        assert_eq!(line["cold_start"], false, "{why}");
        let expected_level = match (status, alarm) {
            (500.., _) | (_, Some(_)) => "ERROR",
            (400.., _) => "WARN",
            _ => "INFO",
        };
        assert_eq!(line["level"], expected_level, "{why}");
        let asked_chime = line["attempts"] != 0;
        let mut expected: Vec<&str> = ALWAYS.into_iter().chain(*alarm).collect();
        expected.extend(asked_chime.then_some("chime_ms"));
        expected.sort_unstable();
        assert_eq!(names(line), expected, "{why}");
        if let Some(alarm) = alarm {
            assert_eq!((&line[*alarm], &metrics(line)[*alarm]), (&json!(1), &json!([["service"]])), "{why}");
        }
    }
}

#[tokio::test]
async fn a_request_without_a_caller_has_its_line_without_one() {
    let stack = Stack::start().await;
    stack.send("not.a.token", "GET /meetings/11111111-2222-3333-4444-555555555555", None).await;
    stack.invoke_within("not an event", PATIENCE).await;
    let lines = lines(&stack, 2).await;
    for (line, status, operation) in [(&lines[0], 401, "GetMeeting"), (&lines[1], 400, "none")] {
        assert_eq!((&line["status"], &line["operation"]), (&json!(status), &json!(operation)), "{line}");
        assert_eq!((line.get("tenant"), line.get("caller")), (None, None), "{line}");
        assert_eq!((&line["attempts"], &line["chime_ms"]), (&json!(0), &json!(0.0)), "{line}");
        assert!(!names(line).contains(&"chime_ms".to_owned()), "as a metric it would count as fast: {line}");
    }
    assert_eq!(
        lines[1]["correlation_id"], lines[1]["function_request_id"],
        "an event without an id has Lambda's"
    );
}

#[tokio::test]
async fn attempts_and_waits_count_as_chimes_share() {
    let stack = Stack::start().await;
    stack.simulator.inject(TransportFault::DelayedHeaders { milliseconds: 120 }, 1);
    stack.create("acme", &json!({ "ExternalMeetingId": "standup" })).await;
    stack.simulator.inject(Fault::exception("ServiceFailureException").unwrap(), 2);
    stack.create("acme", &json!({ "ExternalMeetingId": "standup" })).await;
    let lines = lines(&stack, 2).await;
    assert_eq!((&lines[0]["attempts"], &lines[1]["attempts"]), (&json!(1), &json!(3)));
    for (line, least) in [(&lines[0], 120.0), (&lines[1], 50.0 + 100.0)] {
        assert!(line["chime_ms"].as_f64().unwrap() >= least, "at least {least} ms: {line}");
    }
}

#[tokio::test]
async fn the_line_is_written_whatever_the_log_level_is() {
    for level in ["off", "error", "meeting_gateway=off"] {
        let stack = Stack::with().setting("RUST_LOG", level).start().await;
        stack.create("acme", &json!({ "ExternalMeetingId": "standup" })).await;
        stack.create("acme", &json!({})).await;
        let lines = lines(&stack, 2).await;
        assert_eq!((&lines[0]["level"], &lines[1]["level"]), (&json!("INFO"), &json!("WARN")), "{level}");
    }
}

#[tokio::test]
async fn lambdas_trace_goes_on_to_chime_and_is_in_the_line() {
    let stack = Stack::start().await;
    stack.create("acme", &json!({ "ExternalMeetingId": "standup" })).await;
    stack.create("acme", &json!({ "ExternalMeetingId": "standup" })).await;
    let lines = lines(&stack, 2).await;
    let requests = stack.simulator.requests();
    assert_eq!(requests.len(), 2);
    for (line, request) in lines.iter().zip(requests) {
        let trace = line["xray_trace_id"].as_str().unwrap();
        assert!(request.headers["x-amzn-trace-id"].starts_with(&format!("Root={trace};")), "{line}");
    }
    assert_ne!(lines[0]["xray_trace_id"], lines[1]["xray_trace_id"], "each invocation has its own");
}

#[tokio::test]
async fn every_operation_has_its_line_with_no_metric_that_is_not_listed() {
    let stack = Stack::with().registry().start().await;
    let host = stack.token("acme");
    let mut count = 0;
    for operation in meeting_gateway::operation::OPERATIONS {
        let id = "11111111-2222-3333-4444-555555555555";
        let request = target(operation, id, id);
        stack.invoke(&event(&host, &request, Some(&json!({ "Unknown": 1 })))).await;
        count += 1;
    }
    stack.invoke(&post(&host, &json!({ "ExternalMeetingId": "standup" }).to_string())).await;
    let lines = lines(&stack, count + 1).await;
    for (line, operation) in lines.iter().zip(meeting_gateway::operation::OPERATIONS) {
        assert_eq!(line["operation"], operation.name);
    }
    for line in &lines {
        for (name, dimensions) in metrics(line) {
            let metric = METRICS.iter().find(|metric| metric.name == name).expect(&name);
            assert_eq!(json!(metric.dimensions), dimensions, "{name}");
        }
    }
}
