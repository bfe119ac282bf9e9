//! `cargo run -p local` as a new user sees it.

use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use local::issuer::{Algorithm, Issuer, MintOptions, TokenRequest};
use serde_json::json;

use crate::exchange::exchange;
use crate::simulator::{SIGNED, request_with};

/// Long enough for an expected line, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running program; killed when dropped.
pub(crate) struct Program {
    child: Child,
    /// its lines as they come, read by a thread so that waiting for one can end
    output: Receiver<String>,
    /// what it printed up to the last line of its welcome
    welcome: String,
}

impl Program {
    /// Starts on free ports and waits for the welcome to end with this line.
    pub(crate) fn start(arguments: &[&str], last_line: &str) -> Self {
        Self::start_with_environment(arguments, &[], last_line)
    }

    pub(crate) fn start_with_environment(
        arguments: &[&str],
        variables: &[(&str, &str)],
        last_line: &str,
    ) -> Self {
        let mut child =
            command(&["--port", "0", "--simulator-port", "0", "--issuer-port", "0", "--registry-port", "0"])
                .args(arguments)
                .envs(variables.iter().copied())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
        let (lines, output) = channel();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            stdout.lines().map_while(Result::ok).try_for_each(|line| lines.send(line))
        });
        let mut program = Self { child, output, welcome: String::new() };
        program.welcome = program.read_through(last_line);
        program
    }

    /// Everything up to and with the next line that contains a text.
    pub(crate) fn read_through(&mut self, text: &str) -> String {
        let mut read = String::new();
        while !read.lines().last().is_some_and(|line| line.contains(text)) {
            match self.output.recv_timeout(PATIENCE) {
                Ok(line) => read.push_str(&format!("{line}\n")),
                Err(error) => panic!("{error}; no line with `{text}` in: {read}"),
            }
        }
        read
    }

    /// The word after a text in the welcome.
    pub(crate) fn word_after(&self, text: &str) -> &str {
        let rest = self.welcome.split_once(text).unwrap().1;
        rest.split_whitespace().next().unwrap()
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.front())
    }

    pub(crate) fn front(&self) -> SocketAddr {
        let url = self.word_after("Meeting gateway");
        url.trim_start_matches("http://").trim_end_matches('/').parse().unwrap()
    }

    /// A token of its issuer.
    pub(crate) async fn token(&self, query: &str) -> String {
        let issuer = self.word_after("JWT_ISSUER=").trim_start_matches("http://").parse().unwrap();
        exchange(issuer, "GET", &format!("/token?{query}"), &[], b"").await.text()
    }

    /// The registry's table.
    pub(crate) fn registry(&self) -> SocketAddr {
        self.word_after("AWS_ENDPOINT_URL_DYNAMODB=http://").parse().unwrap()
    }

    pub(crate) fn simulator(&self) -> SocketAddr {
        self.word_after("AWS_ENDPOINT_URL_CHIME_SDK_MEETINGS=http://").parse().unwrap()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Fails only when it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_local"));
    command
        .args(arguments)
        .env_remove("AWS_REGION")
        .env_remove("NOTIFICATIONS_QUEUE_ARN")
        .env_remove("REGISTRY_TABLE");
    command
}

/// The exit code and the standard error.
pub(crate) fn refusal(arguments: &[&str]) -> (Option<i32>, String) {
    let output = command(arguments).output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

/// The design's sample, with one tenant for groups of its own and one for everyone's.
pub(crate) fn policy_file(name: &str) -> PathBuf {
    let policy = json!({
        "Everyone": {
            "Fixed": { "TenantIds": ["${tenant}"], "Tags": { "Tenant": "${tenant}" } },
            "Default": { "MediaRegion": "us-east-1" },
            "Callers": { "AnyGroup": ["members"] },
        },
        "Tenants": { "acme": { "Fixed": { "Tags": { "CostCenter": "4711" } }, "Callers": { "AnyGroup": ["hosts"] } }, "globex": {} },
    });
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.json"));
    std::fs::write(&file, policy.to_string()).unwrap();
    file
}

#[test]
fn welcome_is_short_and_says_how_to_try_every_tenant() {
    let policy = policy_file("welcome");
    let program = Program::start(&["--policy", policy.to_str().unwrap()], "Ctrl-C stops");
    let lines: Vec<&str> = program.welcome.lines().collect();
    assert!(lines.len() <= 14, "{} lines: {}", lines.len(), program.welcome);
    assert!(lines.iter().all(|line| line.len() <= 160), "{}", program.welcome);
    assert!(lines[0].starts_with("Meeting gateway  http://127.0.0.1:"), "nothing comes before it");
    assert!(!program.welcome.contains("eyJ"), "it has no token");
    assert!(program.welcome.contains("/token?tenant=acme&groups=hosts'"), "{}", program.welcome);
    assert!(program.welcome.contains("tenant=globex&groups=members"), "{}", program.welcome);
}

#[test]
fn the_printed_commands_work_when_pasted_and_the_log_shows_what_chime_was_asked() {
    let policy = policy_file("pasted");
    let mut program = Program::start(&["--policy", policy.to_str().unwrap()], "Ctrl-C stops");
    let printed = |start: &str| {
        let line = program.welcome.lines().find(|line| line.starts_with(start));
        line.unwrap_or_else(|| panic!("no `{start}` in {}", program.welcome)).to_owned()
    };
    let [token, create] = [printed("TOKEN=$(curl"), printed("curl -s http")];
    let join = printed("curl -s -X POST");
    let script = format!(
        "{token}\nMEETING=$({create} | sed 's/.*\"MeetingId\":\"\\([^\"]*\\).*/\\1/')\n{}",
        join.replace("MEETING_ID", "$MEETING")
    );
    let pasted = |script: &str| {
        let answer = Command::new("sh").arg("-c").arg(script).output().unwrap();
        String::from_utf8(answer.stdout).unwrap()
    };
    let answer = pasted(&script);
    assert!(answer.contains("MediaPlacement") && answer.contains("JoinToken"), "{script}: {answer}");
    let room = program.welcome.lines().find(|line| line.contains("/rooms/")).unwrap();
    let answer = pasted(&format!("{token}\n{room}"));
    assert!(
        answer.contains("\"ExternalMeetingId\":\"standup\"") && answer.contains("JoinToken"),
        "{room}: {answer}"
    );
    let log = program.read_through("\"TenantIds\"");
    assert!(log.contains("POST /meetings -> 201"), "{log}");
    assert!(!log.contains("GET / ->"), "opening the connection is no request to Chime: {log}");
    for shown in ["\"TenantIds\"", "\"acme\"", "\"CostCenter\"", "\"MeetingGateway\"", "local-notifications"]
    {
        assert!(log.contains(shown), "{shown} is not in {log}");
    }
}

#[tokio::test]
async fn front_page_lists_every_operation_and_the_description() {
    let policy = policy_file("front-page");
    let program = Program::start(&["--policy", policy.to_str().unwrap()], "Ctrl-C stops");
    let page = exchange(program.front(), "GET", "/", &[], b"").await;
    let operations = command(&["operations"]).output().unwrap().stdout;
    let operations = String::from_utf8(operations).unwrap();
    assert_eq!(operations.lines().count(), 15);
    for operation in operations.lines() {
        assert!(page.text().contains(operation), "{operation} is not in {}", page.text());
    }
    assert!(page.text().contains("GET /openapi.yaml"));
    let description = exchange(program.front(), "GET", "/openapi.yaml", &[], b"").await;
    assert_eq!((description.status, description.header("content-type")), (200, Some("application/yaml")));
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi.yaml");
    assert_eq!(description.text(), std::fs::read_to_string(file).unwrap());
    let as_json = exchange(program.front(), "GET", "/openapi.json", &[], b"").await;
    assert_eq!((as_json.status, as_json.header("content-type")), (200, Some("application/json")));
    let as_json: serde_json::Value = serde_json::from_str(&as_json.text()).unwrap();
    assert_eq!(as_json["paths"]["/meetings"]["post"]["operationId"], "CreateMeeting");
    let foreign = [("origin", "https://gateway.example")];
    assert_eq!(exchange(program.front(), "GET", "/", &foreign, b"").await.status, 403);
}

#[test]
fn a_policy_with_faults_keeps_it_from_starting_with_the_line_and_column_of_each() {
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("faulty-served.json");
    std::fs::write(&file, "{\n  \"Tenant\": {},\n  \"Everyone\": 1\n}").unwrap();
    let file = file.to_str().unwrap();
    let ports = ["--port", "0", "--simulator-port", "0", "--issuer-port", "0", "--registry-port", "0"];
    let arguments = [&ports[..], &["--policy", file]].concat();
    let (code, stderr) = refusal(&arguments);
    assert_eq!(code, Some(1));
    let lines: Vec<&str> = stderr.lines().collect();
    assert_eq!(lines.len(), 2, "{stderr}");
    assert!(lines[0].starts_with(&format!("{file}:2:3: #/Tenant: is not a known member")), "{stderr}");
    assert!(lines[1].starts_with(&format!("{file}:3:3: #/Everyone: must be an object")), "{stderr}");
    let also_a_setting = command(&arguments).env("GROUPS_CLAIM", "/a~").output().unwrap();
    let stderr = String::from_utf8(also_a_setting.stderr).unwrap();
    assert!(stderr.contains("1 error(s) in the settings\n  GROUPS_CLAIM"), "{stderr}");
    assert!(stderr.contains(&format!("{file}:2:3: #/Tenant: ")), "both at once: {stderr}");
}

#[tokio::test]
async fn changed_policy_is_served_without_a_restart_and_a_faulty_one_is_not() {
    let file = policy_file("reloaded");
    let sample = std::fs::read_to_string(&file).unwrap();
    let mut program = Program::start(&["--policy", file.to_str().unwrap()], "Ctrl-C stops");
    let front = program.front();
    let token = program.token("tenant=initech&groups=members").await;
    let create = async || {
        let headers = [("authorization", &*format!("Bearer {token}")), ("content-type", "application/json")];
        exchange(front, "POST", "/meetings", &headers, br#"{"ExternalMeetingId":"standup"}"#).await.status
    };
    assert_eq!(create().await, 403, "the tenant is not listed");
    std::fs::write(&file, sample.replace("\"globex\"", "\"initech\"")).unwrap();
    program.read_through("was read again");
    assert_eq!(create().await, 201);
    std::fs::write(&file, sample.replace("\"globex\":{}", "\"globex\":{\"Colour\":1}")).unwrap();
    let shown = program.read_through("#/Tenants/globex/Colour");
    assert!(shown.contains("the one before serves on"), "{shown}");
    assert_eq!(create().await, 201, "the document before serves on");
    std::fs::write(&file, &sample).unwrap();
    program.read_through("was read again");
    assert_eq!(create().await, 403);
}

#[tokio::test]
async fn log_lines_are_json_in_a_pipe_and_come_after_the_welcome() {
    let policy = policy_file("log-lines");
    let mut program = Program::start(&["--policy", policy.to_str().unwrap()], "Ctrl-C stops");
    assert_eq!(exchange(program.front(), "POST", "/meetings", &[], b"{}").await.status, 401);
    let log = program.read_through("request refused");
    let line = log.lines().find(|line| line.contains("request refused")).unwrap();
    let line: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!(line["status"], 401);
}

#[tokio::test]
async fn the_simulator_alone_serves_other_processes_and_logs_what_they_ask() {
    let mut program = Program::start(&["--simulator-only"], "Ctrl-C stops");
    assert!(!program.welcome.contains("Meeting gateway"));
    let body = request_with("TenantIds", json!(["acme"])).to_string();
    let answer = exchange(program.simulator(), "POST", "/meetings", SIGNED, body.as_bytes()).await;
    assert_eq!(answer.status, 201);
    let log = program.read_through("\"TenantIds\"");
    assert!(log.contains("chime  POST /meetings -> 201") && log.contains("\"TenantIds\""), "{log}");
}

#[tokio::test]
async fn the_simulator_wants_the_tag_of_the_gateway_that_it_serves() {
    let policy = policy_file("tag");
    let policy = policy.to_str().unwrap();
    let rows: &[(&[&str], &str, &str)] = &[
        (&["--policy", policy], "Ctrl-C stops", "local"),
        (&["--policy", policy, "--simulator-gateway-name", "stack"], "Ctrl-C stops", "stack"),
        (&["--simulator-only", "--simulator-gateway-name", "stack"], "Ctrl-C stops", "stack"),
    ];
    for (arguments, last_line, name) in rows {
        let program = Program::start(arguments, last_line);
        for (value, status) in [(*name, 201), ("another", 403)] {
            let tags = json!([{ "Key": "MeetingGateway", "Value": value }]);
            let body = request_with("Tags", tags).to_string();
            let answer = exchange(program.simulator(), "POST", "/meetings", SIGNED, body.as_bytes()).await;
            assert_eq!(answer.status, status, "{arguments:?} {value}: {}", answer.text());
        }
    }
}

#[test]
fn it_listens_where_it_is_told() {
    let program = Program::start(&["--simulator-only", "--bind", "0.0.0.0"], "Ctrl-C stops");
    // The wildcard address is printed as one that a client can use.
    assert!(program.simulator().ip().is_loopback());
    let listening = std::fs::read_to_string(format!("/proc/{}/net/tcp", program.child.id())).unwrap();
    assert!(listening.contains(&format!("00000000:{:04X} ", program.simulator().port())), "{listening}");
}

#[test]
fn reports_what_fails_and_exits_1() {
    let holder = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = holder.local_addr().unwrap().port().to_string();
    let policy = policy_file("refusals");
    let policy = policy.to_str().unwrap();
    let in_use = format!("port {taken} on 127.0.0.1 is in use; choose another with ");
    let rows: &[(&[&str], String)] = &[
        (
            &["--port", &taken, "--simulator-port", "0", "--issuer-port", "0", "--registry-port", "0"],
            format!("{in_use}--port"),
        ),
        (
            &["--port", "0", "--simulator-port", &taken, "--issuer-port", "0", "--registry-port", "0"],
            format!("{in_use}--simulator-port"),
        ),
        (
            &["--port", "0", "--simulator-port", "0", "--issuer-port", &taken, "--registry-port", "0"],
            format!("{in_use}--issuer-port"),
        ),
        (
            &["--port", "0", "--simulator-port", "0", "--issuer-port", "0", "--registry-port", &taken],
            format!("{in_use}--registry-port"),
        ),
        (
            &[
                "--port", "0", "--simulator-port", "0", "--issuer-port", "0", "--registry-port", "0",
                "--bind", "192.0.2.1",
            ],
            "see --bind".to_owned(),
        ),
    ];
    for (arguments, message) in rows {
        let (code, stderr) = refusal(&[*arguments, &["--policy", policy]].concat());
        assert_eq!(code, Some(1), "{arguments:?}: {stderr}");
        assert!(stderr.contains(message.as_str()), "{arguments:?}: {stderr}");
    }
    let no_ports = ["--port", "0", "--simulator-port", "0", "--issuer-port", "0", "--registry-port", "0"];
    let (code, stderr) = refusal(&[&no_ports[..], &["--policy", "/no/such/policy.json"]].concat());
    assert!(code == Some(1) && stderr.contains("cannot read the policy /no/such/policy.json"), "{stderr}");
    let (code, stderr) = refusal(&["--chime-endpoint", "chime.example"]);
    assert!(code == Some(2) && stderr.contains("not `aws`, and no http or https URL"), "{stderr}");
}

#[test]
fn the_users_own_aws_variables_count_for_the_real_chime_only() {
    let variables = [
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "example"),
        ("AWS_USE_FIPS_ENDPOINT", "yes"),
        ("AWS_USE_DUALSTACK_ENDPOINT", "1"),
        ("AWS_SDK_UA_APP_ID", "two words"),
    ];
    let ports = ["--port", "0", "--simulator-port", "0", "--issuer-port", "0", "--registry-port", "0"];
    let aws = command(&[&ports[..], &["--chime-endpoint", "aws"]].concat()).envs(variables).output().unwrap();
    let stderr = String::from_utf8(aws.stderr).unwrap();
    assert_eq!(aws.status.code(), Some(1), "{stderr}");
    for name in ["AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT", "AWS_SDK_UA_APP_ID"] {
        assert!(stderr.contains(name), "{name}: {stderr}");
    }
    let program = Program::start_with_environment(&[], &variables, "Ctrl-C stops");
    assert!(program.welcome.contains("Meeting gateway"));
}

#[test]
fn credentials_are_open_to_the_network_only_when_allowed() {
    // Stops after checking its options, before it calls Chime.
    let rest = [
        "--port",
        "0",
        "--simulator-port",
        "0",
        "--issuer-port",
        "0",
        "--registry-port",
        "0",
        "--policy",
        "/no/such/policy.json",
    ];
    let passes = "cannot read the policy";
    let needs = "needs --allow-remote: anyone who reaches that address over the network could use your AWS credentials";
    let rows: &[(&[&str], &[&str])] = &[
        (&["--chime-endpoint", "aws"], &[passes]),
        (&["--chime-endpoint", "aws", "--bind", "127.0.0.2"], &[passes]),
        (&["--bind", "0.0.0.0"], &[passes]),
        (
            &["--chime-endpoint", "aws", "--bind", "0.0.0.0"],
            &["--bind 0.0.0.0", "--chime-endpoint aws", needs],
        ),
        (&["--chime-endpoint", "aws", "--bind", "::"], &["--bind ::", "--chime-endpoint aws", needs]),
        (&["--chime-endpoint", "aws", "--bind", "192.0.2.1"], &["--bind 192.0.2.1", needs]),
        (&["--chime-endpoint", "aws", "--bind", "0.0.0.0", "--allow-remote"], &[passes]),
        (
            &["--chime-endpoint", "https://meetings-chime.us-east-1.amazonaws.com", "--bind", "0.0.0.0"],
            &["--chime-endpoint https://meetings-chime.us-east-1.amazonaws.com", needs],
        ),
        (
            &["--registry", "https://dynamodb.us-east-1.amazonaws.com", "--bind", "0.0.0.0"],
            &["--registry https://dynamodb.us-east-1.amazonaws.com", needs],
        ),
        (&["--chime-endpoint", "http://127.0.0.1:3001", "--bind", "0.0.0.0"], &[passes]),
        (&["--chime-endpoint", "http://localhost:3001", "--bind", "0.0.0.0"], &[passes]),
    ];
    for (arguments, expected) in rows {
        let (code, stderr) = refusal(&[*arguments, &rest[..]].concat());
        assert_eq!(code, Some(1), "{arguments:?}: {stderr}");
        for text in *expected {
            assert!(stderr.contains(text), "{arguments:?}: `{text}` is not in {stderr}");
        }
    }
}

#[tokio::test]
async fn rejects_a_token_signed_by_the_published_private_key() {
    let policy = policy_file("published-key");
    let program = Program::start(&["--policy", policy.to_str().unwrap()], "Ctrl-C stops");
    let front = program.front();
    let claims = TokenRequest::new("acme", &["hosts"]).claims(program.word_after("JWT_ISSUER="));
    let forger = Issuer::start_with_published_rsa_key().unwrap();
    let rs256 = MintOptions { algorithm: Algorithm::Rs256, ..MintOptions::default() };
    let forged = forger.mint(&claims, &rs256).unwrap();
    let genuine = program.token("tenant=acme&groups=hosts").await;
    for (token, status) in [(genuine.as_str(), 201), (forged.as_str(), 401)] {
        let headers = [("authorization", &*format!("Bearer {token}")), ("content-type", "application/json")];
        let answer =
            exchange(front, "POST", "/meetings", &headers, br#"{"ExternalMeetingId":"standup"}"#).await;
        assert_eq!(answer.status, status, "{}", answer.text());
    }
}

#[test]
fn lock_files_hold_no_rsa_crate() {
    // RUSTSEC-2023-0071: its signing leaks the key through timing, in every version.
    let repository = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for file in ["Cargo.lock", "fuzz/Cargo.lock"] {
        let lock = std::fs::read_to_string(repository.join(file)).unwrap();
        assert!(lock.contains("name = \"ring\"") && !lock.contains("name = \"rsa\""), "{file}");
    }
}

#[test]
fn an_interrupt_ends_it_in_order() {
    let mut program = Program::start(&["--simulator-only"], "Ctrl-C stops");
    let interrupted = Command::new("kill").args(["-INT", &program.child.id().to_string()]).status().unwrap();
    assert!(interrupted.success());
    assert!(program.child.wait().unwrap().success());
    assert_eq!(
        program.output.recv_timeout(PATIENCE),
        Err(RecvTimeoutError::Disconnected),
        "nothing more is printed"
    );
}
