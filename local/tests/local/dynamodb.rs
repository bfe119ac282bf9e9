//! DynamoDB as it is played: requests and answers on the wire. `checks/registry` compares it with another one.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use local::dynamodb::{Dynamodb, Outcome, TABLE};
use serde_json::{Value, json};

use crate::exchange::Connection;

pub(crate) fn start() -> Dynamodb {
    Dynamodb::start(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).unwrap()
}

/// Sends a request about [`TABLE`] as an SDK does, and returns status and body.
pub(crate) async fn send(dynamodb: &Dynamodb, operation: &str, body: Value) -> (u16, Value) {
    try_send(dynamodb.address(), operation, body).await.unwrap()
}

/// The same where there may be no answer.
pub(crate) async fn try_send(
    address: SocketAddr,
    operation: &str,
    mut body: Value,
) -> io::Result<(u16, Value)> {
    if operation != "TransactWriteItems" && body.get("TableName").is_none() {
        body["TableName"] = json!(TABLE);
    }
    let target = format!("DynamoDB_20120810.{operation}");
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential=AKID/20261126/us-east-1/dynamodb/aws4_request, SignedHeaders=host;x-amz-date, Signature={}",
        "0".repeat(64)
    );
    let headers = [
        ("x-amz-target", target.as_str()),
        ("content-type", "application/x-amz-json-1.0"),
        ("authorization", authorization.as_str()),
        ("x-amz-date", "20261126T000000Z"),
    ];
    let mut connection = Connection::open(address).await;
    let answer = connection.exchange("POST", "/", &headers, body.to_string().as_bytes()).await?;
    Ok((answer.status, answer.json()))
}

pub(crate) async fn done(dynamodb: &Dynamodb, operation: &str, body: Value) -> Value {
    let (status, answer) = send(dynamodb, operation, body).await;
    assert_eq!(status, 200, "{answer}");
    answer
}

/// Sends what is refused, and returns the name of the exception with the answer.
pub(crate) async fn refused(dynamodb: &Dynamodb, operation: &str, body: Value) -> (String, Value) {
    let (status, answer) = send(dynamodb, operation, body).await;
    assert_eq!(status, 400, "{answer}");
    let name = answer["__type"].as_str().unwrap().rsplit('#').next().unwrap().to_owned();
    (name, answer)
}

pub(crate) fn key(partition: &str, sort: &str) -> Value {
    json!({ "pk": { "S": partition }, "sk": { "S": sort } })
}

#[tokio::test]
async fn an_item_that_was_put_is_got_and_deleted() {
    let dynamodb = start();
    let item = json!({
        "pk": { "S": "a" }, "sk": { "S": "1" }, "n": { "N": "12.50" }, "set": { "SS": ["b", "a"] }, "yes": { "BOOL": true },
        "bytes": { "B": "AAE=" }, "null": { "NULL": true }, "map": { "M": { "parts": { "L": [{ "S": "x" }] } } },
    });
    assert_eq!(done(&dynamodb, "PutItem", json!({ "Item": item })).await, json!({}));
    let mut stored = item.clone();
    stored["n"] = json!({ "N": "12.5" });
    stored["set"] = json!({ "SS": ["a", "b"] });
    let got = done(&dynamodb, "GetItem", json!({ "Key": key("a", "1"), "ConsistentRead": true })).await;
    assert_eq!(got, json!({ "Item": stored }));
    let projected = json!({ "Key": key("a", "1"), "ProjectionExpression": "n, #m.parts[0]", "ExpressionAttributeNames": { "#m": "map" } });
    let got = done(&dynamodb, "GetItem", projected).await;
    assert_eq!(
        got["Item"],
        json!({ "n": { "N": "12.5" }, "map": { "M": { "parts": { "L": [{ "S": "x" }] } } } })
    );
    let deleted =
        done(&dynamodb, "DeleteItem", json!({ "Key": key("a", "1"), "ReturnValues": "ALL_OLD" })).await;
    assert_eq!(deleted, json!({ "Attributes": stored }));
    assert_eq!(done(&dynamodb, "GetItem", json!({ "Key": key("a", "1") })).await, json!({}));
    assert_eq!(dynamodb.items(), Vec::<Value>::new());
}

#[tokio::test]
async fn a_failed_condition_writes_nothing_and_shows_the_item_where_it_is_asked() {
    let dynamodb = start();
    let item = |generation: &str| json!({ "pk": { "S": "a" }, "sk": { "S": "1" }, "generation": { "S": generation } });
    let put = |generation: &str, shows: &str| {
        json!({
            "Item": item(generation), "ConditionExpression": "attribute_not_exists(pk)",
            "ReturnValuesOnConditionCheckFailure": shows,
        })
    };
    assert_eq!(done(&dynamodb, "PutItem", put("one", "ALL_OLD")).await, json!({}));
    let (name, answer) = refused(&dynamodb, "PutItem", put("two", "ALL_OLD")).await;
    assert_eq!((name.as_str(), &answer["Item"]), ("ConditionalCheckFailedException", &item("one")));
    assert_eq!(answer["message"], "The conditional request failed");
    let (_, answer) = refused(&dynamodb, "PutItem", put("two", "NONE")).await;
    assert_eq!(answer.get("Item"), None);
    assert_eq!(dynamodb.items(), [item("one")]);
    let delete = json!({
        "Key": key("a", "1"), "ConditionExpression": "generation = :g", "ExpressionAttributeValues": { ":g": { "S": "two" } },
    });
    assert_eq!(refused(&dynamodb, "DeleteItem", delete).await.0, "ConditionalCheckFailedException");
    assert_eq!(dynamodb.items(), [item("one")]);
}

#[tokio::test]
async fn an_update_changes_an_item_or_makes_one() {
    let dynamodb = start();
    let update = |expression: &str, returned: &str| {
        json!({
            "Key": key("a", "1"), "UpdateExpression": expression, "ReturnValues": returned,
            "ExpressionAttributeValues": { ":two": { "N": "2" }, ":set": { "SS": ["x", "y"] } },
        })
    };
    let made =
        done(&dynamodb, "UpdateItem", update("SET n = if_not_exists(n, :two) ADD seats :set", "ALL_NEW"))
            .await;
    let item =
        json!({ "pk": { "S": "a" }, "sk": { "S": "1" }, "n": { "N": "2" }, "seats": { "SS": ["x", "y"] } });
    assert_eq!(made["Attributes"], item);
    let counted = done(&dynamodb, "UpdateItem", update("ADD n :two, seats :set", "UPDATED_NEW")).await;
    assert_eq!(counted["Attributes"], json!({ "n": { "N": "4" }, "seats": { "SS": ["x", "y"] } }));
    let emptied =
        done(&dynamodb, "UpdateItem", update("SET n = n - :two DELETE seats :set", "UPDATED_OLD")).await;
    assert_eq!(emptied["Attributes"], json!({ "n": { "N": "4" }, "seats": { "SS": ["x", "y"] } }));
    let left = json!({ "pk": { "S": "a" }, "sk": { "S": "1" }, "n": { "N": "2" } });
    assert_eq!(dynamodb.items(), [left], "there are no empty sets");
    let removed = json!({ "Key": key("a", "1"), "UpdateExpression": "REMOVE n", "ReturnValues": "ALL_OLD" });
    assert_eq!(done(&dynamodb, "UpdateItem", removed).await["Attributes"]["n"], json!({ "N": "2" }));
}

#[tokio::test]
async fn a_query_reads_one_partition_page_by_page() {
    let dynamodb = start();
    for (partition, sort) in [("a", "1"), ("a", "2"), ("a", "3"), ("b", "1")] {
        done(&dynamodb, "PutItem", json!({ "Item": key(partition, sort) })).await;
    }
    let query = |condition: &str, more: Value| {
        let mut query = json!({
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": { ":a": { "S": "a" }, ":2": { "S": "2" } },
        });
        query.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        query
    };
    let page = done(&dynamodb, "Query", query("pk = :a AND sk >= :2", json!({}))).await;
    assert_eq!(page, json!({ "Count": 2, "ScannedCount": 2, "Items": [key("a", "2"), key("a", "3")] }));
    let first = json!({ "Limit": 1, "ScanIndexForward": false });
    let page = done(&dynamodb, "Query", query("pk = :a AND sk <= :2", first)).await;
    assert_eq!((&page["Items"], &page["LastEvaluatedKey"]), (&json!([key("a", "2")]), &key("a", "2")));
    let next = json!({ "ExclusiveStartKey": key("a", "2"), "ScanIndexForward": false });
    let page = done(&dynamodb, "Query", query("pk = :a AND sk <= :2", next)).await;
    assert_eq!((&page["Items"], page.get("LastEvaluatedKey")), (&json!([key("a", "1")]), None));
    let keys: Vec<String> =
        dynamodb.requests().iter().flat_map(|it| it.keys.iter().map(|key| key.partition.clone())).collect();
    assert_eq!(keys, ["a", "a", "a", "b", "a", "a", "a"]);
}

#[tokio::test]
async fn a_transaction_writes_everything_or_nothing() {
    let dynamodb = start();
    let room = json!({ "pk": { "S": "room" }, "sk": { "S": "room" }, "generation": { "S": "g" } });
    done(&dynamodb, "PutItem", json!({ "Item": room })).await;
    let transaction = |generation: &str| {
        json!({ "TransactItems": [
            { "Put": { "TableName": TABLE, "Item": key("meeting", "meeting") } },
            { "Update": {
                "TableName": TABLE, "Key": key("room", "room"), "UpdateExpression": "SET meeting = :m",
                "ConditionExpression": "generation = :g", "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                "ExpressionAttributeValues": { ":m": { "S": "m" }, ":g": { "S": generation } },
            } },
        ] })
    };
    let (name, answer) = refused(&dynamodb, "TransactWriteItems", transaction("other")).await;
    assert_eq!(name, "TransactionCanceledException");
    let reasons = json!([
        { "Code": "None" },
        { "Code": "ConditionalCheckFailed", "Message": "The conditional request failed", "Item": room },
    ]);
    assert_eq!(answer["CancellationReasons"], reasons);
    let message = "Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed]";
    assert_eq!(answer["Message"], message);
    assert_eq!(dynamodb.items(), [room]);
    assert_eq!(done(&dynamodb, "TransactWriteItems", transaction("g")).await, json!({}));
    assert_eq!(dynamodb.items().len(), 2);
    assert_eq!(dynamodb.items()[1]["meeting"], json!({ "S": "m" }));
    let requests = dynamodb.requests();
    assert_eq!(requests[1].outcome, Some(Outcome::Refused("TransactionCanceledException".to_owned())));
    let keys: Vec<&str> = requests[2].keys.iter().map(|key| key.partition.as_str()).collect();
    assert_eq!(keys, ["meeting", "room"]);
}

#[tokio::test]
async fn a_transaction_with_a_token_happens_once() {
    let dynamodb = start();
    let transaction = |token: &str, count: &str| {
        json!({ "ClientRequestToken": token, "TransactItems": [{ "Update": {
            "TableName": TABLE, "Key": key("a", "1"), "UpdateExpression": "ADD n :n",
            "ExpressionAttributeValues": { ":n": { "N": count } },
        } }] })
    };
    for _ in 0..2 {
        assert_eq!(done(&dynamodb, "TransactWriteItems", transaction("one", "1")).await, json!({}));
    }
    assert_eq!(dynamodb.items()[0]["n"], json!({ "N": "1" }));
    let (name, _) = refused(&dynamodb, "TransactWriteItems", transaction("one", "2")).await;
    assert_eq!(name, "IdempotentParameterMismatchException");
    done(&dynamodb, "TransactWriteItems", transaction("two", "1")).await;
    assert_eq!(dynamodb.items()[0]["n"], json!({ "N": "2" }));
}

#[tokio::test]
async fn what_is_not_played_is_refused_by_name() {
    let dynamodb = start();
    let item = json!({ "Item": key("a", "1") });
    let with = |name: &str, value: Value| {
        let mut request = item.clone();
        request[name] = value;
        request
    };
    let rows = [
        ("PutItem", with("Expected", json!({})), "ValidationException", "Expected", "a legacy parameter"),
        (
            "PutItem",
            with("Returnvalues", json!("NONE")),
            "ValidationException",
            "Returnvalues",
            "a typing error",
        ),
        (
            "PutItem",
            with("ReturnConsumedCapacity", json!("TOTAL")),
            "ValidationException",
            "ReturnConsumedCapacity TOTAL",
            "what is never counted",
        ),
        ("BatchGetItem", json!({}), "UnknownOperationException", "BatchGetItem", "another operation"),
    ];
    for (operation, request, exception, part, reason) in rows {
        let (name, answer) = refused(&dynamodb, operation, request).await;
        assert_eq!(name, exception, "{reason}");
        assert!(answer["message"].as_str().unwrap().contains(part), "{reason}: {answer}");
    }
    assert_eq!(dynamodb.items(), Vec::<Value>::new());
}

#[tokio::test]
async fn a_request_must_be_signed_for_dynamodb() {
    let dynamodb = start();
    let headers = [("x-amz-target", "DynamoDB_20120810.ListTables")];
    let mut connection = Connection::open(dynamodb.address()).await;
    let answer = connection.exchange("POST", "/", &headers, b"{}").await.unwrap();
    assert_eq!(answer.status, 400);
    assert!(answer.json()["__type"].as_str().unwrap().ends_with("#MissingAuthenticationTokenException"));
    assert_eq!(dynamodb.requests(), []);
}
