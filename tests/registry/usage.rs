//! The times of events, and counts of meetings in their tenant's day.

use std::sync::Arc;
use std::time::Duration;

use local::dynamodb::{Fault, Injection};
use meeting_gateway::model::AttendeeId;
use meeting_gateway::registry::{EventTime, MeetingRecord, RegistryUsage, Unavailable};
use registry_core::{MeetingKey, TableRequest};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::table::{Item, MEETING, NOW, OTHER_MEETING, TENANT, Table};

const ANNA: Option<&str> = Some("0f8a1c00-0000-4abc-8000-0000000000aa");
const BEN: Option<&str> = Some("0f8a1c00-0000-4abc-8000-0000000000bb");

/// Time of the first event, in milliseconds since 1970.
const START: u64 = NOW * 1_000;

/// An event: the attendee, or none for the meeting itself; whether it is an end; the minute.
type Event = (Option<&'static str>, bool, u64);

impl Table {
    async fn record(
        &self,
        meeting: MeetingKey,
        (attendee, is_end, minute): Event,
    ) -> Result<(), Unavailable> {
        let attendee = attendee.map(|id| AttendeeId::parse(id).unwrap());
        let time = EventTime { attendee, is_end, milliseconds: START + minute * 60_000 };
        self.registry.record_time(meeting, &time, NOW, deadline(), &RegistryUsage::default()).await
    }

    async fn count(&self, meeting: MeetingKey) -> Result<Option<MeetingRecord>, Unavailable> {
        self.registry.count_meeting(meeting, NOW, deadline(), &RegistryUsage::default()).await
    }

    /// What `notifications` does with an event.
    async fn read(&self, meeting: MeetingKey, event: Event) {
        self.record(meeting, event).await.expect("the time is recorded");
        self.count(meeting).await.expect("the meeting is counted");
    }

    /// meetings, meeting minutes, attendee minutes, peak, peaks
    async fn day(&self) -> [String; 5] {
        let item = self.item("usage#").await.expect("there is one day");
        ["meetings", "meeting_minutes", "attendee_minutes", "peak", "peaks"]
            .map(|name| item.get(name).cloned().unwrap_or_default())
    }

    /// Whose tenant is known.
    async fn known() -> Table {
        let table = Table::start().await;
        table.ask(TableRequest::RecordMeeting(MEETING)).await;
        table
    }
}

fn deadline() -> Instant {
    Instant::now() + Duration::from_secs(20)
}

fn day(meetings: u8, meeting_minutes: &str, attendee_minutes: &str, peaks: &[(u8, u8)]) -> [String; 5] {
    let peak = peaks.last().map_or("N 0".to_owned(), |(peak, _)| format!("N {peak}"));
    let peaks: Vec<String> = peaks.iter().map(|(peak, meetings)| format!("{peak}: N {meetings}")).collect();
    [
        format!("N {meetings}"),
        format!("N {meeting_minutes}"),
        format!("N {attendee_minutes}"),
        peak,
        format!("M {}", peaks.join(", ")),
    ]
}

/// Two people, ten minutes: Anna from 1 to 4 and from 6 to 10, Ben from 2 to 9.
const EVENTS: [Event; 8] = [
    (None, false, 0),
    (ANNA, false, 1),
    (BEN, false, 2),
    (ANNA, true, 4),
    (ANNA, false, 6),
    (BEN, true, 9),
    (ANNA, true, 10),
    (None, true, 10),
];

#[tokio::test]
async fn a_day_has_what_its_meetings_used() {
    let table = Table::known().await;
    table.ask(TableRequest::RecordMeeting(OTHER_MEETING)).await;
    for event in EVENTS {
        table.read(MEETING, event).await;
    }
    assert_eq!(table.day().await, day(1, "10", "14", &[(2, 1)]));
    table.read(OTHER_MEETING, (ANNA, false, 3)).await;
    table.read(OTHER_MEETING, (None, true, 5)).await;
    assert_eq!(table.day().await, day(2, "12", "16", &[(1, 1), (2, 1)]));
}

#[tokio::test]
async fn repeats_disorder_and_late_events_change_nothing() {
    let table = Table::known().await;
    // Every second one first, then all once more from the end.
    let delivered = EVENTS.iter().step_by(2).chain(EVENTS.iter().rev());
    for event in delivered {
        table.read(MEETING, *event).await;
    }
    assert_eq!(table.day().await, day(1, "10", "14", &[(2, 1)]));
    let before = table.day().await;
    for event in EVENTS {
        table.read(MEETING, event).await;
    }
    assert_eq!(table.day().await, before);
}

#[tokio::test]
async fn a_late_leave_lowers_minutes_and_peak() {
    let table = Table::known().await;
    for event in [(ANNA, false, 0), (BEN, false, 5), (None, true, 10)] {
        table.read(MEETING, event).await;
    }
    assert_eq!(table.day().await, day(1, "10", "15", &[(2, 1)]));
    table.read(MEETING, (ANNA, true, 3)).await;
    assert_eq!(table.day().await, day(1, "10", "8", &[(1, 1)]));
}

#[tokio::test]
async fn a_peak_that_falls_to_nobody_is_left_out() {
    let table = Table::known().await;
    for event in [(ANNA, false, 0), (ANNA, true, 5), (ANNA, true, 0)] {
        table.read(MEETING, event).await;
    }
    // Anna came and went at once.
    let item = table.item("usage#").await.unwrap();
    assert_eq!((item["peak"].as_str(), item["peaks"].as_str()), ("N 0", "M "));
    table.read(MEETING, (BEN, false, 2)).await;
    assert_eq!(table.day().await, day(1, "5", "3", &[(1, 1)]), "and the next one counts");
}

#[tokio::test]
async fn a_meeting_without_a_tenant_is_nobodys_usage_until_it_has_one() {
    let table = Table::start().await;
    table.record(MEETING, (ANNA, false, 0)).await.unwrap();
    assert_eq!(table.count(MEETING).await, Ok(None));
    table.ask(TableRequest::MarkEnded(MEETING)).await;
    assert_eq!(table.count(MEETING).await, Ok(None), "that it has ended is no tenant");
    assert_eq!(table.item("usage#").await, None);
    table.ask(TableRequest::RecordMeeting(MEETING)).await;
    table.read(MEETING, (None, true, 3)).await;
    assert_eq!(table.day().await, day(1, "3", "3", &[(1, 1)]));
    let record = table.count(MEETING).await.unwrap().expect("it is known");
    assert_eq!(record.tenant, TENANT);
}

#[tokio::test]
async fn a_count_leaves_the_rest_of_the_meeting_as_it_was() {
    let table = Table::known().await;
    table.ask(TableRequest::MarkEnded(MEETING)).await;
    let before = table.item("meeting#").await.unwrap();
    table.read(MEETING, (ANNA, false, 0)).await;
    let mut after = table.item("meeting#").await.unwrap();
    assert_eq!(after.remove("usage_revision").as_deref(), Some("N 1"));
    assert_eq!(
        after.remove("usage").as_deref(),
        Some("M attendee_minutes: N 0, meeting_minutes: N 0, peak: N 0")
    );
    let without_ttl = |mut item: Item| {
        item.remove("ttl");
        item
    };
    assert_eq!(without_ttl(after), without_ttl(before));
}

#[tokio::test]
async fn items_are_kept_as_long_as_events_may_come_and_usage_for_400_days() {
    let table = Table::known().await;
    for event in [(None, false, 0), (ANNA, false, 1), (ANNA, true, 2), (None, true, 3)] {
        table.read(MEETING, event).await;
    }
    let (days, minute) = (|days: u64| format!("N {}", NOW + days * 86_400), 60_000);
    let mut items = table.items().await;
    items.retain(|item| !item["pk"].starts_with("S meeting#"));
    let time = |minutes: u64| format!("NS {}", START + minutes * minute);
    let expected: [&[(&str, String)]; 3] = [
        &[
            ("pk", "S session#0f8a1c00-0000-4abc-8000-00000000000d".to_owned()),
            ("sk", format!("S {}", ANNA.unwrap())),
            ("joined", time(1)),
            ("left", time(2)),
            ("ttl", days(16)),
        ],
        &[
            ("pk", "S session#0f8a1c00-0000-4abc-8000-00000000000d".to_owned()),
            ("sk", "S meeting".to_owned()),
            ("started", time(0)),
            ("ended", time(3)),
            ("ttl", days(16)),
        ],
        &[
            ("pk", format!("S usage#{TENANT}")),
            ("sk", items[2]["sk"].clone()),
            ("meetings", "N 1".to_owned()),
            ("meeting_minutes", "N 3".to_owned()),
            ("attendee_minutes", "N 1".to_owned()),
            ("peak", "N 1".to_owned()),
            ("peaks", "M 1: N 1".to_owned()),
            ("ttl", days(400)),
        ],
    ];
    let expected =
        expected.map(|item| item.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect());
    assert_eq!(items, expected.map(|item: Item| item));
    assert_eq!(items[2]["sk"].len(), "S 2026-11-26".len());
}

#[tokio::test]
async fn lost_answers_and_conflicts_count_once() {
    for fault in [
        Fault::AnswerLost,
        Fault::ConnectionBroken,
        Fault::TransactionConflict,
        Fault::Throttling,
        Fault::InternalServerError,
        Fault::InternalServerErrorAfterEffect,
    ] {
        for (operation, partition) in [
            ("UpdateItem", "session#"),
            ("GetItem", "meeting#"),
            ("Query", "session#"),
            ("GetItem", "usage#"),
            ("TransactWriteItems", "meeting#"),
        ] {
            let table = Table::played();
            table.ask(TableRequest::RecordMeeting(MEETING)).await;
            table.read(MEETING, (ANNA, false, 0)).await;
            table.read(MEETING, (None, true, 3)).await;
            let injection = Injection::new(fault.clone(), 1).of_operation(operation);
            table.player().arm(injection.of_partitions(partition));
            let before = table.player().requests().len();
            table.read(MEETING, (BEN, false, 1)).await;
            assert_eq!(
                table.day().await,
                day(1, "3", "5", &[(2, 1)]),
                "{fault:?}, {operation} of {partition}"
            );
            let requests = table.player().requests().len() - before;
            assert!(requests > 5, "{fault:?} struck {operation} of {partition}: {requests} requests");
        }
    }
}

#[tokio::test]
async fn a_table_that_does_not_answer_counts_nothing_and_loses_nothing() {
    let table = Table::played();
    table.ask(TableRequest::RecordMeeting(MEETING)).await;
    table.record(MEETING, (None, false, 0)).await.unwrap();
    table.player().inject(Fault::InternalServerError, 3);
    assert_eq!(table.record(MEETING, (None, true, 4)).await, Err(Unavailable));
    table.player().inject(Fault::InternalServerError, 3);
    assert_eq!(table.count(MEETING).await, Err(Unavailable));
    assert_eq!(table.item("usage#").await, None);
    table.read(MEETING, (None, true, 4)).await;
    assert_eq!(table.day().await[..3], day(1, "4", "0", &[])[..3]);
}

/// Counts MEETING, and reads another event after the count's `operation` has read `partition` and before it goes on.
async fn count_and_read_meanwhile(
    table: &Table,
    (operation, partition): (&str, &str),
    other: (MeetingKey, Event),
) {
    let injection = Injection::new(Fault::SlowAnswer(Duration::from_millis(300)), 1);
    table.player().arm(injection.of_operation(operation).of_partitions(partition));
    let reads = || {
        let mut requests = table.player().requests();
        requests.retain(|request| {
            let is_there = request.keys.iter().any(|key| key.partition.starts_with(partition));
            request.operation == operation && is_there
        });
        requests.len()
    };
    let before = reads();
    let meanwhile = async {
        while reads() == before {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        table.read(other.0, other.1).await;
    };
    let (counted, ()) = tokio::join!(table.count(MEETING), meanwhile);
    counted.expect("it is counted");
}

#[tokio::test]
async fn a_count_that_was_overtaken_reads_again() {
    let table = Table::played();
    table.ask(TableRequest::RecordMeeting(MEETING)).await;
    for event in [(ANNA, false, 0), (None, true, 10)] {
        table.read(MEETING, event).await;
    }
    table.record(MEETING, (BEN, false, 5)).await.unwrap();
    count_and_read_meanwhile(&table, ("Query", "session#"), (MEETING, (ANNA, true, 3))).await;
    assert_eq!(table.day().await, day(1, "10", "8", &[(1, 1)]));
}

#[tokio::test]
async fn a_peak_that_comes_meanwhile_is_kept() {
    let table = Table::played();
    for meeting in [MEETING, OTHER_MEETING] {
        table.ask(TableRequest::RecordMeeting(meeting)).await;
    }
    for event in [(ANNA, false, 0), (None, true, 5)] {
        table.read(MEETING, event).await;
        table.record(OTHER_MEETING, event).await.unwrap();
    }
    table.record(MEETING, (BEN, false, 1)).await.unwrap();
    count_and_read_meanwhile(&table, ("GetItem", "usage#"), (OTHER_MEETING, (BEN, false, 1))).await;
    assert_eq!(table.day().await, day(2, "10", "18", &[(2, 2)]));
}

#[tokio::test]
async fn counts_at_the_same_time_count_once() {
    let table = Arc::new(Table::known().await);
    table.ask(TableRequest::RecordMeeting(OTHER_MEETING)).await;
    let mut readers = JoinSet::new();
    for event in EVENTS.into_iter().chain(EVENTS) {
        let table = Arc::clone(&table);
        readers.spawn(async move {
            table.read(MEETING, event).await;
            table.read(OTHER_MEETING, event).await;
        });
    }
    readers.join_all().await;
    assert_eq!(table.day().await, day(2, "20", "28", &[(2, 2)]));
}
