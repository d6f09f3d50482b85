//! Lexer, parser and checker.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| conformance::fuzz::parse(bytes));
