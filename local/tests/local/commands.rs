//! The subcommands that answer a question and end; `explain` has a file of its own.

use std::io::Write;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::program::{Program, command, policy_file, refusal};

/// The exit status, the standard output and the standard error of a command with that standard input.
pub(crate) fn run(arguments: &[&str], stdin: &str) -> (Option<i32>, String, String) {
    run_with(arguments, stdin, &[])
}

/// The same with these variables in the environment.
pub(crate) fn run_with(
    arguments: &[&str],
    stdin: &str,
    variables: &[(&str, &str)],
) -> (Option<i32>, String, String) {
    let mut child = command(arguments)
        .envs(variables.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that ends before it reads closes the pipe.
    let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn check_reads_several_documents_and_the_standard_input() {
    let good = policy_file("checked");
    let good = good.to_str().unwrap();
    let (code, stdout, stderr) =
        run(&["check", good, "-"], r#"{ "Tenants": { "acme": { "Colour": "red" } } }"#);
    assert_eq!(code, Some(1));
    assert!(stdout.contains(&format!("{good}: no fault found")), "{stdout}");
    assert!(stdout.contains("Create: callers with one of the groups `hosts` (acme)"), "{stdout}");
    assert!(stderr.contains("-:1:26: #/Tenants/acme/Colour: is not"), "the line and the column: {stderr}");
    let (code, stdout, stderr) = run(&["check", "/no/such/policy.json", good], "");
    assert_eq!(code, Some(2), "{stderr}");
    assert!(stdout.contains("no fault found"), "the other document is reported: {stdout}");
    assert!(stderr.contains("cannot read /no/such/policy.json"), "{stderr}");
}

#[test]
fn check_prints_json_for_programs() {
    let good = policy_file("checked-json");
    let (code, stdout, stderr) = run(
        &["check", "--json", good.to_str().unwrap(), "-", "--region", "eu-centrl-1"],
        "{\n  \"Tenant\": {}}",
    );
    assert_eq!((code, stderr.as_str()), (Some(1), ""));
    let documents: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(documents[0]["faults"][0]["pointer"], Value::Null, "a fault of the region");
    assert_eq!(documents[0]["faults"][0]["line"], Value::Null, "which is not in the document");
    assert_eq!(documents[1]["file"], "-");
    let place = |fault: &Value| (fault["line"].clone(), fault["column"].clone());
    assert_eq!(place(&documents[1]["faults"][1]), (json!(2), json!(3)), "{documents:#}");
    let (code, stdout, _) = run(&["check", "--json", good.to_str().unwrap()], "");
    assert_eq!(code, Some(0));
    let documents: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(documents[0]["faults"], json!([]));
    assert_eq!(documents[0]["rights"][0]["right"], "Create");
}

#[test]
fn faults_come_in_the_order_of_the_text_each_with_its_line_and_column() {
    let policy = "{\n  \"Tenants\": {\n    \"b\": { \"Fixed\": { \"MediaRegion\": \"mars\" } },\n    \"a\": 1\n  },\n  \"Everyone\": [],\n  \
                  \"UnlistedTenants\": \"Denied\"\n}\n";
    let (code, _, stderr) = run(&["check", "-"], policy);
    assert_eq!(code, Some(1));
    for (fault, why) in [
        ("-:3:5: #/Tenants/b: has no TenantIds", "a member that is missing, at its block"),
        ("-:3:23: #/Tenants/b/Fixed/MediaRegion: ", "a value"),
        ("-:4:5: #/Tenants/a: must be an object, not a number", "a value of another type"),
        ("-:6:3: #/Everyone: must be an object, not an array", "after the tenants, as in the text"),
        ("-:7:3: #/UnlistedTenants: must be one of", "the last line"),
    ] {
        assert!(stderr.contains(fault), "{why}: {fault} is not in {stderr}");
    }
    let lines: Vec<u32> =
        stderr.lines().map(|line| line.split(':').nth(1).unwrap().parse().unwrap()).collect();
    assert!(lines.is_sorted(), "{stderr}");
    let (code, _, stderr) = run(&["check", "-"], "{\n  \"Tenants\": {,}\n}");
    assert_eq!(code, Some(1));
    assert!(stderr.starts_with("-:2:15: #: is not a JSON document: "), "{stderr}");
}

#[test]
fn explain_with_a_faulty_policy_names_the_file_and_the_place_of_each_fault() {
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("faulty-explained.json");
    std::fs::write(&file, "{\n  \"Tenant\": {}\n}").unwrap();
    let file = file.to_str().unwrap();
    let explain = ["explain", "--policy", file, "--claims", "-"];
    let (code, stdout, stderr) = run(&explain, r#"{"sub":"anna","custom:tenant_id":"acme"}"#);
    assert_eq!((code, stdout.as_str()), (Some(2), ""));
    assert!(stderr.starts_with(&format!("{file}:2:3: #/Tenant: is not a known member")), "{stderr}");
}

#[test]
fn check_says_which_limits_hold_and_refuses_them_for_a_stack_without_a_registry() {
    let policy = json!({
        "Everyone": {
            "Fixed": { "TenantIds": ["${tenant}"], "MediaRegion": "us-east-1" },
            "Limits": { "OpenMeetings": 20, "OpenMeetingsPerCaller": 3 },
        },
        "Tenants": { "acme": { "Limits": { "OpenMeetings": 50 } }, "globex": {} },
        "UnlistedTenants": "Everyone",
    })
    .to_string();
    let (code, stdout, stderr) = run(&["check", "-"], &policy);
    assert_eq!(code, Some(0), "{stderr}");
    for line in [
        "OpenMeetings: 20 (globex, tenants that are not listed)\n",
        "OpenMeetings: 50 (acme)\n",
        "OpenMeetingsPerCaller: 3 (acme, globex, tenants that are not listed)\n",
    ] {
        assert!(stdout.contains(line), "{line} is not in {stdout}");
    }
    let (_, stdout, _) = run(&["check", "-", "--json"], &policy);
    let documents: Value = serde_json::from_str(&stdout).unwrap();
    let expected = json!({ "limit": "OpenMeetings", "value": 50, "tenants": ["acme"] });
    assert_eq!(documents[0]["limits"][1], expected);

    let (code, _, stderr) = run(&["check", "-", "--no-registry"], &policy);
    assert_eq!(code, Some(1));
    for pointer in [": #/Everyone/Limits: needs the registry", ": #/Tenants/acme/Limits: needs"] {
        assert!(stderr.contains(pointer), "{pointer} is not in {stderr}");
    }
    let unlimited = policy_file("unlimited");
    let (code, stdout, _) = run(&["check", unlimited.to_str().unwrap(), "--no-registry"], "");
    assert_eq!(code, Some(0));
    assert!(stdout.contains("OpenMeetings: no limit (acme, globex)"), "{stdout}");
}

#[test]
fn a_region_without_chime_is_a_fault_of_a_checked_policy() {
    let policy = policy_file("checked-for-a-region");
    let policy = policy.to_str().unwrap();
    let check = |region| refusal(&["check", policy, "--region", region]);
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
fn a_region_without_chime_is_reported_with_the_policys_own_faults() {
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("two-faults.json");
    std::fs::write(&file, r#"{ "Tenants": { "acme": { "Colour": "red" } } }"#).unwrap();
    let (code, stderr) = refusal(&["check", file.to_str().unwrap(), "--region", "eu-centrl-1"]);
    assert_eq!(code, Some(1));
    assert!(stderr.contains("eu-centrl-1") && stderr.contains("#/Tenants/acme/Colour"), "{stderr}");
}

#[test]
fn token_is_the_issuers_for_the_named_tenant() {
    use base64::Engine;
    let program = Program::start(&["--simulator-only"], "Ctrl-C stops");
    let port = program.word_after("JWT_ISSUER=http://127.0.0.1:").to_owned();
    let (code, token, stderr) = run(
        &["token", "--issuer-port", &port, "--tenant", "acme", "--groups", "hosts,members", "--sub", "ann"],
        "",
    );
    assert_eq!(code, Some(0), "{stderr}");
    let claims = token.split('.').nth(1).unwrap();
    let claims: Value =
        serde_json::from_slice(&base64::prelude::BASE64_URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    assert_eq!((&claims["custom:tenant_id"], &claims["sub"]), (&json!("acme"), &json!("ann")));
    assert_eq!(claims["cognito:groups"], json!(["hosts", "members"]));
    drop(program);
    let (code, _, stderr) = run(&["token", "--issuer-port", &port], "");
    assert_eq!(code, Some(2));
    assert!(stderr.contains("is `serve` running?"), "{stderr}");
}

#[test]
fn help_names_every_subcommand_option_and_exit_status() {
    let help = |arguments: &[&str]| run(arguments, "").1;
    let top = help(&["--help"]);
    for name in [
        "serve", "check", "explain", "schema", "settings", "operations", "metrics", "token", "Exit statuses",
        "--version",
    ] {
        assert!(top.contains(name), "{name} is not in {top}");
    }
    let serve = help(&["serve", "--help"]);
    for option in [
        "--port",
        "--simulator-port",
        "--issuer-port",
        "--registry-port",
        "--registry",
        "--bind",
        "--policy",
        "--chime-endpoint",
        "--region",
        "--simulator-only",
        "--allow-remote",
        "--simulator-gateway-name",
        "Who is answered",
    ] {
        assert!(serve.contains(option), "{option} is not in {serve}");
    }
    for option in
        ["--policy", "--claims", "--request", "--operation", "--room-is-open", "--json", "--no-registry"]
    {
        assert!(help(&["explain", "--help"]).contains(option), "{option}");
    }
    for option in ["--region", "--json", "--no-registry"] {
        assert!(help(&["check", "--help"]).contains(option), "{option}");
    }
}

#[test]
fn old_flags_are_gone_and_the_options_of_serve_need_no_name() {
    for flag in ["--check-policy", "--policy-schema", "--list-settings", "--list-operations"] {
        let (code, stderr) = refusal(&[flag]);
        assert!(code == Some(2) && stderr.contains("unexpected argument"), "{flag}: {stderr}");
    }
    let ports = ["--port", "0", "--simulator-port", "0", "--issuer-port", "0", "--registry-port", "0"];
    for named in [&["serve"][..], &[]] {
        let (code, stderr) = refusal(&[named, &ports[..], &["--policy", "/no/such.json"]].concat());
        assert!(code == Some(1) && stderr.contains("cannot read the policy /no/such.json"), "{stderr}");
    }
    let (code, stdout, _) = run(&["--version"], "");
    assert_eq!((code, stdout.trim()), (Some(0), concat!("local ", env!("CARGO_PKG_VERSION"))));
}
