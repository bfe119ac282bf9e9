//! Every file of `events/` is a row of `checks/invocations/expected.json`: the answer that the gateway gives, and the
//! request that Chime received.

use std::collections::BTreeSet;
use std::path::PathBuf;

use gateway_tests::repository;
use meeting_gateway::api_gateway::HttpRequest;
use meeting_gateway::operation::{self, OPERATIONS};
use serde_json::{Value, json};

use crate::harness::{Answer, PATIENCE, Stack};

/// Files of the folder that are not events, and how those begin that are for `notifications`.
const NO_EVENTS: [&str; 1] = ["env.json"];
const OF_QUEUES: &str = "sqs-";

fn folder() -> PathBuf {
    repository().join("events")
}

fn rows() -> serde_json::Map<String, Value> {
    let text =
        std::fs::read(folder().join("../checks/invocations/expected.json")).expect("the table is there");
    serde_json::from_slice(&text).expect("the table is JSON")
}

#[test]
fn every_event_file_has_a_row_and_every_row_a_file() {
    let files: BTreeSet<String> = std::fs::read_dir(folder())
        .expect("the folder is there")
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !NO_EVENTS.contains(&name.as_str()) && !name.starts_with(OF_QUEUES))
        .collect();
    let rows: BTreeSet<String> = rows().keys().cloned().collect();
    assert_eq!(files, rows);
}

#[tokio::test]
async fn every_event_is_answered_as_its_row_says() {
    let stack = Stack::with().registry().setting("AUTH_MODE", "authorizer").start().await;
    for (file, row) in rows() {
        stack.reset_simulator();
        stack.table().reset();
        stack.simulator.add_sample_meeting();
        // Some events are about what another one makes.
        for earlier in row["before"].as_array().into_iter().flatten() {
            let event = std::fs::read(folder().join(earlier.as_str().unwrap())).unwrap();
            assert!(Answer::of(stack.invoke_within(event, PATIENCE).await).status < 300, "{file}: {earlier}");
        }
        let (requests_before, creations_before) = (stack.simulator.requests().len(), stack.creations().len());
        let event = std::fs::read(folder().join(&file)).unwrap();
        let answer = Answer::of(stack.invoke_within(event, PATIENCE).await);
        let why = &row["why"];
        assert_eq!(row["authMode"], "authorizer", "{file}");
        assert_eq!(answer.status, row["status"].as_u64().unwrap(), "{file}: {why}: {}", answer.text);
        assert_eq!(answer.body["Code"], row["code"], "{file}: {why}");
        assert_eq!(serde_json::to_value(answer.places()).unwrap(), row["pointers"], "{file}: {why}");
        if let Some(expected) = row["requests"].as_array() {
            // Whether Chime is asked for the proof depends on the events before.
            let is_proof = |name: &Value| name == "GetMeeting" && row["operation"] != "GetMeeting";
            let asked = stack.simulator.requests().into_iter().skip(requests_before);
            let asked = asked.map(|request| json!(request.operation));
            assert_eq!(
                &asked.filter(|name| !is_proof(name)).collect::<Vec<_>>(),
                expected,
                "{file}: {why}: what Chime was asked"
            );
        }
        if let Some(expected) = row["members"].as_array() {
            let members = answer.body.as_object().into_iter().flat_map(|body| body.keys());
            assert_eq!(&members.map(|name| json!(name)).collect::<Vec<_>>(), expected, "{file}: {why}");
        }
        match &row["chime"] {
            Value::Null => {
                assert_eq!(stack.creations().len(), creations_before, "{file}: {why}: nothing is created");
            }
            expected => {
                let mut sent = stack.creation();
                let token = sent.as_object_mut().unwrap().remove("ClientRequestToken");
                assert!(token.is_some(), "{file}: every creation carries a token");
                assert_eq!(&sent, expected, "{file}: {why}");
            }
        }
    }
}

#[test]
fn every_operation_has_a_sample_of_success_and_one_of_refusal() {
    let rows = rows();
    // By the event itself, not by what its row says.
    let named = rows.iter().filter_map(|(file, row)| {
        let event = std::fs::read(folder().join(file)).unwrap();
        let route = operation::find(&HttpRequest::from_event(&event).ok()?, true).ok()?;
        let labelled = row["operation"].as_str().unwrap_or("CreateMeeting");
        assert_eq!(labelled, route.operation.name, "{file}: its row says another operation");
        Some((route.operation.name, row["status"].as_u64()))
    });
    let named: Vec<(&str, Option<u64>)> = named.collect();
    for operation in OPERATIONS {
        let (success, refusal): (Vec<&(&str, _)>, Vec<&(&str, _)>) = named
            .iter()
            .filter(|(name, _)| *name == operation.name)
            .partition(|(_, status)| *status == Some(operation.success.into()));
        assert!(!success.is_empty(), "{}: no sample of success", operation.name);
        assert!(!refusal.is_empty(), "{}: no sample of refusal", operation.name);
    }
}

/// Events that API Gateway may send and the types of `aws_lambda_events` reject: the gateway reads them a second time.
const READ_TWICE: [&str; 1] = ["http-api-create-odd-claims.json"];

#[test]
fn aws_published_types_accept_the_sample_events() {
    use aws_lambda_events::apigw::{ApiGatewayProxyRequest, ApiGatewayV2httpRequest};
    for file in rows().keys().filter(|file| !file.starts_with("not-http")) {
        let text = std::fs::read(folder().join(file)).unwrap();
        let read = if file.starts_with("rest-api") {
            serde_json::from_slice::<ApiGatewayProxyRequest>(&text).map(drop)
        } else {
            serde_json::from_slice::<ApiGatewayV2httpRequest>(&text).map(drop)
        };
        assert_eq!(read.is_ok(), !READ_TWICE.contains(&file.as_str()), "{file}: {read:?}");
    }
}

#[tokio::test]
async fn an_answer_has_the_format_of_its_event() {
    use local::runtime_api::Outcome;
    let stack = Stack::with().setting("AUTH_MODE", "authorizer").start().await;
    for (file, has_cookies) in [
        ("http-api-create.json", true),
        ("function-url-create.json", true),
        ("http-api-many-findings.json", true),
        ("rest-api-create.json", false),
        ("rest-api-no-claims.json", false),
    ] {
        let event = std::fs::read(folder().join(file)).unwrap();
        let Outcome::Response(bytes) = stack.invoke_within(event, PATIENCE).await else {
            panic!("{file}: no answer")
        };
        let answer: Value = serde_json::from_slice(&bytes).expect(file);
        // Payload 2.0 has a member for cookies, payload 1.0 does not.
        assert_eq!(answer.get("cookies").is_some(), has_cookies, "{file}: {answer}");
        assert_eq!(answer["headers"]["cache-control"], "no-store", "{file}");
        assert_eq!(answer["isBase64Encoded"], false, "{file}");
        assert!(answer["body"].is_string() && answer["statusCode"].is_u64(), "{file}");
    }
}
