//! The parser and verifier of tile kernels.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| conformance::fuzz::parse_tile(bytes));
