//! Processes and their walls, tried with real programs. The sandbox needs a helper binary; here it is this test binary,
//! re-executed to run one test that becomes the confined program.

#![expect(clippy::unwrap_used, reason = "tests")]

mod fixture;
mod sandbox;
mod stopping;

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

/// Not a test of anything: a program that takes every signal and goes on, and says when it is ready. With `LISTENS` it ends at
/// an interrupt, also where it was started with interrupts ignored.
#[test]
fn stubborn_program() {
    if std::env::var_os("STUBBORN").is_none() {
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        use tokio::signal::unix::{SignalKind, signal};
        let mut interrupt = signal(SignalKind::interrupt()).unwrap();
        let mut terminate = signal(SignalKind::terminate()).unwrap();
        std::fs::write(std::env::var_os("STUBBORN").unwrap(), "ready").unwrap();
        loop {
            tokio::select! {
                _ = interrupt.recv() => {
                    println!("got an interrupt");
                    if std::env::var_os("LISTENS").is_some() {
                        std::process::exit(42);
                    }
                }
                _ = terminate.recv() => println!("got a terminate"),
            }
        }
    });
}
