//! Configurations that are read before a run.
#![no_main]

#[allow(dead_code, reason = "each target uses one")]
#[path = "../../crates/tofu/tests/fuzzing/targets.rs"]
mod targets;

libfuzzer_sys::fuzz_target!(|input: &[u8]| targets::configurations(input));
