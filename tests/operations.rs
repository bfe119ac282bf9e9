//! What must agree with the table of operations. The template is compared with it in `checks/stack`.

use gateway_tests::repository;
use local::simulator;
use meeting_gateway::operation::{OPERATIONS, Operation};
use serde_json::json;

/// The gateway's own operations, which Chime does not have.
const OWN: [&str; 4] = ["Join", "JoinRoom", "GetRoom", "DeleteRoom"];

/// The path with the query that tells operations of one path apart.
fn path_and_query(operation: &Operation) -> String {
    let query = operation.query.map(|query| format!("?operation={query}")).unwrap_or_default();
    format!("{}{query}", operation.path)
}

#[test]
fn the_simulator_plays_every_operation() {
    for operation in OPERATIONS.iter().filter(|operation| !OWN.contains(&operation.name)) {
        // The name of a parameter serves as its value.
        let path = path_and_query(operation).replace(['{', '}'], "");
        let played = simulator::Operation::of(operation.method.as_str(), &path);
        assert_eq!(json!(played), operation.name, "{} {path}", operation.method);
    }
}

#[test]
fn the_readme_lists_exactly_the_operations() {
    let readme = std::fs::read_to_string(repository().join("README.md")).unwrap();
    let lines = readme.lines().skip_while(|line| !line.starts_with("| operation | request |")).skip(2);
    let rows = lines.map_while(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    // Of the success only the status is compared: `201 `{Meeting}``.
    let listed: Vec<Vec<&str>> = rows
        .map(|row| {
            row.split(" | ").map(|cell| cell.split_once(" `{").map_or(cell, |(status, _)| status)).collect()
        })
        .collect();
    let expected: Vec<Vec<String>> = OPERATIONS
        .iter()
        .map(|operation| {
            let request = format!("`{} {}`", operation.method, path_and_query(operation));
            vec![
                operation.name.to_owned(),
                request,
                operation.success.to_string(),
                operation.right().to_owned(),
            ]
        })
        .collect();
    assert_eq!(listed, expected);
}
