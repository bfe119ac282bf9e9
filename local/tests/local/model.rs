//! The simulator's table beside the published model, shape by shape.

use std::collections::BTreeMap;

use local::simulator::OPERATIONS;
use local::simulator::model::{CONSTRAINTS, DOCUMENTED_PATTERNS, EXCEPTIONS, MEDIA_REGIONS};
use serde_json::{Map, Value, json};

/// Made from botocore by `tests/chime-model/extract.py`.
const PUBLISHED: &str = include_str!("../../../tests/chime-model/create-meeting.json");

#[test]
fn the_constraints_are_those_of_the_published_model() {
    let mut ours = Map::new();
    for constraint in CONSTRAINTS {
        let mut facts = Map::new();
        facts.insert("type".to_owned(), json!(constraint.kind));
        if let Some(min) = constraint.min {
            facts.insert("min".to_owned(), json!(min));
        }
        if let Some(max) = constraint.max {
            facts.insert("max".to_owned(), json!(max));
        }
        if let Some(pattern) = constraint.pattern {
            facts.insert("pattern".to_owned(), json!(pattern));
        }
        if !constraint.values.is_empty() {
            facts.insert("enum".to_owned(), json!(constraint.values));
        }
        if !constraint.required.is_empty() {
            facts.insert("required".to_owned(), json!(constraint.required));
        }
        if !constraint.members.is_empty() {
            let members: BTreeMap<_, _> = constraint.members.iter().copied().collect();
            facts.insert("members".to_owned(), json!(members));
        }
        if let Some(item) = constraint.item {
            facts.insert("item".to_owned(), json!(item));
        }
        assert!(
            ours.insert(constraint.name.to_owned(), Value::Object(facts)).is_none(),
            "{}",
            constraint.name
        );
    }
    assert_eq!(Value::Object(ours), published()["shapes"]);
}

#[test]
fn what_the_model_only_documents_is_quoted_exactly() {
    let patterns: BTreeMap<_, _> = DOCUMENTED_PATTERNS.iter().copied().collect();
    assert_eq!(json!(patterns), published()["documented_patterns"]);
    assert_eq!(json!(MEDIA_REGIONS), published()["documented_media_regions"]);
}

#[test]
fn the_operations_look_in_http_as_the_published_model_has_them() {
    let published = published();
    let operations = published["operations"].as_object().unwrap();
    assert_eq!(OPERATIONS.len(), operations.len());
    for row in OPERATIONS {
        let name = json!(row.operation);
        let known = &operations[name.as_str().unwrap()];
        let query = row.query.map(|value| format!("?operation={value}")).unwrap_or_default();
        assert_eq!(known["method"], row.method, "{name}");
        assert_eq!(known["requestUri"], format!("{}{query}", row.path), "{name}");
        assert_eq!(known["input"], row.input().unwrap().name, "{name}");
        let parameters: BTreeMap<_, _> = row.parameters.iter().copied().collect();
        assert_eq!(known["parameters"], json!(parameters), "{name}");
        // The model fixes few statuses; a creation is 201 in practice, and so are the others 200.
        if let Some(status) = known.get("responseCode") {
            assert_eq!(*status, row.success, "{name}");
        }
    }
}

#[test]
fn the_exceptions_have_the_published_statuses() {
    let exceptions: BTreeMap<_, _> = EXCEPTIONS.iter().copied().collect();
    assert_eq!(json!(exceptions), published()["exceptions"]);
}

pub(crate) fn published() -> Value {
    serde_json::from_str(PUBLISHED).unwrap()
}
