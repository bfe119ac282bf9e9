//! The page to try the gateway on, as a browser asks for it: its files, and what it asks for below `/local/`.

use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::event_stream::EventStream;
use crate::exchange::{Connection, Exchange, exchange};
use crate::program::{Program, policy_file};

const HTML: (&str, &str) = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8");

/// A gateway with two tenants, as a page sees it.
pub(crate) struct Page {
    pub(crate) program: Program,
}

impl Page {
    pub(crate) fn start(name: &str) -> Self {
        Self::start_with(name, &[], &[])
    }

    pub(crate) fn start_with(name: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let policy = policy_file(name);
        let arguments = [&["--policy", policy.to_str().unwrap()], arguments].concat();
        Self { program: Program::start_with_environment(&arguments, variables, "Ctrl-C stops") }
    }

    /// Asks for something with a body of JSON, or none for null.
    pub(crate) async fn ask(&self, method: &str, path: &str, body: Value) -> Exchange {
        let content_type = [("content-type", "application/json")];
        match body {
            Value::Null => exchange(self.program.front(), method, path, &[], b"").await,
            body => {
                exchange(self.program.front(), method, path, &content_type, body.to_string().as_bytes()).await
            }
        }
    }

    /// The status and the error.
    pub(crate) async fn refusal(&self, method: &str, path: &str, body: Value) -> (u16, String) {
        let answer = self.ask(method, path, body).await;
        let error = answer.json()["error"].as_str().unwrap_or_default().to_owned();
        (answer.status, error)
    }

    pub(crate) async fn events(&self) -> EventStream {
        EventStream::open(self.program.front(), "/local/events").await
    }

    /// Sends a request to the API as anna, who may create meetings of acme.
    pub(crate) async fn send(&self, method: &str, path: &str, body: &str) -> Exchange {
        let who = json!({ "tenant": "acme", "subject": "anna", "groups": ["hosts"] });
        let token = self.ask("POST", "/local/token", who).await.json()["token"].as_str().unwrap().to_owned();
        let authorization = format!("Bearer {token}");
        let headers = [("authorization", authorization.as_str()), ("content-type", "application/json")];
        exchange(self.program.front(), method, path, &headers, body.as_bytes()).await
    }

    /// Creates a meeting. Returns its id.
    pub(crate) async fn meeting(&self) -> String {
        let created = self.send("POST", "/meetings", r#"{"ExternalMeetingId":"standup"}"#).await;
        assert_eq!(created.status, 201, "{}", created.text());
        created.json()["Meeting"]["MeetingId"].as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn a_browser_gets_the_page_with_a_strict_policy_and_a_terminal_the_list() {
    let page = Page::start("page-files");
    let front = page.program.front();
    for path in ["/", "/playground/main.js", "/playground/style.css"] {
        let answer = exchange(front, "GET", path, &[HTML], b"").await;
        assert_eq!(answer.status, 200, "{path}");
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"), "{policy}");
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cache-control", "no-cache"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{path}");
        }
    }
    assert!(exchange(front, "GET", "/", &[HTML], b"").await.text().starts_with("<!doctype html>"));
    let reference = exchange(front, "GET", "/reference", &[HTML], b"").await;
    let policy = reference.header("content-security-policy").unwrap();
    assert!(policy.contains("style-src 'self' 'unsafe-inline'") && !policy.contains("script-src 'self' '"));
    for accept in [&[][..], &[("accept", "*/*")], &[("accept", "application/json")]] {
        let list = exchange(front, "GET", "/", accept, b"").await;
        assert_eq!(list.header("content-type"), Some("text/plain; charset=utf-8"), "{accept:?}");
    }
}

#[tokio::test]
async fn what_is_below_local_is_for_the_same_origin_alone() {
    let page = Page::start("page-origin");
    let front = page.program.front();
    for (headers, status, reason) in [
        ([("origin", "https://evil.example"), HTML], 403, "a page from anywhere"),
        ([("origin", "null"), HTML], 403, "a sandboxed frame"),
        (
            [("origin", "http://localhost:5173"), HTML],
            200,
            "a page of this machine may send it, but not read it",
        ),
    ] {
        for path in ["/local/state", "/local/exchanges", "/", "/playground/main.js"] {
            let answer = exchange(front, "GET", path, &headers, b"").await;
            assert_eq!(answer.status, status, "{path}: {reason}");
            assert_eq!(answer.header("access-control-allow-origin"), None, "{path}: {reason}");
        }
    }
    let preflight = [("origin", "http://localhost:5173"), ("access-control-request-method", "POST")];
    let answer = exchange(front, "OPTIONS", "/local/token", &preflight, b"").await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (405, None));
}

#[tokio::test]
async fn an_unknown_path_lists_all_and_another_method_the_paths_own() {
    let page = Page::start("page-paths");
    let (status, error) = page.refusal("GET", "/local/nowhere", Value::Null).await;
    assert_eq!(status, 404);
    for path in ["GET /local/state", "PUT /local/policy", "POST /local/queue/messages/{id}"] {
        assert!(error.contains(path), "{path}: {error}");
    }
    let answer = page.ask("POST", "/local/policy", json!({})).await;
    assert_eq!((answer.status, answer.header("allow")), (405, Some("GET, HEAD, PUT, DELETE")));
}

#[tokio::test]
async fn head_is_answered_as_get_without_the_body() {
    let page = Page::start("page-head");
    for path in ["/local/state", "/local/events", "/playground/main.js"] {
        let mut connection = Connection::open(page.program.front()).await;
        connection.send("HEAD", path, &[], b"").await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            connection.read_more(&mut head).await.unwrap();
        }
        assert!(head.starts_with(b"HTTP/1.1 200 "), "{path}");
        assert!(
            connection.read_within(Duration::from_millis(200)).await.is_none(),
            "{path}: there is no body"
        );
    }
}

#[tokio::test]
async fn a_form_of_another_page_reaches_nothing() {
    let page = Page::start("page-forms");
    for content_type in
        ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x", ""]
    {
        let headers = [("content-type", content_type)];
        let answer = exchange(page.program.front(), "POST", "/local/token", &headers, b"{}").await;
        assert_eq!(answer.status, 415, "{content_type}");
    }
    let headers = [("content-type", "Application/JSON; charset=utf-8")];
    assert_eq!(exchange(page.program.front(), "POST", "/local/token", &headers, b"{}").await.status, 200);
}

#[tokio::test]
async fn the_state_says_what_runs_and_who_may_create() {
    let page = Page::start("page-state");
    let state = page.ask("GET", "/local/state", Value::Null).await.json();
    assert_eq!(state["front"], json!("http://localhost"), "as the request names it");
    assert_eq!(state["issuer"], json!(page.program.word_after("JWT_ISSUER=")));
    assert_eq!(
        (&state["chime"], &state["registry"], &state["region"]),
        (&json!("simulator"), &json!(true), &json!("us-east-1"))
    );
    assert_eq!(
        state["tenants"],
        json!([
            { "name": "acme", "groups": ["hosts"], "scopes": [] },
            { "name": "globex", "groups": ["members"], "scopes": [] },
        ])
    );
    assert_eq!(state["groups"], json!(["hosts", "members"]));
    let names: Vec<&str> =
        state["operations"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
    assert!(names.contains(&"CreateMeeting") && names.contains(&"JoinRoom"), "{names:?}");
    let expected = json!({
        "name": "BatchCreateAttendee", "method": "POST", "path": "/meetings/{MeetingId}/attendees",
        "query": "batch-create", "right": "Moderate",
    });
    assert!(state["operations"].as_array().unwrap().contains(&expected));

    let without = Page::start_with("page-state-no-registry", &["--registry", "none"], &[]);
    let state = without.ask("GET", "/local/state", Value::Null).await.json();
    assert_eq!(state["registry"], json!(false));
    assert!(!state["operations"].to_string().contains("JoinRoom"), "there are no rooms without a registry");
}

#[tokio::test]
async fn a_token_is_made_for_whoever_is_asked_for() {
    let page = Page::start("page-token");
    let who =
        json!({ "tenant": "acme", "subject": "anna", "groups": ["hosts"], "scope": "a b", "expires_in": 60 });
    let token = page.ask("POST", "/local/token", who).await.json()["token"].as_str().unwrap().to_owned();
    let claims = token.split('.').nth(1).unwrap();
    let claims: Value = serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    assert_eq!(
        json!([claims["custom:tenant_id"], claims["sub"], claims["cognito:groups"], claims["scope"]]),
        json!(["acme", "anna", ["hosts"], "a b"])
    );
    assert_eq!(claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap(), 60);
    let nobody = json!({ "tenant": null, "scope": "", "groups": [] });
    let token = page.ask("POST", "/local/token", nobody).await.json()["token"].as_str().unwrap().to_owned();
    let claims = BASE64_URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
    let claims = String::from_utf8(claims).unwrap();
    for absent in ["tenant_id", "groups", "scope"] {
        assert!(!claims.contains(absent), "{absent}: {claims}");
    }
    for (body, errors) in [
        (
            json!({ "tenant": 1, "groups": "hosts", "Scope": "a" }),
            &["`tenant`", "`groups`", "`Scope` is unknown"][..],
        ),
        (json!([]), &["must be an object"]),
        (json!({ "expires_in": -1 }), &["`expires_in` must be a whole number from 0"]),
    ] {
        let (status, error) = page.refusal("POST", "/local/token", body).await;
        assert!(status == 400 && errors.iter().all(|it| error.contains(it)), "{errors:?}: {error}");
    }
    let repeated = exchange(
        page.program.front(),
        "POST",
        "/local/token",
        &[("content-type", "application/json")],
        br#"{"tenant":"acme","tenant":"globex"}"#,
    );
    assert_eq!(repeated.await.status, 400);
}

#[tokio::test]
async fn tokens_of_the_environments_issuer_cannot_be_made() {
    let variables = [("JWT_ISSUER", "https://login.example"), ("JWT_AUDIENCE", "page")];
    let page = Page::start_with("page-own-issuer", &[], &variables);
    let state = page.ask("GET", "/local/state", Value::Null).await.json();
    assert_eq!(state["issuer"], Value::Null);
    let (status, error) = page.refusal("POST", "/local/token", json!({ "tenant": "acme" })).await;
    assert!(status == 409 && error.contains("issuer"), "{error}");
}

#[tokio::test]
async fn an_exchange_has_what_chime_received_and_the_log_line() {
    let page = Page::start("page-exchanges");
    assert_eq!(page.ask("GET", "/local/exchanges", Value::Null).await.json(), json!([]));
    let meeting = page.meeting().await;
    let refused = page.send("POST", "/meetings?a=1", "{}").await;
    let exchanges = page.ask("GET", "/local/exchanges", Value::Null).await.json();
    let [created, invalid] = exchanges.as_array().unwrap().as_slice() else { panic!("{exchanges}") };
    assert_eq!(
        json!([created["method"], created["path"], created["status"], created["shared"]]),
        json!(["POST", "/meetings", 201, false])
    );
    assert!(created["time"].as_u64().unwrap() > 1_700_000_000_000 && created["duration_ms"].is_u64());
    assert_eq!(created["line"]["meeting_id"], json!(meeting));
    assert_eq!(created["line"]["correlation_id"], created["request_id"]);
    let [asked] = created["chime"].as_array().unwrap().as_slice() else { panic!("{created}") };
    assert_eq!(
        json!([asked["operation"], asked["method"], asked["path"], asked["status"], asked["attempt"]]),
        json!(["CreateMeeting", "POST", "/meetings", 201, 1])
    );
    assert_eq!(asked["body"]["TenantIds"], json!(["acme"]), "{asked}");
    assert_eq!(
        json!([invalid["path"], invalid["status"], invalid["chime"]]),
        json!(["/meetings?a=1", 400, []])
    );
    assert_eq!(invalid["request_id"].as_str(), refused.header("x-amzn-requestid"));
}

#[tokio::test]
async fn exchanges_that_run_at_the_same_time_say_that_they_share_what_chime_received() {
    let page = Page::start("page-shared");
    let slow = json!({ "fault": "DelayedHeaders", "milliseconds": 500, "times": 2 });
    assert_eq!(page.ask("POST", "/local/faults", slow).await.status, 204);
    tokio::join!(page.meeting(), page.meeting());
    page.meeting().await;
    let exchanges = page.ask("GET", "/local/exchanges", Value::Null).await.json();
    let shared: Vec<bool> =
        exchanges.as_array().unwrap().iter().map(|exchange| exchange["shared"] == true).collect();
    assert_eq!(shared, [true, true, false]);
}

#[tokio::test]
async fn the_last_hundred_exchanges_are_kept() {
    let page = Page::start("page-hundred");
    let front = page.program.front();
    for number in 0..103 {
        exchange(front, "GET", &format!("/meetings/{number}"), &[], b"").await;
    }
    let exchanges = page.ask("GET", "/local/exchanges", Value::Null).await.json();
    let exchanges = exchanges.as_array().unwrap();
    assert_eq!(exchanges.len(), 100);
    assert_eq!(
        (&exchanges[0]["path"], &exchanges[99]["path"]),
        (&json!("/meetings/3"), &json!("/meetings/102"))
    );
    let mut events = page.events().await;
    let mut streamed = Vec::new();
    while streamed.len() < 100 {
        let (name, data) = events.event().await;
        if name == "exchange" {
            streamed.push(data["path"].clone());
        }
    }
    let paths: Vec<Value> = exchanges.iter().map(|exchange| exchange["path"].clone()).collect();
    assert_eq!(streamed, paths);
}
