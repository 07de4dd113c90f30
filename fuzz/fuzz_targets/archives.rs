//! Archives that are unpacked and packed again.
#![no_main]

#[allow(dead_code, reason = "each target uses one")]
#[path = "../../crates/tofu/tests/fuzzing/targets.rs"]
mod targets;

libfuzzer_sys::fuzz_target!(|input: &[u8]| targets::archives(input));
