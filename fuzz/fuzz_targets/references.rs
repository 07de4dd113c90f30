//! What the configuration of a push refers to.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| slipway_infra::fuzzing::references(input));
