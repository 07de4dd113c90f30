//! The runner with real OpenTofu in the real sandbox, against a small server that keeps what it is sent and can be away.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod changes;
mod credentials;
mod failing;
mod faults;
mod machine;
mod private_modules;
mod runs;
mod server;

/// Not a test of anything: the sandbox helper of the others, which is the `slipway` binary in production.
#[test]
fn sandbox_helper() {
    let Some(policy) = std::env::args().find(|argument| argument.ends_with("policy.json")) else {
        return;
    };
    let Err(refusal) = slipway_tofu::sandbox::exec_from_file(policy.as_ref());
    eprintln!("sandbox: {refusal}");
    std::process::exit(slipway_tofu::sandbox::EXIT_CODE_REFUSED);
}

/// Not a test of anything: a runner in a process of its own, to be killed, or told to end by SIGTERM.
#[tokio::test(flavor = "multi_thread")]
async fn runner_process() {
    let Some(directory) = std::env::var_os("RUNNER_DIRECTORY") else {
        return;
    };
    let server = std::env::var_os("RUNNER_SERVER").unwrap().into_string().unwrap();
    let config = machine::config(directory.as_ref(), &server);
    let (sender, shutdown) = tokio::sync::watch::channel(false);
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).unwrap();
    tokio::spawn(async move {
        terminate.recv().await;
        sender.send(true).unwrap();
        std::future::pending::<()>().await;
    });
    slipway_runner::run(config, shutdown).await.unwrap();
    // As the binary does: what still waits for the network is not waited for.
    std::process::exit(0);
}
