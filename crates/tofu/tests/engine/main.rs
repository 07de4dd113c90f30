//! Real OpenTofu with real providers, in the sandbox: the facts that the design rests on, each tried.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests"
)]

mod caching;
mod facts;
mod failing;
mod fixture;
mod walls;

/// Not a test of anything: what the confined invocations of the others start (see [`fixture::helper`]).
#[test]
fn sandbox_helper() {
    let Some(policy) = std::env::args().find(|argument| argument.ends_with("policy.json")) else {
        return;
    };
    let Err(refusal) = slipway_tofu::sandbox::exec_from_file(policy.as_ref());
    eprintln!("sandbox: {refusal}");
    std::process::exit(slipway_tofu::sandbox::EXIT_CODE_REFUSED);
}
