//! The reader of the queue with the registry: which requests a batch takes, and what fails alone.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use local::dynamodb::{Fault, Injection};
use meeting_gateway::notifications::{Batch, Notifications};
use meeting_gateway::registry::meeting_id;
use registry_core::{MeetingKey, Owner, TableRequest};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::table::{GATEWAY, MEETING, NOW, OTHER_MEETING, REQUEST, TENANT, Table, TableAnswer};

const ATTENDEE: &str = "0f8a1c00-0000-4abc-8000-0000000000aa";

/// The messages that failed, and the lines.
struct Read {
    failed: Vec<String>,
    lines: Vec<Value>,
}

impl Table {
    /// Reads a batch. The messages' ids are their numbers from 1 on.
    async fn read_batch(&self, events: &[(MeetingKey, &str)]) -> Read {
        self.read_batch_within(Duration::from_secs(20), events).await
    }

    async fn read_batch_within(&self, time: Duration, events: &[(MeetingKey, &str)]) -> Read {
        let message = |(index, (meeting, event_type)): (usize, &(MeetingKey, &str))| {
            let detail = json!({
                "eventType": event_type, "meetingId": meeting_id(*meeting).as_str(), "attendeeId": ATTENDEE,
                "externalUserId": "anna", "timestamp": NOW * 1_000 + index as u64 * 60_000,
            });
            let body = json!({ "detail-type": "Chime Meeting State Change", "detail": detail }).to_string();
            json!({ "messageId": (index + 1).to_string(), "body": body })
        };
        let records: Vec<Value> = events.iter().enumerate().map(message).collect();
        let batch = Batch::read(json!({ "Records": records }).to_string().as_bytes()).unwrap();
        let reader = Notifications::new(GATEWAY.to_owned(), None, Some(self.registry.clone()));
        let read = reader.handle(&batch, "lambda-id", None, Instant::now() + time).await;
        let answer = json!(read.answer);
        let failures = answer["batchItemFailures"].as_array().unwrap().iter();
        Read {
            failed: failures.map(|one| one["itemIdentifier"].as_str().unwrap().to_owned()).collect(),
            lines: read.lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect(),
        }
    }

    /// How many requests with this operation there were.
    fn asked(&self, operation: &str) -> usize {
        self.player().requests().iter().filter(|request| request.operation == operation).count()
    }
}

#[tokio::test]
async fn a_meetings_events_of_one_batch_are_counted_together() {
    let table = Table::played();
    table.ask(TableRequest::RecordMeeting(MEETING)).await;
    let read = table
        .read_batch(&[
            (MEETING, "chime:MeetingStarted"),
            (MEETING, "chime:AttendeeAdded"),
            (MEETING, "chime:AttendeeJoined"),
            (MEETING, "chime:AttendeeVideoStarted"),
            (MEETING, "chime:AttendeeLeft"),
        ])
        .await;
    assert_eq!(read.failed, [] as [&str; 0]);
    assert!(read.lines.iter().all(|line| line["tenant"] == TENANT), "{:?}", read.lines);
    assert_eq!((table.asked("Query"), table.asked("TransactWriteItems")), (1, 1));
    // The record, and three times.
    assert_eq!(table.asked("UpdateItem"), 1 + 3);
}

#[tokio::test]
async fn events_that_change_no_usage_are_looked_up_and_write_nothing() {
    let table = Table::played();
    table.ask(TableRequest::RecordMeeting(MEETING)).await;
    let before = table.items().await;
    let read = table.read_batch(&[(MEETING, "chime:AttendeeAdded"), (MEETING, "com.example:Anything")]).await;
    assert!(read.lines.iter().all(|line| line["tenant"] == TENANT), "{:?}", read.lines);
    assert_eq!((table.asked("GetItem"), table.asked("Query")), (1, 0));
    assert_eq!(table.items().await, before);
}

#[tokio::test]
async fn a_meeting_whose_item_can_not_be_read_fails_alone() {
    let table = Table::start().await;
    table.ask(TableRequest::RecordMeeting(OTHER_MEETING)).await;
    let text = |text: &str| AttributeValue::S(text.to_owned());
    table
        .put(&[
            ("pk", text("meeting#0f8a1c00-0000-4abc-8000-00000000000d")),
            ("sk", text("meeting")),
            ("tenant", AttributeValue::N("7".to_owned())),
        ])
        .await;
    let ended = "chime:MeetingEnded";
    let read = table.read_batch(&[(MEETING, ended), (OTHER_MEETING, ended), (MEETING, ended)]).await;
    assert_eq!(read.failed, ["1", "3"]);
    let said: Vec<_> = read.lines.iter().map(|line| (&line["message_id"], &line["message"])).collect();
    assert_eq!(json!(said), json!([["1", "event failed"], ["3", "event failed"], ["2", "event handled"]]));
    assert!(table.item("usage#").await.is_some(), "the other one counts");
}

#[tokio::test]
async fn a_table_that_is_down_fails_every_event_within_half_of_the_time() {
    let table = Table::played();
    table.player().arm(Injection::new(Fault::SlowAnswer(Duration::from_secs(60)), u32::MAX));
    let (started, ended) = (Instant::now(), "chime:MeetingEnded");
    let events: Vec<_> = (0..10).map(|number| (MeetingKey(number), ended)).collect();
    let read = table.read_batch_within(Duration::from_secs(3), &events).await;
    assert_eq!(read.failed.len(), 10);
    let took = started.elapsed();
    assert!(took <= Duration::from_millis(1_900), "{took:?}");
}

#[tokio::test]
async fn slots_that_a_meeting_gets_while_its_end_is_read_are_freed() {
    let table = Table::played();
    // Nothing is known of the meeting when its end is read first.
    let lookup = Injection::new(Fault::SlowAnswer(Duration::from_millis(300)), 1);
    table.player().arm(lookup.of_operation("GetItem").of_partitions("meeting#"));
    let ended = [(MEETING, "chime:MeetingEnded")];
    let publish = async {
        while table.asked("GetItem") == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        table.occupy(REQUEST, Some(MEETING)).await;
    };
    let (read, ()) = tokio::join!(table.read_batch(&ended), publish);
    assert_eq!(read.failed, [] as [&str; 0]);
    assert_eq!(table.slots(Owner::Tenant).await, []);
    assert!(
        matches!(table.ask(TableRequest::MarkEnded(MEETING)).await, TableAnswer::Ended(slots) if slots.len() == 1)
    );
}

#[tokio::test]
async fn an_end_whose_slots_are_not_freed_comes_again() {
    let table = Table::played();
    table.occupy(REQUEST, Some(MEETING)).await;
    table.player().arm(Injection::new(Fault::InternalServerError, 3).of_operation("DeleteItem"));
    let ended = [(MEETING, "chime:MeetingEnded")];
    let read = table.read_batch(&ended).await;
    assert_eq!(read.failed, ["1"]);
    assert_eq!(read.lines[0]["cause"], "the registry's table did not answer in time");
    assert_eq!(table.slots(Owner::Tenant).await.len(), 1);
    assert_eq!(table.read_batch(&ended).await.failed, [] as [&str; 0]);
    assert_eq!(table.slots(Owner::Tenant).await, []);
}
