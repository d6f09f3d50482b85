//! Translation of whatever checks.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| conformance::fuzz::translate_all(bytes));
