//! One idempotency key is one meeting: whose key it is, which token it becomes, and that no other meeting comes back.

use local::simulator::{Extent, Fault, Injection, Operation, TransportFault};
use serde_json::{Value, json};

use crate::harness::{PATIENCE, Stack, post, with_header};

fn tokens(stack: &Stack) -> Vec<String> {
    let tokens = stack.creations().into_iter().map(|sent| sent["ClientRequestToken"].clone());
    tokens.map(|token| token.as_str().expect("the token is text").to_owned()).collect()
}

#[tokio::test]
async fn the_key_in_the_body_in_the_header_and_in_quotes_is_one_key() {
    let stack = Stack::start().await;
    let bare = json!({ "ExternalMeetingId": "standup" }).to_string();
    let keyed = json!({ "ExternalMeetingId": "standup", "ClientRequestToken": "key-1" }).to_string();
    let token = stack.token("acme");
    for (body, header, why) in [
        (&keyed, None, "the member"),
        (&bare, Some("key-1"), "the header"),
        (&bare, Some("\"key-1\""), "the header as a structured field's string"),
        (&keyed, Some("\"key-1\""), "both"),
    ] {
        let event = post(&token, body);
        let event = header.map_or(event.clone(), |key| with_header(event, "Idempotency-Key", key));
        assert_eq!(stack.invoke(&event).await.status, 201, "{why}");
    }
    let mut sent = tokens(&stack);
    assert_eq!(sent.len(), 4);
    sent.dedup();
    assert_eq!(sent.len(), 1, "one token");
    assert!(!sent[0].contains("key-1"), "Chime does not get the key itself");
    assert_eq!(stack.simulator.meetings().len(), 1);
}

#[tokio::test]
async fn two_keys_in_one_request_are_refused_before_chime_is_asked() {
    let stack = Stack::start().await;
    let keyed = json!({ "ExternalMeetingId": "standup", "ClientRequestToken": "key-1" }).to_string();
    for header in ["key-2", "\"key-1\", \"key-2\"", ""] {
        let event = with_header(post(&stack.token("acme"), &keyed), "idempotency-key", header);
        let answer = stack.invoke(&event).await;
        assert_eq!((answer.status, answer.places()), (400, vec!["Idempotency-Key".to_owned()]), "`{header}`");
    }
    assert_eq!(stack.creations().len(), 0);
}

#[tokio::test]
async fn without_a_key_each_request_has_one_token_for_all_attempts() {
    let stack = Stack::start().await;
    let body = json!({ "ExternalMeetingId": "standup" });
    for request in 1..=2 {
        stack.simulator.inject(TransportFault::ResetAfterRead { creates: true }, 2);
        assert_eq!(stack.create("acme", &body).await.status, 201);
        assert_eq!(stack.simulator.meetings().len(), request, "one meeting a request");
    }
    let mut sent = tokens(&stack);
    assert_eq!(sent.len(), 6, "three attempts each");
    sent.dedup();
    assert_eq!(sent.len(), 2);
}

#[tokio::test]
async fn one_key_at_two_gateways_makes_two_meetings() {
    let stack = Stack::start().await;
    let other = Stack::with().beside(&stack).setting("GATEWAY_NAME", "another-gateway").start().await;
    let body = json!({ "ExternalMeetingId": "standup", "ClientRequestToken": "key-1" });
    let event = post(&stack.token("acme"), &body.to_string());
    assert_eq!(stack.invoke(&event).await.status, 201);
    assert_eq!(other.invoke(&event).await.status, 201);
    assert_eq!(stack.simulator.meetings().len(), 2);
}

#[tokio::test]
async fn two_processes_give_one_meeting_for_one_key_at_once() {
    let stack = Stack::start().await;
    let other = Stack::with().beside(&stack).start().await;
    let body = json!({ "ExternalMeetingId": "standup", "ClientRequestToken": "key-1" });
    let event = post(&stack.token("acme"), &body.to_string());
    // As documented, Chime answers the second of two concurrent requests with a conflict.
    stack.simulator.inject(TransportFault::DelayedHeaders { milliseconds: 300 }, 1);
    stack.simulator.inject(Fault::exception("ConflictException").expect("the simulator knows it"), 1);
    let (first, second) = tokio::join!(stack.invoke(&event), other.invoke(&event));
    assert_eq!((first.status, second.status), (201, 201), "{} {}", first.text, second.text);
    assert_eq!(first.text, second.text);
    assert_eq!(stack.simulator.meetings().len(), 1);
}

#[tokio::test]
async fn a_key_after_the_policy_changed_is_a_conflict() {
    let stack = Stack::start().await;
    let policy = json!({
        "Everyone": { "Fixed": { "TenantIds": ["${tenant}"], "MediaRegion": "us-west-2" } },
        "Tenants": { "acme": {} }
    });
    let changed = Stack::with().beside(&stack).policy(&policy).start().await;
    let body = json!({ "ExternalMeetingId": "standup", "ClientRequestToken": "key-1" });
    let event = post(&stack.token("acme"), &body.to_string());
    assert_eq!(stack.invoke(&event).await.status, 201);
    let answer = changed.invoke(&event).await;
    assert_eq!((answer.status, &answer.body["Code"]), (409, &json!("ConflictException")));
    assert!(
        answer.body["detail"].as_str().is_some_and(|detail| detail.contains("policy")),
        "{}",
        answer.text
    );
    assert_eq!(stack.simulator.meetings().len(), 1);
}

/// Each member that Chime echoes, with another value than was asked for.
#[tokio::test]
async fn never_returns_a_meeting_that_differs_from_the_request_and_logs_an_error() {
    let stack = Stack::with().policy(&permissive_policy()).start().await;
    let features = |audio: &str, video: &str, content: &str, count: u32| {
        json!({
            "Audio": { "EchoReduction": audio }, "Video": { "MaxResolution": video },
            "Content": { "MaxResolution": content }, "Attendee": { "MaxCount": count },
        })
    };
    let rows = [
        ("ExternalMeetingId", "ExternalMeetingId", json!("secret-other")),
        ("MediaRegion", "MediaRegion", json!("eu-central-1")),
        ("TenantIds", "TenantIds", json!(["globex"])),
        ("TenantIds", "TenantIds", json!(["acme", "globex"])),
        ("TenantIds", "TenantIds", json!(["acme"])),
        ("TenantIds", "TenantIds", json!([])),
        ("MeetingFeatures", "MeetingFeatures.Audio", features("UNAVAILABLE", "HD", "FHD", 20)),
        ("MeetingFeatures", "MeetingFeatures.Video", features("AVAILABLE", "FHD", "FHD", 20)),
        ("MeetingFeatures", "MeetingFeatures.Content", features("AVAILABLE", "HD", "UHD", 20)),
        ("MeetingFeatures", "MeetingFeatures.Attendee", features("AVAILABLE", "HD", "FHD", 21)),
        ("MeetingHostId", "MeetingHostId", json!("another-host")),
        ("PrimaryMeetingId", "PrimaryMeetingId", json!("11111111-2222-3333-4444-555555555555")),
    ];
    for (member, named, value) in &rows {
        // A primary has room for four replicas only.
        let primary = stack.create("acme", &json!({ "ExternalMeetingId": "main-room" })).await;
        let asked = json!({
            "ExternalMeetingId": "overflow", "MediaRegion": "us-east-1", "MeetingHostId": "host",
            "PrimaryMeetingId": primary.body["Meeting"]["MeetingId"],
            "MeetingFeatures": features("AVAILABLE", "HD", "FHD", 20),
        });
        let created = stack.creations().len();
        next_creation_differs(&stack, &json!({ *member: value }));
        let answer = stack.create("acme", &asked).await;
        assert_eq!(
            (answer.status, &answer.body["Code"]),
            (409, &json!("ConflictException")),
            "{named}: {value}"
        );
        let detail = answer.body["detail"].as_str().unwrap_or_default();
        assert!(detail.ends_with(&format!("with other {named}")), "{detail}");
        assert!(
            !answer.text.contains("MediaPlacement"),
            "nothing of the meeting is in the answer: {}",
            answer.text
        );
        assert_eq!(stack.creations().len() - created, 1, "asking again can't help");
    }
    stack.create("acme", &json!({})).await;
    let log = stack.function.logs_with("request refused", PATIENCE).await.expect("the refusal is logged");
    let errors: Vec<&str> = log.lines().filter(|line| line.contains(r#""level":"ERROR""#)).collect();
    assert_eq!(errors.len(), rows.len(), "{log}");
    assert!(errors.iter().all(|line| line.contains(r#""chime_request_id":""#)), "AWS asks for it: {log}");
    assert!(!log.contains("secret-other"), "{log}");

    // A replica where none was asked for.
    next_creation_differs(&stack, &json!({ "PrimaryMeetingId": "11111111-2222-3333-4444-555555555555" }));
    assert_eq!(stack.create("acme", &json!({ "ExternalMeetingId": "standup" })).await.status, 409);
    // The order of TenantIds does not count.
    next_creation_differs(&stack, &json!({ "TenantIds": ["acme-labs", "acme"] }));
    assert_eq!(stack.create("acme", &json!({ "ExternalMeetingId": "standup" })).await.status, 201);
    // What was not asked for may come back with any value, and what does not come back can't differ.
    let members = json!({ "MeetingHostId": "any", "MeetingFeatures": null, "TenantIds": null });
    next_creation_differs(&stack, &members);
    assert_eq!(stack.create("acme", &json!({ "ExternalMeetingId": "standup" })).await.status, 201);
}

/// The fault strikes creation only, not the look-up of the primary before it.
fn next_creation_differs(stack: &Stack, members: &Value) {
    let members = members.as_object().expect("members are an object").clone();
    stack.simulator.arm(Injection {
        fault: TransportFault::OtherMeeting { members }.into(),
        extent: Extent::Times(1),
        operation: Some(Operation::CreateMeeting),
    });
}

/// One tenant with two ids, which may ask for everything.
fn permissive_policy() -> Value {
    json!({
        "Everyone": { "Default": { "MediaRegion": "us-east-1" } },
        "Tenants": { "acme": {
            "Fixed": { "TenantIds": ["acme", "acme-labs"] },
            "Allowed": {
                "MediaRegion": ["us-east-1"], "MeetingHostId": true, "PrimaryMeetingId": true,
                "MeetingFeatures": {
                    "Audio": { "EchoReduction": "AVAILABLE" }, "Video": { "MaxResolution": "FHD" },
                    "Content": { "MaxResolution": "UHD" }, "Attendee": { "MaxCount": 250 },
                },
            },
        } },
    })
}
