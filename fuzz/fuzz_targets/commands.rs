//! Commands in comments.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| slipway_infra::fuzzing::commands(input));
