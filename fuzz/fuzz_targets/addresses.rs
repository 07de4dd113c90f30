//! Addresses of repositories.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| slipway_git::fuzzing::addresses(input));
