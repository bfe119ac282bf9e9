//! The faults of the table: what a client sees of each, and what is in the table afterwards.

use std::time::{Duration, Instant};

use local::dynamodb::{Dynamodb, Fault, Injection, Outcome, TABLE};
use serde_json::{Value, json};

use crate::dynamodb::{key, send, start, try_send};
use crate::exchange::exchange;

async fn put(dynamodb: &Dynamodb, partition: &str) -> Option<(u16, Value)> {
    try_send(dynamodb.address(), "PutItem", json!({ "Item": key(partition, "1") })).await.ok()
}

#[tokio::test]
async fn each_fault_strikes_once_and_leaves_what_it_says() {
    let late = Fault::LateEffect(Duration::from_secs(1));
    // A fault, the answer if there is one, whether the item is there at once, and why.
    type Row = (Fault, Option<(u16, &'static str)>, bool, &'static str);
    let rows: &[Row] = &[
        (Fault::AnswerLost, None, true, "the write happened"),
        (Fault::ConnectionBroken, None, false, "nothing happened"),
        (late.clone(), None, false, "it has not happened yet"),
        (Fault::SlowAnswer(Duration::from_millis(50)), Some((200, "")), true, "it happened at once"),
        (
            Fault::TransactionConflict,
            Some((400, "TransactionConflictException")),
            false,
            "another write went on",
        ),
        (
            Fault::ProvisionedThroughputExceeded,
            Some((400, "ProvisionedThroughputExceededException")),
            false,
            "too many requests for the table",
        ),
        (Fault::Throttling, Some((400, "ThrottlingException")), false, "too many requests for the account"),
        (Fault::InternalServerError, Some((500, "InternalServerError")), false, "nothing happened"),
        (
            Fault::InternalServerErrorAfterEffect,
            Some((500, "InternalServerError")),
            true,
            "the write happened",
        ),
        (Fault::ServiceUnavailable, Some((503, "ServiceUnavailableException")), false, "nothing happened"),
    ];
    for (fault, answer, is_written, reason) in rows {
        let dynamodb = start();
        dynamodb.inject(fault.clone(), 1);
        let started = Instant::now();
        let found = put(&dynamodb, "a").await;
        let name =
            |body: &Value| body["__type"].as_str().unwrap_or("#").rsplit('#').next().unwrap().to_owned();
        let shown = found.as_ref().map(|(status, body)| (*status, name(body)));
        assert_eq!(shown, answer.map(|(status, name)| (status, name.to_owned())), "{fault:?}");
        assert_eq!(dynamodb.items().len(), usize::from(*is_written), "{fault:?}: {reason}");
        if let Fault::SlowAnswer(pause) = fault {
            assert!(started.elapsed() >= *pause);
        }
        if *fault == late {
            while dynamodb.items().is_empty() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
        assert_eq!(put(&dynamodb, "b").await.unwrap().0, 200, "{fault:?} strikes once");
    }
}

#[tokio::test]
async fn a_conflict_of_a_transaction_is_a_reason_for_its_cancellation() {
    let dynamodb = start();
    dynamodb.inject(Fault::TransactionConflict, 1);
    let puts =
        ["a", "b"].map(|partition| json!({ "Put": { "TableName": TABLE, "Item": key(partition, "1") } }));
    let (status, answer) = send(&dynamodb, "TransactWriteItems", json!({ "TransactItems": puts })).await;
    let reasons = json!([
        { "Code": "TransactionConflict", "Message": "Transaction is ongoing for the item" },
        { "Code": "None" },
    ]);
    assert_eq!((status, &answer["CancellationReasons"]), (400, &reasons));
    assert_eq!(dynamodb.items(), Vec::<Value>::new());
}

#[tokio::test]
async fn a_fault_strikes_only_the_requests_that_it_is_for() {
    let dynamodb = start();
    dynamodb.arm(Injection::new(Fault::InternalServerError, 1).of_operation("DeleteItem"));
    dynamodb.arm(Injection::new(Fault::Throttling, 2).of_partitions("room#"));
    assert_eq!(put(&dynamodb, "meeting#1").await.unwrap().0, 200);
    assert_eq!(put(&dynamodb, "room#1").await.unwrap().0, 400);
    let query = json!({ "KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": { ":p": { "S": "room#1" } } });
    assert_eq!(send(&dynamodb, "Query", query).await.0, 400, "a query is about its partition");
    assert_eq!(send(&dynamodb, "DeleteItem", json!({ "Key": key("room#1", "1") })).await.0, 500);
    assert_eq!(put(&dynamodb, "room#1").await.unwrap().0, 200);
    let outcomes: Vec<Option<Outcome>> =
        dynamodb.requests().into_iter().map(|request| request.outcome).collect();
    let refused = |name: &str| Some(Outcome::Refused(name.to_owned()));
    let expected = [
        Some(Outcome::Done),
        refused("ThrottlingException"),
        refused("ThrottlingException"),
        refused("InternalServerError"),
        Some(Outcome::Done),
    ];
    assert_eq!(outcomes, expected);
}

#[tokio::test]
async fn a_table_that_is_down_answers_nobody_until_it_is_up() {
    let dynamodb = start();
    put(&dynamodb, "a").await;
    dynamodb.set_down(true);
    assert_eq!(put(&dynamodb, "b").await, None);
    dynamodb.set_down(false);
    assert_eq!(put(&dynamodb, "c").await.unwrap().0, 200);
    assert_eq!((dynamodb.items().len(), dynamodb.requests().len()), (2, 2));
}

#[tokio::test]
async fn a_reset_forgets_everything_late_writes_too() {
    let dynamodb = start();
    put(&dynamodb, "a").await;
    dynamodb.inject(Fault::LateEffect(Duration::from_millis(50)), 1);
    put(&dynamodb, "b").await;
    dynamodb.inject(Fault::Throttling, 9);
    dynamodb.set_down(true);
    dynamodb.reset();
    assert_eq!((dynamodb.items().len(), dynamodb.requests().len()), (0, 0));
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(dynamodb.items().len(), 0);
    assert_eq!(put(&dynamodb, "c").await.unwrap().0, 200);
}

/// Sends a control request; returns status and body.
async fn control(dynamodb: &Dynamodb, method: &str, path: &str, body: Value) -> (u16, Value) {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let answer = exchange(dynamodb.address(), method, path, &[], body.as_bytes()).await;
    (answer.status, if answer.body.is_empty() { Value::Null } else { answer.json() })
}

#[tokio::test]
async fn faults_are_armed_over_http_too() {
    let dynamodb = start();
    let names = [
        "AnswerLost",
        "ConnectionBroken",
        "TransactionConflict",
        "ProvisionedThroughputExceeded",
        "Throttling",
        "InternalServerError",
        "InternalServerErrorAfterEffect",
        "ServiceUnavailable",
    ];
    for name in names {
        let fault = json!({ "fault": name, "times": 1, "operation": "PutItem", "partition_prefix": "a" });
        assert_eq!(control(&dynamodb, "POST", "/dynamodb/faults", fault).await, (204, Value::Null), "{name}");
        assert_eq!(put(&dynamodb, "b").await.unwrap().0, 200, "{name} is for another partition");
        assert_ne!(put(&dynamodb, "a").await.map(|(status, _)| status), Some(200), "{name}");
    }
    let slow = json!({ "fault": "SlowAnswer", "milliseconds": 50 });
    control(&dynamodb, "POST", "/dynamodb/faults", slow).await;
    let started = Instant::now();
    put(&dynamodb, "a").await;
    assert!(started.elapsed() >= Duration::from_millis(50));
    control(&dynamodb, "POST", "/dynamodb/faults", json!({ "fault": "Down" })).await;
    assert_eq!(put(&dynamodb, "a").await, None);
    let (_, requests) = control(&dynamodb, "GET", "/dynamodb/requests", Value::Null).await;
    assert_eq!(requests[0]["operation"], "PutItem");
    let (_, items) = control(&dynamodb, "GET", "/dynamodb/items", Value::Null).await;
    assert_eq!(items, json!([key("a", "1"), key("b", "1")]));
    assert_eq!(control(&dynamodb, "DELETE", "/dynamodb/state", Value::Null).await, (204, Value::Null));
    assert_eq!(put(&dynamodb, "c").await.unwrap().0, 200, "it is up again");
    assert_eq!(dynamodb.items(), [key("c", "1")]);
}

#[tokio::test]
async fn says_what_is_wrong_with_a_fault() {
    let dynamodb = start();
    let rows = [
        (json!({ "fault": "Flood" }), "no fault `Flood`; there are AnswerLost, ", "no such fault"),
        (json!({ "fault": "SlowAnswer" }), "`SlowAnswer` needs `milliseconds`", "how slow"),
        (json!({ "fault": "Throttling", "milliseconds": 5 }), "has no `milliseconds`", "nothing to wait for"),
        (json!({ "fault": "Down", "times": 1 }), "for every request", "it does not count"),
        (json!({ "fault": "Throttling", "rate": 0.5 }), "unknown field `rate`", "no such member"),
    ];
    for (fault, part, reason) in rows {
        let (status, answer) = control(&dynamodb, "POST", "/dynamodb/faults", fault).await;
        let message = answer["message"].as_str().unwrap();
        assert!(status == 400 && message.contains(part), "{reason}: {message}");
    }
    let (status, answer) = control(&dynamodb, "GET", "/dynamodb/fault", Value::Null).await;
    assert!(
        status == 404 && answer["message"].as_str().unwrap().contains("POST /dynamodb/faults"),
        "{answer}"
    );
}
