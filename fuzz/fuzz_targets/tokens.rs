#![no_main]

#[path = "../token_check.rs"]
mod token_check;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    token_check::check(data);
});
