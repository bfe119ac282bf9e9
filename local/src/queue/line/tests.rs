use super::*;

const TIME: u64 = 1_795_600_800_000;

fn message(id: &str) -> Message {
    Message {
        id: id.to_owned(),
        meeting_id: "meeting".to_owned(),
        event_type: None,
        attendee_id: None,
        timestamp: None,
        body: format!("text of {id}"),
        state: MessageState::Waiting,
        deliveries: 0,
        lines: Vec::new(),
    }
}

/// The messages `a`, `b` and so on of a queue that holds, or does not.
fn line_of(ids: &[&str], holds: bool) -> Line {
    let mut line = Line::default();
    line.hold(holds);
    for id in ids {
        arrive(&mut line, id);
    }
    line
}

fn arrive(line: &mut Line, id: &str) {
    line.arrive(message(id), QueueArn::read("arn:aws:sqs:us-east-1:111122223333:events").unwrap(), TIME);
}

/// Delivers what waits, and fails at those messages.
fn deliver(line: &mut Line, failing: &[&str], now: Instant) -> Vec<String> {
    line.waiting(now);
    let batch = line.take_batch(TIME);
    for Received { id, .. } in &batch {
        line.settle(id, failing.contains(&&**id), Vec::new(), now);
    }
    batch.into_iter().map(|received| received.id).collect()
}

fn states(line: &Line) -> Vec<&'static str> {
    line.messages().iter().map(|message| message.state.name()).collect()
}

#[test]
fn messages_are_delivered_in_the_order_in_which_they_came() {
    let mut line = line_of(&["a", "b", "c"], false);
    assert_eq!(states(&line), ["waiting"; 3]);
    assert_eq!(deliver(&mut line, &[], Instant::now()), ["a", "b", "c"]);
    assert_eq!(states(&line), ["delivered"; 3]);
}

#[test]
fn a_batch_has_no_more_messages_than_the_template_says() {
    let ids: Vec<String> = (0..BATCH_SIZE + 1).map(|number| number.to_string()).collect();
    let mut line = line_of(&ids.iter().map(String::as_str).collect::<Vec<_>>(), false);
    assert_eq!(deliver(&mut line, &[], Instant::now()), ids[..BATCH_SIZE]);
    assert_eq!(deliver(&mut line, &[], Instant::now()), ids[BATCH_SIZE..]);
}

#[test]
fn held_messages_go_in_their_order_when_the_queue_no_longer_holds() {
    let mut line = line_of(&["a", "b"], true);
    assert_eq!(states(&line), ["held"; 2]);
    assert!(deliver(&mut line, &[], Instant::now()).is_empty());
    line.hold(false);
    arrive(&mut line, "c");
    assert_eq!(deliver(&mut line, &[], Instant::now()), ["a", "b", "c"]);
}

#[test]
fn held_messages_can_go_in_the_reverse_order_and_those_to_come_are_held_still() {
    let mut line = line_of(&["a", "b", "c"], true);
    line.deliver_reversed();
    arrive(&mut line, "d");
    assert_eq!(deliver(&mut line, &[], Instant::now()), ["c", "b", "a"]);
    assert_eq!(states(&line), ["delivered", "delivered", "delivered", "held"]);
}

#[test]
fn one_held_message_can_be_delivered_before_the_others() {
    let mut line = line_of(&["a", "b"], true);
    line.deliver("b").unwrap();
    assert_eq!(deliver(&mut line, &[], Instant::now()), ["b"]);
    assert_eq!(states(&line), ["held", "delivered"]);
}

#[test]
fn a_dropped_message_does_not_go_with_the_others_but_may_come_late() {
    let mut line = line_of(&["a", "b"], true);
    line.drop_message("a").unwrap();
    line.hold(false);
    assert_eq!(deliver(&mut line, &[], Instant::now()), ["b"]);
    assert_eq!(states(&line), ["dropped", "delivered"]);
    line.deliver("a").unwrap();
    assert_eq!(deliver(&mut line, &[], Instant::now()), ["a"]);
}

#[test]
fn a_delivered_message_can_be_repeated_under_its_id_and_counts_how_often() {
    let mut line = line_of(&["a"], false);
    deliver(&mut line, &[], Instant::now());
    line.deliver("a").unwrap();
    line.waiting(Instant::now());
    let again = line.take_batch(TIME + 1);
    assert_eq!((again[0].receive_count, again[0].first_received), (2, TIME));
    assert_eq!(line.messages()[0].deliveries, 2);
}

#[test]
fn what_can_not_be_done_with_a_message_says_why() {
    let mut line = line_of(&["a"], false);
    let texts = [line.deliver("a"), line.drop_message("a"), line.deliver("x"), line.drop_message("x")];
    let texts = texts.map(|refused| refused.unwrap_err().to_string());
    assert_eq!(
        texts,
        [
            "message a is on its way already",
            "only a held message can be dropped, and a is waiting",
            "there is no message x",
            "there is no message x"
        ]
    );
    assert_eq!(states(&line), ["waiting"]);
}

#[test]
fn a_failed_message_is_delivered_again_alone_and_not_before_its_time() {
    let mut line = line_of(&["a", "b"], false);
    let now = Instant::now();
    deliver(&mut line, &["a"], now);
    assert_eq!(states(&line), ["failed", "delivered"]);
    assert_eq!(line.next_retry(), Some(now + RETRY_AFTER));
    assert!(deliver(&mut line, &[], now + RETRY_AFTER - Duration::from_millis(1)).is_empty());
    assert_eq!(deliver(&mut line, &[], now + RETRY_AFTER), ["a"]);
    assert_eq!((states(&line), line.next_retry()), (vec!["delivered"; 2], None));
}

#[test]
fn a_message_that_fails_too_often_is_a_dead_letter() {
    let mut line = line_of(&["a"], false);
    let mut now = Instant::now();
    for count in 1..MAX_RECEIVE_COUNT {
        assert_eq!(deliver(&mut line, &["a"], now), ["a"], "delivery {count}");
        assert_eq!(states(&line), ["failed"], "delivery {count}");
        now += RETRY_AFTER;
    }
    deliver(&mut line, &["a"], now);
    assert_eq!((states(&line), line.next_retry()), (vec!["dead-letter"], None));
}

#[test]
fn a_dead_letter_that_is_put_back_fails_as_often_again() {
    let mut line = line_of(&["a"], false);
    let mut now = Instant::now();
    for _ in 0..MAX_RECEIVE_COUNT {
        deliver(&mut line, &["a"], now);
        now += RETRY_AFTER;
    }
    line.deliver("a").unwrap();
    line.waiting(now);
    assert_eq!(line.take_batch(TIME)[0].receive_count, 1);
    line.settle("a", true, Vec::new(), now);
    assert_eq!(states(&line), ["failed"]);
    assert_eq!(line.messages()[0].deliveries, MAX_RECEIVE_COUNT + 1);
}

#[test]
fn a_failed_message_is_held_when_its_time_comes_while_the_queue_holds() {
    let mut line = line_of(&["a"], false);
    let now = Instant::now();
    deliver(&mut line, &["a"], now);
    line.hold(true);
    assert_eq!(states(&line), ["failed"]);
    assert!(deliver(&mut line, &[], now + RETRY_AFTER).is_empty());
    assert_eq!(states(&line), ["held"]);
    line.hold(false);
    assert_eq!(deliver(&mut line, &[], now + RETRY_AFTER), ["a"]);
}

#[test]
fn a_failed_message_can_be_delivered_before_its_time_and_then_comes_once() {
    let mut line = line_of(&["a"], false);
    let now = Instant::now();
    deliver(&mut line, &["a"], now);
    line.deliver("a").unwrap();
    assert_eq!(deliver(&mut line, &[], now), ["a"]);
    assert!(deliver(&mut line, &[], now + RETRY_AFTER).is_empty());
}

#[test]
fn each_delivery_adds_its_log_lines() {
    let mut line = line_of(&["a"], false);
    let now = Instant::now();
    for number in [1, 2] {
        line.waiting(now + RETRY_AFTER);
        line.take_batch(TIME);
        line.settle("a", true, vec![RawValue::from_string(number.to_string()).unwrap()], now);
    }
    let lines: Vec<String> = line.messages()[0].lines.iter().map(|line| line.get().to_owned()).collect();
    assert_eq!(lines, ["1", "2"]);
}

#[test]
fn the_oldest_messages_that_are_done_are_forgotten_and_no_others() {
    let mut line = line_of(&["failed", "dropped", "held"], true);
    line.deliver("failed").unwrap();
    let now = Instant::now();
    deliver(&mut line, &["failed"], now);
    line.drop_message("dropped").unwrap();
    line.hold(false);
    line.hold(true);
    for number in 0..KEPT_MESSAGES + 5 {
        arrive(&mut line, &number.to_string());
    }
    let count = |line: &Line, state| states(line).into_iter().filter(|it| *it == state).count();
    assert_eq!(
        ["failed", "dropped", "waiting", "held"].map(|state| count(&line, state)),
        [1, 0, 1, KEPT_MESSAGES + 5]
    );
    line.hold(false);
    while !deliver(&mut line, &[], now).is_empty() {}
    assert_eq!((line.messages().len(), count(&line, "failed")), (KEPT_MESSAGES, 1));
    assert_eq!(line.messages().last().unwrap().id, (KEPT_MESSAGES + 4).to_string());
}

#[test]
fn a_cleared_queue_has_forgotten_what_waited_and_what_was_on_its_way() {
    let mut line = line_of(&["a", "b"], false);
    line.waiting(Instant::now());
    line.take_batch(TIME);
    arrive(&mut line, "c");
    line.clear();
    line.settle("a", true, Vec::new(), Instant::now());
    assert!(line.messages().is_empty() && line.next_retry().is_none());
    assert_eq!(line.waiting(Instant::now()), 0);
}

#[test]
fn thousands_of_messages_are_held_and_delivered_without_a_search_for_each() {
    let ids: Vec<String> = (0..30_000).map(|number| number.to_string()).collect();
    let started = std::time::Instant::now();
    let mut line = line_of(&ids.iter().map(String::as_str).collect::<Vec<_>>(), true);
    line.hold(false);
    while !deliver(&mut line, &[], Instant::now()).is_empty() {}
    let kept: Vec<String> = line.messages().into_iter().map(|message| message.id).collect();
    assert_eq!(kept, ids[ids.len() - KEPT_MESSAGES..]);
    // A search for each takes minutes, and Chime waits for it.
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
}
