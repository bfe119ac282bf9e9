//! Each constraint of CreateMeeting from both sides: the last valid and the first invalid value.

use std::collections::BTreeSet;

use local::simulator::Simulator;
use serde_json::{Value, json};

use crate::simulator::{ANY_PORT, create, request_with};

/// A member, a value that just fits, one that does not, and why.
type Pair = (&'static str, Value, Value, &'static str);

fn pairs() -> Vec<Pair> {
    let features = |group: &str, member: &str, value: Value| json!({ group: { member: value } });
    let with_attendees = |group: &str, resolution: &str, count: u32| json!({ group: { "MaxResolution": resolution }, "Attendee": { "MaxCount": count } });
    let tags = |count: usize| -> Value {
        (0..count).map(|index| json!({ "Key": format!("k{index}"), "Value": "" })).collect()
    };
    let tag = |key: &str, value: &str| json!([{ "Key": key, "Value": value }]);
    let queue = |arn: &str| json!({ "SqsQueueArn": arn });
    let umlauts = |count: usize| json!("ä".repeat(count));
    vec![
        ("ClientRequestToken", json!("ab"), json!("a"), "ClientRequestToken has 1 characters"),
        ("ClientRequestToken", json!("a".repeat(64)), json!("a".repeat(65)), "has 65 characters"),
        ("ClientRequestToken", json!("a_-Z9"), json!("a.b"), "ClientRequestToken does not match"),
        ("ClientRequestToken", json!("ab"), Value::Null, "ClientRequestToken is missing"),
        ("MediaRegion", json!("sa-east-1"), json!("mars-north-1"), "is no media region"),
        ("MediaRegion", json!("us-east-1"), json!("us-gov-west-1"), "is in another partition"),
        ("MediaRegion", json!("us-east-2"), Value::Null, "MediaRegion is missing"),
        ("ExternalMeetingId", json!("ab"), json!("a"), "ExternalMeetingId has 1 characters"),
        ("ExternalMeetingId", umlauts(64), umlauts(65), "ExternalMeetingId has 65 characters"),
        ("ExternalMeetingId", json!("a b«»|'\"#é[]/"), json!("a<b"), "ExternalMeetingId does not match"),
        (
            "ExternalMeetingId",
            json!("caf\u{e9}"),
            json!("caf\u{e9}\u{301}"),
            "ExternalMeetingId does not match",
        ),
        ("ExternalMeetingId", json!("a\tb"), json!("a\u{2003}b"), "ExternalMeetingId does not match"),
        ("ExternalMeetingId", json!("a/b"), json!("a\\b"), "ExternalMeetingId does not match"),
        ("ExternalMeetingId", json!("aws-1"), json!("AWS:1"), "reserved prefix"),
        ("ExternalMeetingId", json!("ab"), json!(12), "ExternalMeetingId is not of type string: a number"),
        ("ExternalMeetingId", json!("ab"), Value::Null, "ExternalMeetingId is missing"),
        ("MeetingHostId", json!("ab"), json!("a"), "MeetingHostId has 1 characters"),
        ("MeetingHostId", json!("a".repeat(64)), json!("a".repeat(65)), "MeetingHostId has 65 characters"),
        (
            "NotificationsConfiguration",
            json!({}),
            json!({ "Queue": "x" }),
            "NotificationsConfiguration.Queue is not a member",
        ),
        (
            "NotificationsConfiguration",
            queue("arn:aws:sqs:us-east-1:1:q"),
            queue("aws:sqs"),
            "does not match",
        ),
        (
            "NotificationsConfiguration",
            queue(&"arn:".repeat(256)),
            queue(&"arn:a".repeat(205)),
            "has 1025 characters",
        ),
        ("MeetingFeatures", json!({}), json!([]), "MeetingFeatures is not of type structure: an array"),
        (
            "MeetingFeatures",
            json!({ "Audio": {} }),
            json!({ "Sound": {} }),
            "MeetingFeatures.Sound is not a member",
        ),
        (
            "MeetingFeatures",
            features("Audio", "EchoReduction", json!("AVAILABLE")),
            features("Audio", "EchoReduction", json!("available")),
            "is not one of AVAILABLE, UNAVAILABLE",
        ),
        (
            "MeetingFeatures",
            features("Video", "MaxResolution", json!("None")),
            features("Video", "MaxResolution", json!("UHD")),
            "is not one of None, HD, FHD",
        ),
        (
            "MeetingFeatures",
            features("Content", "MaxResolution", json!("FHD")),
            features("Content", "MaxResolution", json!("HD")),
            "is not one of None, FHD, UHD",
        ),
        (
            "MeetingFeatures",
            features("Attendee", "MaxCount", json!(1)),
            features("Attendee", "MaxCount", json!(0)),
            "MaxCount has 0 as its value",
        ),
        (
            "MeetingFeatures",
            features("Attendee", "MaxCount", json!(250)),
            features("Attendee", "MaxCount", json!(251)),
            "MaxCount has 251",
        ),
        (
            "MeetingFeatures",
            features("Attendee", "MaxCount", json!(2)),
            features("Attendee", "MaxCount", json!(2.5)),
            "is not an integer",
        ),
        (
            "MeetingFeatures",
            features("Attendee", "MaxCount", json!(2)),
            features("Attendee", "MaxCount", json!("2")),
            "is not of type integer: a string",
        ),
        (
            "MeetingFeatures",
            with_attendees("Video", "FHD", 25),
            with_attendees("Video", "FHD", 26),
            "must be at most 25",
        ),
        (
            "MeetingFeatures",
            with_attendees("Content", "UHD", 25),
            with_attendees("Content", "UHD", 26),
            "must be at most 25",
        ),
        (
            "MeetingFeatures",
            with_attendees("Content", "FHD", 250),
            features("Video", "MaxResolution", json!("FHD")),
            "must be at most 25",
        ),
        ("TenantIds", json!(["ab"]), json!([]), "TenantIds has 0 items"),
        (
            "TenantIds",
            json!(["t1", "t2", "t3", "t4", "t5"]),
            json!(["t1", "t2", "t3", "t4", "t5", "t6"]),
            "has 6 items",
        ),
        ("TenantIds", json!(["ab"]), json!(["a"]), "TenantIds[0] has 1 characters"),
        (
            "TenantIds",
            json!(["ab".repeat(128)]),
            json!([format!("{}a", "ab".repeat(128))]),
            "has 257 characters",
        ),
        ("TenantIds", json!(["aaab"]), json!(["aaaab"]), "TenantIds[0] does not match"),
        ("TenantIds", json!(["a_!@#$-9"]), json!(["a.b"]), "TenantIds[0] does not match"),
        ("TenantIds", json!(["ab"]), json!("ab"), "TenantIds is not of type list"),
        ("TenantIds", json!(["ab"]), json!(["ab", 7]), "TenantIds[1] is not of type string"),
        ("Tags", tags(0), json!([{ "Key": "k" }]), "Tags[0].Value is missing"),
        ("Tags", tags(50), tags(51), "Tags has 51 items"),
        ("Tags", tag("k", ""), tag("", ""), "Tags[0].Key has 0 characters"),
        ("Tags", tag(&"k".repeat(128), ""), tag(&"k".repeat(129), ""), "Tags[0].Key has 129 characters"),
        ("Tags", tag("a1+-=._:/", ""), tag("a b", ""), "Tags[0].Key does not match"),
        ("Tags", tag("aws", ""), tag("Aws:x", ""), "Tags[0].Key begins with the reserved prefix"),
        ("Tags", tag("k", &"v".repeat(256)), tag("k", &"v".repeat(257)), "Tags[0].Value has 257 characters"),
        ("Tags", tag("k", "a b@c_/:="), tag("k", "a?b"), "Tags[0].Value does not match"),
        ("Tags", tag("k", "a"), tag("k", "ä"), "Tags[0].Value does not match"),
        (
            "Tags",
            json!([{ "Key": "a", "Value": "1" }, { "Key": "A", "Value": "1" }]),
            json!([{ "Key": "a", "Value": "1" }, { "Key": "a", "Value": "2" }]),
            "Tags[1].Key repeats",
        ),
        ("MediaPlacementNetworkType", json!("DualStack"), json!("IPv6"), "is not one of Ipv4Only, DualStack"),
        ("Tags", tags(1), json!([{ "Key": "k", "Value": "v", "Note": "" }]), "Tags[0].Note is not a member"),
        ("Tags", tags(1), json!({}), "Tags is not of type list"),
    ]
}

#[tokio::test]
async fn each_constraint_accepts_the_last_valid_value_and_rejects_the_next() {
    let simulator = Simulator::start(ANY_PORT).unwrap();
    for (member, fits, breaks, reason) in pairs() {
        simulator.reset();
        let answer = create(&simulator, &request_with(member, fits.clone())).await;
        assert_eq!(answer.status, 201, "{member} {fits}: {}", answer.text());
        let answer = create(&simulator, &request_with(member, breaks.clone())).await;
        assert_eq!(
            (answer.status, answer.header("x-amzn-errortype")),
            (400, Some("BadRequestException")),
            "{member} {breaks}"
        );
        let message = answer.json()["Message"].as_str().unwrap().to_owned();
        assert!(message.contains(reason), "{member} {breaks}: `{message}` does not say `{reason}`");
        let places: BTreeSet<_> = message.split("; ").filter_map(|part| part.split(' ').next()).collect();
        assert_eq!(places.len(), 1, "{member} {breaks}: only one place is wrong, but `{message}`");
        assert_eq!(simulator.meetings().len(), 1, "{member} {breaks}");
    }
}
