//! The Chime simulator's operations and constraints.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use local::rate::Rate;
use local::simulator::{Latency, Simulator, SimulatorOptions};
use serde_json::{Value, json};

use crate::exchange::{Exchange, exchange};
use crate::model::published;

/// Any free port on loopback.
pub(crate) const ANY_PORT: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);

const AUTHORIZATION: &str = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261124/us-east-1/chime/aws4_request, \
     SignedHeaders=content-type;host;x-amz-date, \
     Signature=0000000000000000000000000000000000000000000000000000000000000000";

pub(crate) const SIGNED: &[(&str, &str)] = &[
    ("authorization", AUTHORIZATION),
    ("x-amz-date", "20261124T120000Z"),
    ("content-type", "application/json"),
];

/// The smallest request that the model allows, with one member set, or removed where it is null.
pub(crate) fn request_with(member: &str, value: Value) -> Value {
    let mut request = json!({
        "ClientRequestToken": "token-1",
        "MediaRegion": "eu-central-1",
        "ExternalMeetingId": "standup",
    });
    if value.is_null() {
        request.as_object_mut().unwrap().remove(member);
    } else {
        request[member] = value;
    }
    request
}

pub(crate) async fn create(simulator: &Simulator, request: &Value) -> Exchange {
    exchange(simulator.address(), "POST", "/meetings", SIGNED, request.to_string().as_bytes()).await
}

/// The names of an object's members, sorted.
pub(crate) fn members(value: &Value) -> Value {
    json!(value.as_object().unwrap().keys().collect::<BTreeSet<_>>())
}

/// Sends a signed request; null is an empty body.
pub(crate) async fn send(simulator: &Simulator, method: &str, path: &str, body: &Value) -> Exchange {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    exchange(simulator.address(), method, path, SIGNED, body.as_bytes()).await
}

/// Creates a meeting with these MeetingFeatures; returns its path.
pub(crate) async fn new_meeting(simulator: &Simulator, features: Value) -> String {
    let token = format!("meeting-{}", simulator.meetings().len());
    let mut request = request_with("ClientRequestToken", json!(token));
    request["MeetingFeatures"] = features;
    let answer = create(simulator, &request).await;
    format!("/meetings/{}", answer.json()["Meeting"]["MeetingId"].as_str().unwrap())
}

async fn get(simulator: &Simulator, id: &str) -> Exchange {
    exchange(simulator.address(), "GET", &format!("/meetings/{id}"), SIGNED, b"").await
}

#[tokio::test]
async fn a_created_meeting_has_every_member_of_the_model_and_echoes_what_was_asked() {
    let simulator = Simulator::start(ANY_PORT).unwrap();
    let primary = create(&simulator, &request_with("MeetingHostId", json!("host"))).await.json();
    let mut request = request_with("ClientRequestToken", json!("token-2"));
    request["MeetingHostId"] = json!("host");
    request["PrimaryMeetingId"] = primary["Meeting"]["MeetingId"].clone();
    request["TenantIds"] = json!(["acme"]);
    request["Tags"] = json!([{ "Key": "CostCenter", "Value": "4711" }]);
    request["MeetingFeatures"] =
        json!({ "Video": { "MaxResolution": "FHD" }, "Attendee": { "MaxCount": 25 } });

    let answer = create(&simulator, &request).await;

    assert_eq!(answer.status, 201);
    assert!(answer.header("x-amzn-requestid").is_some());
    let meeting = &answer.json()["Meeting"];
    assert_eq!(members(meeting), published()["responses"]["Meeting"]);
    assert_eq!(members(&meeting["MediaPlacement"]), published()["responses"]["MediaPlacement"]);
    for echoed in [
        "ExternalMeetingId", "MediaRegion", "MeetingHostId", "PrimaryMeetingId", "TenantIds",
        "MeetingFeatures",
    ] {
        assert_eq!(meeting[echoed], request[echoed], "{echoed}");
    }
    let id = meeting["MeetingId"].as_str().unwrap();
    assert_eq!(meeting["MeetingArn"], format!("arn:aws:chime:us-east-1:111122223333:meeting/{id}"));
    assert_eq!(get(&simulator, id).await.json()["Meeting"], *meeting);
    assert_eq!(simulator.meetings()[1].tags, request["Tags"], "tags are kept although no answer shows them");
}

#[tokio::test]
async fn a_deleted_meeting_and_its_replicas_are_gone() {
    let simulator = Simulator::start(ANY_PORT).unwrap();
    let primary = create(&simulator, &request_with("Tags", json!([]))).await.json();
    let primary = primary["Meeting"]["MeetingId"].as_str().unwrap().to_owned();
    let mut replica = request_with("ClientRequestToken", json!("replica"));
    replica["PrimaryMeetingId"] = json!(primary);
    let replica = create(&simulator, &replica).await.json();

    let path = format!("/meetings/{primary}");
    assert_eq!(exchange(simulator.address(), "DELETE", &path, SIGNED, b"").await.status, 204);

    for id in [primary.as_str(), replica["Meeting"]["MeetingId"].as_str().unwrap()] {
        let answer = get(&simulator, id).await;
        assert_eq!((answer.status, answer.header("x-amzn-errortype")), (404, Some("NotFoundException")));
    }
    assert_eq!(exchange(simulator.address(), "DELETE", &path, SIGNED, b"").await.status, 404);
}

#[tokio::test]
async fn a_meeting_is_known_only_in_the_control_region_that_made_it() {
    let simulator = Simulator::start(ANY_PORT).unwrap();
    let meeting = create(&simulator, &request_with("Tags", json!([]))).await.json();
    let id = meeting["Meeting"]["MeetingId"].as_str().unwrap();
    let elsewhere = AUTHORIZATION.replace("us-east-1", "eu-central-1");
    let headers = [("authorization", elsewhere.as_str()), ("x-amz-date", "20261124T120000Z")];
    let answer = exchange(simulator.address(), "GET", &format!("/meetings/{id}"), &headers, b"").await;
    assert_eq!(answer.status, 404);
}

#[tokio::test]
async fn answers_an_unknown_operation_404_in_chimes_shape() {
    let simulator = Simulator::start(ANY_PORT).unwrap();
    for (method, path) in [
        ("GET", "/meetings"),
        ("PUT", "/meetings"),
        ("POST", "/meetings/"),
        ("POST", "/meetings?operation=create"),
        ("POST", "/meetings?operation="),
        ("POST", "/meetings?operation=create-attendees&operation=create-attendees"),
        ("GET", "/meetings/a?operation=create-attendees"),
        ("GET", "/meetings/a/attendees?operation=batch-create"),
        ("PUT", "/meetings/a/attendees/capabilities"),
        ("POST", "/meetings/a/attendees/b/capabilities"),
        ("GET", "/meetings/a/attendees/"),
        ("GET", "/meetings/a/attendees/b/c"),
        ("GET", "/"),
    ] {
        let answer = exchange(simulator.address(), method, path, SIGNED, b"").await;
        assert_eq!(answer.status, 404, "{method} {path}");
        let body = answer.json();
        assert_eq!(answer.header("x-amzn-requestid"), body["RequestId"].as_str(), "{method} {path}");
        assert_eq!(answer.header("x-amzn-errortype"), Some("UnknownOperationException"), "{method} {path}");
        assert!(body["Code"].is_string() && body["Message"].is_string(), "{method} {path}");
    }
    let answer = get(&simulator, "no-guid").await;
    assert_eq!((answer.status, answer.header("x-amzn-errortype")), (400, Some("BadRequestException")));
}

#[tokio::test]
async fn a_request_without_a_complete_signature_for_chime_is_refused() {
    let simulator = Simulator::start(ANY_PORT).unwrap();
    let date = "20261124T120000Z";
    let other_service = AUTHORIZATION.replace("/chime/", "/s3/");
    let no_signature = AUTHORIZATION.split(", Signature").next().unwrap();
    let unsigned_host = AUTHORIZATION.replace("content-type;host;", "");
    let rows: &[(&str, Option<&str>, Option<&str>, &str)] = &[
        ("no header", None, Some(date), "MissingAuthenticationTokenException"),
        ("no date", Some(AUTHORIZATION), None, "MissingAuthenticationTokenException"),
        ("a bearer token", Some("Bearer x"), Some(date), "IncompleteSignatureException"),
        ("no signature", Some(no_signature), Some(date), "IncompleteSignatureException"),
        ("another service", Some(&other_service), Some(date), "InvalidSignatureException"),
        ("another day", Some(AUTHORIZATION), Some("20261125T120000Z"), "InvalidSignatureException"),
        ("host is not signed", Some(&unsigned_host), Some(date), "InvalidSignatureException"),
    ];
    for (reason, authorization, date, exception) in rows {
        let mut headers = Vec::new();
        headers.extend(authorization.map(|value| ("authorization", value)));
        headers.extend(date.map(|value| ("x-amz-date", value)));
        let body = request_with("Tags", json!([])).to_string();
        let answer = exchange(simulator.address(), "POST", "/meetings", &headers, body.as_bytes()).await;
        assert_eq!((answer.status, answer.header("x-amzn-errortype")), (403, Some(*exception)), "{reason}");
    }
    assert!(simulator.meetings().is_empty());
    assert!(simulator.requests().iter().all(|request| !request.signed && request.region.is_none()));
}

#[tokio::test]
async fn reports_every_violation_at_once() {
    let simulator = Simulator::start(ANY_PORT).unwrap();
    let body =
        json!({ "ClientRequestToken": "a", "MediaRegion": "m", "TenantIds": ["a", "b.c"], "Extra": 1 });
    let message = create(&simulator, &body).await.json()["Message"].as_str().unwrap().to_owned();
    for part in [
        "ExternalMeetingId is missing",
        "ClientRequestToken",
        "MediaRegion has 1 characters",
        "MediaRegion m is no",
        "TenantIds[0]",
        "TenantIds[1]",
        "Extra",
    ] {
        assert!(message.contains(part), "`{message}` does not name {part}");
    }
}

#[tokio::test]
async fn rejects_an_ambiguous_body() {
    let simulator = Simulator::start(ANY_PORT).unwrap();
    let rest = r#""ClientRequestToken":"ab","MediaRegion":"us-east-1","ExternalMeetingId":"ab""#;
    let rows = [
        (format!("{{{rest},\"MediaRegion\":\"us-east-1\"}}"), "MediaRegion is there more than once"),
        (
            format!("{{{rest},\"Tags\":[{{\"Key\":\"a\",\"Key\":\"a\",\"Value\":\"\"}}]}}"),
            "Tags[0].Key is there more",
        ),
        (format!("{{{rest}}} x"), "body is not JSON"),
        ("[]".to_owned(), "body is not of type structure"),
        (format!("{{{rest},\"TenantIds\":null}}"), "TenantIds is not of type list: null"),
    ];
    for (body, reason) in rows {
        let answer = exchange(simulator.address(), "POST", "/meetings", SIGNED, body.as_bytes()).await;
        assert_eq!(answer.status, 400, "{body}");
        assert!(answer.text().contains(reason), "{body}: {}", answer.text());
    }
}

#[tokio::test]
async fn a_token_gives_the_same_meeting_again_and_refuses_other_members() {
    let simulator = Simulator::start(ANY_PORT).unwrap();
    let request = request_with("TenantIds", json!(["acme"]));
    let first = create(&simulator, &request).await;
    let again = create(&simulator, &request).await;
    assert_eq!((again.status, again.body), (201, first.body));

    let answer = create(&simulator, &request_with("TenantIds", json!(["globex"]))).await;

    assert_eq!((answer.status, answer.header("x-amzn-errortype")), (409, Some("ConflictException")));
    assert_eq!(simulator.meetings().len(), 1);
}

#[tokio::test]
async fn only_a_living_primary_with_room_can_be_replicated() {
    let simulator = Simulator::start(ANY_PORT).unwrap();
    let primary = create(&simulator, &request_with("Tags", json!([]))).await.json();
    let primary = primary["Meeting"]["MeetingId"].as_str().unwrap().to_owned();
    let replicate = |number: usize, of: &str| {
        let mut request = request_with("ClientRequestToken", json!(format!("replica-{number}")));
        request["PrimaryMeetingId"] = json!(of);
        request
    };
    let mut last_replica = String::new();
    for number in 0..4 {
        let answer = create(&simulator, &replicate(number, &primary)).await;
        assert_eq!(answer.status, 201, "replica {number}");
        last_replica = answer.json()["Meeting"]["MeetingId"].as_str().unwrap().to_owned();
    }
    let refused = [
        (primary.clone(), "already has the most replicas"),
        (last_replica, "is itself a replica"),
        ("00000000-0000-4000-8000-000000000000".to_owned(), "names no meeting"),
    ];
    for (number, (of, reason)) in refused.iter().enumerate() {
        let answer = create(&simulator, &replicate(10 + number, of)).await;
        assert_eq!(answer.status, 400, "{reason}");
        assert!(answer.text().contains(reason), "{}", answer.text());
    }
    exchange(simulator.address(), "DELETE", &format!("/meetings/{primary}"), SIGNED, b"").await;
    assert_eq!(create(&simulator, &replicate(20, &primary)).await.status, 400, "the primary has ended");
}

#[tokio::test]
async fn requests_and_meetings_can_be_read_by_another_process() {
    let simulator = Simulator::start(ANY_PORT).unwrap();
    let request = request_with("Tags", json!([{ "Key": "a", "Value": "b" }]));
    create(&simulator, &request).await;

    let recorded = exchange(simulator.address(), "GET", "/simulator/requests", &[], b"").await.json();
    let one = &recorded[0];
    assert_eq!(recorded.as_array().unwrap().len(), 1);
    assert_eq!(
        (&one["method"], &one["path"], &one["status"]),
        (&json!("POST"), &json!("/meetings"), &json!(201))
    );
    assert_eq!((&one["body"], &one["signed"], &one["region"]), (&request, &json!(true), &json!("us-east-1")));
    let meetings = exchange(simulator.address(), "GET", "/simulator/meetings", &[], b"").await.json();
    assert_eq!((&meetings[0]["Tags"], &meetings[0]["alive"]), (&request["Tags"], &json!(true)));

    assert_eq!(exchange(simulator.address(), "DELETE", "/simulator/state", &[], b"").await.status, 204);
    assert!(simulator.requests().is_empty() && simulator.meetings().is_empty());
    assert_eq!(exchange(simulator.address(), "GET", "/simulator/", &[], b"").await.status, 404);
}

#[tokio::test]
async fn calls_above_the_rate_are_throttled_and_each_call_takes_its_time() {
    let latency = Latency { median: Duration::from_millis(40), p99: Duration::from_millis(41) };
    let options = SimulatorOptions {
        call_rate: Some(Rate { a_second: 1e-6, burst: 1.0 }),
        latency: Some(latency),
        ..SimulatorOptions::default()
    };
    let simulator = Simulator::start_with(ANY_PORT, options).unwrap();
    let began = Instant::now();
    assert_eq!(create(&simulator, &request_with("MeetingHostId", Value::Null)).await.status, 201);
    assert!(began.elapsed() > Duration::from_millis(35), "{:?}", began.elapsed());
    let refused = create(&simulator, &request_with("ClientRequestToken", json!("token-2"))).await;
    assert_eq!((refused.status, refused.header("x-amzn-errortype")), (429, Some("ThrottlingException")));
    assert_eq!(simulator.meetings().len(), 1);
}
