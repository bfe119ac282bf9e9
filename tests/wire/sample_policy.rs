//! The sample policy and its schema, as they are checked in.

use std::path::Path;

use meeting_gateway::model::Partition;
use meeting_gateway::policy::{Policies, document_schema};
use serde_json::{Value, json};

use crate::harness::sample_policy_path;

#[test]
fn the_sample_policy_loads_and_has_three_tenants() {
    let text = std::fs::read(sample_policy_path()).unwrap();
    let policies = Policies::load(&text, Partition::Commercial).expect("the sample has no fault");
    assert_eq!(policies.tenant_names(), ["acme", "globex", "initech"]);
}

#[test]
fn the_sample_policy_asks_for_groups_only_since_plain_cognito_has_no_scopes_beside_a_tenant() {
    let text = std::fs::read_to_string(sample_policy_path()).unwrap();
    assert!(text.contains("AnyGroup") && !text.contains("AnyScope"));
}

#[test]
fn the_schema_that_is_checked_in_is_the_one_that_the_types_make() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("policy/policy.schema.json");
    let generated = format!("{}\n", serde_json::to_string_pretty(&document_schema()).unwrap());
    let checked_in = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        checked_in, generated,
        "stale: run `cargo run -p local -- --policy-schema > policy/policy.schema.json`"
    );
}

#[test]
fn the_sample_policy_satisfies_the_schema() {
    let schema = serde_json::to_value(document_schema()).unwrap();
    let validator = jsonschema::validator_for(&schema).expect("the schema is one");
    let sample: Value = serde_json::from_slice(&std::fs::read(sample_policy_path()).unwrap()).unwrap();
    let errors: Vec<String> = validator.iter_errors(&sample).map(|error| error.to_string()).collect();
    assert_eq!(errors, [""; 0]);
}

#[test]
fn the_schema_refuses_what_an_editor_should_mark() {
    let schema = serde_json::to_value(document_schema()).unwrap();
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
        (json!({ "UnlistedTenants": "Allow" }), "no such word"),
    ] {
        assert!(!validator.is_valid(&document), "{document}: {why}");
        let loaded = Policies::load(document.to_string().as_bytes(), Partition::Commercial);
        assert!(loaded.is_err(), "{document}: the parser is never laxer than the schema: {why}");
    }
}
