//! The fault matrix of every operation: for each fault the status, the attempts at Chime, and what Chime then has.
//! `faults.rs` has CreateMeeting's in more detail.

mod lines;
mod rows;

use std::time::Duration;

use gateway_tests::repository;
use local::simulator::{Extent, Injection, Operation, Simulator, TransportFault};
use meeting_gateway::chime::Repeat;
use meeting_gateway::operation::OPERATIONS;
use serde_json::Value;
use tokio::task::JoinSet;

use self::lines::{EXCEPTIONS, Line, lines};
use self::rows::Status::{Refused, Succeeds};
use self::rows::{Row, rows};
use crate::harness::{Answer, PATIENCE, Stack, loopback};
use crate::requests::{body, event, operation};

#[test]
fn every_operation_has_a_line_and_every_exception_a_fault() {
    let named: Vec<&str> = lines().iter().map(|line| line.name).collect();
    let expected: Vec<&str> = OPERATIONS.iter().map(|operation| operation.name).collect();
    assert_eq!(named, expected);
    let faults: Vec<&str> = rows().iter().map(|row| row.name).collect();
    for (operation, fault, _, _) in EXCEPTIONS {
        assert!(named.contains(operation) && faults.contains(fault), "{operation}, {fault}: no such outcome");
    }
}

#[tokio::test]
async fn every_operation_survives_every_fault_and_takes_effect_at_most_once() {
    let mut tasks = JoinSet::new();
    for line in lines() {
        tasks.spawn(async move {
            let stack = line.start().await;
            let mut wrong = Vec::new();
            for row in rows() {
                wrong.extend(run(&stack, &line, &row).await);
            }
            wrong
        });
    }
    let wrong: Vec<String> = tasks.join_all().await.into_iter().flatten().collect();
    assert!(wrong.is_empty(), "{} outcome(s) are not as they should be:\n{}", wrong.len(), wrong.join("\n"));
}

/// Plays a fault to an operation and returns what differs from the table.
async fn run(stack: &Stack, line: &Line, row: &Row) -> Option<String> {
    stack.reset_simulator();
    let room = line.room(stack).await;
    let before = stack.simulator.requests().len();
    stack.simulator.arm(Injection {
        fault: row.fault.clone(),
        extent: Extent::Times(row.times),
        operation: Some(line.at_chime),
    });
    let request = event(line.name, &room, &stack.token("acme"), &body(line.name, &room));
    let answer = Answer::of(stack.invoke_within(request.to_string(), row.limit).await);
    let requests = stack.simulator.requests();
    let seen = requests.iter().skip(before).filter(|request| request.operation == line.at_chime).count();
    let calls = requests.len().saturating_sub(before);
    let effect = (line.effect)(&stack.simulator, &room);

    let outcome = line.outcome(row);
    let status = match outcome.status {
        Succeeds => u64::from(operation(line.name).success),
        Refused(status) => status,
    };
    let must_say_when = matches!(status, 429 | 503);
    let is_right = (answer.status, seen, effect) == (status, outcome.attempts, outcome.effects * line.once)
        // The proof is remembered, so nothing else is asked, unless a room's meeting has ended.
        && (calls == seen || (line.name, row.name) == ("JoinRoom", "404"))
        && answer.header("cache-control") == Some("no-store")
        && answer.header("retry-after").is_some() == must_say_when;
    (!is_right).then(|| {
        format!(
            "{}, {} ({}): {} after {seen} attempt(s) and {calls} call(s) with effect {effect}, retry-after {:?}; {}",
            line.name,
            row.name,
            row.why,
            answer.status,
            answer.header("retry-after"),
            answer.text
        )
    })
}

/// Nothing was sent, so every operation may be repeated.
#[tokio::test]
async fn tries_every_operation_three_times_where_nobody_listens() {
    let mut tasks = JoinSet::new();
    for line in lines() {
        tasks.spawn(async move {
            let name = line.name;
            let mut stack = line.start().await;
            let room = line.room(&stack).await;
            let request = event(name, &room, &stack.token("acme"), &body(name, &room));
            // Another one, at another port.
            stack.simulator = Simulator::start(loopback()).expect("a port is free");
            // The process notices that its pooled connection was closed.
            tokio::time::sleep(Duration::from_millis(100)).await;
            let answer = stack.invoke(&request).await;
            assert_eq!((answer.status, answer.header("retry-after")), (503, Some("2")), "{name}");
            let log = stack.function.logs_with("after 3 attempt(s)", PATIENCE).await;
            assert!(log.is_ok(), "{name}: {log:?}");
        });
    }
    tasks.join_all().await;
}

/// The proof only reads, so it is repeated for every operation.
#[tokio::test]
async fn repeats_the_proof_of_a_meeting_whatever_the_operation() {
    let mut stack = Stack::start().await;
    for name in ["Join", "CreateAttendee", "BatchCreateAttendee", "BatchUpdateAttendeeCapabilitiesExcept"] {
        let room = stack.room().await;
        stack.restart();
        let before = stack.simulator.requests().len();
        stack.simulator.inject(TransportFault::ResetAfterRead { creates: true }, 2);
        let answer = stack.request(name, &room).await;
        assert_eq!(answer.status, u64::from(operation(name).success), "{name}: {}", answer.text);
        let requests = stack.simulator.requests();
        let called: Vec<Operation> = requests.iter().skip(before).map(|request| request.operation).collect();
        assert_eq!(called.len(), 4, "{name}: {called:?}");
        assert_eq!(called[..3], [Operation::GetMeeting; 3], "{name}");
    }
}

/// Repeated attempts are one request: each of the same operation sends the same body.
#[tokio::test]
async fn repeats_a_creation_with_the_same_token() {
    let stack = Stack::start().await;
    for name in ["CreateMeeting", "CreateMeetingWithAttendees"] {
        let room = stack.room().await;
        let before = stack.simulator.requests().len();
        stack.simulator.inject(TransportFault::ResetAfterRead { creates: true }, 2);
        assert_eq!(stack.request(name, &room).await.status, 201, "{name}");
        let requests = stack.simulator.requests();
        let bodies: Vec<&Value> = requests.iter().skip(before).map(|request| &request.body).collect();
        assert_eq!(bodies.len(), 3, "{name}");
        assert!(bodies.iter().all(|body| body == &bodies[0]), "{name}: {bodies:?}");
    }
}

/// docs/reliability.md tells callers which requests are repeated.
#[test]
fn the_documentation_has_the_rule_of_every_operation() {
    let page = std::fs::read_to_string(repository().join("docs/reliability.md")).unwrap();
    let rows = page.lines().skip_while(|line| !line.starts_with("| operation | a failed attempt")).skip(2);
    let rows = rows.map_while(|line| line.strip_prefix("| "));
    let listed: Vec<Vec<&str>> = rows.map(|row| row.split(" | ").take(2).collect()).collect();
    let expected: Vec<Vec<&str>> = OPERATIONS
        .iter()
        .map(|operation| {
            let rule = match operation.repeat {
                Repeat::Always => "always",
                Repeat::IfNothingHappened => "when nothing happened",
            };
            vec![operation.name, rule]
        })
        .collect();
    assert_eq!(listed, expected);
}
