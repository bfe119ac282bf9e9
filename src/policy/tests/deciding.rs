//! Deciding: what is sent and what is refused.

use serde_json::{Value, json};

use super::load;
use crate::auth::Caller;
use crate::finding::{FindingKind, Findings, Place};
use crate::json::Json;
use crate::model::MeetingRequest;
use crate::policy::{AdmissionError, Create, MeetingPlan, MissingRight, Policies, RightName};

fn caller(tenant: &str, scopes: &[&str], groups: &[&str]) -> Caller {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Caller::for_tests(tenant, "ann", owned(scopes), owned(groups))
}

/// Decides a body for `acme`, with a block over one for everyone that has an id and a region.
fn decide(acme: &Value, body: &Value) -> Result<MeetingPlan, Findings> {
    let document = json!({
        "Everyone": { "Fixed": { "TenantIds": ["${tenant}"] }, "Default": { "MediaRegion": "us-east-1" } },
        "Tenants": { "acme": acme }
    });
    let policies = load(&document).expect("the row's document is valid");
    let mut body = body.clone();
    if body["ExternalMeetingId"].is_null() {
        body["ExternalMeetingId"] = json!("standup");
    }
    let text = body.to_string();
    let request = MeetingRequest::read(&Json::parse(text.as_bytes()).unwrap(), None);
    policies.admit::<Create>(&caller("acme", &[], &[])).unwrap().decide(request)
}

fn places(result: &Result<MeetingPlan, Findings>) -> Vec<String> {
    let findings = result.as_ref().err().map(Findings::listed).unwrap_or_default();
    findings
        .iter()
        .map(|finding| match &finding.place {
            Place::Member(pointer) => pointer.clone(),
            Place::Header(name) | Place::Parameter(name) => (*name).to_owned(),
        })
        .collect()
}

/// What a plan sends for the members that a policy decides.
fn sent(plan: &MeetingPlan) -> Value {
    let members = plan.members();
    let tags: serde_json::Map<String, Value> =
        plan.tags().iter().map(|(key, value)| (key.as_str().to_owned(), json!(value.as_str()))).collect();
    json!({
        "region": members.media_region.as_str(),
        "network": members.network_type.map(|value| value.as_str()),
        "host": members.meeting_host_id.as_ref().map(|id| id.as_str()),
        "echo": members.echo_reduction.map(|value| value.as_str()),
        "video": members.video_resolution.map(|value| value.as_str()),
        "content": members.content_resolution.map(|value| value.as_str()),
        "count": members.attendee_count.map(|value| value.get()),
        "tags": tags,
    })
}

#[test]
fn a_member_left_out_gets_the_fixed_value_the_default_or_the_lower_of_ceiling_and_chimes_default() {
    let features = |video: &str, content: &str, count: u8| json!({ "MeetingFeatures": { "Video": { "MaxResolution": video }, "Content": { "MaxResolution": content }, "Attendee": { "MaxCount": count } } });
    for (acme, member, expected, why) in [
        (json!({}), "video", json!(null), "nothing is sent, so Chime's default applies"),
        (json!({ "Fixed": features("None", "None", 5) }), "video", json!("None"), "fixed"),
        (json!({ "Default": features("None", "None", 5) }), "content", json!("None"), "default"),
        (
            json!({ "Allowed": features("FHD", "UHD", 250) }),
            "video",
            json!("HD"),
            "a high ceiling gives Chime's default",
        ),
        (json!({ "Allowed": features("FHD", "UHD", 250) }), "content", json!("FHD"), "likewise"),
        (json!({ "Allowed": features("FHD", "UHD", 250) }), "count", json!(250), "likewise"),
        (
            json!({ "Allowed": features("None", "None", 5) }),
            "video",
            json!("None"),
            "a low ceiling applies to a member left out",
        ),
        (json!({ "Allowed": features("None", "None", 5) }), "content", json!("None"), "likewise"),
        (json!({ "Allowed": features("None", "None", 5) }), "count", json!(5), "likewise"),
        (
            json!({ "Allowed": { "MeetingFeatures": { "Audio": { "EchoReduction": "UNAVAILABLE" } } } }),
            "echo",
            json!("UNAVAILABLE"),
            "the lowest ceiling",
        ),
        (
            json!({ "Allowed": { "MeetingFeatures": { "Audio": { "EchoReduction": "AVAILABLE" } } } }),
            "echo",
            json!(null),
            "Chime's own default can't be above the highest",
        ),
        (
            json!({ "Allowed": { "MediaPlacementNetworkType": "Ipv4Only" } }),
            "network",
            json!("Ipv4Only"),
            "the lowest ceiling",
        ),
        (
            json!({ "Allowed": { "MediaPlacementNetworkType": "DualStack" } }),
            "network",
            json!(null),
            "likewise",
        ),
        (
            json!({ "Default": { "MediaRegion": "eu-west-2" } }),
            "region",
            json!("eu-west-2"),
            "the tenant's default over everyone's",
        ),
        (
            json!({ "Fixed": { "MediaRegion": "eu-west-2" } }),
            "region",
            json!("eu-west-2"),
            "the tenant's fixed value over everyone's default",
        ),
        (
            json!({ "Default": { "MeetingHostId": "host-1" } }),
            "host",
            json!("host-1"),
            "a member without order",
        ),
        (
            json!({ "Fixed": { "Tags": { "A": "${tenant}-1" } }, "Default": { "Tags": { "B": "2" } } }),
            "tags",
            json!({ "A": "acme-1", "B": "2" }),
            "tags of both kinds",
        ),
    ] {
        let plan = decide(&acme, &json!({})).unwrap_or_else(|findings| panic!("{acme}: {findings:?}"));
        assert_eq!(sent(&plan)[member], expected, "{acme}: {why}");
    }
}

#[test]
fn allows_what_the_policy_allows_and_points_at_what_it_does_not() {
    let video = |value: &str| json!({ "MeetingFeatures": { "Video": { "MaxResolution": value } } });
    let count = |value: u32| json!({ "MeetingFeatures": { "Attendee": { "MaxCount": value } } });
    let tags = |pairs: &[(&str, &str)]| -> Value {
        json!({ "Tags": pairs.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect::<Vec<_>>() })
    };
    const VIDEO: &str = "#/MeetingFeatures/Video/MaxResolution";
    const COUNT: &str = "#/MeetingFeatures/Attendee/MaxCount";
    for (acme, body, expected, why) in [
        (json!({}), video("FHD"), vec![VIDEO], "no `Allowed`, and above Chime's default"),
        (json!({}), video("None"), vec![VIDEO], "no `Allowed`, and below Chime's default"),
        (json!({ "Fixed": video("HD") }), video("None"), vec![VIDEO], "fixed to another value"),
        (
            json!({ "Default": video("HD") }),
            video("None"),
            vec![VIDEO],
            "a default alone allows no other value",
        ),
        (
            json!({ "Default": video("None") }),
            video("HD"),
            vec![VIDEO],
            "Chime's default is not the policy's",
        ),
        (json!({ "Allowed": video("HD") }), video("None"), vec![], "below the ceiling"),
        (json!({ "Allowed": video("HD") }), video("HD"), vec![], "at the ceiling"),
        (json!({ "Allowed": video("HD") }), video("FHD"), vec![VIDEO], "above the ceiling"),
        (json!({ "Allowed": count(50) }), count(50), vec![], "at the ceiling"),
        (json!({ "Allowed": count(50) }), count(51), vec![COUNT], "one above"),
        (json!({ "Allowed": count(50) }), count(251), vec![COUNT], "beyond the model: one finding, not two"),
        (json!({}), count(251), vec![COUNT, COUNT], "beyond the model, and not allowed"),
        (
            json!({}),
            json!({ "MediaRegion": "eu-west-2" }),
            vec!["#/MediaRegion"],
            "everyone's default leaves no choice",
        ),
        (
            json!({ "Allowed": { "MediaRegion": ["us-east-1", "eu-west-2"] } }),
            json!({ "MediaRegion": "eu-west-2" }),
            vec![],
            "in the list",
        ),
        (
            json!({ "Allowed": { "MediaRegion": ["us-east-1"] } }),
            json!({ "MediaRegion": "eu-west-2" }),
            vec!["#/MediaRegion"],
            "not in the list",
        ),
        (
            json!({}),
            json!({ "MediaPlacementNetworkType": "DualStack" }),
            vec!["#/MediaPlacementNetworkType"],
            "no `Allowed`",
        ),
        (
            json!({ "Allowed": { "MediaPlacementNetworkType": "Ipv4Only" } }),
            json!({ "MediaPlacementNetworkType": "DualStack" }),
            vec!["#/MediaPlacementNetworkType"],
            "above the ceiling",
        ),
        (json!({}), json!({ "MeetingHostId": "host-1" }), vec!["#/MeetingHostId"], "no `Allowed`"),
        (
            json!({ "Allowed": { "MeetingHostId": false } }),
            json!({ "MeetingHostId": "host-1" }),
            vec!["#/MeetingHostId"],
            "not allowed",
        ),
        (
            json!({ "Allowed": { "MeetingHostId": true } }),
            json!({ "MeetingHostId": "host-1" }),
            vec![],
            "allowed",
        ),
        (json!({}), json!({ "PrimaryMeetingId": "p1" }), vec!["#/PrimaryMeetingId"], "no `Allowed`"),
        (
            json!({ "Allowed": { "PrimaryMeetingId": true } }),
            json!({ "PrimaryMeetingId": "p1" }),
            vec![],
            "allowed",
        ),
        (
            json!({ "Allowed": { "PrimaryMeetingId": true } }),
            json!({ "PrimaryMeetingId": "p" }),
            vec!["#/PrimaryMeetingId"],
            "too short for the model",
        ),
        (json!({}), tags(&[("Course", "1")]), vec!["#/Tags/0/Key"], "no tag is allowed"),
        (json!({ "Allowed": { "Tags": ["Course"] } }), tags(&[("Course", "1")]), vec![], "an allowed key"),
        (
            json!({ "Allowed": { "Tags": ["Course"] } }),
            tags(&[("course", "1")]),
            vec!["#/Tags/0/Key"],
            "keys have a case",
        ),
        (
            json!({ "Fixed": { "Tags": { "A": "1" } } }),
            tags(&[("B", "1"), ("A", "2")]),
            vec!["#/Tags/0/Key", "#/Tags/1/Key"],
            "every tag is checked",
        ),
        (
            json!({ "Fixed": { "Tags": { "A": "1" } } }),
            tags(&[("a", "1")]),
            vec!["#/Tags/0/Key"],
            "a fixed key in another case is not the policy's tag",
        ),
        (
            json!({ "Default": { "Tags": { "A": "1" } } }),
            tags(&[("A", "2")]),
            vec!["#/Tags/0/Key"],
            "no other value than the default tag's",
        ),
        (
            json!({ "Default": { "Tags": { "A": "1" } } }),
            tags(&[("a", "1")]),
            vec!["#/Tags/0/Key"],
            "a default key in another case is not the policy's tag",
        ),
        (
            json!({ "Fixed": { "MeetingHostId": "host-1" } }),
            json!({ "MeetingHostId": "host-2" }),
            vec!["#/MeetingHostId"],
            "fixed to another value",
        ),
        (
            json!({ "Default": { "MeetingHostId": "host-1" } }),
            json!({ "MeetingHostId": "HOST-1" }),
            vec!["#/MeetingHostId"],
            "values have a case",
        ),
        (
            json!({}),
            json!({ "MeetingFeatures": { "Audio": { "EchoReduction": "UNAVAILABLE" } } }),
            vec!["#/MeetingFeatures/Audio/EchoReduction"],
            "no `Allowed`, and Chime documents no default",
        ),
        (
            json!({}),
            json!({ "TenantIds": ["acme"] }),
            vec!["#/TenantIds"],
            "never TenantIds, not even the tenant's own",
        ),
        (
            json!({ "Allowed": { "Tags": ["Course"] } }),
            tags(&[("MeetingGateway", "meeting-gateway")]),
            vec!["#/Tags/0/Key"],
            "the gateway's own, whatever its value",
        ),
    ] {
        assert_eq!(places(&decide(&acme, &body)), expected, "{acme} {body}: {why}");
    }
}

/// A policy that allows nothing still allows the value that a request without the member gets.
#[test]
fn asking_for_the_value_of_a_member_left_out_is_always_allowed() {
    let feature =
        |group: &str, leaf: &str, value: Value| json!({ "MeetingFeatures": { group: { leaf: value } } });
    let video = |value: &str| feature("Video", "MaxResolution", json!(value));
    let content = |value: &str| feature("Content", "MaxResolution", json!(value));
    let count = |value: u8| feature("Attendee", "MaxCount", json!(value));
    let echo = |value: &str| feature("Audio", "EchoReduction", json!(value));
    let network = |value: &str| json!({ "MediaPlacementNetworkType": value });
    let host = json!({ "MeetingHostId": "host-1" });
    for (acme, body, member, expected, why) in [
        (
            json!({}),
            json!({ "MediaRegion": "us-east-1" }),
            "region",
            json!("us-east-1"),
            "everyone's default",
        ),
        (
            json!({ "Fixed": { "MediaRegion": "eu-west-2" } }),
            json!({ "MediaRegion": "eu-west-2" }),
            "region",
            json!("eu-west-2"),
            "a fixed region, since boto3 always sends one",
        ),
        (json!({}), video("HD"), "video", json!("HD"), "Chime's default"),
        (json!({}), content("FHD"), "content", json!("FHD"), "Chime's default"),
        (json!({}), count(250), "count", json!(250), "Chime's default"),
        (json!({}), network("Ipv4Only"), "network", json!("Ipv4Only"), "Chime's default"),
        (json!({ "Fixed": video("None") }), video("None"), "video", json!("None"), "fixed"),
        (json!({ "Default": content("None") }), content("None"), "content", json!("None"), "a default"),
        (json!({ "Default": count(5) }), count(5), "count", json!(5), "a default"),
        (
            json!({ "Fixed": network("DualStack") }),
            network("DualStack"),
            "network",
            json!("DualStack"),
            "fixed",
        ),
        (json!({ "Fixed": echo("AVAILABLE") }), echo("AVAILABLE"), "echo", json!("AVAILABLE"), "fixed"),
        (
            json!({ "Default": echo("UNAVAILABLE") }),
            echo("UNAVAILABLE"),
            "echo",
            json!("UNAVAILABLE"),
            "a default",
        ),
        (json!({ "Fixed": host }), host.clone(), "host", json!("host-1"), "fixed"),
        (
            json!({ "Default": host, "Allowed": { "MeetingHostId": false } }),
            host.clone(),
            "host",
            json!("host-1"),
            "a default that no caller may change",
        ),
    ] {
        let plan =
            decide(&acme, &body).unwrap_or_else(|findings| panic!("{acme} {body}: {why}: {findings:?}"));
        assert_eq!(sent(&plan)[member], expected, "{acme} {body}: {why}");
        let mut rest = sent(&plan);
        rest[member] = sent(&decide(&acme, &json!({})).unwrap())[member].clone();
        assert_eq!(rest, sent(&decide(&acme, &json!({})).unwrap()), "{acme} {body}: nothing else changes");
    }
}

#[test]
fn a_tag_equal_to_the_policys_is_allowed_and_sent_once() {
    let acme = json!({
        "Fixed": { "Tags": { "A": "${tenant}" } },
        "Default": { "Tags": { "B": "1", "C": "2", "room": "3" } },
        "Allowed": { "Tags": ["C", "Room"] },
    });
    for (pairs, expected, why) in [
        (vec![("A", "acme")], json!({ "A": "acme", "B": "1", "C": "2", "room": "3" }), "fixed"),
        (vec![("B", "1")], json!({ "A": "acme", "B": "1", "C": "2", "room": "3" }), "a default"),
        (
            vec![("C", "2")],
            json!({ "A": "acme", "B": "1", "C": "2", "room": "3" }),
            "a default that may change",
        ),
        (
            vec![("room", "3")],
            json!({ "A": "acme", "B": "1", "C": "2", "room": "3" }),
            "the default's own case",
        ),
        (
            vec![("A", "acme"), ("B", "1"), ("C", "x"), ("Room", "y")],
            json!({ "A": "acme", "B": "1", "C": "x", "Room": "y" }),
            "together with the caller's own tags",
        ),
    ] {
        let tags: Vec<Value> =
            pairs.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
        let plan =
            decide(&acme, &json!({ "Tags": tags })).unwrap_or_else(|findings| panic!("{why}: {findings:?}"));
        assert_eq!(sent(&plan)["tags"], expected, "{why}");
        assert_eq!(plan.tags().len(), expected.as_object().unwrap().len(), "{why}: each key once");
    }
}

#[test]
fn a_finding_says_what_is_allowed_but_withholds_sensitive_values() {
    let video = |value: &str| json!({ "MeetingFeatures": { "Video": { "MaxResolution": value } } });
    let echo = json!({ "MeetingFeatures": { "Audio": { "EchoReduction": "AVAILABLE" } } });
    let host = |value: &str| json!({ "MeetingHostId": value });
    let tag = json!({ "Tags": [{ "Key": "A", "Value": "2" }] });
    const ONLY_HD: &str = "must be `HD` under the tenant's policy, as in a request without it";
    const NOTHING: &str = "is not allowed by the tenant's policy";
    const FIXED: &str = "is fixed by the tenant's policy: no other value is allowed";
    for (acme, body, expected) in [
        (json!({}), video("FHD"), ONLY_HD),
        (json!({ "Fixed": video("HD") }), video("FHD"), ONLY_HD),
        (json!({ "Default": video("HD") }), video("FHD"), ONLY_HD),
        (json!({}), echo, NOTHING),
        (json!({}), host("host-2"), NOTHING),
        (json!({ "Fixed": host("host-1") }), host("host-2"), FIXED),
        (json!({ "Fixed": { "Tags": { "A": "1" } } }), tag.clone(), FIXED),
        (json!({}), tag, NOTHING),
    ] {
        let findings = decide(&acme, &body).unwrap_err();
        assert_eq!(findings.listed()[0].detail, expected, "{acme} {body}");
    }
}

#[test]
fn high_resolutions_need_a_small_count_and_the_finding_says_who_chose_each_value() {
    let body = |video: Option<&str>, content: Option<&str>, count: Option<u8>| {
        let mut features = json!({});
        if let Some(video) = video {
            features["Video"]["MaxResolution"] = json!(video);
        }
        if let Some(content) = content {
            features["Content"]["MaxResolution"] = json!(content);
        }
        if let Some(count) = count {
            features["Attendee"]["MaxCount"] = json!(count);
        }
        json!({ "MeetingFeatures": features })
    };
    let all = json!({ "Allowed": body(Some("FHD"), Some("UHD"), Some(250)) });
    let default_30 =
        json!({ "Default": body(None, None, Some(30)), "Allowed": body(Some("FHD"), Some("UHD"), Some(30)) });
    let default_25 =
        json!({ "Default": body(None, None, Some(25)), "Allowed": body(Some("FHD"), Some("UHD"), None) });
    let fixed_fhd = json!({ "Fixed": body(Some("FHD"), None, None), "Allowed": body(None, None, Some(50)) });
    let default_fhd =
        json!({ "Default": body(Some("FHD"), None, None), "Allowed": body(None, None, Some(50)) });
    for (acme, body, words) in [
        (&all, body(Some("FHD"), None, Some(25)), None),
        (&all, body(Some("FHD"), None, Some(26)), Some(vec!["`FHD` (asked for)", "`26` (asked for)"])),
        (&all, body(None, Some("UHD"), Some(26)), Some(vec!["`UHD` (asked for)", "`26` (asked for)"])),
        (
            &all,
            body(Some("FHD"), Some("UHD"), None),
            Some(vec!["`FHD` (asked for)", "`UHD` (asked for)", "`250` (from the policy)"]),
        ),
        (&all, body(Some("HD"), Some("FHD"), Some(250)), None),
        (
            &default_30,
            body(Some("FHD"), None, None),
            Some(vec!["`FHD` (asked for)", "`30` (from the policy)"]),
        ),
        (&default_25, body(Some("FHD"), Some("UHD"), None), None),
        (&fixed_fhd, body(None, None, None), Some(vec!["`FHD` (from the policy)", "`50` (from the policy)"])),
        (&fixed_fhd, body(None, None, Some(25)), None),
        // The same rule applies to a repeated value, which stays the policy's if the policy sends it.
        (
            &fixed_fhd,
            body(Some("FHD"), None, None),
            Some(vec!["`FHD` (from the policy)", "`50` (from the policy)"]),
        ),
        (&fixed_fhd, body(Some("FHD"), None, Some(25)), None),
        (
            &default_fhd,
            body(Some("FHD"), None, Some(50)),
            Some(vec!["`FHD` (from the policy)", "`50` (asked for)"]),
        ),
    ] {
        let result = decide(acme, &body);
        let expected = if words.is_some() { vec!["#/MeetingFeatures/Attendee/MaxCount"] } else { vec![] };
        assert_eq!(places(&result), expected, "{acme} {body}");
        if let (Some(words), Err(findings)) = (words, result) {
            let finding = &findings.listed()[0];
            assert_eq!(finding.kind, FindingKind::BreaksModel);
            for word in words {
                assert!(finding.detail.contains(word), "{word}: {}", finding.detail);
            }
        }
    }
}

#[test]
fn a_refused_resolution_adds_no_finding_for_the_count() {
    let acme = json!({ "Allowed": { "MeetingFeatures": { "Video": { "MaxResolution": "HD" } } } });
    let body = json!({ "MeetingFeatures": { "Video": { "MaxResolution": "FHD" } } });
    let result = decide(&acme, &body);
    assert_eq!(places(&result), ["#/MeetingFeatures/Video/MaxResolution"]);
}

#[test]
fn limits_the_tags_of_caller_and_policy_together() {
    let keys: Vec<String> = (0..48).map(|n| format!("k{n}")).collect();
    let acme = json!({ "Fixed": { "Tags": { "A": "1", "B": "2" } }, "Allowed": { "Tags": keys } });
    let body = |count: usize| json!({ "Tags": keys.iter().take(count).map(|key| json!({ "Key": key, "Value": "" })).collect::<Vec<_>>() });
    assert_eq!(decide(&acme, &body(47)).unwrap().tags().len(), 49);
    let result = decide(&acme, &body(48));
    assert_eq!(places(&result), ["#/Tags"]);
    assert!(result.unwrap_err().listed()[0].detail.contains("the 2 of the policy"));
}

#[test]
fn a_callers_tag_replaces_the_default_and_order_does_not_matter() {
    let acme = json!({ "Default": { "Tags": { "Course": "none", "Room": "1" } }, "Allowed": { "Tags": ["Course", "Room"] } });
    let tag = |key: &str, value: &str| json!({ "Key": key, "Value": value });
    let one = decide(&acme, &json!({ "Tags": [tag("Course", "physics")] })).unwrap();
    assert_eq!(sent(&one)["tags"], json!({ "Course": "physics", "Room": "1" }));
    let forth = decide(&acme, &json!({ "Tags": [tag("Course", "a"), tag("Room", "b")] })).unwrap();
    let back = decide(&acme, &json!({ "Tags": [tag("Room", "b"), tag("Course", "a")] })).unwrap();
    assert_eq!(forth.tags(), back.tags());
}

#[test]
fn a_tenants_tag_takes_the_place_of_everyones_with_that_key() {
    for (list, key, expected, why) in [
        ("Fixed", "Team", json!({ "Team": "own", "Room": "1" }), "a fixed one"),
        ("Default", "Room", json!({ "Team": "all", "Room": "own" }), "a default one"),
        (
            "Fixed",
            "room",
            json!({ "Team": "all", "room": "own" }),
            "a default one, in another case, as IAM reads keys",
        ),
    ] {
        let document = json!({
            "Everyone": {
                "Fixed": { "TenantIds": ["${tenant}"], "MediaRegion": "us-east-1", "Tags": { "Team": "all" } },
                "Default": { "Tags": { "Room": "1" } }
            },
            "Tenants": { "acme": { list: { "Tags": { key: "own" } } } }
        });
        let policies = load(&document).unwrap();
        let request =
            MeetingRequest::read(&Json::parse(br#"{"ExternalMeetingId":"standup"}"#).unwrap(), None);
        let plan = policies.admit::<Create>(&caller("acme", &[], &[])).unwrap().decide(request).unwrap();
        assert_eq!(plan.tags().len(), 2, "{why}");
        assert_eq!(sent(&plan)["tags"], expected, "{why}");
    }
}

#[test]
fn a_missing_region_without_a_default_is_a_finding() {
    let document = json!({ "Everyone": { "Fixed": { "TenantIds": ["${tenant}"] }, "Allowed": { "MediaRegion": ["us-east-1"] } }, "Tenants": { "acme": {} } });
    let policies = load(&document).unwrap();
    let request = MeetingRequest::read(&Json::parse(br#"{"ExternalMeetingId":"standup"}"#).unwrap(), None);
    let findings = policies.admit::<Create>(&caller("acme", &[], &[])).unwrap().decide(request).unwrap_err();
    let finding = &findings.listed()[0];
    assert_eq!((findings.len(), &finding.place), (1, &Place::Member("#/MediaRegion".to_owned())));
    assert_eq!(finding.kind, FindingKind::BreaksModel);
}

fn admission(callers: &Value, scopes: &[&str], groups: &[&str]) -> Result<(), AdmissionError> {
    let everyone = json!({ "Fixed": { "TenantIds": ["${tenant}"], "MediaRegion": "us-east-1" }, "Callers": { "AnyGroup": ["staff"] } });
    let document = json!({ "Everyone": everyone, "Tenants": { "acme": { "Callers": callers } } });
    load(&document).unwrap().admit::<Create>(&caller("acme", scopes, groups)).map(drop)
}

#[test]
fn callers_need_one_of_the_scopes_and_one_of_the_groups_after_merging() {
    for (callers, scopes, groups, admitted, why) in [
        (json!({}), vec![], vec!["staff"], true, "everyone's groups"),
        (json!({}), vec![], vec![], false, "no group"),
        (json!({}), vec![], vec!["Staff"], false, "names have a case"),
        (json!({ "AnyGroup": ["hosts", "staff"] }), vec![], vec!["hosts"], true, "one of the tenant's own"),
        (
            json!({ "AnyGroup": ["hosts"] }),
            vec![],
            vec!["staff"],
            false,
            "the tenant's groups replace everyone's",
        ),
        (json!({ "AnyScope": ["create"] }), vec!["create"], vec!["staff"], true, "both hold"),
        (json!({ "AnyScope": ["create"] }), vec!["create"], vec![], false, "everyone's groups still apply"),
        (json!({ "AnyScope": ["create"] }), vec![], vec!["staff"], false, "no scope"),
        (json!({ "AnyScope": ["create"] }), vec!["creates"], vec!["staff"], false, "a longer name"),
    ] {
        assert_eq!(admission(&callers, &scopes, &groups).is_ok(), admitted, "{callers}: {why}");
    }
    let lacking = admission(&json!({ "AnyScope": ["create"] }), &[], &[]).unwrap_err();
    assert_eq!(
        lacking,
        AdmissionError::Lacking(vec![MissingRight::Requires {
            right: RightName::Create,
            scopes: vec!["create".into()],
            groups: vec!["staff".into()]
        }])
    );
}

#[test]
fn a_policy_without_callers_admits_every_authenticated_caller_of_the_tenant() {
    let document = json!({ "Everyone": { "Fixed": { "TenantIds": ["${tenant}"], "MediaRegion": "us-east-1" } }, "Tenants": { "acme": {} } });
    assert!(load(&document).unwrap().admit::<Create>(&caller("acme", &[], &[])).is_ok());
}

fn unlisted(policies: &Policies, tenant: &str) -> bool {
    policies.admit::<Create>(&caller(tenant, &[], &[])).is_ok()
}

#[test]
fn admits_unlisted_tenants_only_if_the_document_says_so_and_never_with_a_listed_tenants_id() {
    let document = |word: Option<&str>| {
        let mut document = json!({
            "Everyone": { "Fixed": { "TenantIds": ["${tenant}"], "MediaRegion": "us-east-1" } },
            "Tenants": { "acme": { "Fixed": { "TenantIds": ["acme-eu", "acme-us"] } } }
        });
        if let Some(word) = word {
            document["UnlistedTenants"] = json!(word);
        }
        load(&document).unwrap()
    };
    assert!(!unlisted(&document(None), "globex"));
    assert!(!unlisted(&document(Some("Deny")), "globex"));
    let open = document(Some("Everyone"));
    for (tenant, admitted, why) in [
        ("globex", true, "any other name"),
        ("acme", true, "listed"),
        ("acme-eu", false, "a listed tenant's id"),
        ("aaaa", false, "outside Chime's pattern"),
        ("a.b", false, "outside Chime's pattern"),
        ("x", false, "too short"),
    ] {
        assert_eq!(unlisted(&open, tenant), admitted, "{tenant}: {why}");
    }
    assert!(matches!(
        open.admit::<Create>(&caller("acme-eu", &[], &[])),
        Err(AdmissionError::NoSuchTenant(_))
    ));
}

#[test]
fn refuses_an_unlisted_tenant_whose_name_or_template_gives_a_listed_tenants_id() {
    let document = json!({
        "Everyone": { "Fixed": { "TenantIds": ["t-${tenant}"], "MediaRegion": "us-east-1" } },
        "Tenants": { "acme": { "Fixed": { "TenantIds": ["labs", "t-globex"] } } },
        "UnlistedTenants": "Everyone"
    });
    let policies = load(&document).unwrap();
    for (tenant, admitted, why) in [
        ("initech", true, "neither its name nor `t-initech` is anyone's"),
        ("labs", false, "its name is acme's id, though `t-labs` is not"),
        ("globex", false, "`t-globex` is acme's id, though its name is not"),
    ] {
        assert_eq!(unlisted(&policies, tenant), admitted, "{tenant}: {why}");
    }
}

#[test]
fn a_plan_has_the_callers_tenant_subject_and_key() {
    let plan = decide(&json!({}), &json!({ "ClientRequestToken": "key-1" })).unwrap();
    assert_eq!((plan.tenant(), plan.subject()), ("acme", "ann"));
    assert_eq!(plan.idempotency_key().map(|key| key.as_str()), Some("key-1"));
    assert_eq!(plan.tenant_ids().iter().map(|id| id.as_str()).collect::<Vec<_>>(), ["acme"]);
}

#[test]
fn refuses_a_tag_that_the_tenant_fixes_even_if_everyone_allows_its_key() {
    let document = json!({
        "Everyone": {
            "Fixed": { "TenantIds": ["${tenant}"], "MediaRegion": "us-east-1" },
            "Allowed": { "Tags": ["Room", "Course"] }
        },
        "Tenants": { "acme": { "Fixed": { "Tags": { "Room": "1" } } } }
    });
    let policies = load(&document).unwrap();
    let decide = |key: &str| {
        let body =
            json!({ "ExternalMeetingId": "standup", "Tags": [{ "Key": key, "Value": "2" }] }).to_string();
        let request = MeetingRequest::read(&Json::parse(body.as_bytes()).unwrap(), None);
        policies.admit::<Create>(&caller("acme", &[], &[])).unwrap().decide(request)
    };
    assert_eq!(sent(&decide("Course").unwrap())["tags"], json!({ "Course": "2", "Room": "1" }));
    assert_eq!(places(&decide("Room")).len(), 1);
}
