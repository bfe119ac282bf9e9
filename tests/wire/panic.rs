//! A panic is answered, and the process goes on. Run with `--features planted-panic`, which lets a request cause one;
//! in the deep tier with the release build, which is the one that is deployed.

use serde_json::json;

use crate::harness::{PATIENCE, Stack, post, with_header};

#[tokio::test]
async fn answers_a_panic_and_serves_the_next_request_in_the_same_process() {
    let stack = Stack::start().await;
    let body = json!({ "ExternalMeetingId": "standup" });
    let process = stack.function.process_id();
    for round in 1..=3 {
        let event = post(&stack.token("acme"), &body.to_string());
        let answer = stack.invoke(&with_header(event, "x-planted-panic", "the-callers-text")).await;
        assert_eq!((answer.status, &answer.body["Code"]), (500, &json!("ServiceFailureException")));
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        assert_eq!(answer.body["instance"], json!("JKJaXmPLvHcESHA="), "the request's own id");
        assert_eq!(stack.create("acme", &body).await.status, 201, "round {round}");
    }
    assert_eq!(stack.function.process_id(), process);
    assert_eq!(stack.simulator.connections(), 1, "the next request finds its connection");
    let log = stack.function.logs_with("request served", PATIENCE).await.expect("the meeting is logged");
    let lines = log.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let lines: Vec<_> = lines.filter(|line| line["status"] == 500).collect();
    assert!(!lines.is_empty() && lines.len() <= 3, "one line a request: {log}");
    for line in lines {
        assert_eq!((&line["level"], &line["InternalError"]), (&json!("ERROR"), &json!(1)), "{line}");
    }
    assert!(log.contains(r#""message":"panicked","location":"src/gateway.rs"#), "where it was: {log}");
    assert!(log.contains("the handler panicked"), "and which request: {log}");
    assert!(!log.contains("the-callers-text"), "and not what it was about: {log}");
}
