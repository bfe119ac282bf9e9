//! Loading: which documents are invalid, and with which errors.

use serde_json::{Value, json};

use super::{DEPLOYMENT, errors, load};
use crate::model::Partition;
use crate::policy::{Deployment, Policies};

/// A document with that block for everyone, who get TenantIds if they have none, and that block for `acme`.
fn document(everyone: &Value, acme: &Value) -> Value {
    let mut everyone = everyone.clone();
    if everyone["Fixed"]["TenantIds"].is_null() {
        everyone["Fixed"]["TenantIds"] = json!(["${tenant}"]);
    }
    json!({ "Everyone": everyone, "Tenants": { "acme": acme } })
}

/// Everyone's block in most rows.
fn base() -> Value {
    json!({ "Default": { "MediaRegion": "us-east-1" } })
}

#[test]
fn each_error_of_a_tenants_block_has_its_pointer() {
    for (acme, expected, why) in [
        (json!({}), vec![], "an empty block"),
        (json!([]), vec!["#/Tenants/acme"], "not an object"),
        (json!({ "Colour": 1 }), vec!["#/Tenants/acme/Colour"], "an unknown member"),
        (
            json!({ "Fixed": { "NotificationsConfiguration": {} } }),
            vec!["#/Tenants/acme/Fixed/NotificationsConfiguration"],
            "only the gateway sets it",
        ),
        (
            json!({ "Fixed": { "ExternalMeetingId": "x" } }),
            vec!["#/Tenants/acme/Fixed/ExternalMeetingId"],
            "only the caller sets it",
        ),
        (
            json!({ "Fixed": { "PrimaryMeetingId": "x" } }),
            vec!["#/Tenants/acme/Fixed/PrimaryMeetingId"],
            "a policy can't name a meeting",
        ),
        (
            json!({ "Default": { "TenantIds": ["x"] } }),
            vec!["#/Tenants/acme/Default/TenantIds"],
            "no caller may choose one",
        ),
        (
            json!({ "Fixed": { "MediaRegion": null } }),
            vec!["#/Tenants/acme/Fixed/MediaRegion"],
            "null is invalid",
        ),
        (
            json!({ "Fixed": { "MediaRegion": "us-east-9" } }),
            vec!["#/Tenants/acme/Fixed/MediaRegion"],
            "Chime would always refuse it",
        ),
        (
            json!({ "Fixed": { "MediaRegion": "us-gov-west-1" } }),
            vec!["#/Tenants/acme/Fixed/MediaRegion"],
            "another partition's",
        ),
        (
            json!({ "Default": { "MediaRegion": "eu-west-2" }, "Allowed": { "MediaRegion": ["eu-west-2", "x1"] } }),
            vec!["#/Tenants/acme/Allowed/MediaRegion/1"],
            "in a list as well",
        ),
        (
            json!({ "Default": { "MediaRegion": "eu-west-2" }, "Allowed": { "MediaRegion": [] } }),
            vec!["#/Tenants/acme/Allowed/MediaRegion", "#/Tenants/acme/Default/MediaRegion"],
            "an empty list",
        ),
        (
            json!({ "Fixed": { "MediaRegion": "eu-west-2" }, "Default": { "MediaRegion": "eu-west-2" } }),
            vec!["#/Tenants/acme/Default/MediaRegion"],
            "fixed and default in one block",
        ),
        (
            json!({ "Fixed": { "MediaRegion": "eu-west-2" }, "Allowed": { "MediaRegion": ["eu-west-2"] } }),
            vec!["#/Tenants/acme/Allowed/MediaRegion"],
            "fixed and allowed in one block",
        ),
        (
            json!({ "Default": { "MediaRegion": "eu-west-2" }, "Allowed": { "MediaRegion": ["eu-west-1"] } }),
            vec!["#/Tenants/acme/Default/MediaRegion"],
            "a default outside what is allowed",
        ),
        (
            json!({ "Allowed": { "MediaRegion": ["eu-west-1"] } }),
            vec!["#/Tenants/acme/Allowed/MediaRegion"],
            "an inherited default outside what is allowed",
        ),
        (
            json!({ "Default": { "MeetingFeatures": { "Video": { "MaxResolution": "HD" } } }, "Allowed": { "MeetingFeatures": { "Video": { "MaxResolution": "None" } } } }),
            vec!["#/Tenants/acme/Default/MeetingFeatures/Video/MaxResolution"],
            "a default above the ceiling",
        ),
        (
            json!({ "Default": { "MeetingFeatures": { "Attendee": { "MaxCount": 51 } } }, "Allowed": { "MeetingFeatures": { "Attendee": { "MaxCount": 50 } } } }),
            vec!["#/Tenants/acme/Default/MeetingFeatures/Attendee/MaxCount"],
            "one above the ceiling",
        ),
        (
            json!({ "Default": { "MeetingFeatures": { "Attendee": { "MaxCount": 50 } } }, "Allowed": { "MeetingFeatures": { "Attendee": { "MaxCount": 50 } } } }),
            vec![],
            "at the ceiling",
        ),
        (
            json!({ "Fixed": { "MeetingFeatures": { "Attendee": { "MaxCount": 0 } } } }),
            vec!["#/Tenants/acme/Fixed/MeetingFeatures/Attendee/MaxCount"],
            "below the model's minimum",
        ),
        (
            json!({ "Fixed": { "MeetingFeatures": { "Video": { "MaxResolution": "FHD" }, "Attendee": { "MaxCount": 26 } } } }),
            vec!["#/Tenants/acme/Fixed/MeetingFeatures/Video/MaxResolution"],
            "FHD for 26 would always be refused",
        ),
        (
            json!({ "Fixed": { "MeetingFeatures": { "Video": { "MaxResolution": "FHD" }, "Attendee": { "MaxCount": 25 } } } }),
            vec![],
            "FHD for 25",
        ),
        (
            json!({ "Default": { "MeetingFeatures": { "Video": { "MaxResolution": "FHD" }, "Attendee": { "MaxCount": 26 } } } }),
            vec!["#/Tenants/acme/Default/MeetingFeatures/Video/MaxResolution"],
            "FHD by default for 26 by default, and no caller may ask for fewer",
        ),
        (
            json!({ "Default": { "MeetingFeatures": { "Video": { "MaxResolution": "FHD" }, "Attendee": { "MaxCount": 25 } } } }),
            vec![],
            "FHD by default for 25 by default",
        ),
        (
            json!({ "Default": { "MeetingFeatures": { "Content": { "MaxResolution": "UHD" } } } }),
            vec!["#/Tenants/acme/Default/MeetingFeatures/Content/MaxResolution"],
            "UHD without a count, and no caller may ask for one",
        ),
        (
            json!({ "Default": { "MeetingFeatures": { "Content": { "MaxResolution": "UHD" } } }, "Allowed": { "MeetingFeatures": { "Attendee": { "MaxCount": 50 } } } }),
            vec![],
            "UHD where a caller can ask for a count",
        ),
        (json!({ "Fixed": { "TenantIds": [] } }), vec!["#/Tenants/acme/Fixed/TenantIds"], "no id"),
        (json!({ "Fixed": { "TenantIds": ["a1", "a2", "a3", "a4", "a5"] } }), vec![], "five"),
        (
            json!({ "Fixed": { "TenantIds": ["a1", "a2", "a3", "a4", "a5", "a6"] } }),
            vec!["#/Tenants/acme/Fixed/TenantIds"],
            "six",
        ),
        (
            json!({ "Fixed": { "TenantIds": ["a.b"] } }),
            vec!["#/Tenants/acme/Fixed/TenantIds/0"],
            "outside the pattern",
        ),
        (
            json!({ "Fixed": { "TenantIds": ["x${tenant}", "xacme"] } }),
            vec!["#/Tenants/acme/Fixed/TenantIds/1"],
            "equal once the name is filled in",
        ),
        (
            json!({ "Fixed": { "TenantIds": ["${user}"] } }),
            vec!["#/Tenants/acme/Fixed/TenantIds/0"],
            "an unknown variable",
        ),
        (
            json!({ "Fixed": { "Tags": { "aws:x": "1" } } }),
            vec!["#/Tenants/acme/Fixed/Tags/aws:x"],
            "a reserved key",
        ),
        (
            json!({ "Fixed": { "Tags": { "MeetingGateway": "1" } } }),
            vec!["#/Tenants/acme/Fixed/Tags/MeetingGateway"],
            "the gateway's own",
        ),
        (
            json!({ "Default": { "Tags": { "meetinggateway": "1" } } }),
            vec!["#/Tenants/acme/Default/Tags/meetinggateway"],
            "in any case",
        ),
        (
            json!({ "Allowed": { "Tags": ["MEETINGGATEWAY"] } }),
            vec!["#/Tenants/acme/Allowed/Tags/0"],
            "in any list",
        ),
        (
            json!({ "Fixed": { "Tags": { "a": "1", "A": "2" } } }),
            vec!["#/Tenants/acme/Fixed/Tags/a"],
            "one key to IAM",
        ),
        (
            json!({ "Allowed": { "Tags": ["a", "A"] } }),
            vec!["#/Tenants/acme/Allowed/Tags/1"],
            "one key to IAM",
        ),
        (
            json!({ "Fixed": { "Tags": { "a": "1" } }, "Allowed": { "Tags": ["A"] } }),
            vec!["#/Tenants/acme/Allowed/Tags/0"],
            "fixed and allowed",
        ),
        (
            json!({ "Fixed": { "Tags": { "a": "1" } }, "Default": { "Tags": { "a": "2" } } }),
            vec!["#/Tenants/acme/Default/Tags/a"],
            "fixed and default",
        ),
        (
            json!({ "Fixed": { "Tags": { "a": "ä" } } }),
            vec!["#/Tenants/acme/Fixed/Tags/a"],
            "a value outside the pattern",
        ),
        (
            json!({ "Fixed": { "Tags": { "a/b": "~" } } }),
            vec!["#/Tenants/acme/Fixed/Tags/a~1b"],
            "pointers are escaped",
        ),
        (
            json!({ "Fixed": { "Tags": [] } }),
            vec!["#/Tenants/acme/Fixed/Tags"],
            "a list instead of an object",
        ),
        (
            json!({ "Callers": { "AnyGroup": [] } }),
            vec!["#/Tenants/acme/Callers/AnyGroup"],
            "no caller can satisfy it",
        ),
        (
            json!({ "Callers": { "AnyScope": [""] } }),
            vec!["#/Tenants/acme/Callers/AnyScope/0"],
            "an empty name",
        ),
        (
            json!({ "Callers": { "AllGroups": ["x"] } }),
            vec!["#/Tenants/acme/Callers/AllGroups"],
            "an unknown member",
        ),
        (
            json!({ "Allowed": { "PrimaryMeetingId": "yes" } }),
            vec!["#/Tenants/acme/Allowed/PrimaryMeetingId"],
            "not a boolean",
        ),
        (
            json!({ "Allowed": { "MediaPlacementNetworkType": ["DualStack"] } }),
            vec!["#/Tenants/acme/Allowed/MediaPlacementNetworkType"],
            "a ceiling, not a list",
        ),
    ] {
        assert_eq!(errors(&document(&base(), &acme)), expected, "{acme}: {why}");
    }
}

#[test]
fn a_tenant_may_fix_another_value_than_everyone_but_not_make_it_a_default_or_allowed() {
    let everyone = json!({ "Fixed": { "MediaRegion": "us-east-1", "Tags": { "Tier": "1" } } });
    for (acme, expected, why) in [
        (
            json!({ "Default": { "MediaRegion": "us-east-1" } }),
            vec!["#/Tenants/acme/Default/MediaRegion"],
            "default",
        ),
        (
            json!({ "Allowed": { "MediaRegion": ["us-east-1"] } }),
            vec!["#/Tenants/acme/Allowed/MediaRegion"],
            "allowed",
        ),
        (json!({ "Allowed": { "Tags": ["tier"] } }), vec!["#/Tenants/acme/Allowed/Tags/0"], "an allowed tag"),
        (
            json!({ "Default": { "Tags": { "Tier": "2" } } }),
            vec!["#/Tenants/acme/Default/Tags/Tier"],
            "a default tag",
        ),
        (json!({ "Fixed": { "MediaRegion": "eu-west-2", "Tags": { "Tier": "2" } } }), vec![], "fixed"),
    ] {
        assert_eq!(errors(&document(&everyone, &acme)), expected, "{why}");
    }
}

#[test]
fn reports_errors_of_everyones_block_once_for_all_tenants() {
    let document = json!({
        "Everyone": {
            "Fixed": { "TenantIds": ["${tenant}"], "MediaRegion": "us-east-1", "Tags": { "a": "1", "A": "2" } },
            "Allowed": { "MediaRegion": ["us-east-1"] },
            "Default": { "MeetingFeatures": { "Audio": { "EchoReduction": "LOUD" } } }
        },
        "Tenants": { "acme": {}, "globex": {}, "initech": { "Allowed": { "PrimaryMeetingId": true } } }
    });
    let expected = [
        "#/Everyone/Allowed/MediaRegion",
        "#/Everyone/Default/MeetingFeatures/Audio/EchoReduction",
        "#/Everyone/Fixed/Tags/a",
    ];
    assert_eq!(errors(&document), expected);
}

#[test]
fn reports_errors_of_everyones_block_without_listed_tenants() {
    let everyone =
        json!({ "Fixed": { "MediaRegion": "us-east-1" }, "Default": { "MediaRegion": "us-east-1" } });
    assert_eq!(errors(&json!({ "Everyone": everyone, "Tenants": {} })), ["#/Everyone/Default/MediaRegion"]);
}

#[test]
fn a_tenant_may_complete_a_block_of_everyone_that_chime_would_refuse_by_itself() {
    let everyone = json!({ "Fixed": { "MeetingFeatures": { "Video": { "MaxResolution": "FHD" } }, "MediaRegion": "us-east-1" } });
    let small = json!({ "Fixed": { "MeetingFeatures": { "Attendee": { "MaxCount": 25 } } } });
    assert_eq!(errors(&document(&everyone, &small)), [""; 0]);
    let large = json!({ "Fixed": { "MeetingFeatures": { "Attendee": { "MaxCount": 26 } } } });
    assert_eq!(
        errors(&document(&everyone, &large)),
        ["#/Everyone/Fixed/MeetingFeatures/Video/MaxResolution"]
    );
    assert_eq!(
        errors(&document(&everyone, &json!({}))),
        ["#/Everyone/Fixed/MeetingFeatures/Video/MaxResolution"]
    );
}

#[test]
fn a_tenant_needs_ids_and_a_region() {
    let nothing = json!({ "Tenants": { "acme": {} } });
    let found = load(&nothing).unwrap_err();
    assert_eq!(found.iter().map(|error| error.pointer.as_str()).collect::<Vec<_>>(), ["#/Tenants/acme"; 2]);
    let everyone = json!({});
    assert_eq!(
        errors(&document(&everyone, &json!({ "Allowed": { "MediaRegion": ["us-east-1"] } }))),
        [""; 0]
    );
}

#[test]
fn no_two_tenants_share_an_id() {
    let with = |acme: Value, globex: Value| {
        json!({ "Everyone": { "Fixed": { "TenantIds": ["${tenant}"], "MediaRegion": "us-east-1" } },
                "Tenants": { "acme": acme, "globex": globex } })
    };
    assert_eq!(errors(&with(json!({}), json!({}))), [""; 0]);
    let shared = json!({ "Fixed": { "TenantIds": ["shared"] } });
    assert_eq!(errors(&with(shared.clone(), shared)), ["#/Tenants/globex"]);
    assert_eq!(
        errors(&with(json!({}), json!({ "Fixed": { "TenantIds": ["own", "acme"] } }))),
        ["#/Tenants/globex"]
    );
}

#[test]
fn reports_a_tenants_invalid_name_at_the_tenant() {
    let everyone = json!({ "Fixed": { "TenantIds": ["${tenant}"], "MediaRegion": "us-east-1", "Tags": { "T": "${tenant}" } } });
    for (name, expected) in [
        ("aaaa", vec!["#/Tenants/aaaa"]),
        ("a b", vec!["#/Tenants/a b"]),
        ("ä1", vec!["#/Tenants/ä1"; 2]),
        ("x/y", vec!["#/Tenants/x~1y"]),
        ("", vec!["#/Tenants/"; 2]),
    ] {
        assert_eq!(errors(&json!({ "Everyone": everyone, "Tenants": { name: {} } })), expected, "{name}");
    }
}

#[test]
fn reports_an_invalid_value_at_the_block_that_has_it() {
    let region = json!({ "Default": { "MediaRegion": "us-east-1" }, "Fixed": { "TenantIds": ["t1"] } });
    for (everyone, name, own, expected, why) in [
        (
            json!({}),
            "a b",
            json!({ "Fixed": { "TenantIds": ["${tenant}"] } }),
            "#/Tenants/a b/Fixed/TenantIds/0",
            "the tenant wrote the template itself",
        ),
        (
            json!({ "TenantIds": ["a b"] }),
            "acme",
            json!({}),
            "#/Everyone/Fixed/TenantIds/0",
            "everyone's text is invalid for every tenant",
        ),
        (
            json!({ "Tags": { "T": "é" } }),
            "acme",
            json!({}),
            "#/Everyone/Fixed/Tags/T",
            "everyone's tag is invalid for every tenant",
        ),
        (
            json!({}),
            "é",
            json!({ "Fixed": { "TenantIds": ["t1"], "Tags": { "T": "${tenant}" } } }),
            "#/Tenants/é/Fixed/Tags/T",
            "the tenant wrote the tag's template itself",
        ),
    ] {
        let mut block = region.clone();
        for (member, value) in everyone.as_object().unwrap() {
            block["Fixed"][member] = value.clone();
        }
        assert_eq!(errors(&json!({ "Everyone": block, "Tenants": { name: own } })), [expected], "{why}");
    }
}

#[test]
fn names_the_listed_tenants_in_order() {
    let everyone = json!({ "Fixed": { "TenantIds": ["${tenant}"], "MediaRegion": "us-east-1" } });
    let text = format!(r#"{{"Everyone":{everyone},"Tenants":{{"globex":{{}},"acme":{{}}}}}}"#);
    let policies = Policies::load(text.as_bytes(), &DEPLOYMENT).unwrap();
    assert_eq!(policies.tenant_names(), ["acme", "globex"]);
    let shown = format!("{policies:?}");
    assert!(shown.contains('2') && !shown.contains("acme"), "debug output has only their number: {shown}");
}

#[test]
fn a_policy_may_have_49_tags_but_not_50() {
    let tags = |from: usize, to: usize| -> Value {
        (from..to).map(|n| (format!("k{n}"), json!("v"))).collect::<serde_json::Map<_, _>>().into()
    };
    let everyone = json!({ "Default": { "MediaRegion": "us-east-1", "Tags": tags(0, 20) } });
    assert_eq!(errors(&document(&everyone, &json!({ "Fixed": { "Tags": tags(20, 49) } }))), [""; 0]);
    assert_eq!(
        errors(&document(&everyone, &json!({ "Fixed": { "Tags": tags(20, 50) } }))),
        ["#/Tenants/acme"]
    );
    assert_eq!(
        errors(&document(&everyone, &json!({ "Fixed": { "Tags": tags(1, 50) } }))),
        ["#/Tenants/acme"],
        "k0 stays a default"
    );
    assert_eq!(
        errors(&document(&everyone, &json!({ "Fixed": { "Tags": tags(0, 49) } }))),
        [""; 0],
        "a fixed key is no default"
    );
}

#[test]
fn admits_unlisted_tenants_only_with_a_template_that_gives_each_its_own_id() {
    let with = |ids: Value| json!({ "Everyone": { "Fixed": { "TenantIds": ids, "MediaRegion": "us-east-1" } }, "UnlistedTenants": "Everyone" });
    for (ids, expected, why) in [
        (json!(["${tenant}"]), vec![], "the name itself"),
        (json!(["eu-${tenant}"]), vec![], "with a prefix"),
        (json!(["shared"]), vec!["#/Everyone/Fixed/TenantIds/0"], "one id for all"),
        (
            json!(["${tenant}", "${tenant}-x"]),
            vec!["#/Everyone/Fixed/TenantIds"],
            "`a` and `a-x` would share `a-x`",
        ),
    ] {
        assert_eq!(errors(&with(ids)), expected, "{why}");
    }
    let no_region =
        json!({ "Everyone": { "Fixed": { "TenantIds": ["${tenant}"] } }, "UnlistedTenants": "Everyone" });
    assert_eq!(errors(&no_region), ["#/Everyone"]);
}

#[test]
fn reports_errors_of_the_document_as_a_whole() {
    for (text, expected, why) in [
        ("", "#", "empty"),
        ("[]", "#", "not an object"),
        ("{} {}", "#", "two documents"),
        (r#"{"Tenants":{},"Tenants":{}}"#, "#/Tenants", "a repeated member"),
        (r#"{"Tenants":{"acme":{},"acme":{}}}"#, "#/Tenants/acme", "a repeated tenant"),
        (r#"{"Tenants":{"b":{},"a":{},"b":{}}}"#, "#/Tenants/b", "a repeated tenant with another between"),
        (r#"{"Tenants":[]}"#, "#/Tenants", "a list"),
        (r#"{"Tenants":{"acme":}}"#, "#", "invalid JSON in the tenants"),
        (r#"{"Tenants":{"acme":"\ud800"}}"#, "#", "an unpaired surrogate in the tenants"),
        (r#"{"$schema":1}"#, "#/$schema", "a schema that is not a string"),
        (r#"{"UnlistedTenants":"deny"}"#, "#/UnlistedTenants", "names have a case"),
        (r#"{"Comment":"x"}"#, "#/Comment", "an unknown member"),
    ] {
        let found = Policies::load(text.as_bytes(), &DEPLOYMENT).unwrap_err();
        assert!(found.iter().any(|error| error.pointer == expected), "{text}: {why}: {found:?}");
    }
}

#[test]
fn reports_invalid_json_in_the_tenants_with_its_line_in_the_document() {
    let text = "{\n\"Tenants\": {\n\"acme\": \"\\ud800\"}}";
    let found = Policies::load(text.as_bytes(), &DEPLOYMENT).unwrap_err();
    assert!(found.iter().any(|error| error.detail.contains("line 3")), "{found:?}");
}

#[test]
fn the_order_of_the_members_changes_nothing() {
    let everyone = r#""Everyone":{"Fixed":{"TenantIds":["${tenant}"],"MediaRegion":"us-east-1"}}"#;
    let tenants =
        r#""Tenants":{"globex":{"Fixed":{"MediaRegion":"eu-west-2"}},"acme":{"Fixed":{"Colour":1}}}"#;
    let found = [format!("{{{everyone},{tenants}}}"), format!("{{{tenants},{everyone}}}")]
        .map(|text| Policies::load(text.as_bytes(), &DEPLOYMENT).unwrap_err());
    assert_eq!(found[0], found[1]);
    assert_eq!(found[0].len(), 1);
}

#[test]
fn govcloud_has_other_regions() {
    let document = document(&json!({}), &json!({ "Fixed": { "MediaRegion": "us-gov-west-1" } })).to_string();
    let govcloud = Deployment { partition: Partition::GovCloud, ..DEPLOYMENT };
    assert!(Policies::load(document.as_bytes(), &govcloud).is_ok());
    assert!(Policies::load(document.as_bytes(), &DEPLOYMENT).is_err());
}
