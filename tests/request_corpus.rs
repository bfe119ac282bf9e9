//! Replays what the fuzzers of events, bodies and policy documents kept: every input that once reached a new branch still
//! holds all that must hold. The sample events go the same way.

#![cfg_attr(test, expect(clippy::unwrap_used, reason = "a test fails by panicking"))]

#[cfg(test)]
#[path = "../fuzz/request_checks.rs"]
mod request_checks;

use std::path::Path;

/// How many inputs of a folder a check accepts, and how many not.
fn replay(folder: &str, check: impl Fn(&[u8]) -> bool) -> (usize, usize) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let inputs =
        std::fs::read_dir(folder).unwrap().map(|entry| std::fs::read(entry.unwrap().path()).unwrap());
    let (accepted, refused): (Vec<_>, Vec<_>) = inputs.partition(|input| check(input));
    (accepted.len(), refused.len())
}

// A corpus that is accepted or refused as a whole would not be the one that the fuzzer kept.

#[test]
fn every_event_that_the_fuzzer_kept_has_its_answer() {
    let (accepted, refused) = replay("fuzz/corpus/event", request_checks::event);
    assert!(accepted >= 2 && refused >= 5, "{accepted} accepted, {refused} refused");
}

#[test]
fn every_sample_event_has_its_answer() {
    let (accepted, refused) = replay("events", request_checks::event);
    assert!(accepted >= 8 && refused >= 20, "{accepted} accepted, {refused} refused");
}

#[test]
fn every_body_that_the_fuzzer_kept_is_refused_or_says_what_may_be_said() {
    let (accepted, refused) = replay("fuzz/corpus/body", request_checks::body);
    assert!(accepted >= 5 && refused >= 10, "{accepted} accepted, {refused} refused");
}

#[test]
fn every_policy_document_that_the_fuzzer_kept_has_a_fault_or_lets_no_tenant_down() {
    let (loaded, faulty) = replay("fuzz/corpus/policy", request_checks::policy);
    assert!(loaded >= 4 && faulty >= 5, "{loaded} loaded, {faulty} with a fault");
}
