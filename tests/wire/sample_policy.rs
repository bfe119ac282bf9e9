//! The sample policy and its schema, as they are checked in.

use gateway_tests::{DEPLOYMENT, repository};
use local::policy_schema::document_schema;
use meeting_gateway::policy::Policies;
use serde_json::{Value, json};

use crate::harness::sample_policy_path;

#[test]
fn the_sample_policy_loads_and_has_four_tenants() {
    let text = std::fs::read(sample_policy_path()).unwrap();
    let policies = Policies::load(&text, &DEPLOYMENT).expect("the sample has no fault");
    assert_eq!(policies.tenant_names(), ["acme", "globex", "initech", "town-hall"]);
}

#[test]
fn the_sample_policy_requires_groups_only_since_plain_cognito_has_no_scopes_beside_a_tenant() {
    let text = std::fs::read_to_string(sample_policy_path()).unwrap();
    assert!(text.contains("AnyGroup") && !text.contains("AnyScope"));
}

#[test]
fn the_checked_in_schema_is_the_generated_one() {
    let path = repository().join("docs/policy.schema.json");
    let generated = format!("{}\n", serde_json::to_string_pretty(&document_schema()).unwrap());
    let checked_in = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(checked_in, generated, "stale: run `cargo run -p local -- schema > docs/policy.schema.json`");
}

#[test]
fn the_sample_policy_satisfies_the_schema() {
    let schema = document_schema();
    let validator = jsonschema::validator_for(&schema).expect("the schema is one");
    let sample: Value = serde_json::from_slice(&std::fs::read(sample_policy_path()).unwrap()).unwrap();
    let errors: Vec<String> = validator.iter_errors(&sample).map(|error| error.to_string()).collect();
    assert_eq!(errors, [""; 0]);
}

#[test]
fn the_schema_rejects_what_an_editor_should_mark() {
    let schema = document_schema();
    let validator = jsonschema::validator_for(&schema).expect("the schema is one");
    for (document, why) in [
        (json!({ "Everyone": null }), "null is no value"),
        (json!({ "Everyone": { "Fixed": { "MediaRegion": null } } }), "null is no value further in either"),
        (json!({ "everyone": {} }), "names have a case"),
        (json!({ "Tenants": { "acme": { "Alowed": {} } } }), "a misspelt word"),
        (
            json!({ "Tenants": { "acme": { "Default": { "TenantIds": ["acme"] } } } }),
            "TenantIds are fixed or nothing",
        ),
        (json!({ "Everyone": { "Fixed": { "PrimaryMeetingId": "x" } } }), "a primary can only be allowed"),
        (
            json!({ "Everyone": { "Allowed": { "MeetingFeatures": { "Attendee": { "MaxCount": 251 } } } } }),
            "a limit",
        ),
        (
            json!({ "Everyone": { "Allowed": { "MeetingFeatures": { "Video": { "MaxResolution": "UHD" } } } } }),
            "a name",
        ),
        (json!({ "Everyone": { "Limits": { "OpenMeetings": 0 } } }), "nobody could create"),
        (json!({ "Everyone": { "Limits": { "OpenMeetings": 1001 } } }), "more than a limit can be"),
        (json!({ "Everyone": { "Limits": { "OpenMeetingsPerCaller": null } } }), "null"),
        (json!({ "UnlistedTenants": "Allow" }), "no such word"),
    ] {
        assert!(!validator.is_valid(&document), "{document}: {why}");
        let loaded = Policies::load(document.to_string().as_bytes(), &DEPLOYMENT);
        assert!(loaded.is_err(), "{document}: the parser is never laxer than the schema: {why}");
    }
}

#[test]
fn the_schema_has_the_members_that_the_parser_knows_in_every_object() {
    let schema = document_schema();
    let mut compared = 0;
    compare_names(&schema, &schema, &mut Vec::new(), &mut compared);
    // The document, and two blocks, each with five members, the four rights, and in three lists the groups of
    // MeetingFeatures and Capabilities.
    assert_eq!(compared, 1 + 2 * (1 + 5 + 4 + 3 * 6));
}

/// Compares an object of the schema at that place, and the objects in it, with what the parser says is known there.
fn compare_names(root: &Value, schema: &Value, place: &mut Vec<String>, compared: &mut usize) {
    let schema = match schema["$ref"].as_str() {
        Some(reference) => root.pointer(reference.trim_start_matches('#')).unwrap(),
        None => schema,
    };
    if schema["type"] != "object" {
        return;
    }
    if let Some(properties) = schema["properties"].as_object() {
        *compared += 1;
        let inner = json!({ "unheard of": true });
        let document = place.iter().rev().fold(inner, |inner, name| json!({ name: inner }));
        let errors = Policies::load(document.to_string().as_bytes(), &DEPLOYMENT).unwrap_err();
        let pointer = format!("#/{}", [place.as_slice(), &["unheard of".to_owned()]].concat().join("/"));
        let error = errors.iter().find(|error| error.pointer == pointer).expect("it is reported");
        let known: Vec<&str> = error.detail.split('`').skip(1).step_by(2).collect();
        let names: Vec<&str> = properties.keys().map(String::as_str).collect();
        assert_eq!(known, names, "{pointer}");
        for (name, inner) in properties {
            place.push(name.clone());
            compare_names(root, inner, place, compared);
            place.pop();
        }
    } else if place.len() == 1 {
        place.push("acme".to_owned());
        compare_names(root, &schema["additionalProperties"], place, compared);
        place.pop();
    }
}
