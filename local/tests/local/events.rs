//! The events of meetings that the simulator sends to a queue.

use std::time::{Duration, Instant};

use local::simulator::{Delivery, EventTarget, Simulator, SimulatorOptions};
use serde_json::{Value, json};

use crate::captured_sqs::CapturedSqs;
use crate::exchange::{Exchange, exchange};
use crate::simulator::{ANY_PORT, create, members, request_with, send};

const QUEUE: &str = "arn:aws:sqs:eu-west-2:444455556666:meeting-events";

fn start(sqs: &CapturedSqs) -> Simulator {
    let options =
        SimulatorOptions { events: EventTarget::Sqs(sqs.endpoint.clone()), ..SimulatorOptions::default() };
    Simulator::start_with(ANY_PORT, options).unwrap()
}

/// A creation with the queue, and a token of its own.
fn with_queue(token: &str) -> Value {
    let mut request = request_with("NotificationsConfiguration", json!({ "SqsQueueArn": QUEUE }));
    request["ClientRequestToken"] = json!(token);
    request
}

async fn meeting(simulator: &Simulator, token: &str) -> String {
    let answer = create(simulator, &with_queue(token)).await;
    answer.json()["Meeting"]["MeetingId"].as_str().unwrap().to_owned()
}

async fn attendee(simulator: &Simulator, meeting: &str, user: &str) -> String {
    let body = json!({ "ExternalUserId": user });
    let answer = send(simulator, "POST", &format!("/meetings/{meeting}/attendees"), &body).await;
    answer.json()["Attendee"]["AttendeeId"].as_str().unwrap().to_owned()
}

async fn ask(simulator: &Simulator, body: &Value) -> Exchange {
    exchange(simulator.address(), "POST", "/simulator/events", &[], body.to_string().as_bytes()).await
}

/// Waits until every event is sent or given up.
async fn settled(simulator: &Simulator) {
    let started = Instant::now();
    while simulator.waiting_events() > 0 {
        assert!(started.elapsed() < Duration::from_secs(30), "{:?}", simulator.events());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// The events that arrived, in order.
async fn arrived(simulator: &Simulator, sqs: &CapturedSqs) -> Vec<Value> {
    settled(simulator).await;
    sqs.messages().iter().map(|text| serde_json::from_str(text).unwrap()).collect()
}

fn types(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["detail"]["eventType"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_meetings_life_is_told_to_its_queue_in_order() {
    let sqs = CapturedSqs::start().await;
    let simulator = start(&sqs);
    let mut request = with_queue("first");
    request["Attendees"] = json!([{ "ExternalUserId": "ann" }]);
    let created = send(&simulator, "POST", "/meetings?operation=create-attendees", &request).await.json();
    let path = format!("/meetings/{}", created["Meeting"]["MeetingId"].as_str().unwrap());
    let attendees = format!("{path}/attendees");
    let batch = json!({ "Attendees": [{ "ExternalUserId": "bob" }, { "ExternalUserId": "eve" }] });
    send(&simulator, "POST", &format!("{attendees}?operation=batch-create"), &batch).await;
    let ann = created["Attendees"][0]["AttendeeId"].as_str().unwrap();
    let silent = json!({ "Audio": "None", "Video": "None", "Content": "None" });
    let of_ann = format!("{attendees}/{ann}");
    send(&simulator, "PUT", &format!("{of_ann}/capabilities"), &json!({ "Capabilities": silent })).await;
    let except = json!({ "ExcludedAttendeeIds": [{ "AttendeeId": ann }], "Capabilities": silent });
    let all_but_ann = format!("{attendees}/capabilities?operation=batch-update-except");
    assert_eq!(send(&simulator, "PUT", &all_but_ann, &except).await.status, 200);
    send(&simulator, "DELETE", &of_ann, &Value::Null).await;
    send(&simulator, "DELETE", &path, &Value::Null).await;

    let events = arrived(&simulator, &sqs).await;

    let expected = [
        "MeetingStarted",
        "AttendeeAdded",
        "AttendeeAdded",
        "AttendeeAdded",
        "AttendeeCapabilitiesUpdated",
        "AttendeeCapabilitiesUpdated",
        "AttendeeCapabilitiesUpdated",
        "AttendeeDeleted",
        "MeetingEnded",
    ];
    assert_eq!(types(&events), expected.map(|name| format!("chime:{name}")));
    let users: Vec<&Value> = events.iter().map(|event| &event["detail"]["externalUserId"]).collect();
    let nobody = &Value::Null;
    let people = [json!("ann"), json!("bob"), json!("eve")];
    let [ann, bob, eve] = &people;
    assert_eq!(users, [nobody, ann, bob, eve, ann, bob, eve, ann, nobody]);
}

#[tokio::test]
async fn an_event_has_the_members_that_chime_sends() {
    let sqs = CapturedSqs::start().await;
    let simulator = start(&sqs);
    let id = meeting(&simulator, "members").await;
    let ann = attendee(&simulator, &id, "ann").await;
    let changed = json!({ "Audio": "Send", "Video": "None", "Content": "None" });
    let path = format!("/meetings/{id}/attendees/{ann}/capabilities");
    send(&simulator, "PUT", &path, &json!({ "Capabilities": changed })).await;
    let joined = json!({ "event_type": "chime:AttendeeJoined", "attendee_id": ann });
    assert_eq!(ask(&simulator, &json!({ "meeting_id": id, "events": [joined] })).await.status, 202);

    let events = arrived(&simulator, &sqs).await;

    let [started, added, updated, joined] = events.as_slice() else { panic!("{events:?}") };
    let envelope = ["account", "detail", "detail-type", "region", "source", "time", "version"];
    assert_eq!(members(added), json!(envelope), "no id, and here no resources");
    assert_eq!(started["resources"], json!([]));
    let constant = (&started["version"], &started["source"], &started["account"], &started["detail-type"]);
    let expected =
        (json!("0"), json!("aws.chime"), json!("111122223333"), json!("Chime Meeting State Change"));
    assert_eq!(constant, (&expected.0, &expected.1, &expected.2, &expected.3));
    assert_eq!(started["region"], "us-east-1", "the control region");
    let of_meeting = ["eventType", "externalMeetingId", "mediaRegion", "meetingId", "timestamp", "version"];
    assert_eq!(members(&started["detail"]), json!(of_meeting));
    assert_eq!(started["detail"]["meetingId"], json!(id));
    assert_eq!(started["detail"]["externalMeetingId"], "standup");
    assert_eq!(started["detail"]["mediaRegion"], "eu-central-1");
    let milliseconds = started["detail"]["timestamp"].as_i64().unwrap();
    assert!(milliseconds > 1_700_000_000_000, "{milliseconds}");
    let time = started["time"].as_str().unwrap();
    assert!(time.len() == 20 && time.ends_with('Z') && time.contains('T'), "{time}");
    for (event, further) in [
        (added, &["attendeeId", "externalUserId"][..]),
        (joined, &["attendeeId", "externalUserId", "networkType"]),
        (updated, &["attendeeCapabilities", "attendeeId", "externalUserId", "success"]),
    ] {
        let mut expected = [&of_meeting[..], further].concat();
        expected.sort_unstable();
        assert_eq!(members(&event["detail"]), json!(expected));
        assert_eq!(event["detail"]["attendeeId"], json!(ann));
    }
    assert_eq!(updated["detail"]["success"], "1");
    let lowered = json!({ "audio": "Send", "video": "None", "content": "None" });
    assert_eq!(updated["detail"]["attendeeCapabilities"], lowered);
}

#[tokio::test]
async fn the_queue_is_found_by_its_url_in_its_own_region_and_account() {
    let sqs = CapturedSqs::start().await;
    let simulator = start(&sqs);
    meeting(&simulator, "one").await;
    meeting(&simulator, "two").await;
    settled(&simulator).await;
    let asked = sqs.requests("GetQueueUrl");
    let question = json!({ "QueueName": "meeting-events", "QueueOwnerAWSAccountId": "444455556666" });
    assert_eq!(asked[0], ("444455556666 eu-west-2".to_owned(), question));
    for (signer, message) in sqs.requests("SendMessage") {
        assert_eq!(signer, "444455556666 eu-west-2");
        assert_eq!(message["QueueUrl"], "http://sqs.example/meeting-events");
    }
}

#[tokio::test]
async fn nothing_is_told_twice_of_what_happens_once() {
    let sqs = CapturedSqs::start().await;
    let options = SimulatorOptions {
        events: EventTarget::Sqs(sqs.endpoint.clone()),
        repeats_attendee: true,
        ..SimulatorOptions::default()
    };
    let simulator = Simulator::start_with(ANY_PORT, options).unwrap();
    let id = meeting(&simulator, "same").await;
    assert_eq!(meeting(&simulator, "same").await, id, "the same token");
    let ann = attendee(&simulator, &id, "ann").await;
    assert_eq!(attendee(&simulator, &id, "ann").await, ann, "the same ExternalUserId");
    for _ in 0..2 {
        send(&simulator, "DELETE", &format!("/meetings/{id}/attendees/{ann}"), &Value::Null).await;
    }
    for _ in 0..2 {
        send(&simulator, "DELETE", &format!("/meetings/{id}"), &Value::Null).await;
    }
    simulator.end_meeting(&id);
    let events = arrived(&simulator, &sqs).await;
    let once = ["chime:MeetingStarted", "chime:AttendeeAdded", "chime:AttendeeDeleted", "chime:MeetingEnded"];
    assert_eq!(types(&events), once);
}

#[tokio::test]
async fn a_meeting_ends_with_its_replicas_by_request_or_by_itself() {
    for by_itself in [false, true] {
        let sqs = CapturedSqs::start().await;
        let simulator = start(&sqs);
        let primary = meeting(&simulator, "primary").await;
        let mut replica = with_queue("replica");
        replica["PrimaryMeetingId"] = json!(primary);
        let replica = create(&simulator, &replica).await.json()["Meeting"]["MeetingId"].clone();
        if by_itself {
            let path = format!("/simulator/meetings/{primary}");
            assert_eq!(exchange(simulator.address(), "DELETE", &path, &[], b"").await.status, 204);
        } else {
            send(&simulator, "DELETE", &format!("/meetings/{primary}"), &Value::Null).await;
        }
        let events = arrived(&simulator, &sqs).await;
        let mut ended: Vec<&Value> = events
            .iter()
            .filter(|event| event["detail"]["eventType"] == "chime:MeetingEnded")
            .map(|event| &event["detail"]["meetingId"])
            .collect();
        ended.sort_by_key(|id| **id != json!(primary));
        assert_eq!(ended, [&json!(primary), &replica]);
    }
}

#[tokio::test]
async fn a_meeting_without_a_queue_is_told_to_nobody() {
    let sqs = CapturedSqs::start().await;
    let simulator = start(&sqs);
    let created = create(&simulator, &request_with("Tags", json!([]))).await.json();
    let id = created["Meeting"]["MeetingId"].as_str().unwrap();
    attendee(&simulator, id, "ann").await;
    assert!(simulator.events().is_empty());
    let asked = json!({ "meeting_id": id, "events": [{ "event_type": "chime:AttendeeJoined" }] });
    let refused = ask(&simulator, &asked).await;
    assert_eq!(refused.status, 400);
    assert!(refused.text().contains("has no queue"), "{}", refused.text());
}

#[tokio::test]
async fn an_answer_does_not_wait_for_the_queue() {
    let sqs = CapturedSqs::start().await;
    sqs.pause(Duration::from_secs(2));
    let simulator = start(&sqs);
    let started = Instant::now();
    meeting(&simulator, "slow").await;
    assert!(started.elapsed() < Duration::from_secs(1));
    assert_eq!(simulator.waiting_events(), 1);
}

#[tokio::test]
async fn an_event_is_sent_again_until_the_queue_takes_it() {
    let sqs = CapturedSqs::start().await;
    sqs.fail(3);
    let simulator = start(&sqs);
    let id = meeting(&simulator, "again").await;
    attendee(&simulator, &id, "ann").await;
    let events = arrived(&simulator, &sqs).await;
    assert_eq!(types(&events), ["chime:MeetingStarted", "chime:AttendeeAdded"]);
    let record = simulator.events();
    assert!(
        record
            .iter()
            .all(|event| matches!(&event.delivery, Delivery::Sent { message_id } if !message_id.is_empty()))
    );
}

#[tokio::test]
async fn an_event_that_no_queue_takes_is_recorded_as_failed() {
    let sqs = CapturedSqs::start().await;
    let simulator = start(&sqs);
    let mut request = with_queue("no-queue");
    request["NotificationsConfiguration"]["SqsQueueArn"] = json!("arn:aws:sns:eu-west-2:444455556666:topic");
    create(&simulator, &request).await;
    settled(&simulator).await;
    let shown = exchange(simulator.address(), "GET", "/simulator/events", &[], b"").await.json();
    assert_eq!((&shown[0]["delivery"], shown.as_array().unwrap().len()), (&json!("failed"), 1));
    assert!(shown[0]["error"].as_str().unwrap().contains("no ARN of an SQS queue"), "{shown}");
    assert_eq!(shown[0]["event_type"], "chime:MeetingStarted");
}

#[tokio::test]
async fn odd_messages_are_sent_on_request_in_the_order_given() {
    let sqs = CapturedSqs::start().await;
    let simulator = start(&sqs);
    let id = meeting(&simulator, "odd").await;
    let ann = attendee(&simulator, &id, "ann").await;
    let asked = json!([
        { "event_type": "chime:AttendeeLeft", "attendee_id": ann },
        { "event_type": "chime:AttendeeJoined", "attendee_id": ann, "milliseconds_ago": 60_000, "times": 2 },
        { "event_type": "chime:AttendeeLevitated", "attendee_id": ann },
        { "event_type": "chime:MediaPipelineInProgress", "detail_type": "Chime Media Pipeline State Change" },
        { "event_type": "chime:AttendeeJoined", "external_user_id": "aws:MediaPipeline-1" },
        { "text": "no JSON {" },
    ]);
    let answer = ask(&simulator, &json!({ "meeting_id": id, "events": asked })).await;
    assert_eq!((answer.status, answer.json().as_array().unwrap().len()), (202, 7));
    settled(&simulator).await;

    let messages = sqs.messages();

    let messages = &messages[2..];
    assert_eq!(messages[6], "no JSON {");
    assert_eq!(messages[1], messages[2], "the same message twice");
    let events: Vec<Value> = messages[..6].iter().map(|text| serde_json::from_str(text).unwrap()).collect();
    let time = |event: &Value| event["detail"]["timestamp"].as_i64().unwrap();
    assert!(time(&events[1]) < time(&events[0]) - 50_000, "what came first is told last");
    assert_eq!(events[3]["detail"]["eventType"], "chime:AttendeeLevitated");
    assert_eq!(events[4]["detail-type"], "Chime Media Pipeline State Change");
    assert_eq!(events[5]["detail"]["externalUserId"], "aws:MediaPipeline-1");
    let record = simulator.events();
    let last = record.last().unwrap();
    assert_eq!((&last.event_type, last.timestamp, &*last.body), (&None, None, "no JSON {"));
}

#[tokio::test]
async fn a_request_for_events_that_says_too_little_or_too_much_sends_nothing() {
    let sqs = CapturedSqs::start().await;
    let simulator = start(&sqs);
    let id = meeting(&simulator, "refused").await;
    let rows = [
        (json!([{ "event_type": "chime:AttendeeLeft", "attendee_id": "x" }]), "no attendee of the meeting"),
        (
            json!([{ "event_type": "chime:AttendeeLeft" }, { "attendee_id": "x" }]),
            "either event_type or text",
        ),
        (json!([{ "event_type": "chime:AttendeeLeft", "text": "x" }]), "either event_type or text"),
        (json!([{ "event_type": "chime:AttendeeLeft", "colour": 1 }]), "unknown field `colour`"),
    ];
    for (events, reason) in rows {
        let answer = ask(&simulator, &json!({ "meeting_id": id, "events": events })).await;
        assert_eq!(answer.status, 400, "{events}");
        assert!(answer.text().contains(reason), "{events}: {}", answer.text());
    }
    let unknown = ask(&simulator, &json!({ "meeting_id": "x", "events": [] })).await;
    assert!(unknown.text().contains("no meeting x"), "{}", unknown.text());
    settled(&simulator).await;
    assert_eq!(sqs.messages().len(), 1, "the creation's alone");
    let without_sqs = Simulator::start(ANY_PORT).unwrap();
    let answer = ask(&without_sqs, &json!({ "meeting_id": id, "events": [] })).await;
    assert!(answer.text().contains("--sqs-endpoint"), "{}", answer.text());
}

#[tokio::test]
async fn a_reset_forgets_the_events_that_wait() {
    let sqs = CapturedSqs::start().await;
    sqs.fail(1);
    let simulator = start(&sqs);
    meeting(&simulator, "forgotten").await;
    simulator.reset();
    assert!(simulator.events().is_empty());
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert!(sqs.messages().is_empty());
    meeting(&simulator, "remembered").await;
    assert_eq!(arrived(&simulator, &sqs).await.len(), 1);
}
