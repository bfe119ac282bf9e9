//! RecordMeeting, MarkEnded, and whose a meeting is.

use std::time::Duration;

use meeting_gateway::registry::{MeetingRecord, RegistryUsage};
use registry_core::{MeetingKey, TableRequest};
use tokio::time::Instant;

use crate::table::{MEETING, OTHER_MEETING, REQUEST, SLOT, TENANT, Table, TableAnswer};

impl Table {
    async fn tenant_of(&self, meeting: MeetingKey) -> Option<MeetingRecord> {
        let deadline = Instant::now() + Duration::from_secs(20);
        self.registry
            .tenant_of(meeting, deadline, &RegistryUsage::default())
            .await
            .expect("there is an answer")
    }
}

#[tokio::test]
async fn a_recorded_meeting_is_its_tenants_and_no_other_is() {
    let table = Table::start().await;
    assert_eq!(table.tenant_of(MEETING).await, None);
    for attempt in ["first", "repeat"] {
        assert_eq!(table.ask(TableRequest::RecordMeeting(MEETING)).await, TableAnswer::Done, "{attempt}");
        let record = table.tenant_of(MEETING).await.expect("it is known");
        assert_eq!((record.tenant.as_str(), record.ended), (TENANT, false), "{attempt}");
        assert_eq!(record.day.len(), "2026-11-26".len(), "{attempt}");
    }
    assert_eq!(table.tenant_of(OTHER_MEETING).await, None);
}

#[tokio::test]
async fn an_ended_meeting_is_still_its_tenants_and_a_record_does_not_undo_that() {
    let table = Table::start().await;
    table.ask(TableRequest::RecordMeeting(MEETING)).await;
    assert_eq!(table.ask(TableRequest::MarkEnded(MEETING)).await, TableAnswer::Ended(Vec::new()));
    assert!(table.tenant_of(MEETING).await.unwrap().ended);
    table.ask(TableRequest::RecordMeeting(MEETING)).await;
    assert!(table.tenant_of(MEETING).await.unwrap().ended);
}

#[tokio::test]
async fn of_a_meeting_whose_end_comes_first_nothing_else_is_known() {
    let table = Table::start().await;
    assert_eq!(table.ask(TableRequest::MarkEnded(MEETING)).await, TableAnswer::Ended(Vec::new()));
    assert_eq!(table.tenant_of(MEETING).await, None);
    table.ask(TableRequest::RecordMeeting(MEETING)).await;
    let record = table.tenant_of(MEETING).await.expect("it is known");
    assert_eq!((record.tenant.as_str(), record.ended), (TENANT, true));
}

#[tokio::test]
async fn the_mark_returns_the_slots_each_time_and_stays_as_it_was_set_first() {
    let table = Table::start().await;
    table.occupy(REQUEST, Some(MEETING)).await;
    let mut first = None;
    for attempt in ["first", "repeat"] {
        assert_eq!(
            table.ask(TableRequest::MarkEnded(MEETING)).await,
            TableAnswer::Ended(vec![SLOT]),
            "{attempt}"
        );
        let ended = table.item("meeting#").await.unwrap()["ended"].clone();
        assert_eq!(first.get_or_insert(ended.clone()), &ended, "{attempt}");
        tokio::time::sleep(Duration::from_millis(1_100)).await;
    }
    table.ask(TableRequest::RecordMeeting(MEETING)).await;
    assert_eq!(
        table.ask(TableRequest::MarkEnded(MEETING)).await,
        TableAnswer::Ended(vec![SLOT]),
        "a record does not forget the slots"
    );
}
