//! Lambda's deadline is the budget: whatever hangs, the caller has a problem in hand before the function is killed.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use local::simulator::{Fault, TransportFault};
use serde_json::json;

use crate::harness::{Answer, PATIENCE, Stack, post};

/// What the gateway keeps back of its time to have the answer received, less what a loaded machine takes of it.
const MARGIN: Duration = Duration::from_millis(200);

/// Invokes with a limit, the init not counted; how long it took. An invocation that is killed has no answer, and fails.
async fn within(stack: &Stack, limit: Duration, key: &str) -> (Answer, Duration) {
    assert_eq!(stack.function.wait_until_ready(PATIENCE).await, None);
    let body = json!({ "ExternalMeetingId": key, "ClientRequestToken": key });
    let event = post(&stack.token("acme"), &body.to_string()).to_string();
    let started = Instant::now();
    let outcome = stack.function.invoke(event, limit).await;
    (Answer::of(outcome), started.elapsed())
}

#[tokio::test]
async fn a_silent_chime_is_told_as_a_timeout_before_the_deadline_however_short() {
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
async fn chime_is_not_asked_when_it_could_not_answer_in_time() {
    let stack = Stack::start().await;
    for milliseconds in [50, 300, 700] {
        let (answer, took) = within(&stack, Duration::from_millis(milliseconds), "standup").await;
        assert_eq!(answer.status, 504, "{milliseconds} ms");
        assert!(took < Duration::from_millis(300), "there is nothing to wait for: {took:?}");
    }
    assert_eq!(stack.simulator.requests().len(), 0);
}

#[tokio::test]
async fn nothing_is_repeated_that_could_not_end_in_time() {
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
async fn a_wait_that_chime_asks_for_is_kept() {
    let stack = Stack::start().await;
    let throttled =
        Fault::exception("ThrottlingException").expect("the simulator knows it").with_retry_after(1);
    stack.simulator.inject(throttled, 1);
    let (answer, took) = within(&stack, PATIENCE, "standup").await;
    assert_eq!(answer.status, 201);
    assert!(took >= Duration::from_secs(1), "{took:?}");
}

/// The answer that comes too late would be the next caller's if its connection were used again.
#[tokio::test]
async fn an_answer_that_comes_too_late_is_never_taken_for_the_next_requests() {
    let stack = Stack::start().await;
    stack.simulator.inject(TransportFault::DelayedHeaders { milliseconds: 900 }, 1);
    let (late, _) = within(&stack, Duration::from_millis(1_000), "the-first").await;
    assert_eq!(late.status, 504);
    // The late answer is on its way while these are asked for.
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
async fn a_connection_that_never_opens_is_given_up_in_time() {
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
async fn an_issuer_that_is_silent_takes_no_more_than_the_time_there_is() {
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

/// API Gateway gives up after 30 seconds, whatever time Lambda gives. Some 25 seconds, so not in every run.
#[tokio::test]
#[ignore = "takes as long as three attempts may: run in the deep tier"]
async fn the_caller_is_answered_before_api_gateway_gives_up_even_where_lambda_has_more_time() {
    let stack = Stack::start().await;
    stack.simulator.inject(TransportFault::BlackHole { creates: true }, 100);
    let (answer, took) = within(&stack, Duration::from_secs(60), "standup").await;
    assert_eq!(answer.status, 504);
    assert!(took < Duration::from_secs(28), "{took:?}");
    assert_eq!((stack.creations().len(), stack.simulator.meetings().len()), (3, 1));
}
