//! Replays the inputs that the fuzzers kept, each of which reached a new branch, and the sample events.

use gateway_tests::{repository, request_checks, token_check};

#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
/// How many inputs of a folder a check accepts, and how many not.
fn replay(folder: &str, check: impl Fn(&[u8]) -> bool) -> (usize, usize) {
    let inputs = std::fs::read_dir(repository().join(folder)).unwrap();
    let inputs = inputs.map(|entry| std::fs::read(entry.unwrap().path()).unwrap());
    let (accepted, refused): (Vec<_>, Vec<_>) = inputs.partition(|input| check(input));
    (accepted.len(), refused.len())
}

// A corpus that is accepted or refused as a whole is not the one that the fuzzer kept.

#[test]
fn every_kept_event_has_a_documented_answer() {
    let (accepted, refused) = replay("fuzz/corpus/event", request_checks::event);
    assert!(accepted >= 2 && refused >= 5, "{accepted} accepted, {refused} refused");
}

#[test]
fn every_sample_event_has_a_documented_answer() {
    let (accepted, refused) = replay("events", request_checks::event);
    assert!(accepted >= 8 && refused >= 20, "{accepted} accepted, {refused} refused");
}

#[test]
fn every_kept_body_is_refused_or_obeys_the_model_and_policy() {
    let (accepted, refused) = replay("fuzz/corpus/body", request_checks::body);
    assert!(accepted >= 5 && refused >= 10, "{accepted} accepted, {refused} refused");
}

#[test]
fn every_kept_policy_document_has_a_fault_or_serves_each_tenant() {
    let (loaded, faulty) = replay("fuzz/corpus/policy", request_checks::policy);
    assert!(loaded >= 4 && faulty >= 5, "{loaded} loaded, {faulty} with a fault");
}

#[test]
fn every_kept_token_is_refused_or_satisfies_another_reading() {
    let (accepted, refused) = replay("fuzz/corpus/tokens", token_check::check);
    assert!(accepted >= 5 && refused >= 20, "{accepted} accepted, {refused} refused");
}
