//! Decisions on rooms: the attendee always, the meeting for callers who may create one.

use serde_json::{Value, json};

use super::load;
use crate::auth::Caller;
use crate::json::Json;
use crate::model::{MeetingMedia, MeetingRequest, RoomId, RoomRequest};
use crate::policy::{AnyRight, Create, End, Join, MeetingPlan, Moderate, Policies, RoomPlan};

/// A document in which the group of a right's name has it.
fn policies(acme: &Value) -> Policies {
    let rights = ["Create", "Join", "Moderate", "End"];
    let callers: serde_json::Map<String, Value> =
        rights.iter().map(|right| ((*right).to_owned(), json!({ "AnyGroup": [right] }))).collect();
    let document = json!({
        "Everyone": {
            "Fixed": { "TenantIds": ["${tenant}"], "Tags": { "Tenant": "${tenant}" } },
            "Default": { "MediaRegion": "us-east-1" }, "Callers": callers
        },
        "Tenants": { "acme": acme }
    });
    load(&document).expect("the row's document is valid")
}

fn caller(subject: &str, rights: &[&str]) -> Caller {
    let rights = rights.iter().map(|right| (*right).to_owned()).collect();
    Caller::for_tests("acme", subject, Vec::new(), rights)
}

fn decide(acme: &Value, rights: &[&str], body: &Value) -> Result<RoomPlan, Vec<String>> {
    let (policies, caller) = (policies(acme), caller("ann", rights));
    let text = body.to_string();
    let request = RoomRequest::read(&Json::parse(text.as_bytes()).unwrap(), &room("standup"));
    policies.admit::<Join>(&caller).unwrap().decide_room(request).map_err(|findings| findings.in_short())
}

fn room(name: &str) -> RoomId {
    RoomId::parse(name).unwrap()
}

#[test]
fn the_meeting_is_decided_only_for_callers_who_may_create_one() {
    let region = json!({ "Meeting": { "MediaRegion": "eu-west-2" } });
    let unknown = json!({ "Meeting": { "MediaRegion": "eu-west-2", "Colour": 1 } });
    let invalid = json!({ "Meeting": { "MediaRegion": 1 } });
    let creates = &["Join", "Create"][..];
    for (rights, body, expected, why) in [
        (creates, json!({}), Ok(Some("us-east-1")), "the policy's default"),
        (&["Join"], json!({}), Ok(None), "nothing to create"),
        (creates, region.clone(), Err(vec!["403 #/Meeting/MediaRegion"]), "not allowed"),
        (&["Join"], region.clone(), Ok(None), "ignored, since it is never used"),
        (&["Join", "Moderate", "End"], region, Ok(None), "no other right creates"),
        (
            creates,
            unknown.clone(),
            Err(vec!["400 #/Meeting/Colour", "403 #/Meeting/MediaRegion"]),
            "policy and model at once",
        ),
        (&["Join"], unknown, Err(vec!["400 #/Meeting/Colour"]), "the model holds for everybody"),
        (&["Join"], invalid, Err(vec!["400 #/Meeting/MediaRegion"]), "likewise"),
        (
            &["Join"],
            json!({ "Meeting": { "TenantIds": ["globex"] } }),
            Err(vec!["403 #/Meeting/TenantIds"]),
            "nobody may name the tenant",
        ),
    ] {
        let decided = decide(&json!({}), rights, &body);
        let decided = decided
            .map(|plan| plan.meeting.map(|meeting| meeting.members().media_region.as_str().to_owned()));
        let expected = expected.map(|region| region.map(str::to_owned));
        assert_eq!(
            decided,
            expected.map_err(|found| found.into_iter().map(str::to_owned).collect()),
            "{why}"
        );
    }
}

#[test]
fn findings_of_attendee_and_meeting_come_at_once_with_pointers_into_the_body() {
    let acme = json!({ "Fixed": { "MeetingFeatures": { "Attendee": { "MaxCount": 250 } }, "Tags": { "CostCenter": "4711" } },
                       "Allowed": { "Tags": ["Course"] } });
    let tags: Vec<Value> = [("Course", "x"), ("CostCenter", "1"), ("Other", "y")]
        .into_iter()
        .map(|(key, value)| json!({ "Key": key, "Value": value }))
        .collect();
    let features = json!({ "Attendee": { "MaxCount": 25 }, "Video": { "MaxResolution": "FHD" } });
    let body = json!({ "ExternalUserId": "bob", "Colour": 1, "Meeting": { "MeetingFeatures": features, "Tags": tags } });
    assert_eq!(
        decide(&acme, &["Join", "Create"], &body).unwrap_err(),
        [
            "403 #/ExternalUserId",
            "403 #/Meeting/MeetingFeatures/Video/MaxResolution",
            "403 #/Meeting/MeetingFeatures/Attendee/MaxCount",
            "403 #/Meeting/Tags/1/Key",
            "403 #/Meeting/Tags/2/Key",
            "400 #/Colour",
        ]
    );
    assert_eq!(
        decide(&acme, &["Join"], &body).unwrap_err(),
        ["403 #/ExternalUserId", "400 #/Colour"],
        "without Create the meeting is ignored"
    );
    let acme = json!({ "Allowed": { "MeetingFeatures": { "Attendee": { "MaxCount": 250 }, "Video": { "MaxResolution": "FHD" } } } });
    let body = json!({ "Meeting": { "MeetingFeatures": { "Video": { "MaxResolution": "FHD" } } } });
    assert_eq!(
        decide(&acme, &["Join", "Create"], &body).unwrap_err(),
        ["400 #/Meeting/MeetingFeatures/Attendee/MaxCount"],
        "what depends on the merged values"
    );
    let tags: Vec<Value> = (0..49).map(|n| json!({ "Key": format!("k{n}"), "Value": "" })).collect();
    let keys: Vec<String> = (0..49).map(|n| format!("k{n}")).collect();
    let acme = json!({ "Allowed": { "Tags": keys } });
    assert_eq!(
        decide(&acme, &["Join", "Create"], &json!({ "Meeting": { "Tags": tags } })).unwrap_err(),
        ["400 #/Meeting/Tags"],
        "49 and the policy's own"
    );
}

#[test]
fn a_region_that_nobody_named_keeps_a_caller_from_opening_a_room_but_not_from_joining_one() {
    let acme = json!({ "Allowed": { "MediaRegion": ["eu-west-2"] } });
    let document = json!({
        "Everyone": { "Fixed": { "TenantIds": ["${tenant}"] } }, "Tenants": { "acme": acme }
    });
    let (policies, caller) = (load(&document).unwrap(), caller("ann", &[]));
    let decide = |body: &[u8]| {
        let request = RoomRequest::read(&Json::parse(body).unwrap(), &room("standup"));
        policies.admit::<Join>(&caller).unwrap().decide_room(request)
    };
    let plan = decide(b"{}").unwrap();
    assert!(plan.meeting.is_none(), "nothing to open a room with");
    assert_eq!(
        plan.lacking.map(|lacking| lacking.in_short()),
        Some(vec!["400 #/Meeting/MediaRegion".to_owned()])
    );
    let findings = decide(br#"{"Meeting":{}}"#).unwrap_err();
    assert_eq!(
        findings.in_short(),
        ["400 #/Meeting/MediaRegion"],
        "a `Meeting` is checked, whatever the room has"
    );
    let plan = decide(br#"{"Meeting":{"MediaRegion":"eu-west-2"}}"#).unwrap();
    assert!(plan.meeting.is_some() && plan.lacking.is_none());
}

#[test]
fn the_plan_is_the_rooms_and_has_no_idempotency_key() {
    let body = json!({ "Meeting": { "PrimaryMeetingId": "5a3b1e00-0000-4000-8000-000000000001" } });
    let acme = json!({ "Allowed": { "PrimaryMeetingId": true } });
    let plan = decide(&acme, &["Join", "Create"], &body).unwrap().meeting.unwrap();
    assert_eq!((plan.external_meeting_id().as_str(), plan.tenant()), ("standup", "acme"));
    assert_eq!(plan.idempotency_key(), None);
}

#[test]
fn what_a_new_meeting_would_lack_is_found_before_it_is_created() {
    let all = |capability: &str| json!({ "Audio": capability, "Video": capability, "Content": capability });
    let none = json!({ "MeetingFeatures": { "Video": { "MaxResolution": "None" }, "Content": { "MaxResolution": "None" } } });
    let acme = json!({ "Allowed": none });
    let rights = &["Join", "Create"];
    let plan = decide(&acme, rights, &json!({ "Capabilities": all("SendReceive") })).unwrap();
    let media = plan.meeting.as_ref().unwrap().media();
    assert_eq!(media, MeetingMedia { video: false, content: false }, "the ceiling binds silence");
    assert_eq!(
        plan.attendee.check(media).unwrap_err().in_short(),
        ["400 #/Capabilities/Video", "400 #/Capabilities/Content"]
    );
    let open = MeetingMedia { video: true, content: true };
    assert!(plan.attendee.check(open).is_ok(), "an open room may have what a new one would lack");
    let silent = decide(&acme, rights, &json!({})).unwrap();
    assert!(silent.attendee.check(media).is_ok(), "what the policy sends is lowered");
    let plain = decide(&json!({}), rights, &json!({})).unwrap();
    assert_eq!(plain.meeting.unwrap().media(), open);
}

#[test]
fn a_caller_also_has_a_further_right_only_if_the_policy_gives_it() {
    let policies = policies(&json!({}));
    let caller = caller("ann", &["Join", "Moderate"]);
    let joins = policies.admit::<Join>(&caller).unwrap();
    assert!(joins.also::<Moderate>().is_some() && joins.also::<AnyRight>().is_some());
    assert!(joins.also::<Create>().is_none() && joins.also::<End>().is_none());
    assert_eq!(joins.also::<Moderate>().unwrap().caller().subject(), "ann");
    assert!(joins.also::<Moderate>().unwrap().also::<Create>().is_none(), "no right comes from another");
}

/// The plan of a creation by that subject, under a block for `acme`.
fn created(acme: &Value, subject: &str, body: &Value, key: Option<&str>) -> MeetingPlan {
    let (policies, caller) = (policies(acme), caller(subject, &["Create"]));
    let text = body.to_string();
    let request = MeetingRequest::read(&Json::parse(text.as_bytes()).unwrap(), key);
    policies.admit::<Create>(&caller).unwrap().decide(request).unwrap()
}

#[test]
fn the_canonical_text_stays_the_same_in_every_release() {
    let acme = json!({
        "Fixed": { "MeetingHostId": "host \"7\"" },
        "Allowed": { "MediaRegion": ["us-east-1", "eu-west-2"], "Tags": ["Course"], "PrimaryMeetingId": true,
                     "MeetingFeatures": { "Video": { "MaxResolution": "FHD" }, "Attendee": { "MaxCount": 25 } } }
    });
    let body = json!({
        "ExternalMeetingId": "standup", "MediaRegion": "eu-west-2", "PrimaryMeetingId": "primary-1",
        "Tags": [{ "Key": "Course", "Value": "x,y" }]
    });
    assert_eq!(
        created(&acme, "ann", &body, None).canonical(),
        r#"[["MediaRegion","eu-west-2"],["MeetingHostId","host \"7\""],["MeetingFeatures/Video/MaxResolution","HD"],["MeetingFeatures/Attendee/MaxCount",25],["PrimaryMeetingId","primary-1"],["ExternalMeetingId","standup"],["TenantIds",["acme"]],["Tags",[["Course","x,y"],["Tenant","acme"]]]]"#
    );
    let plain = created(&json!({}), "ann", &json!({ "ExternalMeetingId": "standup" }), None);
    assert_eq!(
        plain.canonical(),
        r#"[["MediaRegion","us-east-1"],["ExternalMeetingId","standup"],["TenantIds",["acme"]],["Tags",[["Tenant","acme"]]]]"#
    );
}

#[test]
fn the_canonical_text_is_equal_exactly_for_equal_members() {
    let acme = json!({
        "Allowed": { "MediaRegion": ["us-east-1", "eu-west-2"], "MeetingHostId": true, "PrimaryMeetingId": true,
                     "MediaPlacementNetworkType": "DualStack", "Tags": ["A", "B"],
                     "MeetingFeatures": { "Audio": { "EchoReduction": "AVAILABLE" } } }
    });
    let tag = |key: &str, value: &str| json!({ "Key": key, "Value": value });
    let body = json!({ "ExternalMeetingId": "standup", "Tags": [tag("A", "1"), tag("B", "2")] });
    let with = |member: &str, value: Value| {
        let mut body = body.clone();
        body[member] = value;
        body
    };
    let text = |body: &Value| created(&acme, "ann", body, None).canonical();
    let plain = text(&body);
    for (same, why) in [
        (created(&acme, "bob", &body, None), "another caller"),
        (created(&acme, "ann", &body, Some("key-1")), "another key"),
        (created(&acme, "ann", &with("MediaRegion", json!("us-east-1")), None), "the default, asked for"),
        (
            created(&acme, "ann", &with("Tags", json!([tag("B", "2"), tag("A", "1")])), None),
            "tags in another order",
        ),
    ] {
        assert_eq!(same.canonical(), plain, "{why}");
    }
    let others = [
        with("ExternalMeetingId", json!("stand-up")),
        with("MediaRegion", json!("eu-west-2")),
        with("MeetingHostId", json!("host")),
        with("PrimaryMeetingId", json!("host")),
        with("MediaPlacementNetworkType", json!("DualStack")),
        with("MeetingFeatures", json!({ "Audio": { "EchoReduction": "AVAILABLE" } })),
        with("Tags", json!([tag("A", "1")])),
        with("Tags", json!([tag("A", "1"), tag("B", "3")])),
        with("Tags", json!([tag("A", "2"), tag("B", "1")])),
    ];
    let mut texts: Vec<String> = others.iter().map(text).collect();
    texts.push(plain);
    texts.push(
        created(
            &json!({ "Fixed": { "TenantIds": ["a1"] } }),
            "ann",
            &json!({ "ExternalMeetingId": "standup" }),
            None,
        )
        .canonical(),
    );
    texts.push(
        created(
            &json!({ "Fixed": { "TenantIds": ["a1", "a2"] } }),
            "ann",
            &json!({ "ExternalMeetingId": "standup" }),
            None,
        )
        .canonical(),
    );
    let count = texts.len();
    texts.sort();
    texts.dedup();
    assert_eq!(texts.len(), count);
}
