//! The queue of meeting events as it is played here, with the simulator before it and the function `notifications` behind it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use local::queue::{MAX_RECEIVE_COUNT, Message, MessageState, Queue};
use local::simulator::{Delivery, EventTarget, Simulator, SimulatorOptions};
use meeting_gateway::notifications::Notifications;
use parking_lot::Mutex;
use serde_json::{Value, json};

use crate::exchange::exchange;
use crate::program::{Program, policy_file};
use crate::simulator::{ANY_PORT, create, request_with, send};

const ARN: &str = "arn:aws:sqs:eu-west-2:444455556666:meeting-events";

/// A simulator whose events go to a queue that a function without bus and registry reads, and the lines that it wrote.
struct Played {
    simulator: Simulator,
    queue: Queue,
    lines: Arc<Mutex<String>>,
}

impl Played {
    fn start() -> Self {
        let lines = Arc::new(Mutex::new(String::new()));
        let written = Arc::clone(&lines);
        let write = move |text: &str| written.lock().push_str(text);
        let queue = Queue::new(Notifications::new("stack".to_owned(), None, None), Box::new(write));
        let events = EventTarget::Queue(queue.clone());
        let options = SimulatorOptions { events, ..SimulatorOptions::default() };
        Self { simulator: Simulator::start_with(ANY_PORT, options).unwrap(), queue, lines }
    }

    /// Creates a meeting with a queue. Returns its id.
    async fn meeting(&self, queue: &str) -> String {
        let request = request_with("NotificationsConfiguration", json!({ "SqsQueueArn": queue }));
        let created = create(&self.simulator, &request).await.json();
        created["Meeting"]["MeetingId"].as_str().unwrap().to_owned()
    }

    async fn ask(&self, meeting: &str, events: Value) {
        let body = json!({ "meeting_id": meeting, "events": events }).to_string();
        let asked =
            exchange(self.simulator.address(), "POST", "/simulator/events", &[], body.as_bytes()).await;
        assert_eq!(asked.status, 202, "{}", asked.text());
    }

    /// Waits until the messages are as they should be, and looks at them only when something has changed.
    async fn until(&self, are_as_wanted: impl Fn(&[Message]) -> bool) -> Vec<Message> {
        let mut revision = self.queue.revision();
        let patience = Duration::from_secs(20);
        let started = Instant::now();
        loop {
            revision.mark_unchanged();
            let messages = self.queue.messages();
            if are_as_wanted(&messages) {
                return messages;
            }
            let left = patience.saturating_sub(started.elapsed());
            let changed = tokio::time::timeout(left, revision.changed()).await;
            assert!(changed.is_ok(), "{messages:?}");
        }
    }

    async fn until_all(&self, state: MessageState) -> Vec<Message> {
        self.until(|messages| messages.iter().all(|message| message.state == state)).await
    }
}

fn types(messages: &[Message]) -> Vec<&str> {
    messages.iter().map(|message| message.event_type.as_deref().unwrap_or("no event")).collect()
}

/// The log lines of a message.
fn read(message: &Message) -> Vec<Value> {
    message.lines.iter().map(|line| serde_json::from_str(line.get()).unwrap()).collect()
}

/// What the function said of the events, in the order in which it handled them.
fn handled(lines: &Mutex<String>) -> Vec<String> {
    let lines = lines.lock();
    let events = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    events.map(|line| line["event_type"].as_str().unwrap_or("no event").to_owned()).collect()
}

#[tokio::test]
async fn a_meetings_events_are_delivered_in_order_each_with_its_log_line() {
    let played = Played::start();
    let id = played.meeting(ARN).await;
    send(
        &played.simulator,
        "POST",
        &format!("/meetings/{id}/attendees"),
        &json!({ "ExternalUserId": "ann" }),
    )
    .await;
    send(&played.simulator, "DELETE", &format!("/meetings/{id}"), &Value::Null).await;

    let messages = played.until_all(MessageState::Delivered).await;

    let expected = ["chime:MeetingStarted", "chime:AttendeeAdded", "chime:MeetingEnded"];
    assert_eq!(
        (types(&messages), handled(&played.lines)),
        (expected.to_vec(), expected.map(str::to_owned).to_vec())
    );
    for message in messages {
        assert_eq!((&message.meeting_id, message.deliveries), (&id, 1));
        let [line] = read(&message).try_into().unwrap();
        assert_eq!(
            (&line["message_id"], &line["event_type"], &line["receive_count"], &line["service"]),
            (&json!(message.id), &json!(message.event_type), &json!(1), &json!("stack"))
        );
    }
}

#[tokio::test]
async fn held_events_reach_the_function_in_the_reverse_order_twice_or_never() {
    let played = Played::start();
    played.queue.hold(true);
    let id = played.meeting(ARN).await;
    let events = ["chime:AttendeeJoined", "chime:AttendeeLeft", "chime:MeetingEnded"];
    played.ask(&id, json!(events.map(|event_type| json!({ "event_type": event_type })))).await;
    let held = played.until_all(MessageState::Held).await;
    assert!(played.lines.lock().is_empty());
    played.queue.drop_message(&held[1].id).unwrap();
    played.queue.deliver_reversed();
    let is_done =
        |message: &Message| matches!(message.state, MessageState::Delivered | MessageState::Dropped);
    played.until(|messages| messages.iter().all(is_done)).await;
    played.queue.deliver(&held[0].id).unwrap();
    played.until(|messages| messages[0].lines.len() == 2).await;

    let expected =
        ["chime:MeetingEnded", "chime:AttendeeLeft", "chime:MeetingStarted", "chime:MeetingStarted"];
    assert_eq!(handled(&played.lines), expected);
}

#[tokio::test]
async fn what_the_function_can_not_read_is_delivered_again_alone_until_it_is_a_dead_letter() {
    let played = Played::start();
    let id = played.meeting(ARN).await;
    played.ask(&id, json!([{ "text": "no event" }, { "event_type": "chime:AttendeeJoined" }])).await;

    let messages =
        played.until(|messages| messages.iter().any(|it| it.state == MessageState::DeadLetter)).await;

    let [started, poisoned, joined] = messages.as_slice() else { panic!("{messages:?}") };
    assert_eq!((started.deliveries, poisoned.deliveries, joined.deliveries), (1, MAX_RECEIVE_COUNT, 1));
    assert_eq!((poisoned.state, joined.state), (MessageState::DeadLetter, MessageState::Delivered));
    let lines = read(poisoned);
    let counts: Vec<&Value> = lines.iter().map(|line| &line["receive_count"]).collect();
    assert_eq!(counts, [1, 2, 3, 4, 5]);
    assert!(lines.iter().all(|line| line["cause"] == "the message is not JSON"), "{poisoned:?}");
}

#[tokio::test]
async fn that_a_failed_message_is_held_when_its_time_comes_is_a_change() {
    let played = Played::start();
    let id = played.meeting(ARN).await;
    played.ask(&id, json!([{ "text": "no event" }])).await;
    let is = |state: MessageState| move |messages: &[Message]| messages.iter().any(|it| it.state == state);
    played.until(is(MessageState::Failed)).await;
    played.queue.hold(true);
    played.until(is(MessageState::Held)).await;
}

#[tokio::test]
async fn an_event_for_what_is_no_queue_is_recorded_as_failed() {
    let played = Played::start();
    played.meeting("arn:aws:sns:eu-west-2:444455556666:topic").await;
    let [event] = <[_; 1]>::try_from(played.simulator.events()).unwrap();
    let Delivery::Failed { error } = event.delivery else { panic!("{event:?}") };
    assert!(error.contains("is no ARN of an SQS queue"), "{error}");
    assert!(played.queue.messages().is_empty());
}

#[tokio::test]
async fn a_reset_of_the_simulator_empties_the_queue() {
    let played = Played::start();
    played.queue.hold(true);
    played.meeting(ARN).await;
    assert_eq!(played.queue.messages().len(), 1);
    played.simulator.reset();
    assert!(played.queue.messages().is_empty());
    assert!(played.queue.holds(), "how the queue is set stays");
}

#[tokio::test]
async fn the_program_reads_the_events_of_its_meetings_with_the_gateways_registry() {
    let policy = policy_file("events");
    let sample = std::fs::read_to_string(&policy).unwrap();
    let limited = sample.replace("\"globex\":{}", "\"globex\":{\"Limits\":{\"OpenMeetings\":1}}");
    assert_ne!(sample, limited);
    std::fs::write(&policy, limited).unwrap();
    let mut program = Program::start(&["--policy", policy.to_str().unwrap()], "Ctrl-C stops");
    let authorization = format!("Bearer {}", program.token("tenant=globex&groups=members").await);
    let headers = [("authorization", &*authorization), ("content-type", "application/json")];
    let request = br#"{"ExternalMeetingId":"standup"}"#;
    let created = exchange(program.front(), "POST", "/meetings", &headers, request).await;
    assert_eq!(created.status, 201, "{}", created.text());
    let id = created.json()["Meeting"]["MeetingId"].as_str().unwrap().to_owned();
    assert!(keys(&program).await.iter().any(|key| key.starts_with("tenant-slots#globex")));
    let path = format!("/simulator/meetings/{id}");

    let ended = exchange(program.simulator(), "DELETE", &path, &[], b"").await;

    assert_eq!(ended.status, 204);
    let log = program.read_through("chime:MeetingEnded");
    let line: Value = serde_json::from_str(log.lines().last().unwrap()).unwrap();
    assert_eq!(
        (&line["message"], &line["meeting_id"], &line["tenant"], &line["service"]),
        (&json!("event handled"), &json!(id), &json!("globex"), &json!("local"))
    );
    let keys = keys(&program).await;
    assert!(!keys.iter().any(|key| key.starts_with("tenant-slots#globex")), "the slot is free: {keys:?}");
    assert!(keys.iter().any(|key| key.starts_with("usage#globex/")), "usage is counted: {keys:?}");
}

/// The keys of the items in the registry's table.
async fn keys(program: &Program) -> Vec<String> {
    let items = exchange(program.registry(), "GET", "/dynamodb/items", &[], b"").await.json();
    let key = |item: &Value| {
        let part = |name: &str| item[name]["S"].as_str().unwrap_or_else(|| panic!("{item}")).to_owned();
        format!("{}/{}", part("pk"), part("sk"))
    };
    items.as_array().unwrap().iter().map(key).collect()
}

#[tokio::test]
async fn without_a_queue_nobody_is_told_of_events() {
    let policy = policy_file("no-events");
    let arguments = ["--policy", policy.to_str().unwrap(), "--sqs-endpoint", "none"];
    let program = Program::start(&arguments, "Ctrl-C stops");
    let authorization = format!("Bearer {}", program.token("tenant=acme&groups=hosts").await);
    let headers = [("authorization", &*authorization), ("content-type", "application/json")];
    let request = br#"{"ExternalMeetingId":"standup"}"#;
    assert_eq!(exchange(program.front(), "POST", "/meetings", &headers, request).await.status, 201);
    let events = exchange(program.simulator(), "GET", "/simulator/events", &[], b"").await;
    assert_eq!(events.json(), json!([]));
    let queue = exchange(program.front(), "GET", "/local/queue", &[], b"").await;
    assert_eq!((queue.status, queue.text().contains("--sqs-endpoint")), (409, true), "{}", queue.text());
}
