#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    gateway_tests::token_check::check(data);
});
