//! Limits on open meetings: which are valid, and whose holds.

use serde_json::{Value, json};

use super::{DEPLOYMENT, errors, load};
use crate::auth::Caller;
use crate::model::Limits;
use crate::policy::{Create, Deployment, Join, Policies};

/// A document with these limits for everyone and for `acme`; null is no member. `globex` has an empty block.
fn document(everyone: &Value, acme: &Value) -> Value {
    let mut document = json!({
        "Everyone": { "Fixed": { "TenantIds": ["${tenant}"], "MediaRegion": "us-east-1" } },
        "Tenants": { "acme": {}, "globex": {} },
        "UnlistedTenants": "Everyone"
    });
    for (block, limits) in [("/Everyone", everyone), ("/Tenants/acme", acme)] {
        if !limits.is_null() {
            document.pointer_mut(block).unwrap()["Limits"] = limits.clone();
        }
    }
    document
}

fn limits(policies: &Policies, tenant: &str) -> (Option<u16>, Option<u16>) {
    let caller = Caller::for_tests(tenant, "ann", Vec::new(), Vec::new());
    let Limits { open_meetings, open_meetings_per_caller } =
        policies.admit::<Create>(&caller).unwrap().limits();
    (open_meetings, open_meetings_per_caller)
}

#[test]
fn each_limit_is_the_tenants_own_else_everyones() {
    let both = json!({ "OpenMeetings": 20, "OpenMeetingsPerCaller": 3 });
    for (everyone, acme, of_acme, of_others, why) in [
        (Value::Null, Value::Null, (None, None), (None, None), "nothing is written"),
        (json!({}), json!({}), (None, None), (None, None), "an empty member limits nothing"),
        (both.clone(), Value::Null, (Some(20), Some(3)), (Some(20), Some(3)), "everyone's"),
        (Value::Null, both.clone(), (Some(20), Some(3)), (None, None), "the tenant's alone"),
        (
            both.clone(),
            json!({ "OpenMeetings": 1000 }),
            (Some(1000), Some(3)),
            (Some(20), Some(3)),
            "member by member",
        ),
        (
            both.clone(),
            json!({ "OpenMeetingsPerCaller": 1 }),
            (Some(20), Some(1)),
            (Some(20), Some(3)),
            "the other one likewise",
        ),
        (
            json!({ "OpenMeetings": 5 }),
            json!({ "OpenMeetingsPerCaller": 9 }),
            (Some(5), Some(9)),
            (Some(5), None),
            "a caller's limit above the tenant's is never reached, and no fault",
        ),
    ] {
        let policies = load(&document(&everyone, &acme)).unwrap();
        assert_eq!(limits(&policies, "acme"), of_acme, "{why}");
        assert_eq!(limits(&policies, "globex"), of_others, "{why}: another tenant");
        assert_eq!(limits(&policies, "initech"), of_others, "{why}: a tenant that is not listed");
        let listed: Vec<_> = policies.limits().map(|(tenant, limits)| (tenant, limits.each()[0].1)).collect();
        assert_eq!(
            listed,
            [(Some("acme"), of_acme.0), (Some("globex"), of_others.0), (None, of_others.0)],
            "{why}: of all tenants"
        );
    }
}

#[test]
fn an_invalid_limit_is_an_error_at_its_member() {
    for (limits, expected, why) in [
        (json!({ "OpenMeetings": 1 }), vec![], "the minimum"),
        (json!({ "OpenMeetings": 1000 }), vec![], "the maximum"),
        (json!({ "OpenMeetings": 0 }), vec!["/OpenMeetings"], "nobody could create"),
        (json!({ "OpenMeetings": 1001 }), vec!["/OpenMeetings"], "one more"),
        (json!({ "OpenMeetings": 65_537 }), vec!["/OpenMeetings"], "more than 16 bits have"),
        (json!({ "OpenMeetings": -1 }), vec!["/OpenMeetings"], "negative"),
        (json!({ "OpenMeetings": 5.0 }), vec!["/OpenMeetings"], "not written as a whole number"),
        (json!({ "OpenMeetings": "5" }), vec!["/OpenMeetings"], "a string"),
        (json!({ "OpenMeetings": null }), vec!["/OpenMeetings"], "null is no way to lift a limit"),
        (
            json!({ "OpenMeetings": 0, "OpenMeetingsPerCaller": 0, "Meetings": 1 }),
            vec!["/Meetings", "/OpenMeetings", "/OpenMeetingsPerCaller"],
            "all at once, unknown members too",
        ),
        (json!(5), vec![""], "not an object"),
        (json!([]), vec![""], "not an object"),
        (Value::Null, vec![], "no member"),
    ] {
        for (document, place) in [
            (document(&limits, &Value::Null), "#/Everyone/Limits"),
            (document(&Value::Null, &limits), "#/Tenants/acme/Limits"),
        ] {
            let expected: Vec<String> = expected.iter().map(|below| format!("{place}{below}")).collect();
            assert_eq!(errors(&document), expected, "{place}: {why}");
        }
    }
}

#[test]
fn limits_need_a_registry() {
    let without = Deployment { has_registry: false, ..DEPLOYMENT };
    let limits = json!({ "OpenMeetings": 5 });
    for (everyone, acme, expected, why) in [
        (Value::Null, Value::Null, vec![], "no limits, no fault"),
        (limits.clone(), Value::Null, vec!["#/Everyone/Limits"], "once for everyone, not for each tenant"),
        (Value::Null, limits.clone(), vec!["#/Tenants/acme/Limits"], "the tenant's"),
        (json!({}), Value::Null, vec!["#/Everyone/Limits"], "though it limits nothing yet"),
        (
            json!({ "OpenMeetings": 0 }),
            limits,
            vec!["#/Everyone/Limits", "#/Everyone/Limits/OpenMeetings", "#/Tenants/acme/Limits"],
            "beside every other fault",
        ),
    ] {
        let text = document(&everyone, &acme).to_string();
        let found = Policies::load(text.as_bytes(), &without).err().unwrap_or_default();
        let pointers: Vec<&str> = found.iter().map(|error| error.pointer.as_str()).collect();
        assert_eq!(pointers, expected, "{why}");
        let names_both = |detail: &str| detail.contains("`Registry`") && detail.contains("REGISTRY_TABLE");
        let says_what_to_do = found.iter().filter(|error| error.pointer.ends_with("/Limits"));
        assert!(says_what_to_do.map(|error| error.detail.as_str()).all(names_both), "{found:?}");
    }
}

#[test]
fn limits_hold_for_whichever_right_a_caller_is_admitted_with() {
    let policies = load(&document(&json!({ "OpenMeetings": 7 }), &Value::Null)).unwrap();
    let caller = Caller::for_tests("acme", "ann", Vec::new(), Vec::new());
    let joins = policies.admit::<Join>(&caller).unwrap();
    let creates = joins.also::<Create>().unwrap();
    assert_eq!((joins.limits().open_meetings, creates.limits().open_meetings), (Some(7), Some(7)));
}
