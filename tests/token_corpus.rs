//! Replays what the fuzzer of tokens kept: every input that once reached a new branch still holds all that must hold.

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "the check computes with numbers that it chooses")]
#[path = "../fuzz/token_check.rs"]
mod token_check;

use std::path::Path;

#[test]
fn every_input_that_the_fuzzer_kept_still_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/tokens");
    let inputs: Vec<Vec<u8>> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| std::fs::read(entry.unwrap().path()).unwrap())
        .collect();
    let accepted = inputs.iter().filter(|input| token_check::check(input)).count();
    // A corpus that is accepted or refused as a whole would not be the one that the fuzzer kept.
    assert!(accepted >= 5, "{accepted} of {} inputs accepted", inputs.len());
    assert!(inputs.len() - accepted >= 20, "{accepted} of {} inputs accepted", inputs.len());
}
