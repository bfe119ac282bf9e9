//! Each constraint of the requests from both sides: the last valid and the first invalid value.

use std::collections::BTreeSet;

use local::simulator::{OPERATIONS, Operation, Simulator};
use serde_json::{Value, json};

use crate::simulator::{ANY_PORT, create, new_meeting, request_with, send};

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

/// An operation, a member that differs from a valid request in a value that just fits, in one that does not, and why.
type AttendeePair = (Operation, &'static str, Value, Value, &'static str);

fn capabilities(audio: &str, video: &str, content: &str) -> Value {
    json!({ "Audio": audio, "Video": video, "Content": content })
}

fn attendee_pairs() -> Vec<AttendeePair> {
    use Operation::{
        BatchCreateAttendee as Batch, BatchUpdateAttendeeCapabilitiesExcept as Except,
        CreateAttendee as Create, CreateMeetingWithAttendees as WithAttendees,
        UpdateAttendeeCapabilities as Update,
    };
    let users = |count: usize| -> Value {
        (0..count).map(|index| json!({ "ExternalUserId": format!("user-{index}") })).collect()
    };
    let ids = |count: usize| -> Value {
        (0..count)
            .map(|index| json!({ "AttendeeId": format!("00000000-0000-4000-8000-{index:012}") }))
            .collect()
    };
    let user = |id: &str| json!([{ "ExternalUserId": id }]);
    let all = || capabilities("SendReceive", "SendReceive", "SendReceive");
    let mut pairs = vec![
        (Create, "ExternalUserId", json!("ab"), json!("a"), "ExternalUserId has 1 characters"),
        (Create, "ExternalUserId", json!("ä".repeat(64)), json!("ä".repeat(65)), "has 65 characters"),
        (Create, "ExternalUserId", json!("a b#«»|'"), json!("a<b"), "ExternalUserId does not match"),
        (Create, "ExternalUserId", json!("aws"), json!("aWs:x"), "ExternalUserId begins with the reserved"),
        (Create, "ExternalUserId", json!("ab"), json!(12), "ExternalUserId is not of type string"),
        (Create, "ExternalUserId", json!("ab"), Value::Null, "ExternalUserId is missing"),
        (Create, "Capabilities", all(), json!([]), "Capabilities is not of type structure"),
        (Create, "ExternalUserId", json!("ab"), json!({}), "ExternalUserId is not of type string"),
        (Batch, "Attendees", users(1), users(0), "Attendees has 0 items"),
        (Batch, "Attendees", users(100), users(101), "Attendees has 101 items"),
        (Batch, "Attendees", users(1), Value::Null, "Attendees is missing"),
        (Batch, "Attendees", users(1), json!([{}]), "Attendees[0].ExternalUserId is missing"),
        (Batch, "Attendees", user("ab"), user("a"), "Attendees[0].ExternalUserId has 1 characters"),
        (Batch, "Attendees", user("a/b"), user("a\\b"), "Attendees[0].ExternalUserId does not match"),
        (Batch, "Attendees", user("aws-1"), user("AWS:1"), "Attendees[0].ExternalUserId begins with"),
        (
            Batch,
            "Attendees",
            json!([{ "ExternalUserId": "ab", "Capabilities": all() }]),
            json!([{ "ExternalUserId": "ab", "Name": "Ann" }]),
            "Attendees[0].Name is not a member",
        ),
        (
            Batch,
            "Attendees",
            json!([{ "ExternalUserId": "ab", "Capabilities": all() }]),
            json!([{ "ExternalUserId": "ab", "Capabilities": capabilities("None", "None", "Receive") }]),
            "Attendees[0].Capabilities.Content needs",
        ),
        (WithAttendees, "Attendees", users(1), users(0), "Attendees has 0 items"),
        (WithAttendees, "Attendees", users(20), users(21), "Attendees has 21 items"),
        (WithAttendees, "Attendees", users(1), Value::Null, "Attendees is missing"),
        (WithAttendees, "Attendees", user("ab"), user("aws:"), "Attendees[0].ExternalUserId begins with"),
        (WithAttendees, "MediaRegion", json!("us-east-1"), json!("mars-north-1"), "is no media region"),
        (WithAttendees, "ExternalMeetingId", json!("ab"), json!("AWS:ab"), "ExternalMeetingId begins with"),
        // Of the shape ExternalUserId, but without its documented pattern and reserved prefix.
        (WithAttendees, "MeetingHostId", json!("aws:<>"), json!("a"), "MeetingHostId has 1 characters"),
        (Except, "ExcludedAttendeeIds", ids(1), ids(0), "ExcludedAttendeeIds has 0 items"),
        (Except, "ExcludedAttendeeIds", ids(250), ids(251), "ExcludedAttendeeIds has 251 items"),
        (Except, "ExcludedAttendeeIds", ids(1), Value::Null, "ExcludedAttendeeIds is missing"),
        (
            Except,
            "ExcludedAttendeeIds",
            ids(1),
            json!([{ "AttendeeId": "x" }]),
            "ExcludedAttendeeIds[0].AttendeeId does not match",
        ),
        (Except, "ExcludedAttendeeIds", ids(1), json!([{}]), "ExcludedAttendeeIds[0].AttendeeId is missing"),
        (Except, "Capabilities", all(), Value::Null, "Capabilities is missing"),
        (Update, "Capabilities", all(), Value::Null, "Capabilities is missing"),
    ];
    for operation in [Create, Update, Except] {
        let mut add = |fits, breaks, reason| pairs.push((operation, "Capabilities", fits, breaks, reason));
        for missing in ["Audio", "Video", "Content"] {
            let mut incomplete = all();
            incomplete.as_object_mut().unwrap().remove(missing);
            add(all(), incomplete, "is missing");
        }
        let none = || capabilities("None", "None", "None");
        add(none(), capabilities("none", "None", "None"), "is not one of SendReceive, Send, Receive, None");
        add(none(), json!({ "Audio": "None", "Video": "None", "Content": null }), "Content is not of type");
        add(
            capabilities("Send", "Receive", "SendReceive"),
            capabilities("Send", "Send", "SendReceive"),
            "Content needs a Video",
        );
        add(
            capabilities("Receive", "SendReceive", "Receive"),
            capabilities("Receive", "None", "Receive"),
            "Content needs a Video",
        );
        add(
            capabilities("None", "Receive", "Send"),
            capabilities("None", "None", "Send"),
            "Content needs a Video",
        );
        add(capabilities("None", "Send", "None"), json!("All"), "Capabilities is not of type structure");
    }
    pairs
}

/// A valid body for each operation that has one.
fn valid_body(operation: Operation) -> Value {
    let all = capabilities("SendReceive", "SendReceive", "SendReceive");
    match operation {
        Operation::CreateAttendee => json!({ "ExternalUserId": "ann" }),
        Operation::CreateMeetingWithAttendees => {
            request_with("Attendees", json!([{ "ExternalUserId": "ann" }]))
        }
        Operation::BatchUpdateAttendeeCapabilitiesExcept => json!({
            "ExcludedAttendeeIds": [{ "AttendeeId": "00000000-0000-4000-8000-000000000000" }],
            "Capabilities": all,
        }),
        Operation::UpdateAttendeeCapabilities => json!({ "Capabilities": all }),
        _ => json!({}),
    }
}

#[tokio::test]
async fn each_constraint_about_attendees_accepts_the_last_valid_value_and_rejects_the_next() {
    let simulator = Simulator::start(ANY_PORT).unwrap();
    for (operation, member, fits, breaks, reason) in attendee_pairs() {
        simulator.reset();
        let meeting = new_meeting(&simulator, json!({})).await;
        let ann = json!({ "ExternalUserId": "ann" });
        let attendee = send(&simulator, "POST", &format!("{meeting}/attendees"), &ann).await.json();
        let row = OPERATIONS.iter().find(|row| row.operation == operation).unwrap();
        let path = row
            .path
            .replace("/meetings/{MeetingId}", &meeting)
            .replace("{AttendeeId}", attendee["Attendee"]["AttendeeId"].as_str().unwrap());
        let path = format!("{path}?operation={}", row.query.unwrap_or_default());
        let path = if row.query.is_some() { path.as_str() } else { path.split('?').next().unwrap() };
        let mut body = valid_body(operation);

        body[member] = fits.clone();
        let answer = send(&simulator, row.method, path, &body).await;
        assert_eq!(answer.status, row.success, "{operation:?} {member} {fits}: {}", answer.text());
        if breaks.is_null() {
            body.as_object_mut().unwrap().remove(member);
        } else {
            body[member] = breaks.clone();
        }
        let answer = send(&simulator, row.method, path, &body).await;

        assert_eq!(
            (answer.status, answer.header("x-amzn-errortype")),
            (400, Some("BadRequestException")),
            "{operation:?} {member} {breaks}"
        );
        let message = answer.json()["Message"].as_str().unwrap().to_owned();
        assert!(message.contains(reason), "{operation:?} {breaks}: `{message}` does not say `{reason}`");
        assert_eq!(message.split("; ").count(), 1, "{operation:?} {breaks}: one thing is wrong: `{message}`");
    }
}

#[tokio::test]
async fn each_constraint_of_a_path_or_a_query_rejects_what_does_not_fit() {
    let simulator = Simulator::start(ANY_PORT).unwrap();
    let meeting = new_meeting(&simulator, json!({})).await;
    let long = "x".repeat(4097);
    let attendees = format!("{meeting}/attendees");
    let rows = [
        (format!("{attendees}?max-results=1"), ""),
        (format!("{attendees}?max-results=100"), ""),
        (format!("{attendees}?max-results=0"), "MaxResults has 0 as its value"),
        (format!("{attendees}?max-results=101"), "MaxResults has 101 as its value"),
        (format!("{attendees}?max-results=-1"), "MaxResults is not an integer"),
        (format!("{attendees}?max-results=many"), "MaxResults is not of type integer"),
        (format!("{attendees}?max-results="), "MaxResults is not of type integer"),
        (format!("{attendees}?next-token={long}"), "NextToken has 4097 characters"),
        (format!("{attendees}?next-token=12"), "NextToken was not given out"),
        (format!("{attendees}?next-token="), "NextToken was not given out"),
        (format!("{attendees}/not-an-id"), "AttendeeId does not match"),
        ("/meetings/not-an-id/attendees".to_owned(), "MeetingId does not match"),
        (format!("{meeting}x/attendees"), "MeetingId does not match"),
    ];
    for (path, reason) in rows {
        let answer = send(&simulator, "GET", &path, &Value::Null).await;
        assert_eq!(answer.status, if reason.is_empty() { 200 } else { 400 }, "{path}: {}", answer.text());
        assert!(answer.text().contains(reason), "{path}: {}", answer.text());
    }
    let body = json!({ "MeetingId": "x", "ExternalUserId": "ann" });
    let answer = send(&simulator, "POST", &attendees, &body).await;
    assert_eq!(answer.status, 400);
    assert!(answer.text().contains("MeetingId is not a member of the body"), "{}", answer.text());
}
