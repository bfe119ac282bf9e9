//! What the page asks of a running gateway about requests and documents that are being written.

use serde_json::{Value, json};

use crate::exchange::{Exchange, exchange};
use crate::program::{Program, policy_file};

async fn send(program: &Program, method: &str, path: &str, body: &Value) -> Exchange {
    let json = [("content-type", "application/json")];
    exchange(program.front(), method, path, &json, body.to_string().as_bytes()).await
}

fn value(answer: &Exchange) -> Value {
    serde_json::from_str(&answer.text()).unwrap()
}

fn question() -> Value {
    json!({
        "operation": "CreateMeeting",
        "claims": { "sub": "anna", "custom:tenant_id": "acme", "cognito:groups": ["hosts"] },
        "body": r#"{"ExternalMeetingId":"standup"}"#,
    })
}

#[tokio::test]
async fn a_request_is_explained_with_the_document_that_serves_also_one_that_is_tried() {
    let file = policy_file("page-explains");
    let program = Program::start(&["--policy", file.to_str().unwrap()], "Ctrl-C stops");
    let region = async || {
        let answer = send(&program, "POST", "/local/explain", &question()).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        value(&answer)["requests"][0]["body"]["MediaRegion"].clone()
    };
    assert_eq!(region().await, "us-east-1", "the file's");
    let mut trial: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    trial["Tenants"]["acme"]["Default"]["MediaRegion"] = json!("eu-west-2");
    trial["Tenants"]["acme"]["Allowed"]["MediaRegion"] = json!(["eu-west-2"]);
    let tried = send(&program, "PUT", "/local/policy", &json!({ "document": trial.to_string() })).await;
    assert_eq!(tried.status, 200, "{}", tried.text());
    assert_eq!(region().await, "eu-west-2", "the trial's");
}

#[tokio::test]
async fn explaining_leaves_no_trace_in_the_gateway_that_runs() {
    let policy = policy_file("page-explains-quietly");
    let mut program = Program::start(&["--policy", policy.to_str().unwrap()], "Ctrl-C stops");
    let mut refused = question();
    refused["body"] = json!(r#"{"ExternalMeetingId":""}"#);
    for question in [&question(), &refused] {
        assert_eq!(send(&program, "POST", "/local/explain", question).await.status, 200);
    }
    let meetings = exchange(program.simulator(), "GET", "/simulator/meetings", &[], b"").await;
    assert_eq!(value(&meetings), json!([]));
    // A request that is refused is the first to be logged.
    let answer =
        exchange(program.front(), "GET", "/meetings/5a3b1e00-0000-4000-8000-000000000001", &[], b"").await;
    assert_eq!(answer.status, 401);
    let lines = program.read_through("\"status\":401");
    assert_eq!(lines.lines().filter(|line| line.contains("\"status\"")).count(), 1, "{lines}");
    assert!(!lines.contains("\"explain\""), "{lines}");
}

#[tokio::test]
async fn a_document_is_checked_for_the_stack_that_runs() {
    let policy = policy_file("page-checks");
    let arguments = ["--policy", policy.to_str().unwrap(), "--registry", "none"];
    let program = Program::start(&arguments, "Ctrl-C stops");
    let mut limited: Value = serde_json::from_str(&std::fs::read_to_string(&policy).unwrap()).unwrap();
    limited["Tenants"]["acme"]["Limits"] = json!({ "OpenMeetings": 2 });
    let document = format!("\n{limited}");
    let checked = send(&program, "POST", "/local/policy/check", &json!({ "document": document })).await;
    assert_eq!(checked.status, 200, "{}", checked.text());
    let faults = &value(&checked)["faults"];
    assert_eq!((&faults[0]["pointer"], &faults[0]["line"]), (&json!("#/Tenants/acme/Limits"), &json!(2)));
    let mut asked = question();
    asked["document"] = json!(document);
    let explained = send(&program, "POST", "/local/explain", &asked).await;
    assert_eq!((explained.status, &value(&explained)["faults"]), (422, faults));
}

#[tokio::test]
async fn in_a_region_without_chime_the_page_explains_and_checks_as_the_gateway_serves() {
    let file = policy_file("page-in-a-region");
    let arguments = ["--policy", file.to_str().unwrap(), "--region", "eu-west-1"];
    let program = Program::start(&arguments, "Ctrl-C stops");
    let token = program.token("tenant=acme&groups=hosts").await;
    let headers = [("content-type", "application/json"), ("authorization", &*format!("Bearer {token}"))];
    let body = br#"{"ExternalMeetingId":"standup"}"#;
    assert_eq!(exchange(program.front(), "POST", "/meetings", &headers, body).await.status, 201);
    let explained = value(&send(&program, "POST", "/local/explain", &question()).await);
    assert_eq!(explained["status"], 201, "{explained:#}");
    let document = json!({ "document": std::fs::read_to_string(&file).unwrap() });
    let checked = value(&send(&program, "POST", "/local/policy/check", &document).await);
    assert_eq!(checked["faults"], json!([]));
    let tried = send(&program, "PUT", "/local/policy", &document).await;
    assert_eq!(tried.status, 200, "{}", tried.text());
}
