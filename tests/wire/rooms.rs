//! Rooms: whoever of a tenant asks for the same room gets the same meeting, and an attendee of their own.

use std::time::{Duration, Instant};

use local::dynamodb;
use local::simulator::{Extent, Fault, Injection, Operation, TokenMemory, TransportFault};
use serde_json::{Value, json};

use crate::harness::{Answer, PATIENCE, Stack, event, with_header};

const ROOM: &str = "team-standup";

/// Hosts have every right, members may join, watchers may end.
pub(crate) fn policy() -> Value {
    json!({
        "Everyone": {
            "Fixed": { "TenantIds": ["${tenant}"] },
            "Default": { "MediaRegion": "us-east-1" },
            "Allowed": {
                "MediaRegion": ["us-east-1", "eu-west-2"], "PrimaryMeetingId": true,
                "MeetingFeatures": { "Video": { "MaxResolution": "HD" } },
            },
            "Callers": {
                "Create": { "AnyGroup": ["hosts"] }, "Join": { "AnyGroup": ["hosts", "members"] },
                "Moderate": { "AnyGroup": ["hosts"] }, "End": { "AnyGroup": ["hosts", "watchers"] },
            },
        },
        "Tenants": { "acme": {}, "globex": {} },
    })
}

async fn start() -> Stack {
    Stack::with().policy(&policy()).registry().start().await
}

/// Joins a room as that person.
async fn join(stack: &Stack, tenant: &str, person: &str, groups: &[&str], body: Option<&Value>) -> Answer {
    stack.send(&stack.token_of(tenant, person, groups), &format!("POST /rooms/{ROOM}/join"), body).await
}

async fn host_joins(stack: &Stack, body: Option<&Value>) -> Answer {
    join(stack, "acme", "anna-of-acme", &["hosts"], body).await
}

async fn member_joins(stack: &Stack, body: Option<&Value>) -> Answer {
    join(stack, "acme", "bert-of-acme", &["members"], body).await
}

async fn get(stack: &Stack) -> Answer {
    stack.send(&stack.token("acme"), &format!("GET /rooms/{ROOM}"), None).await
}

async fn delete(stack: &Stack) -> Answer {
    stack.send(&stack.token("acme"), &format!("DELETE /rooms/{ROOM}"), None).await
}

/// The id of the meeting in an answer that must be a success.
fn meeting(answer: &Answer) -> String {
    let id = answer.body["Meeting"]["MeetingId"].as_str();
    id.unwrap_or_else(|| panic!("{}: {}", answer.status, answer.text)).to_owned()
}

fn code(answer: &Answer) -> (u64, &str) {
    (answer.status, answer.body["Code"].as_str().unwrap_or_default())
}

/// How many meetings go on at Chime.
fn open_meetings(stack: &Stack) -> usize {
    stack.simulator.meetings().iter().filter(|meeting| meeting.alive).count()
}

fn fault(name: &str) -> Fault {
    Fault::exception(name).expect("the simulator knows the exception")
}

fn strike(stack: &Stack, operation: Operation, fault: impl Into<Fault>, times: u32) {
    let injection =
        Injection { fault: fault.into(), extent: Extent::Times(times), operation: Some(operation) };
    stack.simulator.arm(injection);
}

#[tokio::test]
async fn everybody_of_a_tenant_gets_the_same_meeting_and_an_attendee_of_their_own() {
    let stack = start().await;
    let first = host_joins(&stack, None).await;
    assert_eq!(first.status, 201, "{}", first.text);
    assert_eq!(first.body["Meeting"]["ExternalMeetingId"], ROOM);
    assert_eq!(first.body["Meeting"]["TenantIds"], json!(["acme"]));
    assert_eq!(first.body["Attendee"]["ExternalUserId"], "anna-of-acme");
    assert!(first.body["Attendee"]["JoinToken"].is_string(), "the joiner's own");
    assert_eq!(first.body.as_object().unwrap().len(), 2, "{}", first.text);
    let second = member_joins(&stack, Some(&json!({ "ExternalUserId": "bert-of-acme#phone" }))).await;
    assert_eq!(meeting(&second), meeting(&first));
    assert_eq!(second.body["Attendee"]["ExternalUserId"], "bert-of-acme#phone");
    assert_ne!(second.body["Attendee"]["JoinToken"], first.body["Attendee"]["JoinToken"]);
    let got = get(&stack).await;
    assert_eq!((got.status, &got.body["Meeting"]), (200, &first.body["Meeting"]), "as Chime wrote it");
    assert!(!got.text.contains("JoinToken"), "{}", got.text);
    assert_eq!(stack.creations().len(), 1);

    let others = join(&stack, "globex", "anna-of-acme", &["hosts"], None).await;
    assert_ne!(meeting(&others), meeting(&first), "a room is a name within a tenant");
    assert_eq!(others.body["Meeting"]["TenantIds"], json!(["globex"]));
}

#[tokio::test]
async fn names_are_compared_exactly() {
    let stack = start().await;
    let token = stack.token("acme");
    let mut meetings = Vec::new();
    for room in ["team-standup", "Team-Standup", "team_standup", "team.standup", "team-standup-2"] {
        let answer = stack.send(&token, &format!("POST /rooms/{room}/join"), None).await;
        assert_eq!(answer.body["Meeting"]["ExternalMeetingId"], room);
        meetings.push(meeting(&answer));
    }
    meetings.sort();
    meetings.dedup();
    assert_eq!(meetings.len(), 5);
}

#[tokio::test]
async fn a_text_that_cannot_be_a_room_is_404_and_nothing_is_asked() {
    let stack = start().await;
    let token = stack.token("acme");
    let long = "r".repeat(65);
    for (room, why) in [
        ("r", "one character"),
        (&*long, "65 characters"),
        ("-standup", "begins with no letter or digit"),
        ("stand%20up", "percent-encoding is not decoded"),
        ("st%61ndup", "not even that of a letter"),
        ("stand~up", "another character"),
        ("ständup", "a letter beyond ASCII"),
        ("..", "a path"),
    ] {
        for request in ["POST /rooms/{}/join", "GET /rooms/{}", "DELETE /rooms/{}"] {
            let answer = stack.send(&token, &request.replace("{}", room), None).await;
            assert_eq!(code(&answer), (404, "NotFoundException"), "{request}, {why}: {}", answer.text);
        }
    }
    assert_eq!((stack.simulator.requests().len(), stack.table().requests().len()), (0, 0));
    let longest = "r".repeat(64);
    assert_eq!(stack.send(&token, &format!("POST /rooms/{longest}/join"), None).await.status, 201);
}

#[tokio::test]
async fn who_may_not_create_joins_an_open_room_and_finds_a_closed_one_missing() {
    let stack = start().await;
    assert_eq!(code(&member_joins(&stack, None).await), (404, "NotFoundException"));
    assert_eq!(stack.simulator.requests().len(), 0, "the table says that there is no meeting");
    let opened = host_joins(&stack, None).await;
    assert_eq!(meeting(&member_joins(&stack, None).await), meeting(&opened));
    stack.simulator.end_meeting(&meeting(&opened));
    assert_eq!(code(&member_joins(&stack, None).await), (404, "NotFoundException"), "its meeting has ended");
    assert_eq!(stack.creations().len(), 1);
}

#[tokio::test]
async fn a_room_whose_meeting_has_ended_gets_a_new_one() {
    let mut stack = start().await;
    for (why, restarts) in [("the proof is remembered", false), ("in another process", true)] {
        let before = host_joins(&stack, None).await;
        stack.simulator.end_meeting(&meeting(&before));
        if restarts {
            stack.restart();
        }
        assert_eq!(code(&get(&stack).await), (404, "NotFoundException"), "{why}");
        let after = host_joins(&stack, None).await;
        assert_eq!(after.status, 201, "{why}: {}", after.text);
        assert_ne!(meeting(&after), meeting(&before), "{why}");
        assert_eq!(meeting(&member_joins(&stack, None).await), meeting(&after), "{why}");
        assert_eq!(open_meetings(&stack), 1, "{why}");
    }
}

/// What Chime does with the token of an ended meeting is documented nowhere.
#[tokio::test]
async fn a_room_gets_a_new_meeting_whatever_chime_does_with_the_token_of_the_old_one() {
    for memory in [
        TokenMemory::Kept,
        TokenMemory::WhileMeetingGoesOn,
        TokenMemory::ConflictOnceEnded,
        TokenMemory::Forgotten,
    ] {
        let stack = start().await;
        stack.simulator.set_token_memory(memory);
        let mut meetings = Vec::new();
        for _ in 0..3 {
            let joined = host_joins(&stack, None).await;
            stack.simulator.end_meeting(&meeting(&joined));
            meetings.push(meeting(&joined));
        }
        meetings.dedup();
        assert_eq!(meetings.len(), 3, "{memory:?}");
    }
}

#[tokio::test]
async fn delete_ends_the_meeting_and_the_next_caller_opens_another() {
    let stack = start().await;
    assert_eq!(delete(&stack).await.status, 204, "there never was one");
    assert_eq!(stack.simulator.requests().len(), 0);
    let first = host_joins(&stack, None).await;
    let deleted = delete(&stack).await;
    assert_eq!((deleted.status, &*deleted.text), (204, ""));
    assert_eq!(open_meetings(&stack), 0);
    assert_eq!(delete(&stack).await.status, 204, "there is none any more");
    assert_eq!(code(&get(&stack).await), (404, "NotFoundException"));
    assert_eq!(code(&member_joins(&stack, None).await), (404, "NotFoundException"));
    let second = host_joins(&stack, None).await;
    assert_ne!(meeting(&second), meeting(&first));
    assert_eq!(meeting(&member_joins(&stack, None).await), meeting(&second));

    stack.simulator.end_meeting(&meeting(&second));
    assert_eq!(delete(&stack).await.status, 204, "it had ended by itself");
}

#[tokio::test]
async fn whoever_may_end_meetings_may_end_that_of_a_room_and_nobody_else() {
    let stack = start().await;
    host_joins(&stack, None).await;
    let request = format!("DELETE /rooms/{ROOM}");
    let member = stack.token_of("acme", "bert-of-acme", &["members"]);
    assert_eq!(code(&stack.send(&member, &request, None).await), (403, "ForbiddenException"));
    let globex = stack.token("globex");
    assert_eq!(stack.send(&globex, &request, None).await.status, 204, "globex has no meeting in that room");
    assert_eq!(open_meetings(&stack), 1);
    let watcher = stack.token_of("acme", "carl-of-acme", &["watchers"]);
    assert_eq!(stack.send(&watcher, &request, None).await.status, 204);
    assert_eq!(open_meetings(&stack), 0);
}

#[tokio::test]
async fn the_meetings_members_count_when_the_room_is_opened_and_are_checked_by_the_model_always() {
    let stack = start().await;
    let in_region = |region: &str| json!({ "Meeting": { "MediaRegion": region } });
    let invalid = json!({ "Meeting": { "MediaRegion": "x", "Nope": 1 }, "ExternalUserId": "?;" });
    let places = ["#/ExternalUserId", "#/Meeting/MediaRegion", "#/Meeting/Nope"];
    let forbidden = in_region("ap-south-1");
    for state in ["closed", "open"] {
        let answer = host_joins(&stack, Some(&invalid)).await;
        assert_eq!((answer.status, answer.places()), (400, places.map(str::to_owned).to_vec()), "{state}");
        let answer = member_joins(&stack, Some(&invalid)).await;
        assert_eq!((answer.status, answer.places()), (400, places.map(str::to_owned).to_vec()), "{state}");
        let answer = host_joins(&stack, Some(&forbidden)).await;
        assert_eq!(
            (answer.status, answer.places()),
            (403, vec!["#/Meeting/MediaRegion".to_owned()]),
            "{state}"
        );
        let answer = member_joins(&stack, Some(&forbidden)).await;
        let expected = if state == "closed" { 404 } else { 201 };
        assert_eq!(answer.status, expected, "{state}: who may not create is not bound by the policy for it");
        let answer = host_joins(&stack, Some(&in_region("eu-west-2"))).await;
        assert_eq!(answer.body["Meeting"]["MediaRegion"], "eu-west-2", "{state}: {}", answer.text);
    }
    let as_it_is = host_joins(&stack, Some(&in_region("us-east-1"))).await;
    assert_eq!(as_it_is.status, 201, "{}", as_it_is.text);
    assert_eq!(as_it_is.body["Meeting"]["MediaRegion"], "eu-west-2", "who comes second gets it as it is");
    assert_eq!(stack.creations().len(), 1);
}

#[tokio::test]
async fn what_names_or_repeats_the_meeting_is_not_the_callers_in_a_room() {
    let stack = start().await;
    let answer = host_joins(
        &stack,
        Some(&json!({ "Meeting": { "ExternalMeetingId": ROOM, "ClientRequestToken": "some-key" } })),
    )
    .await;
    let places = ["#/Meeting/ClientRequestToken", "#/Meeting/ExternalMeetingId"];
    assert_eq!((answer.status, answer.places()), (400, places.map(str::to_owned).to_vec()));
    let token = stack.token("acme");
    let request = format!("POST /rooms/{ROOM}/join");
    let keyed = |key: &str| with_header(event(&token, &request, None), "Idempotency-Key", key);
    let first = stack.invoke(&keyed("some-key")).await;
    let second = stack.invoke(&keyed("another-key")).await;
    assert_eq!(meeting(&first), meeting(&second), "the header does not count");
    assert_eq!(stack.invoke(&keyed("?")).await.status, 201, "not even an invalid one");
}

#[tokio::test]
async fn an_attendee_whom_the_meeting_would_not_take_opens_no_room() {
    let stack = start().await;
    let video = json!({ "Audio": "Send", "Video": "Send", "Content": "None" });
    let body = json!({
        "Capabilities": video, "Meeting": { "MeetingFeatures": { "Video": { "MaxResolution": "None" } } }
    });
    let refused = host_joins(&stack, Some(&body)).await;
    assert_eq!((refused.status, refused.places()), (400, vec!["#/Capabilities/Video".to_owned()]));
    assert_eq!(stack.simulator.requests().len(), 0, "nothing was created for nobody");

    host_joins(&stack, Some(&json!({ "Meeting": body["Meeting"] }))).await;
    let refused = host_joins(&stack, Some(&json!({ "Capabilities": video }))).await;
    assert_eq!((refused.status, refused.places()), (400, vec!["#/Capabilities/Video".to_owned()]));
}

#[tokio::test]
async fn the_primary_of_a_rooms_meeting_is_proven_when_the_meeting_is_created() {
    let stack = start().await;
    let primary = stack.create("globex", &json!({ "ExternalMeetingId": "another-main-room" })).await;
    let of = |primary: &Answer| json!({ "Meeting": { "PrimaryMeetingId": meeting(primary) } });
    let refused = host_joins(&stack, Some(&of(&primary))).await;
    assert_eq!((refused.status, refused.places()), (403, vec!["#/Meeting/PrimaryMeetingId".to_owned()]));
    assert_eq!(stack.creations().len(), 1, "another tenant's: nothing was created");
    let own = stack.create("acme", &json!({ "ExternalMeetingId": "the-main-room" })).await;
    let joined = host_joins(&stack, Some(&of(&own))).await;
    assert_eq!(joined.body["Meeting"]["PrimaryMeetingId"], json!(meeting(&own)), "{}", joined.text);
    let joined = host_joins(&stack, Some(&of(&primary))).await;
    assert_eq!(joined.status, 201, "the room is open: {}", joined.text);
}

/// The policy has changed since the meeting began.
#[tokio::test]
async fn a_meeting_with_other_tenant_ids_holds_the_room_until_it_ends() {
    let stack = start().await;
    let mut changed = policy();
    changed["Tenants"]["acme"] = json!({ "Fixed": { "TenantIds": ["acme-reborn"] } });
    let changed = Stack::with().policy(&changed).beside(&stack).start().await;
    let before = host_joins(&stack, None).await;
    let room = format!("/rooms/{ROOM}");
    // The token is of the first stack's issuer, which both trust.
    let token = stack.token("acme");
    for request in [format!("POST {room}/join"), format!("GET {room}"), format!("DELETE {room}")] {
        let answer = changed.send(&token, &request, None).await;
        assert_eq!(code(&answer), (409, "ConflictException"), "{request}: {}", answer.text);
        assert!(!answer.text.contains("MediaPlacement"), "{}", answer.text);
    }
    assert_eq!(open_meetings(&stack), 1);
    assert_eq!(host_joins(&stack, None).await.status, 201, "where the policy is the old one, it goes on");
    stack.simulator.end_meeting(&meeting(&before));
    let after = changed.send(&token, &format!("POST {room}/join"), None).await;
    assert_eq!(after.body["Meeting"]["TenantIds"], json!(["acme-reborn"]), "{}", after.text);
}

#[tokio::test]
async fn only_chimes_not_found_exception_moves_a_room_on() {
    let mut stack = start().await;
    let before = host_joins(&stack, None).await;
    let proxys = || Fault::from(TransportFault::UnparseableBody { status: 404 });
    for (fault, status, why) in [
        (fault("ForbiddenException"), 500, "IAM, or another stack's tag: the stack's own fault"),
        (fault("AccessDeniedException"), 500, "likewise"),
        (fault("BadRequestException"), 502, "the table's id is refused"),
        (proxys(), 502, "404 without Chime's code is a proxy's"),
        (fault("ServiceFailureException"), 502, "an outage"),
        (fault("ThrottlingException"), 429, "too many requests"),
    ] {
        for operation in [Operation::GetMeeting, Operation::CreateAttendee] {
            // Without a proof, so that GetMeeting is asked.
            stack.restart();
            strike(&stack, operation, fault.clone(), 9);
            let answer = host_joins(&stack, None).await;
            stack.simulator.disarm();
            let is_refused_attendee =
                operation == Operation::CreateAttendee && fault == self::fault("BadRequestException");
            let expected = if is_refused_attendee { 400 } else { status };
            assert_eq!(answer.status, expected, "{operation:?}, {why}: {}", answer.text);
        }
        assert_eq!(meeting(&host_joins(&stack, None).await), meeting(&before), "{why}");
    }
    strike(&stack, Operation::CreateAttendee, fault("NotFoundException"), 1);
    let after = host_joins(&stack, None).await;
    assert_ne!(meeting(&after), meeting(&before), "{}", after.text);
}

#[tokio::test]
async fn what_chime_refuses_to_open_is_answered_as_for_a_creation() {
    let stack = start().await;
    for (name, status, code_name) in [
        ("LimitExceededException", 429, "LimitExceededException"),
        ("ThrottlingException", 429, "ThrottlingException"),
        ("BadRequestException", 400, "BadRequestException"),
        ("AccessDeniedException", 500, "ServiceFailureException"),
        ("ServiceUnavailableException", 503, "ServiceUnavailableException"),
        ("ServiceFailureException", 502, "ServiceFailureException"),
    ] {
        strike(&stack, Operation::CreateMeeting, fault(name), 9);
        let answer = host_joins(&stack, None).await;
        stack.simulator.disarm();
        assert_eq!(code(&answer), (status, code_name), "{name}: {}", answer.text);
        assert_eq!(answer.header("retry-after").is_some(), [429, 503].contains(&status), "{name}");
    }
    assert_eq!(host_joins(&stack, None).await.status, 201, "the room is none the worse for it");
}

#[tokio::test]
async fn a_conflict_about_a_room_is_no_fault_of_the_caller() {
    let stack = start().await;
    strike(&stack, Operation::CreateMeeting, fault("ConflictException"), 9);
    let answer = host_joins(&stack, None).await;
    assert_eq!(code(&answer), (503, "ServiceUnavailableException"), "{}", answer.text);
    assert_eq!(answer.header("retry-after"), Some("2"));
    stack.simulator.disarm();
    let members = json!({ "MediaRegion": "eu-west-2" }).as_object().unwrap().clone();
    strike(&stack, Operation::CreateMeeting, TransportFault::OtherMeeting { members }, 1);
    let answer = host_joins(&stack, None).await;
    assert_eq!(code(&answer), (503, "ServiceUnavailableException"), "another meeting than asked for");
    assert!(!answer.text.contains("MediaPlacement"), "{}", answer.text);
    let log = stack.function.logs_with(r#""DifferentMeeting":1"#, PATIENCE).await;
    assert!(log.is_ok(), "an operator must know: {log:?}");
    assert_eq!(host_joins(&stack, None).await.status, 201);
}

#[tokio::test]
async fn callers_who_open_with_other_members_never_share_a_token() {
    let stack = start().await;
    let region = |region: &str| json!({ "Meeting": { "MediaRegion": region } });
    let tokens = async |body: Value, person: &str| {
        // The caller's creation gets no answer, so the generation stays.
        strike(&stack, Operation::CreateMeeting, TransportFault::ResetAfterRead { creates: false }, 3);
        assert_eq!(join(&stack, "acme", person, &["hosts"], Some(&body)).await.status, 503);
        stack.simulator.disarm();
        let sent = stack.creations().pop().expect("Chime read the request");
        sent["ClientRequestToken"].as_str().expect("a token").to_owned()
    };
    let anna = tokens(region("us-east-1"), "anna-of-acme").await;
    assert_eq!(anna, tokens(region("us-east-1"), "carl-of-acme").await, "whoever asks for the same");
    assert_eq!(anna, tokens(json!({}), "carl-of-acme").await, "which is what the policy gives");
    assert_ne!(anna, tokens(region("eu-west-2"), "anna-of-acme").await, "other members");
    assert!(!anna.contains(ROOM));
}

/// The second caller is faster, so the first one's meeting can't become the room's any more.
#[tokio::test]
async fn who_loses_the_race_ends_their_own_meeting_and_joins_the_winners() {
    let stack = start().await;
    let other = Stack::with().policy(&policy()).beside(&stack).start().await;
    let token = stack.token("acme");
    let request = format!("POST /rooms/{ROOM}/join");
    let elsewhere = json!({ "Meeting": { "MediaRegion": "eu-west-2" } });
    strike(&stack, Operation::CreateMeeting, TransportFault::DelayedHeaders { milliseconds: 1_500 }, 1);
    let faster = async {
        // Once the first one's creation has reached Chime.
        while stack.creations().is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        other.send(&token, &request, Some(&elsewhere)).await
    };
    let (slow, fast) = tokio::join!(host_joins(&stack, None), faster);
    assert_eq!(fast.body["Meeting"]["MediaRegion"], "eu-west-2", "{}", fast.text);
    assert_eq!(slow.body["Meeting"], fast.body["Meeting"], "{}", slow.text);
    assert_eq!((stack.simulator.meetings().len(), open_meetings(&stack)), (2, 1));
    let joined = stack.simulator.attendees(&meeting(&fast));
    assert_eq!(joined.len(), 2, "{joined:?}");
}

/// As when a whole class opens a room at once, and Chime throttles all but the first.
#[tokio::test]
async fn who_is_throttled_joins_the_meeting_that_another_has_created_meanwhile() {
    let stack = start().await;
    let other = Stack::with().policy(&policy()).beside(&stack).start().await;
    let token = stack.token("acme");
    let request = format!("POST /rooms/{ROOM}/join");
    strike(&stack, Operation::CreateMeeting, TransportFault::DelayedHeaders { milliseconds: 500 }, 1);
    let throttled = async {
        // Once the first one's creation has reached Chime.
        while stack.creations().is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let exception = Fault::exception("ThrottlingException").expect("the simulator knows the exception");
        strike(&stack, Operation::CreateMeeting, exception, 3);
        // It reads the room before the other has opened it, and is throttled after.
        let slow = dynamodb::Fault::SlowAnswer(Duration::from_millis(1_500));
        stack.table().arm(dynamodb::Injection::new(slow, 1).of_operation("GetItem"));
        other.send(&token, &request, None).await
    };
    let (first, throttled) = tokio::join!(host_joins(&stack, None), throttled);
    assert_eq!(throttled.status, 201, "{}", throttled.text);
    assert_eq!(throttled.body["Meeting"], first.body["Meeting"]);
    assert_eq!(open_meetings(&stack), 1);
}

#[tokio::test]
async fn answers_504_before_the_deadline_when_chime_is_silent() {
    let mut stack = start().await;
    let limit = Duration::from_millis(2_200);
    let token = stack.token("acme");
    let request = format!("POST /rooms/{ROOM}/join");
    for (operation, why) in [
        (Operation::CreateMeeting, "while the room is opened"),
        (Operation::CreateAttendee, "once it is open"),
        (Operation::GetMeeting, "in a cold process"),
    ] {
        if operation == Operation::GetMeeting {
            stack.restart();
        }
        stack.function.wait_until_ready(PATIENCE).await;
        strike(&stack, operation, TransportFault::BlackHole { creates: true }, 9);
        let started = Instant::now();
        let outcome = stack.invoke_within(event(&token, &request, None).to_string(), limit).await;
        let (answer, took) = (Answer::of(outcome), started.elapsed());
        stack.simulator.disarm();
        assert_eq!(code(&answer), (504, "ServiceUnavailableException"), "{why}: {}", answer.text);
        assert!(took < limit - Duration::from_millis(200), "{why}: {took:?}");
        assert_eq!(host_joins(&stack, None).await.status, 201, "{why}: a repeat finds what is there");
        assert_eq!(open_meetings(&stack), 1, "{why}");
    }
}

/// Several gateways at once: the others find the room that the first has just opened, or loses its own meeting.
#[tokio::test]
async fn callers_at_once_get_one_meeting() {
    let stack = start().await;
    let mut others = Vec::new();
    for _ in 0..2 {
        others.push(Stack::with().policy(&policy()).beside(&stack).start().await);
    }
    for round in 0..5 {
        stack.simulator.set_token_memory(if round % 2 == 0 {
            TokenMemory::Kept
        } else {
            TokenMemory::Forgotten
        });
        let token = stack.token("acme");
        let request = format!("POST /rooms/{ROOM}/join");
        let regions =
            ["us-east-1", "eu-west-2"].map(|region| json!({ "Meeting": { "MediaRegion": region } }));
        let (first, second, third) = tokio::join!(
            stack.send(&token, &request, Some(&regions[0])),
            others[0].send(&token, &request, Some(&regions[1])),
            others[1].send(&token, &request, None),
        );
        let meetings = [&first, &second, &third].map(meeting);
        assert!(meetings.iter().all(|id| *id == meetings[0]), "{meetings:?}");
        assert_eq!(open_meetings(&stack), 1, "what nobody got is ended");
        assert_eq!(delete(&stack).await.status, 204);
    }
}

#[tokio::test]
async fn without_a_registry_there_are_no_rooms() {
    let stack = Stack::with().policy(&policy()).start().await;
    let token = stack.token("acme");
    let nowhere = stack.send(&token, "GET /nowhere", None).await;
    for request in ["POST /rooms/{}/join", "GET /rooms/{}", "DELETE /rooms/{}", "PUT /rooms/{}"] {
        let answer = stack.send(&token, &request.replace("{}", ROOM), None).await;
        assert_eq!(
            (answer.status, &answer.body["detail"]),
            (404, &nowhere.body["detail"]),
            "{request}: like no route"
        );
        let silent = stack.send("", &request.replace("{}", ROOM), None).await;
        assert_eq!(silent.status, 404, "{request}: whoever asks");
    }
    assert_eq!(stack.simulator.requests().len(), 0);
}

#[tokio::test]
async fn who_does_not_name_a_region_that_the_policy_leaves_open_joins_a_room_but_does_not_open_it() {
    let mut policy = policy();
    policy["Everyone"]["Default"] = json!({});
    let stack = Stack::with().policy(&policy).registry().start().await;
    let refused = host_joins(&stack, None).await;
    assert_eq!(code(&refused), (400, "BadRequestException"));
    assert_eq!(refused.places(), ["#/Meeting/MediaRegion"]);
    assert_eq!(open_meetings(&stack), 0);
    let opened = host_joins(&stack, Some(&json!({ "Meeting": { "MediaRegion": "eu-west-2" } }))).await;
    let joined = host_joins(&stack, None).await;
    assert_eq!(meeting(&joined), meeting(&opened));
}
