//! The registry of `cargo run -p local`: the table that it plays, and a table elsewhere.

use serde_json::json;

use crate::dynamodb::{key, try_send};
use crate::program::{Program, policy_file, refusal};

#[tokio::test]
async fn the_table_is_there_from_the_start_and_each_request_is_shown() {
    let mut program = Program::start(&["--simulator-only"], "Ctrl-C stops");
    assert_eq!(program.word_after("Registry "), "REGISTRY_TABLE=local-registry");
    let (status, _) =
        try_send(program.registry(), "PutItem", json!({ "Item": key("room#1", "room") })).await.unwrap();
    assert_eq!(status, 200);
    assert!(program.read_through("table ").contains("table  PutItem room#1/room -> done"));
}

#[tokio::test]
async fn a_table_elsewhere_is_made_with_its_keys_and_its_time_to_live() {
    let elsewhere = Program::start(&["--simulator-only"], "Ctrl-C stops");
    let url = format!("http://{}/", elsewhere.registry());
    let policy = policy_file("elsewhere");
    let arguments = ["--policy", policy.to_str().unwrap(), "--registry", &url];
    // The second one finds what the first one made.
    for _ in 0..2 {
        let variables = [("REGISTRY_TABLE", "stack-registry")];
        let program = Program::start_with_environment(&arguments, &variables, "Ctrl-C stops");
        assert_eq!(program.word_after("Registry "), "REGISTRY_TABLE=stack-registry");
        assert_eq!(program.registry(), elsewhere.registry());
    }
    let table = json!({ "TableName": "stack-registry" });
    let (_, described) = try_send(elsewhere.registry(), "DescribeTable", table.clone()).await.unwrap();
    let keys =
        json!([{ "AttributeName": "pk", "KeyType": "HASH" }, { "AttributeName": "sk", "KeyType": "RANGE" }]);
    assert_eq!(described["Table"]["KeySchema"], keys);
    let (_, ttl) = try_send(elsewhere.registry(), "DescribeTimeToLive", table).await.unwrap();
    assert_eq!(
        ttl["TimeToLiveDescription"],
        json!({ "TimeToLiveStatus": "ENABLED", "AttributeName": "ttl" })
    );
}

#[test]
fn a_gateway_can_do_without() {
    let policy = policy_file("without-registry");
    let program =
        Program::start(&["--policy", policy.to_str().unwrap(), "--registry", "none"], "Ctrl-C stops");
    assert_eq!(program.word_after("Registry "), "none,");
}

#[test]
fn says_what_is_wrong_with_a_table_elsewhere() {
    let ports = ["--port", "0", "--simulator-port", "0", "--issuer-port", "0"];
    let (code, stderr) = refusal(&[&ports[..], &["--registry", "http://127.0.0.1:9"]].concat());
    assert_eq!(code, Some(1), "{stderr}");
    assert!(
        stderr.contains("cannot find or make the table local-registry at http://127.0.0.1:9"),
        "{stderr}"
    );
    let (code, stderr) = refusal(&["--registry", "moto"]);
    assert!(code == Some(2) && stderr.contains("not `none`, and no http or https URL"), "{stderr}");
}
