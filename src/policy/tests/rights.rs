//! Who has which right.

use serde_json::{Value, json};

use super::{errors, load};
use crate::auth::Caller;
use crate::policy::{
    AdmissionError, AnyRight, Create, End, Join, JoinOrModerate, MissingRight, Moderate, Policies, RightName,
};

fn caller(groups: &[&str]) -> Caller {
    let groups = groups.iter().map(|group| (*group).to_owned()).collect();
    Caller::for_tests("acme", "anna", Vec::new(), groups)
}

fn policies(everyone: &Value, own: &Value) -> Policies {
    let mut document = json!({
        "Everyone": { "Fixed": { "TenantIds": ["${tenant}"], "MediaRegion": "us-east-1" } },
        "Tenants": { "acme": {} }
    });
    if !everyone.is_null() {
        document["Everyone"]["Callers"] = everyone.clone();
    }
    if !own.is_null() {
        document["Tenants"]["acme"]["Callers"] = own.clone();
    }
    load(&document).expect("the row's document is valid")
}

/// The first letters of the rights that a caller in those groups has.
fn rights(policies: &Policies, groups: &[&str]) -> String {
    let caller = caller(groups);
    let held = [
        ("C", policies.admit::<Create>(&caller).is_ok()),
        ("J", policies.admit::<Join>(&caller).is_ok()),
        ("M", policies.admit::<Moderate>(&caller).is_ok()),
        ("E", policies.admit::<End>(&caller).is_ok()),
    ];
    held.into_iter().filter_map(|(letter, has)| has.then_some(letter)).collect()
}

#[test]
fn the_first_that_is_written_holds_as_a_whole() {
    let group = |name: &str| json!({ "AnyGroup": [name] });
    let none = Value::Null;
    for (everyone, own, groups, expected, why) in [
        (none.clone(), none.clone(), vec![], "CJ", "nothing written: Moderate and End are nobody's"),
        (json!({}), json!({}), vec![], "CJ", "empty blocks write nothing"),
        (group("staff"), none.clone(), vec!["staff"], "CJME", "everyone's direct lists hold for every right"),
        (group("staff"), none.clone(), vec![], "", "and for nobody else"),
        (json!({ "End": {} }), none.clone(), vec![], "CJE", "an empty entry is every caller"),
        (
            json!({ "AnyGroup": ["hosts"], "Join": group("members") }),
            none.clone(),
            vec!["members"],
            "J",
            "an entry holds in place of the direct lists of its block",
        ),
        (
            json!({ "AnyGroup": ["hosts"], "Join": group("members") }),
            none.clone(),
            vec!["hosts"],
            "CME",
            "and does not inherit them",
        ),
        (
            json!({ "Join": group("members") }),
            group("hosts"),
            vec!["members"],
            "",
            "the tenant's direct lists come before everyone's entry",
        ),
        (json!({ "Join": group("members") }), group("hosts"), vec!["hosts"], "CJME", "for every right"),
        (group("hosts"), json!({ "Join": {} }), vec![], "J", "the tenant's entry comes first"),
        (
            json!({ "AnyGroup": ["hosts"], "End": group("admins") }),
            json!({ "Join": {} }),
            vec!["admins"],
            "JE",
            "everyone's entry holds where the tenant writes nothing for the right",
        ),
        (
            json!({ "AnyGroup": ["hosts"] }),
            json!({ "AnyScope": ["call"] }),
            vec!["hosts"],
            "",
            "direct lists are laid over everyone's member by member: the scope is missing",
        ),
        (
            json!({ "Moderate": group("hosts") }),
            json!({ "End": group("hosts") }),
            vec!["hosts"],
            "CJME",
            "two blocks, an entry in each",
        ),
    ] {
        let found = rights(&policies(&everyone, &own), &groups);
        assert_eq!(found, expected, "everyone {everyone}, own {own}, groups {groups:?}: {why}");
    }
}

#[test]
fn a_tenants_groups_leave_everyones_scopes_in_place() {
    let policies = policies(&json!({ "AnyScope": ["call"] }), &json!({ "AnyGroup": ["hosts"] }));
    let admitted = |scopes: &[&str], groups: &[&str]| {
        let words = |list: &[&str]| list.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let caller = Caller::for_tests("acme", "anna", words(scopes), words(groups));
        policies.admit::<Create>(&caller).is_ok()
    };
    assert!(admitted(&["call"], &["hosts"]), "both");
    assert!(!admitted(&[], &["hosts"]), "the scope is missing");
    assert!(!admitted(&["call"], &[]), "the group is missing");
}

#[test]
fn a_document_without_entries_gives_something_new_only_to_those_who_could_create() {
    for (everyone, own) in [
        (Value::Null, Value::Null),
        (json!({ "AnyGroup": ["staff"] }), Value::Null),
        (json!({ "AnyGroup": ["staff"] }), json!({ "AnyGroup": ["hosts"] })),
        (Value::Null, json!({ "AnyGroup": ["hosts"] })),
        (json!({}), json!({})),
    ] {
        let policies = policies(&everyone, &own);
        for groups in [&[][..], &["staff"], &["hosts"], &["other"]] {
            let rights = rights(&policies, groups);
            assert!(rights.is_empty() || rights.starts_with('C'), "{everyone}, {own}, {groups:?}: {rights}");
        }
    }
}

#[test]
fn one_of_several_rights_is_enough_and_all_missing_ones_are_named() {
    let document = json!({ "Create": { "AnyGroup": ["creators"] }, "Join": { "AnyGroup": ["members"] },
                           "Moderate": { "AnyGroup": ["hosts"] } });
    let policies = policies(&document, &Value::Null);
    for group in ["members", "hosts"] {
        assert!(policies.admit::<JoinOrModerate>(&caller(&[group])).is_ok(), "{group}");
    }
    for group in ["creators", "members", "hosts"] {
        assert!(policies.admit::<AnyRight>(&caller(&[group])).is_ok(), "{group}");
    }
    let requires = |right, group: &str| MissingRight::Requires {
        right,
        scopes: Vec::new(),
        groups: vec![group.to_owned()],
    };
    assert_eq!(
        policies.admit::<JoinOrModerate>(&caller(&["creators"])).map(drop),
        Err(AdmissionError::Lacking(vec![
            requires(RightName::Join, "members"),
            requires(RightName::Moderate, "hosts"),
        ]))
    );
    assert_eq!(
        policies.admit::<End>(&caller(&["hosts"])).map(drop),
        Err(AdmissionError::Lacking(vec![MissingRight::Nobodys(RightName::End)]))
    );
}

#[test]
fn errors_of_entries_are_reported_at_their_place() {
    for (callers, pointer, why) in [
        (json!({ "Join": { "AnyGroup": [] } }), "#/Tenants/acme/Callers/Join/AnyGroup", "an empty list"),
        (
            json!({ "Join": { "AnyGroups": ["a"] } }),
            "#/Tenants/acme/Callers/Join/AnyGroups",
            "a misspelt name",
        ),
        (json!({ "Join": ["hosts"] }), "#/Tenants/acme/Callers/Join", "not an object"),
        (json!({ "Join": null }), "#/Tenants/acme/Callers/Join", "null"),
        (json!({ "Ends": {} }), "#/Tenants/acme/Callers/Ends", "no such right"),
        (json!({ "End": { "AnyScope": [""] } }), "#/Tenants/acme/Callers/End/AnyScope/0", "an empty name"),
    ] {
        let document = json!({
            "Everyone": { "Fixed": { "TenantIds": ["${tenant}"], "MediaRegion": "us-east-1" } },
            "Tenants": { "acme": { "Callers": callers } }
        });
        assert_eq!(errors(&document), [pointer], "{why}");
    }
}
