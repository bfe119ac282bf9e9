//! The fault matrix: whatever goes wrong at Chime or on the way to it, the caller gets a documented answer, and
//! at most one meeting exists. The caller's retry with the same key then gets that meeting.

use std::time::Duration;

use local::simulator::{Extent, Fault, Injection, Operation, TransportFault};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::harness::{Answer, PATIENCE, Stack, post};

/// Time that the function is given where the row does not say: longer than any row takes.
const USUAL_LIMIT: Duration = Duration::from_secs(20);

/// How often a lasting fault strikes: more often than Chime is ever asked.
const ALWAYS: u32 = 9;

/// Number of stacks that the rows are divided among.
const STACKS: usize = 6;

/// What goes wrong, and what is expected.
struct Row {
    name: String,
    fault: Fault,
    times: u32,
    /// what Lambda gives the function
    limit: Duration,
    status: u64,
    /// empty where a meeting is expected
    code: &'static str,
    retry_after: Option<&'static str>,
    /// how many CreateMeeting requests Chime reads
    seen: usize,
    /// how many meetings exist afterwards
    meetings: usize,
}

impl Row {
    fn limit(mut self, seconds: f64) -> Self {
        self.limit = Duration::from_secs_f64(seconds);
        self
    }

    fn retry_after(mut self, seconds: &'static str) -> Self {
        self.retry_after = Some(seconds);
        self
    }
}

/// A fault that goes away: the caller gets the meeting.
fn passing(name: &str, fault: impl Into<Fault>, times: u32, seen: usize) -> Row {
    Row {
        name: format!("{name}, {times} time(s)"),
        fault: fault.into(),
        times,
        limit: USUAL_LIMIT,
        status: 201,
        code: "",
        retry_after: None,
        seen,
        meetings: 1,
    }
}

/// A lasting fault.
fn lasting(
    name: &str,
    fault: impl Into<Fault>,
    told: (u64, &'static str),
    seen: usize,
    meetings: usize,
) -> Row {
    Row {
        name: format!("{name}, lasting"),
        fault: fault.into(),
        times: ALWAYS,
        limit: USUAL_LIMIT,
        status: told.0,
        code: told.1,
        retry_after: None,
        seen,
        meetings,
    }
}

const REFUSED: (u64, &str) = (400, "BadRequestException");
const CONFLICT: (u64, &str) = (409, "ConflictException");
const THROTTLED: (u64, &str) = (429, "ThrottlingException");
const FULL: (u64, &str) = (429, "LimitExceededException");
const INTERNAL: (u64, &str) = (500, "ServiceFailureException");
const BAD_GATEWAY: (u64, &str) = (502, "ServiceFailureException");
const UNAVAILABLE: (u64, &str) = (503, "ServiceUnavailableException");
const LATE: (u64, &str) = (504, "ServiceUnavailableException");

fn exception(name: &str) -> Fault {
    Fault::exception(name).expect("the simulator knows the exception")
}

/// Chime's own errors, modelled and not.
fn exceptions() -> Vec<Row> {
    let lasting = |name: &str, told, seen| lasting(name, exception(name), told, seen, 0);
    let waiting = |name: &str, seconds| exception(name).with_retry_after(seconds);
    vec![
        lasting("BadRequestException", REFUSED, 1),
        lasting("UnprocessableEntityException", REFUSED, 1),
        // Not in the model, seen in practice.
        lasting("ValidationException", REFUSED, 1),
        lasting("UnauthorizedException", INTERNAL, 1),
        lasting("ForbiddenException", INTERNAL, 1),
        // IAM's, not in Chime's model.
        lasting("AccessDeniedException", INTERNAL, 1),
        // Nothing that was asked for can be missing.
        lasting("NotFoundException", BAD_GATEWAY, 1),
        // The SDK would repeat it.
        lasting("LimitExceededException", FULL, 1).retry_after("60"),
        lasting("ConflictException", CONFLICT, 3),
        passing("a simultaneous request", exception("ConflictException"), 2, 3),
        lasting("ThrottlingException", THROTTLED, 3).retry_after("2"),
        passing("throttling", exception("ThrottlingException"), 2, 3),
        passing("throttling, 1 s asked for", waiting("ThrottlingException", 1), 1, 2),
        self::lasting("throttling, 9 s asked for", waiting("ThrottlingException", 9), THROTTLED, 1, 0)
            .retry_after("9"),
        lasting("ServiceFailureException", BAD_GATEWAY, 3),
        passing("a failure", exception("ServiceFailureException"), 2, 3),
        passing("a failure once created", exception("ServiceFailureException").after_creating(), 2, 3),
        self::lasting(
            "a failure once created",
            exception("ServiceFailureException").after_creating(),
            BAD_GATEWAY,
            3,
            1,
        ),
        lasting("ServiceUnavailableException", UNAVAILABLE, 3).retry_after("2"),
        passing("unavailable", exception("ServiceUnavailableException"), 1, 2),
        self::lasting("unavailable for long", waiting("ServiceUnavailableException", 30), UNAVAILABLE, 1, 0)
            .retry_after("30"),
    ]
}

/// Answers that are not Chime's.
fn malformed_answers() -> Vec<Row> {
    let unparseable = |status| TransportFault::UnparseableBody { status };
    let answer = |status, headers: &[(&str, &str)], body: &str| TransportFault::Answer {
        status,
        headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        body: body.to_owned(),
    };
    let other = |members: Value| TransportFault::OtherMeeting {
        members: members.as_object().expect("members are an object").clone(),
    };
    vec![
        lasting("201 that is no JSON", unparseable(201), BAD_GATEWAY, 3, 0),
        passing("201 that is no JSON", unparseable(201), 1, 2),
        lasting("200 that is no JSON", unparseable(200), BAD_GATEWAY, 3, 0),
        lasting("400 without a code, as of a proxy", unparseable(400), BAD_GATEWAY, 3, 0),
        lasting("403 without a code", unparseable(403), INTERNAL, 1, 0),
        lasting("404 without a code, as of a proxy", unparseable(404), BAD_GATEWAY, 3, 0),
        lasting("429 without a code", unparseable(429), THROTTLED, 3, 0).retry_after("2"),
        lasting("500 without a code", unparseable(500), BAD_GATEWAY, 3, 0),
        lasting("503 without a code", unparseable(503), UNAVAILABLE, 3, 0).retry_after("2"),
        lasting("a status that Chime has not", answer(418, &[], "{}"), BAD_GATEWAY, 3, 0),
        lasting(
            "a redirection, which is not followed",
            answer(307, &[("location", "http://127.0.0.1:1/meetings")], ""),
            BAD_GATEWAY,
            3,
            0,
        ),
        lasting(
            "a date to come back at",
            answer(429, &[("retry-after", "Wed, 21 Oct 2026 07:28:00 GMT")], "{}"),
            THROTTLED,
            3,
            0,
        )
        .retry_after("2"),
        lasting("a success without a meeting", TransportFault::NoMeeting {}, BAD_GATEWAY, 3, 0),
        passing("a success without a meeting", TransportFault::NoMeeting {}, 1, 2),
        lasting("200 without a meeting", answer(200, &[], "{}"), BAD_GATEWAY, 3, 0),
        lasting("an empty success", answer(201, &[], ""), BAD_GATEWAY, 3, 0),
        lasting("a meeting that is null", answer(201, &[], r#"{"Meeting":null}"#), BAD_GATEWAY, 3, 0),
        lasting("a meeting that is text", answer(201, &[], r#"{"Meeting":"?"}"#), BAD_GATEWAY, 3, 0),
        lasting("no id", other(json!({ "MeetingId": null })), BAD_GATEWAY, 3, 1),
        lasting("no media placement", other(json!({ "MediaPlacement": null })), BAD_GATEWAY, 3, 1),
        passing("no media placement", other(json!({ "MediaPlacement": null })), 1, 2),
        lasting("another tenant's", other(json!({ "TenantIds": ["globex"] })), CONFLICT, 1, 1),
        lasting("a body that ends halfway", TransportFault::TruncatedBody {}, BAD_GATEWAY, 3, 1),
        passing("a body that ends halfway", TransportFault::TruncatedBody {}, 2, 3),
    ]
}

/// Connections that break, and answers that come late or never.
fn broken_connections() -> Vec<Row> {
    let reset = |creates| TransportFault::ResetAfterRead { creates };
    let close = |creates| TransportFault::CloseAfterRead { creates };
    let silence = |creates| TransportFault::BlackHole { creates };
    let delay = |milliseconds| TransportFault::DelayedHeaders { milliseconds };
    let drip = |pause_milliseconds| TransportFault::SlowBody { bytes: 100, pause_milliseconds };
    vec![
        passing("reset before the request was read", TransportFault::ResetBeforeRead {}, 2, 1),
        lasting("reset before the request was read", TransportFault::ResetBeforeRead {}, UNAVAILABLE, 0, 0)
            .retry_after("2"),
        passing("a pooled connection that has gone stale", TransportFault::ResetReusedConnection {}, 1, 1),
        passing("reset once created", reset(true), 2, 3),
        lasting("reset once created", reset(true), UNAVAILABLE, 3, 1).retry_after("2"),
        passing("reset, nothing created", reset(false), 2, 3),
        lasting("reset, nothing created", reset(false), UNAVAILABLE, 3, 0).retry_after("2"),
        passing("closed once created", close(true), 2, 3),
        lasting("closed once created", close(true), UNAVAILABLE, 3, 1).retry_after("2"),
        lasting("closed, nothing created", close(false), UNAVAILABLE, 3, 0).retry_after("2"),
        passing("closed after the answer", TransportFault::CloseAfterAnswer {}, 1, 1),
        passing("slow headers", delay(700), 1, 1),
        passing("headers too slow for one attempt", delay(60_000), 1, 2).limit(6.0),
        lasting("headers too slow for any attempt", delay(60_000), LATE, 2, 1).limit(3.5),
        passing("a slow body", drip(20), 1, 1),
        passing("a body too slow for one attempt", drip(1_000), 1, 2).limit(6.0),
        lasting("a body too slow for any attempt", drip(1_000), LATE, 2, 1).limit(3.5),
        passing("silence once created", silence(true), 1, 2).limit(6.0),
        lasting("silence once created", silence(true), LATE, 2, 1).limit(3.5),
        lasting("silence, nothing created", silence(false), LATE, 2, 0).limit(3.5),
    ]
}

#[tokio::test]
async fn every_fault_has_its_answer_and_at_most_one_meeting() {
    let rows: Vec<Row> =
        [exceptions(), malformed_answers(), broken_connections()].into_iter().flatten().collect();
    let mut shares: Vec<Vec<Row>> = (0..STACKS).map(|_| Vec::new()).collect();
    for (number, row) in rows.into_iter().enumerate() {
        shares[number % STACKS].push(row);
    }
    let mut tasks = JoinSet::new();
    for share in shares {
        tasks.spawn(async move {
            let stack = Stack::start().await;
            stack.function.wait_until_ready(PATIENCE).await;
            let mut faults = Vec::new();
            for row in &share {
                faults.extend(run(&stack, row).await);
            }
            faults
        });
    }
    let found: Vec<String> = tasks.join_all().await.into_iter().flatten().collect();
    assert!(found.is_empty(), "{} row(s) are not as they should be:\n{}", found.len(), found.join("\n"));
}

/// Runs a row and returns what differs from it.
async fn run(stack: &Stack, row: &Row) -> Option<String> {
    // A request beforehand, so that there is a pooled connection; a connection outlives the reset.
    stack.simulator.disarm();
    let warm_up = stack.create("acme", &json!({ "ExternalMeetingId": "an-earlier-one" })).await;
    stack.reset_simulator();
    stack.simulator.inject(row.fault.clone(), row.times);
    let body = json!({ "ExternalMeetingId": "standup", "ClientRequestToken": "one-key" });
    let event = post(&stack.token("acme"), &body.to_string());
    let answer = Answer::of(stack.invoke_within(event.to_string(), row.limit).await);
    let seen = stack.creations();
    let mut tokens: Vec<&Value> = seen.iter().map(|sent| &sent["ClientRequestToken"]).collect();
    tokens.dedup();
    let meetings = stack.simulator.meetings().len();

    // The caller tries again, and the fault is gone.
    stack.simulator.disarm();
    let again = stack.create("acme", &body).await;
    let in_the_end = stack.simulator.meetings();
    let is_that_meeting = again.status == 201
        && in_the_end.first().is_some_and(|meeting| meeting.body == again.body["Meeting"]);

    let code = answer.body["Code"].as_str().unwrap_or_default();
    let content_type = if row.code.is_empty() { "application/json" } else { "application/problem+json" };
    let is_right = warm_up.status == 201
        && (answer.status, code, answer.header("retry-after")) == (row.status, row.code, row.retry_after)
        && answer.header("content-type") == Some(content_type)
        && answer.header("cache-control") == Some("no-store")
        && (seen.len(), meetings) == (row.seen, row.meetings)
        && tokens.len() <= 1
        && is_that_meeting
        && in_the_end.len() == 1;
    (!is_right).then(|| {
        format!(
            "{}: {} {code}, retry-after {:?}, {} request(s) with {} token(s), {meetings} meeting(s); then {} and {} \
             meeting(s)",
            row.name,
            answer.status,
            answer.header("retry-after"),
            seen.len(),
            tokens.len(),
            again.status,
            in_the_end.len()
        )
    })
}

/// Endpoints without Chime: the status and code, and whether a Retry-After is sent.
#[tokio::test]
async fn answers_503_without_a_connection_and_500_when_chime_cannot_be_asked() {
    let closed = {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port is free");
        format!("http://{}", listener.local_addr().expect("it is bound"))
    };
    let plain = Stack::start().await;
    let plain_over_tls = plain.simulator.endpoint().replace("http://", "https://");
    for (setting, value, told, retry_after, why) in [
        // A name that never resolves (RFC 2606).
        (
            "AWS_ENDPOINT_URL_CHIME_SDK_MEETINGS",
            "http://chime.invalid",
            UNAVAILABLE,
            Some("2"),
            "no such name",
        ),
        ("AWS_ENDPOINT_URL_CHIME_SDK_MEETINGS", &closed, UNAVAILABLE, Some("2"), "refused connection"),
        (
            "AWS_ENDPOINT_URL_CHIME_SDK_MEETINGS",
            &plain_over_tls,
            UNAVAILABLE,
            Some("2"),
            "failed TLS handshake",
        ),
    ] {
        let stack = Stack::with().setting(setting, value).start().await;
        let answer = stack.create("acme", &json!({ "ExternalMeetingId": "standup" })).await;
        let found = (answer.status, answer.body["Code"].as_str().unwrap_or_default());
        assert_eq!((found, answer.header("retry-after")), (told, retry_after), "{why}: {}", answer.text);
        assert_eq!(stack.simulator.meetings().len(), 0, "{why}");
        let attempts = if told == INTERNAL { "after 1 attempt(s)" } else { "after 3 attempt(s)" };
        stack.function.logs_with(attempts, PATIENCE).await.unwrap_or_else(|log| panic!("{why}: {log}"));
    }
}

#[tokio::test]
async fn retries_the_check_of_a_primary_meeting_like_creation() {
    let stack = Stack::start().await;
    let primary = stack.create("acme", &json!({ "ExternalMeetingId": "main-room" })).await;
    let body =
        json!({ "ExternalMeetingId": "overflow", "PrimaryMeetingId": primary.body["Meeting"]["MeetingId"] });
    for (fault, times, status) in [
        (Fault::from(TransportFault::ResetAfterRead { creates: false }), 2, 201),
        (Fault::from(TransportFault::TruncatedBody {}), 2, 201),
        (exception("ThrottlingException"), ALWAYS, 429),
        (exception("ServiceFailureException"), ALWAYS, 502),
        (Fault::from(TransportFault::NoMeeting {}), ALWAYS, 502),
        (Fault::from(TransportFault::UnparseableBody { status: 200 }), ALWAYS, 502),
    ] {
        let before = stack.simulator.meetings().len();
        let name = format!("{fault:?}");
        stack.simulator.arm(Injection {
            fault,
            extent: Extent::Times(times),
            operation: Some(Operation::GetMeeting),
        });
        let answer = stack.create("acme", &body).await;
        assert_eq!(answer.status, status, "{name}: {}", answer.text);
        let created = stack.simulator.meetings().len().saturating_sub(before);
        assert_eq!(created, usize::from(status == 201), "{name}: nothing is created on a failed check");
        stack.simulator.disarm();
    }
}

/// A log that shows join tokens when something fails would help an intruder.
#[tokio::test]
async fn logs_no_meeting_whatever_fails() {
    let stack = Stack::start().await;
    let meeting =
        r#"{"Meeting":{"MeetingId":"m","ExternalMeetingId":"the-external-id","JoinToken":"the-token"}"#;
    let answer = |status| TransportFault::Answer {
        status,
        headers: [("content-type".to_owned(), "application/json".to_owned())].into(),
        body: meeting.to_owned(),
    };
    for fault in [answer(201), answer(500), TransportFault::TruncatedBody {}] {
        stack.simulator.inject(fault, ALWAYS);
        assert_eq!(
            stack.create("acme", &json!({ "ExternalMeetingId": "the-external-id" })).await.status,
            502
        );
        stack.simulator.disarm();
    }
    // The last line is there, and so are those before it.
    stack.create("nobody", &json!({})).await;
    let log = stack.function.logs_with("request refused", PATIENCE).await.expect("the refusal is logged");
    assert_eq!(log.matches("request failed").count(), 3, "{log}");
    for secret in ["the-external-id", "the-token", "AudioHostUrl"] {
        assert!(!log.contains(secret), "{secret} is in the log: {log}");
    }
}

#[tokio::test]
async fn keeps_connections_between_invocations_and_replaces_stale_ones() {
    let stack = Stack::start().await;
    let body = json!({ "ExternalMeetingId": "standup" });
    stack.create("acme", &body).await;
    stack.create("acme", &body).await;
    assert_eq!(stack.simulator.connections(), 1);
    stack.simulator.inject(TransportFault::ResetReusedConnection {}, 1);
    assert_eq!(stack.create("acme", &body).await.status, 201);
    assert_eq!(stack.simulator.connections(), 2);
}
