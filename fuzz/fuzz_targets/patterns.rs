//! Triggers' patterns and regular expressions.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| slipway_infra::fuzzing::patterns(input));
