#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    gateway_tests::request_checks::policy(data);
});
