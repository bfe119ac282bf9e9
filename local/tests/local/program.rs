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
struct Program {
    child: Child,
    /// its lines as they come, read by a thread so that waiting for one can end
    output: Receiver<String>,
    /// what it printed up to the last line of its welcome
    welcome: String,
}

impl Program {
    /// Starts on free ports and waits for the welcome to end with this line.
    fn start(arguments: &[&str], last_line: &str) -> Self {
        Self::start_with_environment(arguments, &[], last_line)
    }

    fn start_with_environment(arguments: &[&str], variables: &[(&str, &str)], last_line: &str) -> Self {
        let mut child = command(&["--port", "0", "--simulator-port", "0", "--issuer-port", "0"])
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
    fn read_through(&mut self, text: &str) -> String {
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
    fn word_after(&self, text: &str) -> &str {
        let rest = self.welcome.split_once(text).unwrap().1;
        rest.split_whitespace().next().unwrap()
    }

    fn simulator(&self) -> SocketAddr {
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

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_local"));
    command.args(arguments).env_remove("AWS_REGION").env_remove("NOTIFICATIONS_QUEUE_ARN");
    command
}

/// The exit code and the standard error.
fn refusal(arguments: &[&str]) -> (Option<i32>, String) {
    let output = command(arguments).output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

/// The design's sample, with one tenant for groups of its own and one for everyone's.
fn policy_file(name: &str) -> PathBuf {
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

fn claims_of(token: &str) -> serde_json::Value {
    use base64::Engine;
    let claims = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&base64::prelude::BASE64_URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap()
}

#[test]
fn it_prints_addresses_operations_and_for_each_tenant_a_curl_with_a_token_that_fits_the_policy() {
    let policy = policy_file("welcome");
    let program = Program::start(&["--policy", policy.to_str().unwrap()], "Ctrl-C stops");
    let operations = command(&["--list-operations"]).output().unwrap().stdout;
    for operation in String::from_utf8(operations).unwrap().lines() {
        assert!(program.welcome.contains(operation), "{operation} is not in {}", program.welcome);
    }
    let url = program.word_after("Meeting gateway").to_owned();
    let issuer = program.word_after("JWT_ISSUER=").to_owned();
    for (tenant, groups) in [("acme", ["hosts"]), ("globex", ["members"])] {
        let curl = program.welcome.split_once(&format!("\n{tenant}:\n")).unwrap().1.lines().next().unwrap();
        assert!(
            curl.starts_with(&format!("curl -sS -X POST {url}/meetings -H 'Authorization: Bearer ")),
            "{curl}"
        );
        let claims = claims_of(curl.split_once("Bearer ").unwrap().1.split('\'').next().unwrap());
        assert_eq!(claims["custom:tenant_id"], tenant);
        assert_eq!(claims["cognito:groups"], json!(groups));
        assert_eq!(claims["iss"], issuer);
    }
}

#[test]
fn the_printed_curl_works_when_pasted_and_the_log_shows_what_chime_was_asked() {
    let policy = policy_file("pasted");
    let mut program = Program::start(&["--policy", policy.to_str().unwrap()], "Ctrl-C stops");
    let curl = program.welcome.lines().find(|line| line.starts_with("curl -sS -X POST")).unwrap();
    let answer = Command::new("sh").arg("-c").arg(format!("{curl} -w '\\n%{{http_code}}'")).output().unwrap();
    let answer = String::from_utf8(answer.stdout).unwrap();
    assert!(answer.ends_with("\n201") && answer.contains("MediaPlacement"), "{answer}");
    let log = program.read_through("\"TenantIds\"");
    assert!(log.contains("POST /meetings -> 201"), "{log}");
    for shown in ["\"TenantIds\"", "\"acme\"", "\"CostCenter\"", "\"MeetingGateway\"", "local-notifications"]
    {
        assert!(log.contains(shown), "{shown} is not in {log}");
    }
}

#[tokio::test]
async fn the_simulator_alone_serves_other_processes_and_logs_what_they_ask() {
    let mut program = Program::start(&["--simulator-only"], "/token?");
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
        (&["--simulator-only", "--simulator-gateway-name", "stack"], "/token?", "stack"),
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
    let program = Program::start(&["--simulator-only", "--bind", "0.0.0.0"], "/token?");
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
        (&["--port", &taken, "--simulator-port", "0", "--issuer-port", "0"], format!("{in_use}--port")),
        (
            &["--port", "0", "--simulator-port", &taken, "--issuer-port", "0"],
            format!("{in_use}--simulator-port"),
        ),
        (
            &["--port", "0", "--simulator-port", "0", "--issuer-port", &taken],
            format!("{in_use}--issuer-port"),
        ),
        (
            &["--port", "0", "--simulator-port", "0", "--issuer-port", "0", "--bind", "192.0.2.1"],
            "see --bind".to_owned(),
        ),
    ];
    for (arguments, message) in rows {
        let (code, stderr) = refusal(&[*arguments, &["--policy", policy]].concat());
        assert_eq!(code, Some(1), "{arguments:?}: {stderr}");
        assert!(stderr.contains(message.as_str()), "{arguments:?}: {stderr}");
    }
    let no_ports = ["--port", "0", "--simulator-port", "0", "--issuer-port", "0"];
    let (code, stderr) = refusal(&[&no_ports[..], &["--policy", "/no/such/policy.json"]].concat());
    assert!(code == Some(1) && stderr.contains("cannot read the policy /no/such/policy.json"), "{stderr}");
    let (code, stderr) = refusal(&["--chime-endpoint", "chime.example"]);
    assert!(code == Some(2) && stderr.contains("neither `aws` nor an http or https URL"), "{stderr}");
    let (code, stderr) = refusal(&["--check-policy", "/no/such/policy.json"]);
    assert!(code == Some(1) && stderr.contains("cannot read /no/such/policy.json"), "{stderr}");
}

#[test]
fn a_region_without_chime_is_a_fault_of_a_checked_policy() {
    let policy = policy_file("checked-for-a-region");
    let policy = policy.to_str().unwrap();
    let check = |region| refusal(&["--check-policy", policy, "--region", region]);
    assert_eq!(check("eu-central-1"), (Some(0), String::new()));
    for (region, why) in [
        ("eu-centrl-1", "a typing error"),
        ("eu-west-1", "hosts media only"),
        ("US-EAST-1", "regions are compared exactly"),
    ] {
        let (code, stderr) = check(region);
        assert_eq!(code, Some(1), "{why}: {stderr}");
        assert!(stderr.contains(&format!("`{region}` has no Chime endpoint")), "{why}: {stderr}");
        assert!(stderr.contains("eu-central-1"), "{why}: the regions that have one are named: {stderr}");
    }
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
    let ports = ["--port", "0", "--simulator-port", "0", "--issuer-port", "0"];
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
fn a_region_without_chime_is_reported_with_the_policys_own_faults() {
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("two-faults.json");
    std::fs::write(&file, r#"{ "Tenants": { "acme": { "Colour": "red" } } }"#).unwrap();
    let (code, stderr) = refusal(&["--check-policy", file.to_str().unwrap(), "--region", "eu-centrl-1"]);
    assert_eq!(code, Some(1));
    assert!(stderr.contains("eu-centrl-1") && stderr.contains("#/Tenants/acme/Colour"), "{stderr}");
}

#[test]
fn credentials_are_open_to_the_network_only_when_allowed() {
    // Stops after checking its options, before it calls Chime.
    let rest =
        ["--port", "0", "--simulator-port", "0", "--issuer-port", "0", "--policy", "/no/such/policy.json"];
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
    let front: SocketAddr =
        program.word_after("Meeting gateway").trim_start_matches("http://").parse().unwrap();
    let claims = TokenRequest::new("acme", &["hosts"]).claims(program.word_after("JWT_ISSUER="));
    let forger = Issuer::start_with_published_rsa_key().unwrap();
    let rs256 = MintOptions { algorithm: Algorithm::Rs256, ..MintOptions::default() };
    let forged = forger.mint(&claims, &rs256).unwrap();
    let genuine = program.welcome.split_once("Bearer ").unwrap().1.split('\'').next().unwrap();
    for (token, status) in [(genuine, 201), (forged.as_str(), 401)] {
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
fn help_names_every_option() {
    let output = command(&["--help"]).output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    for option in [
        "--port",
        "--simulator-port",
        "--issuer-port",
        "--bind",
        "--policy",
        "--chime-endpoint",
        "--check-policy",
        "--region",
        "--simulator-only",
        "--allow-remote",
        "--policy-schema",
        "--list-settings",
        "--list-operations",
        "--simulator-gateway-name",
        "Who is answered",
    ] {
        assert!(help.contains(option), "{option} is not in {help}");
    }
}

#[test]
fn an_interrupt_ends_it_in_order() {
    let mut program = Program::start(&["--simulator-only"], "/token?");
    let interrupted = Command::new("kill").args(["-INT", &program.child.id().to_string()]).status().unwrap();
    assert!(interrupted.success());
    assert!(program.child.wait().unwrap().success());
    assert_eq!(
        program.output.recv_timeout(PATIENCE),
        Err(RecvTimeoutError::Disconnected),
        "nothing more is printed"
    );
}
