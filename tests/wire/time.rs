//! Lambda's deadline is the budget: whatever hangs, the caller gets a problem before the function is killed.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use local::simulator::{Fault, TransportFault};
use serde_json::json;

use crate::harness::{Answer, PATIENCE, Stack, post};

/// The time that the gateway reserves for the answer, less what a busy machine may take of it.
const MARGIN: Duration = Duration::from_millis(200);

/// Invokes with a limit that excludes init. Returns the answer and the time taken; a killed invocation fails the test.
async fn within(stack: &Stack, limit: Duration, key: &str) -> (Answer, Duration) {
    assert_eq!(stack.function.wait_until_ready(PATIENCE).await, None);
    let body = json!({ "ExternalMeetingId": key, "ClientRequestToken": key });
    let event = post(&stack.token("acme"), &body.to_string()).to_string();
    let started = Instant::now();
    let outcome = stack.invoke_within(event, limit).await;
    (Answer::of(outcome), started.elapsed())
}

#[tokio::test]
async fn answers_504_before_any_deadline_when_chime_is_silent() {
    let stack = Stack::start().await;
    stack.simulator.inject(TransportFault::BlackHole { creates: true }, 100);
    for (milliseconds, attempts) in [(1_000, 1), (1_500, 1), (2_200, 1), (4_000, 2)] {
        let limit = Duration::from_millis(milliseconds);
        let before = stack.creations().len();
        let (answer, took) = within(&stack, limit, "standup").await;
        assert_eq!(
            (answer.status, &answer.body["Code"]),
            (504, &json!("ServiceUnavailableException")),
            "{limit:?}"
        );
        assert!(took < limit - MARGIN, "answered after {took:?} of {limit:?}");
        assert!(took > limit / 2 - MARGIN, "the time is used: {took:?} of {limit:?}");
        assert_eq!(stack.creations().len() - before, attempts, "{limit:?}");
    }
    assert_eq!(stack.simulator.meetings().len(), 1, "one key, one meeting");
    stack.simulator.disarm();
    assert_eq!(within(&stack, PATIENCE, "standup").await.0.status, 201, "the function lives on");
}

#[tokio::test]
async fn does_not_ask_chime_with_too_little_time_left() {
    let stack = Stack::start().await;
    for milliseconds in [50, 300, 700] {
        let (answer, took) = within(&stack, Duration::from_millis(milliseconds), "standup").await;
        assert_eq!(answer.status, 504, "{milliseconds} ms");
        assert!(took < Duration::from_millis(300), "there is nothing to wait for: {took:?}");
    }
    assert_eq!(stack.simulator.requests().len(), 0);
}

#[tokio::test]
async fn does_not_retry_with_too_little_time_left() {
    let stack = Stack::start().await;
    let throttled =
        Fault::exception("ThrottlingException").expect("the simulator knows it").with_retry_after(2);
    stack.simulator.inject(throttled, 9);
    let (answer, took) = within(&stack, Duration::from_secs(2), "standup").await;
    assert_eq!((answer.status, answer.header("retry-after")), (429, Some("2")));
    assert!(took < Duration::from_secs(1), "it is told at once: {took:?}");
    assert_eq!(stack.creations().len(), 1);
}

#[tokio::test]
async fn waits_as_long_as_chime_asks() {
    let stack = Stack::start().await;
    let throttled =
        Fault::exception("ThrottlingException").expect("the simulator knows it").with_retry_after(1);
    stack.simulator.inject(throttled, 1);
    let (answer, took) = within(&stack, PATIENCE, "standup").await;
    assert_eq!(answer.status, 201);
    assert!(took >= Duration::from_secs(1), "{took:?}");
}

/// If its connection were reused, the next caller would get the late answer.
#[tokio::test]
async fn never_uses_a_late_answer_for_the_next_request() {
    let stack = Stack::start().await;
    stack.simulator.inject(TransportFault::DelayedHeaders { milliseconds: 900 }, 1);
    let (late, _) = within(&stack, Duration::from_millis(1_000), "the-first").await;
    assert_eq!(late.status, 504);
    // The late answer arrives while these are requested.
    for name in ["the-second", "the-third", "the-fourth"] {
        let (answer, _) = within(&stack, PATIENCE, name).await;
        assert_eq!(answer.body["Meeting"]["ExternalMeetingId"], json!(name), "{}", answer.text);
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    let connections: Vec<u64> = stack.simulator.requests().iter().map(|request| request.connection).collect();
    assert_eq!(connections, [1, 2, 2, 2]);
}

/// A listener that never accepts: the connections beyond its backlog get no answer to their SYN.
#[tokio::test]
async fn gives_up_in_time_on_a_connection_that_never_opens() {
    let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
    socket.bind(SocketAddr::from(([127, 0, 0, 1], 0))).expect("a port is free");
    let listener = socket.listen(0).expect("it listens");
    let address = listener.local_addr().expect("it is bound");
    let mut waiting = Vec::new();
    while let Ok(Ok(stream)) =
        tokio::time::timeout(Duration::from_millis(200), tokio::net::TcpStream::connect(address)).await
    {
        waiting.push(stream);
    }
    let endpoint = format!("http://{address}");
    let stack = Stack::with().setting("AWS_ENDPOINT_URL_CHIME_SDK_MEETINGS", &endpoint).start().await;
    let limit = Duration::from_millis(2_500);
    let (answer, took) = within(&stack, limit, "standup").await;
    assert_eq!(answer.status, 504, "{}", answer.text);
    assert!(took < limit - MARGIN, "answered after {took:?} of {limit:?}");
}

#[tokio::test]
async fn answers_in_time_when_the_issuer_is_silent() {
    let silent = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a port is free");
    let keys = format!("http://{}/keys", silent.local_addr().expect("it is bound"));
    let stack = Stack::with().setting("JWKS_URI", &keys).start().await;
    for milliseconds in [900, 1_300] {
        let limit = Duration::from_millis(milliseconds);
        let (answer, took) = within(&stack, limit, "standup").await;
        assert_eq!(answer.status, 503, "{}", answer.text);
        assert!(answer.header("retry-after").is_some());
        assert!(took < limit - MARGIN, "answered after {took:?} of {limit:?}");
    }
}

/// API Gateway gives up after 30 seconds, whatever time Lambda gives. This takes some 25 seconds.
#[tokio::test]
#[ignore = "takes as long as three attempts may: run in the deep tier"]
async fn answers_before_api_gateway_gives_up_even_when_lambda_has_more_time() {
    let stack = Stack::start().await;
    stack.simulator.inject(TransportFault::BlackHole { creates: true }, 100);
    let (answer, took) = within(&stack, Duration::from_secs(60), "standup").await;
    assert_eq!(answer.status, 504);
    assert!(took < Duration::from_secs(28), "{took:?}");
    assert_eq!((stack.creations().len(), stack.simulator.meetings().len()), (3, 1));
}
