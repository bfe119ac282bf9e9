#![no_main]

#[expect(dead_code, reason = "each target runs one of the checks")]
#[path = "../request_checks.rs"]
mod request_checks;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    request_checks::policy(data);
});
