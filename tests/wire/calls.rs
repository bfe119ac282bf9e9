//! Which calls to Chime each operation takes, and what a process remembers between them.

use std::time::Duration;

use local::simulator::{Extent, Fault, Injection, Operation};
use meeting_gateway::operation::OPERATIONS;
use serde_json::{Value, json};

use crate::harness::{Answer, Stack};
use crate::requests::{ROOM, Room};

/// An answer, and the calls to Chime that it took.
async fn calls(stack: &Stack, tenant: &str, name: &str, room: &Room) -> (Answer, Vec<Operation>) {
    let before = stack.simulator.requests().len();
    let answer = stack.request_as(tenant, name, room).await;
    let requests = stack.simulator.requests();
    (answer, requests.iter().skip(before).map(|request| request.operation).collect())
}

/// The operations on a meeting that exists. GetMeeting, which always asks, is the last.
fn on_a_meeting() -> impl Iterator<Item = &'static str> {
    let operations = OPERATIONS.iter().filter(|operation| operation.path.contains("{MeetingId}"));
    let names = operations.map(|operation| operation.name).filter(|name| *name != "GetMeeting");
    names.chain(std::iter::once("GetMeeting"))
}

/// What an operation asks once the meeting is proven: nothing for GetMeeting, whose answer is the proof.
fn own_call(name: &str) -> Option<Operation> {
    match name {
        "GetMeeting" => None,
        "Join" => Some(Operation::CreateAttendee),
        _ => Some(serde_json::from_value(json!(name)).expect("the simulator plays the operation")),
    }
}

#[tokio::test]
async fn asks_twice_in_a_cold_process_and_once_where_the_proof_is_remembered() {
    let mut stack = Stack::start().await;
    for name in on_a_meeting() {
        let room = stack.room().await;
        let (answer, warm) = calls(&stack, "acme", name, &room).await;
        assert!(answer.status < 300, "{name}: {}", answer.text);
        let own = own_call(name);
        // GetMeeting is always asked.
        assert_eq!(warm, [own.unwrap_or(Operation::GetMeeting)], "{name}, created by this process");

        let room = stack.room().await;
        stack.restart();
        let (answer, cold) = calls(&stack, "acme", name, &room).await;
        assert!(answer.status < 300, "{name}: {}", answer.text);
        let expected: Vec<Operation> = std::iter::once(Operation::GetMeeting).chain(own).collect();
        assert_eq!(cold, expected, "{name}, cold");
        if matches!(name, "DeleteMeeting" | "DeleteAttendee") {
            continue;
        }
        let (_, again) = calls(&stack, "acme", name, &room).await;
        assert_eq!(again, [own.unwrap_or(Operation::GetMeeting)], "{name}, again");
    }
}

#[tokio::test]
async fn remembers_a_meeting_that_it_created() {
    let stack = Stack::start().await;
    let nowhere = Room { meeting: String::new(), ann: String::new(), bob: String::new() };
    for name in ["CreateMeeting", "CreateMeetingWithAttendees"] {
        let created = stack.request(name, &nowhere).await;
        let id = created.body["Meeting"]["MeetingId"].as_str().expect("the meeting is created").to_owned();
        let room = Room { meeting: id, ..nowhere.clone() };
        let (joined, asked) = calls(&stack, "acme", "Join", &room).await;
        assert_eq!((joined.status, asked), (201, vec![Operation::CreateAttendee]), "{name}");
        assert_eq!(
            joined.body["Meeting"], created.body["Meeting"],
            "{name}: the meeting is as Chime wrote it"
        );
    }
}

#[tokio::test]
async fn forgets_a_meeting_that_has_ended() {
    let stack = Stack::start().await;
    for (name, at_chime, forgets, why) in [
        ("DeleteMeeting", Operation::DeleteMeeting, true, "the meeting is missing"),
        ("Join", Operation::CreateAttendee, true, "the meeting is missing"),
        ("CreateAttendee", Operation::CreateAttendee, true, "the meeting is missing"),
        ("BatchCreateAttendee", Operation::BatchCreateAttendee, true, "the meeting is missing"),
        ("ListAttendees", Operation::ListAttendees, true, "the meeting is missing"),
        ("GetMeeting", Operation::GetMeeting, true, "the meeting is missing"),
        ("GetAttendee", Operation::GetAttendee, false, "it may be the attendee that is missing"),
        ("DeleteAttendee", Operation::DeleteAttendee, false, "it may be the attendee that is missing"),
    ] {
        let room = stack.room().await;
        let fault = Fault::exception("NotFoundException").expect("the simulator knows the exception");
        stack.simulator.arm(Injection { fault, extent: Extent::Times(1), operation: Some(at_chime) });
        assert_eq!(stack.request(name, &room).await.status, 404, "{name}");
        let (_, asked) = calls(&stack, "acme", "CreateAttendee", &room).await;
        let asks_again = asked.first() == Some(&Operation::GetMeeting);
        assert_eq!(asks_again, forgets, "{name}: {why}; asked {asked:?}");
    }
}

#[tokio::test]
async fn forgets_a_meeting_that_it_ended() {
    let stack = Stack::start().await;
    let room = stack.room().await;
    assert_eq!(stack.request("DeleteMeeting", &room).await.status, 204);
    for name in on_a_meeting() {
        let (answer, asked) = calls(&stack, "acme", name, &room).await;
        assert_eq!((answer.status, asked), (404, vec![Operation::GetMeeting]), "{name}");
    }
}

/// Otherwise anybody could find out by the time of an answer which meetings another tenant has.
#[tokio::test]
async fn asks_as_often_for_another_tenants_meeting_whether_its_proof_is_remembered_or_not() {
    let mut stack = Stack::start().await;
    let remembered = stack.room().await;
    for name in on_a_meeting() {
        let (answer, asked) = calls(&stack, "globex", name, &remembered).await;
        assert_eq!(
            (answer.status, asked),
            (404, vec![Operation::GetMeeting]),
            "{name}, acme's is remembered"
        );
        let (_, again) = calls(&stack, "globex", name, &remembered).await;
        assert_eq!(again, [Operation::GetMeeting], "{name}: a refusal is not remembered either");
        let (_, asked) = calls(&stack, "acme", "Join", &remembered).await;
        assert_eq!(asked, [Operation::CreateAttendee], "{name}: another tenant makes nothing forgotten");
    }
    stack.restart();
    for name in on_a_meeting() {
        let (answer, asked) = calls(&stack, "globex", name, &remembered).await;
        assert_eq!(
            (answer.status, asked),
            (404, vec![Operation::GetMeeting]),
            "{name}, nothing is remembered"
        );
    }
    let never_was = Room { meeting: "00000000-0000-0000-0000-000000000000".to_owned(), ..remembered };
    for name in on_a_meeting() {
        let (answer, asked) = calls(&stack, "globex", name, &never_was).await;
        assert_eq!((answer.status, asked), (404, vec![Operation::GetMeeting]), "{name}, no such meeting");
    }
}

#[tokio::test]
async fn remembers_a_thousand_meetings_and_drops_the_least_recently_used() {
    let stack = Stack::start().await;
    let mut rooms = Vec::new();
    for _ in 0..1_000 {
        rooms.push(stack.room().await);
    }
    let asked_to_join = async |number: usize| calls(&stack, "acme", "Join", &rooms[number]).await.1;
    assert_eq!(asked_to_join(0).await, [Operation::CreateAttendee], "the first is still remembered");
    stack.room().await;
    assert_eq!(asked_to_join(0).await, [Operation::CreateAttendee], "it was used since");
    assert_eq!(asked_to_join(2).await, [Operation::CreateAttendee], "only one had to go");
    assert_eq!(
        asked_to_join(1).await,
        [Operation::GetMeeting, Operation::CreateAttendee],
        "the second was the least recently used"
    );
}

/// Ids are compared without case, and Chime is asked with lower case.
#[tokio::test]
async fn remembers_a_meeting_whatever_the_case_of_its_id() {
    let stack = Stack::start().await;
    let room = stack.room().await;
    let upper = Room { meeting: room.meeting.to_ascii_uppercase(), ..room.clone() };
    let (joined, asked) = calls(&stack, "acme", "Join", &upper).await;
    assert_eq!((joined.status, asked), (201, vec![Operation::CreateAttendee]), "{}", joined.text);
}

/// Each request about a room, and what it costs at Chime and at the table.
#[tokio::test]
async fn a_room_takes_few_requests() {
    const JOIN: &str = "POST /rooms/{}/join";
    let mut stack = Stack::with().registry().start().await;
    let host = stack.token("acme");
    use Operation::{CreateAttendee, CreateMeeting, DeleteMeeting, GetMeeting};
    for (request, restarts, at_chime, at_table, why) in [
        ("GET /rooms/{}", false, &[][..], &["GetItem"][..], "it never was open"),
        ("DELETE /rooms/{}", false, &[], &["GetItem"], "likewise"),
        (
            JOIN,
            false,
            &[CreateMeeting, CreateAttendee],
            &["GetItem", "PutItem", "TransactWriteItems"],
            "it is opened",
        ),
        (JOIN, false, &[CreateAttendee], &["GetItem"], "it is open, and the proof is remembered"),
        (JOIN, true, &[GetMeeting, CreateAttendee], &["GetItem"], "in a cold process"),
        ("GET /rooms/{}", false, &[GetMeeting], &["GetItem"], "it always asks"),
        (
            "DELETE /rooms/{}",
            false,
            &[DeleteMeeting],
            &["GetItem", "UpdateItem", "PutItem"],
            "the mark of its end, and the next generation",
        ),
        (
            JOIN,
            false,
            &[CreateMeeting, CreateAttendee],
            &["GetItem", "TransactWriteItems"],
            "its generation is there already",
        ),
    ] {
        if restarts {
            stack.restart();
        }
        let before = (stack.simulator.requests().len(), stack.table().requests().len());
        let answer = stack.send(&host, &request.replace("{}", ROOM), None).await;
        let requests = stack.simulator.requests();
        let called: Vec<Operation> =
            requests.iter().skip(before.0).map(|request| request.operation).collect();
        let requests = stack.table().requests();
        let asked: Vec<&str> =
            requests.iter().skip(before.1).map(|request| request.operation.as_str()).collect();
        assert_eq!((&*called, &*asked), (at_chime, at_table), "{request}, {why}: {}", answer.text);
    }
}

/// Join has the meeting in its answer, which must not be an ended one for long. This takes a minute.
#[tokio::test]
#[ignore = "waits until what a process remembers is a minute old: run in the deep tier"]
async fn joins_with_a_text_of_the_meeting_that_is_less_than_a_minute_old() {
    let stack = Stack::start().await;
    let room = stack.room().await;
    tokio::time::sleep(Duration::from_secs(50)).await;
    let (_, asked) = calls(&stack, "acme", "Join", &room).await;
    assert_eq!(asked, [Operation::CreateAttendee], "50 s old");
    tokio::time::sleep(Duration::from_secs(11)).await;
    let (_, asked) = calls(&stack, "acme", "CreateAttendee", &room).await;
    assert_eq!(asked, [Operation::CreateAttendee], "TenantIds never change, so their age does not matter");
    let (joined, asked) = calls(&stack, "acme", "Join", &room).await;
    assert_eq!(asked, [Operation::GetMeeting, Operation::CreateAttendee], "61 s old");
    assert_eq!(joined.body["Meeting"]["MeetingId"], Value::from(room.meeting.clone()));
    let (_, asked) = calls(&stack, "acme", "Join", &room).await;
    assert_eq!(asked, [Operation::CreateAttendee], "as new as it gets");
}
