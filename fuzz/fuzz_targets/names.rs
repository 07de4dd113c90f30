//! Names of refs and paths of trees.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| slipway_git::fuzzing::names(input));
