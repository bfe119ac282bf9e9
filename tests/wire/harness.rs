//! A stack on loopback, and requests to it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bytes::Bytes;
use gateway_tests::repository;
use local::dynamodb::Dynamodb;
use local::issuer::{Issuer, TokenRequest};
use local::runtime_api::{Function, Outcome, RuntimeApi};
use local::simulator::{Operation, Simulator};
use serde_json::{Value, json};
use tokio_rustls::rustls::ServerConfig;

use crate::log_check::{Secrets, check_lines};

pub(crate) const QUEUE: &str = "arn:aws:sqs:us-east-1:111122223333:meeting-notifications";
pub(crate) const GATEWAY_NAME: &str = "meeting-gateway";

/// How long a test waits for an answer: longer than the gateway ever takes, so that a timeout is a failure.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) fn loopback() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

/// The gateway's process with everything around it.
pub(crate) struct Stack {
    pub(crate) simulator: Simulator,
    pub(crate) issuer: Issuer,
    pub(crate) function: RuntimeApi,
    /// the registry's table, if the gateway has one
    table: Option<Dynamodb>,
    program: Function,
    secrets: Secrets,
}

/// What a stack is made of, before it is started.
pub(crate) struct StackBuilder {
    policy: Option<String>,
    settings: Vec<(String, String)>,
    tls: Option<ServerConfig>,
    has_registry: bool,
    /// a library that the process loads, which resolves AWS's hosts to the simulator
    hosts_on_loopback: Option<PathBuf>,
}

/// An HTTP answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u64,
    pub(crate) headers: Value,
    /// null where there is none
    pub(crate) body: Value,
    /// the body as it was written
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn of(outcome: Outcome) -> Self {
        let Outcome::Response(bytes) = outcome else { panic!("the invocation had no answer: {outcome:?}") };
        let answer: Value = serde_json::from_slice(&bytes).expect("the function answers JSON");
        let text = answer["body"].as_str().expect("the answer has a body").to_owned();
        Answer {
            status: answer["statusCode"].as_u64().expect("the answer has a status"),
            headers: answer["headers"].clone(),
            body: if text.is_empty() {
                Value::Null
            } else {
                serde_json::from_str(&text).expect("every body is JSON")
            },
            text,
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers[name].as_str()
    }

    /// The places that `errors` name, sorted: pointers, or names of headers and parameters.
    pub(crate) fn places(&self) -> Vec<String> {
        let errors = self.body["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
        let place = |error: &Value| {
            let place = ["pointer", "header", "parameter"].iter().find_map(|kind| error[*kind].as_str());
            place.map(str::to_owned)
        };
        let mut places: Vec<String> = errors.iter().filter_map(place).collect();
        places.sort();
        places
    }
}

/// A policy document in a file of its own for as long as the tests run.
fn policy_file(text: &str) -> PathBuf {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let name = format!("policy-{}-{}.json", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, text).expect("the test's folder is writable");
    path
}

/// The binary that cargo built for these tests, or the one that `GATEWAY_BINARY` names, such as a release build.
fn gateway_binary() -> PathBuf {
    let built = env!("CARGO_BIN_EXE_gateway-under-test");
    std::env::var_os("GATEWAY_BINARY").map_or_else(|| built.into(), PathBuf::from)
}

pub(crate) fn sample_policy_path() -> PathBuf {
    repository().join("policy/policy.json")
}

impl StackBuilder {
    pub(crate) fn policy(mut self, policy: &Value) -> Self {
        self.policy = Some(policy.to_string());
        self
    }

    /// Gives the gateway a registry, on a table of its own.
    pub(crate) fn registry(self) -> Self {
        StackBuilder { has_registry: true, ..self }
    }

    /// Lets the gateway share Chime, the issuer and the registry of another one.
    pub(crate) fn beside(self, stack: &Stack) -> Self {
        let mut beside = self
            .setting("AWS_ENDPOINT_URL_CHIME_SDK_MEETINGS", &stack.simulator.endpoint())
            .setting("JWT_ISSUER", &stack.issuer.issuer_url());
        beside.settings.extend(stack.table.iter().flat_map(Dynamodb::settings));
        beside
    }

    /// Sets a variable, in place of what the stack would set. An empty value stays empty.
    pub(crate) fn setting(mut self, name: &str, value: &str) -> Self {
        self.settings.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Has Chime speak TLS, as a host called `localhost`.
    pub(crate) fn chime_over_tls(mut self, tls: ServerConfig) -> Self {
        self.tls = Some(tls);
        self
    }

    /// Has Chime speak TLS under its own name: no endpoint is set, and the process finds AWS's hosts on loopback.
    #[cfg(target_os = "linux")]
    pub(crate) fn chime_at_its_own_host(self, tls: ServerConfig, hosts_on_loopback: PathBuf) -> Self {
        let stack = self.setting("AWS_ENDPOINT_URL_CHIME_SDK_MEETINGS", "").chime_over_tls(tls);
        StackBuilder { hosts_on_loopback: Some(hosts_on_loopback), ..stack }
    }

    fn function(&self, simulator: &Simulator, issuer: &Issuer, table: Option<&Dynamodb>) -> Function {
        let policy = self.policy.as_deref().map_or_else(sample_policy_path, policy_file);
        let mut settings: Vec<(String, String)> = [
            ("AUTH_MODE", "bearer"),
            ("JWT_ISSUER", &issuer.issuer_url()),
            ("JWT_AUDIENCE", "local"),
            ("POLICY_FILE", &policy.to_string_lossy()),
            ("NOTIFICATIONS_QUEUE_ARN", QUEUE),
            ("GATEWAY_NAME", GATEWAY_NAME),
            ("AWS_REGION", "us-east-1"),
            (
                "AWS_ENDPOINT_URL_CHIME_SDK_MEETINGS",
                &simulator.endpoint().replace("https://127.0.0.1", "https://localhost"),
            ),
            ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
            ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
            ("AWS_SESSION_TOKEN", "example-session-token"),
            // At the lowest level, so that every line is checked for secrets.
            ("RUST_LOG", "trace"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        settings.extend(table.into_iter().flat_map(Dynamodb::settings));
        settings.retain(|(name, _)| !self.settings.iter().any(|(other, _)| other == name));
        settings.extend(self.settings.iter().cloned());
        if let Some(library) = &self.hosts_on_loopback {
            settings.push(("LD_PRELOAD".to_owned(), library.display().to_string()));
            settings.push(("AWS_HOSTS_PORT".to_owned(), simulator.address().port().to_string()));
        }
        let function = Function::new(gateway_binary());
        settings.iter().fold(function, |function, (name, value)| function.with_environment(name, value))
    }

    pub(crate) async fn start(mut self) -> Stack {
        let simulator = match self.tls.take() {
            Some(tls) => Simulator::start_tls(loopback(), tls),
            None => Simulator::start(loopback()),
        };
        let simulator = simulator.expect("a port is free");
        let issuer = Issuer::start_with_published_rsa_key().expect("a port is free");
        let table = self.has_registry.then(|| Dynamodb::start(loopback()).expect("a port is free"));
        let program = self.function(&simulator, &issuer, table.as_ref());
        let function = RuntimeApi::start(&program).expect("the gateway starts");
        let secrets = Secrets::default();
        ["wJalrXUtnFEMI", "example-session-token"].iter().for_each(|secret| secrets.add(secret));
        Stack { simulator, issuer, function, table, program, secrets }
    }

    /// Starts a process whose init is expected to fail. Returns its outcome and its output.
    pub(crate) async fn start_and_fail(self) -> (Outcome, String) {
        let stack = self.start().await;
        let outcome = stack.function.wait_until_ready(PATIENCE).await.expect("the init must not succeed");
        // The pipes are read concurrently, so the last output may come a moment after the process ends.
        tokio::time::sleep(Duration::from_millis(100)).await;
        let written = format!("{}{}", stack.function.standard_output(), stack.function.standard_error());
        (outcome, written)
    }
}

impl Stack {
    pub(crate) fn with() -> StackBuilder {
        StackBuilder {
            policy: None,
            settings: Vec::new(),
            tls: None,
            has_registry: false,
            hosts_on_loopback: None,
        }
    }

    /// The registry's table.
    pub(crate) fn table(&self) -> &Dynamodb {
        self.table.as_ref().expect("the gateway has a registry")
    }

    /// A stack with the sample policy, in bearer mode.
    pub(crate) async fn start() -> Stack {
        Stack::with().start().await
    }

    /// Replaces the process by another one, which remembers nothing.
    pub(crate) fn restart(&mut self) {
        self.check_log();
        self.function = RuntimeApi::start(&self.program).expect("the gateway starts");
    }

    /// A token for a host of that tenant.
    pub(crate) fn token(&self, tenant: &str) -> String {
        self.issuer.token(&TokenRequest::new(tenant, &["hosts"])).expect("the issuer signs")
    }

    /// A token for a person of that tenant, in these groups.
    pub(crate) fn token_of(&self, tenant: &str, subject: &str, groups: &[&str]) -> String {
        self.secrets.add(subject);
        let request = TokenRequest { subject: subject.to_owned(), ..TokenRequest::new(tenant, groups) };
        self.issuer.token(&request).expect("the issuer signs")
    }

    /// Sends a request for any operation. `request` is a method and a path with its query.
    pub(crate) async fn send(&self, token: &str, request: &str, body: Option<&Value>) -> Answer {
        self.invoke(&event(token, request, body)).await
    }

    /// Invokes the function with an event.
    pub(crate) async fn invoke(&self, event: &Value) -> Answer {
        Answer::of(self.invoke_within(event.to_string(), PATIENCE).await)
    }

    /// Invokes the function with an event, whether it is one or not. What is secret in it and in the answer is looked for in
    /// the log when the stack is dropped.
    pub(crate) async fn invoke_within(&self, event: impl Into<Bytes>, limit: Duration) -> Outcome {
        let event = event.into();
        let read = |bytes: &[u8]| serde_json::from_slice(bytes).unwrap_or(Value::Null);
        self.secrets.add_members(&read(&event));
        let outcome = self.function.invoke(event, limit).await;
        if let Outcome::Response(bytes) = &outcome {
            self.secrets.add_members(&read(bytes));
        }
        outcome
    }

    /// Has the simulator forget everything. Its requests' secrets are still looked for in the log.
    pub(crate) fn reset_simulator(&self) {
        self.secrets.add_requests(&self.simulator.requests());
        self.simulator.reset();
    }

    /// Checks every line that the process has written so far.
    fn check_log(&self) {
        let output = self.function.standard_output();
        check_lines(&output);
        self.secrets.add_requests(&self.simulator.requests());
        self.secrets.check(&format!("{output}{}", self.function.standard_error()));
        // What must not be in the log must not be in clear in the table either.
        let items = self.table.iter().flat_map(Dynamodb::items);
        self.secrets.check(&items.map(|item| item.to_string()).collect::<Vec<_>>().join("\n"));
    }

    /// Posts a body as a host of that tenant.
    pub(crate) async fn create(&self, tenant: &str, body: &Value) -> Answer {
        self.invoke(&post(&self.token(tenant), &body.to_string())).await
    }

    /// The bodies of the CreateMeeting requests that reached Chime.
    pub(crate) fn creations(&self) -> Vec<Value> {
        let requests = self.simulator.requests();
        requests
            .into_iter()
            .filter(|request| request.operation == Operation::CreateMeeting)
            .map(|r| r.body)
            .collect()
    }

    /// The body of the one CreateMeeting request that reached Chime.
    pub(crate) fn creation(&self) -> Value {
        let mut creations = self.creations();
        assert_eq!(creations.len(), 1, "one CreateMeeting request reached Chime");
        creations.remove(0)
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        // A test that fails already says why.
        if !std::thread::panicking() {
            self.check_log();
        }
    }
}

/// A payload 2.0 event: `POST /meetings` with that token.
pub(crate) fn post(token: &str, body: &str) -> Value {
    json!({
        "version": "2.0",
        "routeKey": "POST /meetings",
        "rawPath": "/meetings",
        "rawQueryString": "",
        "headers": { "authorization": format!("Bearer {token}"), "content-type": "application/json" },
        "requestContext": {
            "http": { "method": "POST", "path": "/meetings", "protocol": "HTTP/1.1" },
            "requestId": "JKJaXmPLvHcESHA=",
            "stage": "$default",
        },
        "body": body,
        "isBase64Encoded": false,
    })
}

/// A payload 2.0 event for any operation. `request` is a method and a path with its query.
pub(crate) fn event(token: &str, request: &str, body: Option<&Value>) -> Value {
    let (method, target) = request.split_once(' ').expect("a method and a path");
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut event = post(token, &body.map(Value::to_string).unwrap_or_default());
    event["routeKey"] = json!(format!("{method} {path}"));
    event["rawPath"] = json!(path);
    event["rawQueryString"] = json!(query);
    event["requestContext"]["http"]["method"] = json!(method);
    event["requestContext"]["http"]["path"] = json!(path);
    if body.is_none() {
        event.as_object_mut().expect("an event is an object").remove("body");
        event["headers"].as_object_mut().expect("headers are an object").remove("content-type");
    }
    event
}

/// Sets a header of an event.
pub(crate) fn with_header(mut event: Value, name: &str, value: &str) -> Value {
    event["headers"][name] = json!(value);
    event
}
