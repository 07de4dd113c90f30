//! Webhooks of every forge: signature, id, body.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| slipway_connections::fuzzing::deliveries(input));
