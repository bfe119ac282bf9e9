//! What the page does to the simulated Chime and to the queue of meeting events, and the stream in which it sees it.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::exchange::exchange;
use crate::playground::Page;

#[tokio::test]
async fn the_stream_begins_with_the_present_state() {
    let page = Page::start("stream-begin");
    let meeting = page.meeting().await;
    let mut events = page.events().await;
    assert_eq!(events.head.header("content-type"), Some("text/event-stream"));
    assert_eq!(events.head.header("cache-control"), Some("no-store"));
    let mut first = Vec::new();
    for _ in 0..6 {
        first.push(events.event().await);
    }
    let names: Vec<&str> = first.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["policy", "meetings", "faults", "queue", "messages", "exchange"]);
    assert_eq!(first[0].1, json!({ "revision": 0, "is_trial": false, "faults": [] }));
    assert_eq!(first[1].1[0]["Meeting"]["MeetingId"], json!(meeting));
    assert_eq!((&first[2].1, &first[3].1), (&json!([]), &json!({ "holds": false })));
    assert_eq!(first[4].1[0]["event_type"], json!("chime:MeetingStarted"));
    assert_eq!(first[5].1["path"], json!("/meetings"));
}

#[tokio::test]
async fn a_change_is_seen_within_a_fifth_of_a_second() {
    let page = Page::start("stream-soon");
    let mut events = page.events().await;
    events.next("messages", |_| true).await;
    // The best of a few, since other programs may have the processors for a while.
    let mut best = Duration::MAX;
    for _ in 0..5 {
        let meeting = page.meeting().await;
        let answered = Instant::now();
        events.next("exchange", |exchange| exchange["line"]["meeting_id"] == json!(meeting)).await;
        best = best.min(answered.elapsed());
    }
    assert!(best < Duration::from_millis(200), "{best:?}");
}

#[tokio::test]
async fn a_state_is_sent_only_when_it_has_changed() {
    let page = Page::start("stream-once");
    let mut events = page.events().await;
    events.next("messages", |_| true).await;
    page.send("GET", "/meetings/2f3ef2c2-0ae4-4a3e-a4a8-4e1f3d9f0e11", "").await;
    page.send("POST", "/meetings", "{}").await;
    let mut names = Vec::new();
    while names.len() < 2 {
        names.push(events.event().await.0);
    }
    assert_eq!(
        names,
        ["exchange", "exchange"],
        "a request that changes nothing at Chime is no new list of meetings"
    );
}

#[tokio::test]
async fn meetings_are_shown_with_attendees_but_without_what_lets_one_in() {
    let page = Page::start("stream-tokens");
    let mut events = page.events().await;
    let meeting = page.meeting().await;
    let joined = page.send("POST", &format!("/meetings/{meeting}/join"), "").await.json();
    let meetings = events.next("meetings", |meetings| meetings[0]["attendees"][0].is_object()).await;
    let attendee = &meetings[0]["attendees"][0]["Attendee"];
    assert_eq!(attendee["AttendeeId"], joined["Attendee"]["AttendeeId"]);
    assert_eq!(attendee["JoinToken"], json!("…"));
    assert!(!meetings.to_string().contains(joined["Attendee"]["JoinToken"].as_str().unwrap()));
}

#[tokio::test]
async fn a_fault_strikes_as_often_as_it_says_and_can_be_switched_off() {
    let page = Page::start("page-faults");
    let mut events = page.events().await;
    let quota = json!({ "fault": "LimitExceededException", "times": 2, "operation": "CreateMeeting" });
    assert_eq!(page.ask("POST", "/local/faults", quota).await.status, 204);
    let create = async || page.send("POST", "/meetings", r#"{"ExternalMeetingId":"standup"}"#).await.status;
    assert_eq!(create().await, 429);
    events.next("faults", |faults| faults[0]["times"] == 1).await;
    assert_eq!(page.ask("DELETE", "/local/faults", Value::Null).await.status, 204);
    assert_eq!(create().await, 201);
    events.next("faults", |faults| *faults == json!([])).await;
    let (status, error) = page.refusal("POST", "/local/faults", json!({ "fault": "Fire" })).await;
    assert!(status == 400 && error.contains("ThrottlingException"), "it names those that there are: {error}");
}

#[tokio::test]
async fn a_meeting_ends_and_people_connect_to_it() {
    let page = Page::start("page-meetings");
    let mut events = page.events().await;
    let meeting = page.meeting().await;
    let joined = page.send("POST", &format!("/meetings/{meeting}/join"), "").await.json();
    let path = format!("/local/meetings/{meeting}/events");
    let connects =
        json!({ "event_type": "chime:AttendeeJoined", "attendee_id": joined["Attendee"]["AttendeeId"] });
    let sent = page.ask("POST", &path, json!({ "events": [connects] })).await;
    assert_eq!((sent.status, &sent.json()[0]["event_type"]), (202, &json!("chime:AttendeeJoined")));
    events.next("messages", |messages| messages.to_string().contains("chime:AttendeeJoined")).await;
    for (path, body, status, named) in [
        (path.as_str(), json!({ "events": [{ "event_type": 1 }] }), 400, "events"),
        (path.as_str(), json!({ "events": [{}] }), 400, "event_type"),
        (path.as_str(), json!({}), 400, "`events` is required"),
        ("/local/meetings/none/events", json!({ "events": [] }), 404, "none"),
    ] {
        let (answered, error) = page.refusal("POST", path, body).await;
        assert!(answered == status && error.contains(named), "{path}: {answered} {error}");
    }
    let path = format!("/local/meetings/{meeting}");
    assert_eq!(page.ask("DELETE", &path, Value::Null).await.status, 204);
    events.next("meetings", |meetings| meetings[0]["alive"] == false).await;
    events.next("messages", |messages| messages.to_string().contains("chime:MeetingEnded")).await;
    assert_eq!(page.refusal("DELETE", &path, Value::Null).await.0, 404, "it has ended");
    assert_eq!(page.send("GET", &format!("/meetings/{meeting}"), "").await.status, 404);
}

/// The messages as pairs of type and state.
fn states(messages: &Value) -> Vec<(&str, &str)> {
    messages
        .as_array()
        .unwrap()
        .iter()
        .map(|message| (message["event_type"].as_str().unwrap(), message["state"].as_str().unwrap()))
        .collect()
}

#[tokio::test]
async fn messages_are_held_dropped_repeated_and_let_go() {
    let page = Page::start("page-queue");
    let mut events = page.events().await;
    let held = page.ask("PUT", "/local/queue", json!({ "holds": true })).await;
    assert_eq!((held.status, held.json()), (200, json!({ "holds": true, "messages": [] })));
    events.next("queue", |queue| queue["holds"] == true).await;
    let meeting = page.meeting().await;
    page.send("POST", &format!("/meetings/{meeting}/join"), "").await;
    let messages = events.next("messages", |messages| messages[1].is_object()).await;
    assert_eq!(states(&messages), [("chime:MeetingStarted", "held"), ("chime:AttendeeAdded", "held")]);
    let path = |index: usize| format!("/local/queue/messages/{}", messages[index]["id"].as_str().unwrap());
    assert_eq!(page.ask("POST", &path(0), json!({ "do": "drop" })).await.status, 204);
    assert_eq!(page.refusal("POST", &path(0), json!({ "do": "drop" })).await.0, 409, "it is dropped");
    assert_eq!(page.ask("PUT", "/local/queue", json!({ "holds": false })).await.status, 200);
    let delivered = events.next("messages", |messages| messages[1]["state"] == "delivered").await;
    assert_eq!(
        states(&delivered),
        [("chime:MeetingStarted", "dropped"), ("chime:AttendeeAdded", "delivered")]
    );
    let line = &delivered[1]["lines"][0];
    assert_eq!(line["message_id"], delivered[1]["id"], "what the function wrote for it: {line}");
    assert_eq!(page.ask("POST", &path(1), json!({ "do": "deliver" })).await.status, 204);
    events.next("messages", |messages| messages[1]["deliveries"] == 2).await;
    for (path, body, status) in [
        (path(1), json!({ "do": "burn" }), 400),
        (path(1), json!({}), 400),
        ("/local/queue/messages/none".to_owned(), json!({ "do": "deliver" }), 404),
    ] {
        assert_eq!(page.refusal("POST", &path, body.clone()).await.0, status, "{path} {body}");
    }
    assert_eq!(page.refusal("PUT", "/local/queue", json!({ "holds": "no" })).await.0, 400);
}

#[tokio::test]
async fn a_log_line_of_a_message_keeps_its_members_in_order() {
    let page = Page::start("page-line-order");
    let mut events = page.events().await;
    page.meeting().await;
    let streamed = events.next_text("messages", |messages| messages[0]["state"] == "delivered").await;
    let queue = page.ask("GET", "/local/queue", Value::Null).await.text();
    for text in [streamed, queue] {
        assert!(text.contains(r#""lines":[{"timestamp":""#), "{text}");
    }
}

#[tokio::test]
async fn events_that_go_nowhere_are_refused_with_the_option_that_sends_them() {
    let page = Page::start_with("page-no-queue", &["--sqs-endpoint", "none"], &[]);
    let path = format!("/local/meetings/{}/events", page.meeting().await);
    let connects = json!({ "events": [{ "event_type": "chime:AttendeeJoined" }] });
    let (status, error) = page.refusal("POST", &path, connects).await;
    assert_eq!((status, error.as_str()), (400, "events go to no queue here; --sqs-endpoint names one"));
}

#[tokio::test]
async fn held_messages_are_delivered_in_the_reverse_order() {
    let mut page = Page::start("page-reverse");
    page.ask("PUT", "/local/queue", json!({ "holds": true })).await;
    let meeting = page.meeting().await;
    page.send("POST", &format!("/meetings/{meeting}/join"), "").await;
    let messages = page.ask("GET", "/local/queue", Value::Null).await.json()["messages"].clone();
    let id = |index: usize| messages[index]["id"].as_str().unwrap().to_owned();
    assert_eq!(page.ask("POST", "/local/queue/shuffle", Value::Null).await.status, 204);
    let lines = page.program.read_through(&id(0));
    assert!(lines.contains(&id(1)), "the function had the later one first: {lines}");
    let queue = page.ask("GET", "/local/queue", Value::Null).await.json();
    assert_eq!(queue["holds"], json!(true), "those to come are held still");
}

#[tokio::test]
async fn without_a_simulated_chime_there_is_nothing_to_disturb() {
    let arguments = ["--chime-endpoint", "http://127.0.0.1:9"];
    let page = Page::start_with(
        "page-elsewhere",
        &arguments,
        &[("AWS_ACCESS_KEY_ID", "A"), ("AWS_SECRET_ACCESS_KEY", "B")],
    );
    for (method, path, body) in [
        ("POST", "/local/faults", json!({ "fault": "ThrottlingException" })),
        ("DELETE", "/local/faults", Value::Null),
        ("DELETE", "/local/meetings/x", Value::Null),
        ("POST", "/local/meetings/x/events", json!({ "events": [] })),
        ("GET", "/local/queue", Value::Null),
        ("PUT", "/local/queue", json!({ "holds": true })),
        ("POST", "/local/queue/messages/x", json!({ "do": "drop" })),
        ("POST", "/local/queue/shuffle", Value::Null),
    ] {
        assert_eq!(page.refusal(method, path, body).await.0, 409, "{method} {path}");
    }
    let state = page.ask("GET", "/local/state", Value::Null).await.json();
    assert_eq!(state["chime"], json!("http://127.0.0.1:9"));
    exchange(page.program.front(), "GET", "/meetings/x", &[], b"").await;
    let mut events = page.events().await;
    let names = [events.event().await.0, events.event().await.0];
    assert_eq!(names, ["policy", "exchange"]);
}
