//! The simulator's faults as a client sees them.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use local::simulator::model::{EXCEPTIONS, UNMODELLED_EXCEPTIONS};
use local::simulator::{Extent, Fault, Injection, OPERATIONS, Operation, Simulator, TransportFault};
use serde_json::{Map, Value, json};

use crate::exchange::{Connection, Exchange, exchange};
use crate::simulator::{ANY_PORT, SIGNED, create, new_meeting, request_with, send};

const SOON: Duration = Duration::from_secs(10);

async fn create_on(connection: &mut Connection, token: &str) -> std::io::Result<Exchange> {
    let body = request_with("ClientRequestToken", json!(token)).to_string();
    connection.exchange("POST", "/meetings", SIGNED, body.as_bytes()).await
}

async fn create_once(simulator: &Simulator) -> std::io::Result<Exchange> {
    create_on(&mut Connection::open(simulator.address()).await, "token").await
}

#[tokio::test]
async fn each_exception_can_be_armed_for_so_many_requests() {
    let simulator = Simulator::start(ANY_PORT).unwrap();
    for (name, status) in EXCEPTIONS.iter().chain(UNMODELLED_EXCEPTIONS) {
        simulator.inject(Fault::exception(name).unwrap().with_retry_after(7), 2);
        for _ in 0..2 {
            let answer = create(&simulator, &request_with("Tags", json!([]))).await;
            assert_eq!((answer.status, answer.header("x-amzn-errortype")), (*status, Some(*name)));
            assert_eq!(answer.header("retry-after"), Some("7"), "{name}");
            assert_eq!(answer.json()["Code"], name.trim_end_matches("Exception"));
        }
        assert!(simulator.meetings().is_empty(), "{name}");
    }
    assert_eq!(create(&simulator, &request_with("Tags", json!([]))).await.status, 201);
    assert!(Fault::exception("NoSuchException").is_none());
}

#[tokio::test]
async fn an_exception_can_hide_a_meeting_that_was_created() {
    let simulator = Simulator::start(ANY_PORT).unwrap();
    simulator.inject(Fault::exception("ServiceFailureException").unwrap().after_creating(), 1);
    assert_eq!(create_once(&simulator).await.unwrap().status, 500);
    assert_eq!(simulator.meetings().len(), 1);
}

#[tokio::test]
async fn a_fault_for_one_operation_leaves_the_others_alone() {
    let simulator = Simulator::start(ANY_PORT).unwrap();
    simulator.arm(Injection {
        fault: Fault::exception("ThrottlingException").unwrap(),
        extent: Extent::Times(1),
        operation: Some(Operation::GetMeeting),
    });
    let meeting = create_once(&simulator).await.unwrap().json();
    let path = format!("/meetings/{}", meeting["Meeting"]["MeetingId"].as_str().unwrap());
    assert_eq!(exchange(simulator.address(), "GET", &path, SIGNED, b"").await.status, 429);
    assert_eq!(exchange(simulator.address(), "GET", &path, SIGNED, b"").await.status, 200);
}

#[tokio::test]
async fn a_rate_strikes_about_that_often_and_alike_for_the_same_seed() {
    let mut struck = Vec::new();
    for _ in 0..2 {
        let simulator = Simulator::start(ANY_PORT).unwrap();
        simulator.arm(Injection {
            fault: Fault::exception("ServiceUnavailableException").unwrap(),
            extent: Extent::Rate(0.25),
            operation: None,
        });
        let mut connection = Connection::open(simulator.address()).await;
        let mut statuses = Vec::new();
        for _ in 0..200 {
            statuses.push(create_on(&mut connection, "token").await.unwrap().status);
        }
        struck.push(statuses);
    }
    assert_eq!(struck[0], struck[1]);
    let failures = struck[0].iter().filter(|status| **status == 503).count();
    assert!((25..=75).contains(&failures), "{failures} of 200");
}

#[tokio::test]
async fn bodies_can_be_unparseable_truncated_without_a_meeting_or_with_another_one() {
    let simulator = Simulator::start(ANY_PORT).unwrap();

    simulator.inject(TransportFault::UnparseableBody { status: 503 }, 1);
    let answer = create_once(&simulator).await.unwrap();
    assert_eq!(answer.status, 503);
    assert!(serde_json::from_slice::<Value>(&answer.body).is_err());

    simulator.inject(TransportFault::NoMeeting {}, 1);
    let answer = create_once(&simulator).await.unwrap();
    assert_eq!((answer.status, answer.json()), (201, json!({})));
    assert!(simulator.meetings().is_empty());

    simulator.inject(TransportFault::TruncatedBody {}, 1);
    assert_eq!(create_once(&simulator).await.unwrap_err().kind(), ErrorKind::UnexpectedEof);
    assert_eq!(simulator.meetings().len(), 1, "the truncated answer is of a meeting that exists");

    let members =
        Map::from_iter([("TenantIds".to_owned(), json!(["other"])), ("MediaRegion".to_owned(), Value::Null)]);
    simulator.inject(TransportFault::OtherMeeting { members }, 1);
    let meeting = create_once(&simulator).await.unwrap().json();
    assert_eq!(meeting["Meeting"]["TenantIds"], json!(["other"]));
    assert!(meeting["Meeting"].get("MediaRegion").is_none());
    assert_eq!(meeting["Meeting"]["ExternalMeetingId"], "standup");

    let headers = [("x-odd".to_owned(), "1".to_owned())].into();
    simulator.inject(TransportFault::Answer { status: 418, headers, body: "tea".to_owned() }, 1);
    let answer = create_once(&simulator).await.unwrap();
    assert_eq!((answer.status, answer.header("x-odd"), answer.text().as_str()), (418, Some("1"), "tea"));
}

#[tokio::test]
async fn a_connection_can_end_at_any_moment_with_or_without_a_meeting() {
    let rows: &[(TransportFault, ErrorKind, usize)] = &[
        (TransportFault::ResetBeforeRead {}, ErrorKind::ConnectionReset, 0),
        (TransportFault::ResetAfterRead { creates: false }, ErrorKind::ConnectionReset, 0),
        (TransportFault::ResetAfterRead { creates: true }, ErrorKind::ConnectionReset, 1),
        (TransportFault::CloseAfterRead { creates: false }, ErrorKind::UnexpectedEof, 0),
        (TransportFault::CloseAfterRead { creates: true }, ErrorKind::UnexpectedEof, 1),
    ];
    for (fault, kind, meetings) in rows {
        let simulator = Simulator::start(ANY_PORT).unwrap();
        simulator.inject(fault.clone(), 1);
        assert_eq!(create_once(&simulator).await.unwrap_err().kind(), *kind, "{fault:?}");
        assert_eq!(simulator.meetings().len(), *meetings, "{fault:?}");
        assert_eq!(create_once(&simulator).await.unwrap().status, 201, "{fault:?} strikes once");
    }
}

#[tokio::test]
async fn a_request_that_is_cut_off_before_it_is_read_is_not_recorded() {
    let simulator = Simulator::start(ANY_PORT).unwrap();
    simulator.inject(TransportFault::ResetBeforeRead {}, 1);
    create_once(&simulator).await.unwrap_err();
    assert!(simulator.requests().is_empty());
}

#[tokio::test]
async fn a_stale_pooled_connection_fails_only_when_it_is_used_again() {
    let simulator = Simulator::start(ANY_PORT).unwrap();
    simulator.inject(TransportFault::ResetReusedConnection {}, 1);
    let mut connection = Connection::open(simulator.address()).await;
    assert_eq!(create_on(&mut connection, "first").await.unwrap().status, 201);
    assert_eq!(create_on(&mut connection, "second").await.unwrap_err().kind(), ErrorKind::ConnectionReset);
    let mut fresh = Connection::open(simulator.address()).await;
    assert_eq!(create_on(&mut fresh, "second").await.unwrap().status, 201);
    assert_eq!((simulator.meetings().len(), simulator.connections()), (2, 2));
}

#[tokio::test]
async fn a_connection_can_close_right_after_a_good_answer() {
    let simulator = Simulator::start(ANY_PORT).unwrap();
    simulator.inject(TransportFault::CloseAfterAnswer {}, 1);
    let mut connection = Connection::open(simulator.address()).await;
    let answer = create_on(&mut connection, "token").await.unwrap();
    assert_eq!((answer.status, answer.header("connection")), (201, None));
    assert_eq!(connection.read_within(SOON).await.unwrap().unwrap(), 0);

    let path = format!("/meetings/{}", simulator.meetings()[0].id());
    simulator.inject(TransportFault::CloseAfterAnswer {}, 1);
    let answer = send(&simulator, "DELETE", &path, &Value::Null).await;
    assert_eq!((answer.status, answer.header("content-length")), (204, None), "no answer of 204 has one");
}

#[tokio::test]
async fn an_answer_can_be_late_slow_or_missing() {
    let simulator = Simulator::start(ANY_PORT).unwrap();

    simulator.inject(TransportFault::DelayedHeaders { milliseconds: 300 }, 1);
    let began = Instant::now();
    assert_eq!(create_once(&simulator).await.unwrap().status, 201);
    assert!(began.elapsed() >= Duration::from_millis(300));

    simulator.inject(TransportFault::SlowBody { bytes: 400, pause_milliseconds: 100 }, 1);
    let began = Instant::now();
    let answer = create_once(&simulator).await.unwrap();
    assert_eq!(answer.json()["Meeting"]["ExternalMeetingId"], "standup");
    let pauses = u32::try_from(answer.body.len().div_ceil(400)).unwrap();
    assert!(pauses >= 2 && began.elapsed() >= Duration::from_millis(100) * pauses);

    for (creates, meetings) in [(false, 0), (true, 1)] {
        simulator.reset();
        simulator.inject(TransportFault::BlackHole { creates }, 1);
        let mut connection = Connection::open(simulator.address()).await;
        let body = request_with("ClientRequestToken", json!("token")).to_string();
        connection.send("POST", "/meetings", SIGNED, body.as_bytes()).await.unwrap();
        assert!(
            connection.read_within(Duration::from_millis(300)).await.is_none(),
            "neither answer nor close"
        );
        assert_eq!((simulator.meetings().len(), simulator.requests().len()), (meetings, 1));
        assert_eq!(simulator.requests()[0].status, None);
    }
}

#[tokio::test]
async fn each_operation_can_fail_with_or_without_effect_and_strikes_no_other() {
    let exception = |name: &str| Fault::exception(name).unwrap();
    let faults = [
        (exception("ServiceFailureException"), false),
        (exception("ServiceFailureException").after_creating(), true),
        (TransportFault::ResetAfterRead { creates: false }.into(), false),
        (TransportFault::ResetAfterRead { creates: true }.into(), true),
        (TransportFault::TruncatedBody {}.into(), true),
        (TransportFault::UnparseableBody { status: 502 }.into(), false),
    ];
    for (fault, takes_effect) in faults {
        for row in OPERATIONS {
            let simulator = Simulator::start(ANY_PORT).unwrap();
            let meeting = new_meeting(&simulator, json!({})).await;
            let attendees = format!("{meeting}/attendees");
            for user in ["ann", "bob"] {
                send(&simulator, "POST", &attendees, &json!({ "ExternalUserId": user })).await;
            }
            let world = || {
                let meetings = simulator.meetings();
                let present = simulator.attendees(meeting.trim_start_matches("/meetings/"));
                (meetings.len(), meetings[0].alive, present)
            };
            let before = world();
            let ann = before.2[0].id();
            simulator.arm(Injection {
                fault: fault.clone(),
                extent: Extent::Times(1),
                operation: Some(row.operation),
            });
            assert_eq!(send(&simulator, "GET", "/meetings", &Value::Null).await.status, 404, "no operation");

            let query = row.query.map(|query| format!("?operation={query}")).unwrap_or_default();
            let path = row.path.replace("/meetings/{MeetingId}", &meeting).replace("{AttendeeId}", ann);
            let body = body_of(row.operation, ann).to_string();
            let mut connection = Connection::open(simulator.address()).await;
            let answer = connection
                .exchange(row.method, &format!("{path}{query}"), SIGNED, body.as_bytes())
                .await
                .map(|answer| (answer.status, answer.header("x-amzn-errortype").map(str::to_owned)));

            assert_ne!(answer.ok(), Some((row.success, None)), "{fault:?} {:?}", row.operation);
            let reads = matches!(
                row.operation,
                Operation::GetMeeting | Operation::ListAttendees | Operation::GetAttendee
            );
            assert_eq!(world() != before, takes_effect && !reads, "{fault:?} {:?}", row.operation);
            assert_eq!(simulator.requests().last().unwrap().operation, row.operation);
        }
    }
}

/// A valid body that changes something, for operations that have a body.
fn body_of(operation: Operation, attendee: &str) -> Value {
    let off = json!({ "Audio": "None", "Video": "None", "Content": "None" });
    let eve = json!({ "ExternalUserId": "eve" });
    match operation {
        Operation::CreateMeeting => request_with("ClientRequestToken", json!("another")),
        Operation::CreateMeetingWithAttendees => request_with("Attendees", json!([eve])),
        Operation::CreateAttendee => eve,
        Operation::BatchCreateAttendee => json!({ "Attendees": [eve] }),
        Operation::UpdateAttendeeCapabilities => json!({ "Capabilities": off }),
        Operation::BatchUpdateAttendeeCapabilitiesExcept => {
            json!({ "Capabilities": off, "ExcludedAttendeeIds": [{ "AttendeeId": attendee }] })
        }
        _ => Value::Null,
    }
}

#[tokio::test]
async fn an_answer_can_have_another_attendee() {
    let simulator = Simulator::start(ANY_PORT).unwrap();
    let meeting = new_meeting(&simulator, json!({})).await;
    let attendees = format!("{meeting}/attendees");
    let members =
        Map::from_iter([("ExternalUserId".to_owned(), json!("eve")), ("JoinToken".to_owned(), Value::Null)]);
    let other = || TransportFault::OtherAttendee { members: members.clone() };
    let differs = |attendee: &Value| {
        assert_eq!(attendee["ExternalUserId"], "eve", "{attendee}");
        assert!(attendee.get("JoinToken").is_none() && attendee["AttendeeId"].is_string(), "{attendee}");
    };

    simulator.inject(other(), 1);
    let answer = send(&simulator, "POST", &attendees, &json!({ "ExternalUserId": "ann" })).await;
    assert_eq!(answer.status, 201);
    differs(&answer.json()["Attendee"]);

    simulator.inject(other(), 1);
    let both = json!({ "Attendees": [{ "ExternalUserId": "bob" }, { "ExternalUserId": "joe" }] });
    let batch = send(&simulator, "POST", &format!("{attendees}?operation=batch-create"), &both).await.json();
    differs(&batch["Attendees"][0]);
    assert_eq!(batch["Attendees"][1]["ExternalUserId"], "joe");

    simulator.inject(other(), 1);
    let mut request = request_with("ClientRequestToken", json!("another"));
    request["Attendees"] = both["Attendees"].clone();
    let made = send(&simulator, "POST", "/meetings?operation=create-attendees", &request).await.json();
    differs(&made["Attendees"][0]);
    assert_eq!(made["Meeting"]["ExternalMeetingId"], "standup");

    simulator.inject(other(), 1);
    let unchanged = send(&simulator, "GET", &meeting, &Value::Null).await;
    assert_eq!(
        (unchanged.status, &unchanged.json()["Meeting"]["MediaRegion"]),
        (200, &json!("eu-central-1"))
    );
    let made = simulator.attendees(meeting.trim_start_matches("/meetings/"));
    let users: Vec<_> = made.iter().map(|attendee| attendee.external_user_id()).collect();
    assert_eq!(users, ["ann", "bob", "joe"], "the answer differs, the attendees do not");
}

#[tokio::test]
async fn faults_are_armed_over_http_and_never_strike_the_control_plane() {
    let simulator = Simulator::start(ANY_PORT).unwrap();
    let arm = async |body: Value| {
        exchange(simulator.address(), "POST", "/simulator/faults", &[], body.to_string().as_bytes()).await
    };
    let rows = [
        json!({ "fault": "ThrottlingException", "times": 1, "retry_after_seconds": 3 }),
        json!({ "fault": "ServiceFailureException", "creates": true, "operation": "CreateMeeting" }),
        json!({ "fault": "ResetBeforeRead" }),
        json!({ "fault": "ResetAfterRead", "creates": true, "times": 2 }),
        json!({ "fault": "OtherMeeting", "members": { "TenantIds": ["x"] }, "rate": 0.5 }),
        json!({ "fault": "OtherAttendee", "members": { "JoinToken": null }, "operation": "GetAttendee" }),
        json!({ "fault": "SlowBody", "bytes": 10, "pause_milliseconds": 5 }),
        json!({ "fault": "Answer", "status": 502, "headers": {}, "body": "" }),
    ];
    for row in &rows {
        assert_eq!(arm(row.clone()).await.status, 204, "{row}");
    }
    let armed = exchange(simulator.address(), "GET", "/simulator/faults", &[], b"").await.json();
    let with_times = rows.map(|mut row| {
        if row.get("rate").is_none() && row.get("times").is_none() {
            row["times"] = json!(1);
        }
        row
    });
    assert_eq!(armed, json!(with_times), "they are listed as they were armed");
    assert_eq!(exchange(simulator.address(), "GET", "/simulator/requests", &[], b"").await.json(), json!([]));
    let refused = [
        (json!({ "fault": "Nonsense" }), "expected one of"),
        (json!({}), "missing field `fault`"),
        (json!({ "fault": "ThrottlingException", "creats": true }), "`creats` is no field"),
        (json!({ "fault": "BlackHole" }), "missing field `creates`"),
        (json!({ "fault": "NoMeeting", "status": 1 }), "unknown field `status`"),
        (json!({ "fault": "NoMeeting", "rate": 2.0 }), "is not between 0 and 1"),
        (json!({ "fault": "NoMeeting", "rate": 0.1, "times": 1 }), "exclude each other"),
        (json!({ "fault": "NoMeeting", "times": -1 }), "`times`"),
        (json!({ "fault": "NoMeeting", "times": 0 }), "`times` must be at least 1"),
        (json!({ "fault": "NoMeeting", "operation": "Create" }), "`operation`"),
    ];
    for (row, reason) in refused {
        let answer = arm(row.clone()).await;
        assert_eq!(answer.status, 400, "{row}");
        assert!(answer.text().contains(reason), "{row}: {}", answer.text());
    }
}

#[tokio::test]
async fn the_list_of_armed_faults_says_how_many_requests_each_is_still_to_strike() {
    let simulator = Simulator::start(ANY_PORT).unwrap();
    simulator.inject(Fault::exception("ThrottlingException").unwrap(), 3);
    simulator.inject(TransportFault::NoMeeting {}, 1);
    create_once(&simulator).await.unwrap();
    let left = |simulator: &Simulator| -> Vec<Value> {
        simulator.armed_faults().iter().map(|fault| fault.to_json()["times"].clone()).collect()
    };
    assert_eq!(left(&simulator), [2, 1]);
    let disarmed = exchange(simulator.address(), "DELETE", "/simulator/faults", &[], b"").await;
    assert_eq!((disarmed.status, left(&simulator).len()), (204, 0));
    assert_eq!(create_once(&simulator).await.unwrap().status, 201);
}
