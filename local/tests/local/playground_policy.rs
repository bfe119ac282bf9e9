//! The policy document that the page tries.

use serde_json::{Value, json};

use crate::playground::Page;
use crate::program::policy_file;

/// What the file has, with another tenant in place of `globex`.
fn with_tenant(name: &str, tenant: &str) -> String {
    std::fs::read_to_string(policy_path(name)).unwrap().replace("globex", tenant)
}

fn policy_path(name: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.json"))
}

/// The tenants of the document that serves.
async fn tenants(page: &Page) -> Value {
    let state = page.ask("GET", "/local/state", Value::Null).await.json();
    state["tenants"].as_array().unwrap().iter().map(|tenant| tenant["name"].clone()).collect()
}

#[tokio::test]
async fn a_document_is_tried_without_being_saved_until_the_trial_ends() {
    let page = Page::start("trial");
    let saved = std::fs::read_to_string(policy_path("trial")).unwrap();
    let before = page.ask("GET", "/local/policy", Value::Null).await.json();
    assert_eq!(
        before,
        json!({ "file": policy_path("trial").to_str().unwrap(), "document": saved, "saved": saved, "is_trial": false })
    );
    let mut events = page.events().await;
    let trial = with_tenant("trial", "initech");
    let answer = page.ask("PUT", "/local/policy", json!({ "document": trial })).await;
    let expected = json!({ "file": before["file"], "document": trial, "saved": saved, "is_trial": true });
    assert_eq!((answer.status, answer.json()), (200, expected.clone()));
    assert_eq!(page.ask("GET", "/local/policy", Value::Null).await.json(), expected);
    assert_eq!(tenants(&page).await, json!(["acme", "initech"]));
    events.next("policy", |policy| policy["is_trial"] == true).await;
    let request = json!({
        "operation": "CreateMeeting", "body": r#"{"ExternalMeetingId":"standup"}"#,
        "claims": { "sub": "anna", "custom:tenant_id": "initech", "cognito:groups": ["members"] },
    });
    let explained = page.ask("POST", "/local/explain", request.clone()).await.json();
    assert_eq!(explained["status"], 201, "what is explained is what serves: {explained}");
    assert_eq!(std::fs::read_to_string(policy_path("trial")).unwrap(), saved, "nothing is saved");
    let answer = page.ask("DELETE", "/local/policy", Value::Null).await;
    assert_eq!((answer.status, answer.json()), (200, before));
    assert_eq!(tenants(&page).await, json!(["acme", "globex"]));
    events.next("policy", |policy| policy["is_trial"] == false).await;
    let explained = page.ask("POST", "/local/explain", request).await.json();
    assert_eq!(explained["status"], 403);
}

#[tokio::test]
async fn each_document_that_comes_to_serve_is_an_event_of_its_own() {
    let page = Page::start("trial-again");
    let mut events = page.events().await;
    for tenant in ["initech", "umbrella"] {
        let document = with_tenant("trial-again", tenant);
        assert_eq!(page.ask("PUT", "/local/policy", json!({ "document": document })).await.status, 200);
        events.next("policy", |policy| policy["is_trial"] == true).await;
    }
}

#[tokio::test]
async fn a_trial_serves_requests_and_the_file_after_it() {
    let page = Page::start("trial-serves");
    let locked = with_tenant("trial-serves", "globex").replace("hosts", "nobody");
    page.meeting().await;
    assert_eq!(page.ask("PUT", "/local/policy", json!({ "document": locked })).await.status, 200);
    let create = async || page.send("POST", "/meetings", r#"{"ExternalMeetingId":"standup"}"#).await.status;
    assert_eq!(create().await, 403);
    page.ask("DELETE", "/local/policy", Value::Null).await;
    assert_eq!(create().await, 201);
}

#[tokio::test]
async fn a_faulty_document_is_not_tried_and_its_faults_have_lines() {
    let page = Page::start("trial-faulty");
    let trial = with_tenant("trial-faulty", "initech");
    page.ask("PUT", "/local/policy", json!({ "document": trial })).await;
    for (document, pointer, line) in [
        ("{\n  \"Tenants\": {},\n  \"Colour\": 1\n}", json!("#/Colour"), 3),
        ("{\n\"Tenants\":\n}", json!("#"), 3),
        ("", json!("#"), 1),
    ] {
        let answer = page.ask("PUT", "/local/policy", json!({ "document": document })).await;
        assert_eq!(answer.status, 422, "{document}");
        let fault =
            answer.json()["faults"].as_array().unwrap().iter().find(|it| it["pointer"] == pointer).cloned();
        let fault = fault.unwrap_or_else(|| panic!("{pointer} is not in {}", answer.text()));
        assert_eq!(fault["line"], json!(line), "{fault}");
        assert!(fault["column"].is_u64() && !fault["detail"].as_str().unwrap().is_empty(), "{fault}");
        assert_eq!(tenants(&page).await, json!(["acme", "initech"]), "the one before serves on");
    }
    for body in [json!({}), json!({ "document": 1 }), json!({ "document": "{}", "save": true })] {
        assert_eq!(page.ask("PUT", "/local/policy", body.clone()).await.status, 400, "{body}");
    }
}

#[tokio::test]
async fn a_changed_file_serves_after_the_trial_and_its_faults_are_shown_at_once() {
    let mut page = Page::start("trial-file");
    let file = policy_path("trial-file");
    let mut events = page.events().await;
    page.ask("PUT", "/local/policy", json!({ "document": with_tenant("trial-file", "initech") })).await;
    std::fs::write(&file, with_tenant("trial-file", "umbrella")).unwrap();
    page.program.read_through("and serves after the trial");
    assert_eq!(tenants(&page).await, json!(["acme", "initech"]));
    let shown = page.ask("GET", "/local/policy", Value::Null).await.json();
    assert!(shown["saved"].as_str().unwrap().contains("umbrella") && shown["is_trial"] == true, "{shown}");
    std::fs::write(&file, "{\n\"Colour\": 1 }").unwrap();
    let faulty = events.next("policy", |policy| policy["faults"][0]["pointer"] == "#/Colour").await;
    assert_eq!(json!([faulty["is_trial"], faulty["faults"][0]["line"]]), json!([true, 2]));
    page.ask("DELETE", "/local/policy", Value::Null).await;
    assert_eq!(tenants(&page).await, json!(["acme", "umbrella"]), "the file as it was last without a fault");
    std::fs::remove_file(&file).unwrap();
    events.next("policy", |policy| policy["faults"].to_string().contains("can't be read")).await;
    policy_file("trial-file");
    events.next("policy", |policy| policy["faults"] == json!([])).await;
    assert_eq!(tenants(&page).await, json!(["acme", "globex"]));
}

#[tokio::test]
async fn no_document_is_tried_where_others_could_use_the_users_credentials_by_it() {
    let variables = [("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "example")];
    let remote = ["--chime-endpoint", "http://192.0.2.1", "--bind", "0.0.0.0", "--allow-remote"];
    let loopback = ["--chime-endpoint", "http://192.0.2.1"];
    for (arguments, status) in [(&remote[..], 409), (&loopback[..], 200)] {
        let page = Page::start_with("trial-remote", arguments, &variables);
        let document = with_tenant("trial-remote", "initech");
        let answer = page.ask("PUT", "/local/policy", json!({ "document": document })).await;
        assert_eq!(answer.status, status, "{arguments:?}: {}", answer.text());
    }
}
