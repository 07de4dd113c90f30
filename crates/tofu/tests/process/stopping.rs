//! How programs end: by themselves, by the ladder, and with their runner.

use std::time::Duration;

use slipway_tofu::process::{Graces, Order, Rung, Running, Supervision, is_alive, spawn, started_at, supervise};
use tokio::sync::{mpsc, watch};

use crate::fixture::{Place, appears};

fn supervision(timeout: Option<Duration>) -> (Supervision, watch::Sender<Order>, mpsc::UnboundedReceiver<Rung>) {
    let (sender, orders) = watch::channel(Order::Continue);
    let (steps, taken) = mpsc::unbounded_channel();
    let graces = Graces {
        interrupt: Duration::from_millis(50),
        terminate: Duration::from_millis(50),
    };
    (
        Supervision {
            timeout,
            graces,
            orders,
            steps,
        },
        sender,
        taken,
    )
}

#[tokio::test]
async fn a_program_runs_in_its_directory_with_nothing_but_the_given_environment() {
    let place = Place::new();
    let (exit, log) = place.run(&place.invocation("/usr/bin/env", &[])).await;
    assert_eq!((exit.code, exit.signal), (Some(0), None));
    assert_eq!(log, "PATH=/usr/bin:/bin\n");
    let (_, log) = place.run(&place.invocation("/bin/pwd", &[])).await;
    assert!(log.ends_with(&format!("{}\n", place.path("run").canonicalize().unwrap().display())));
}

#[tokio::test]
async fn a_missing_program_is_named() {
    let place = Place::new();
    let error = spawn(&place.invocation("/nowhere/tofu", &[])).await.unwrap_err();
    assert_eq!(error.to_string(), "cannot start /nowhere/tofu");
}

#[tokio::test]
async fn processor_time_of_children_counts() {
    let place = Place::new();
    let script = "dd if=/dev/zero bs=1M count=2000 2>/dev/null | cksum";
    let (exit, _) = place.run(&place.invocation("/bin/sh", &["-c", script])).await;
    assert!(exit.usage.cpu_ms >= 50, "{exit:?}");
}

#[tokio::test]
async fn cancel_interrupts_and_a_program_that_listens_ends_there() {
    let place = Place::new();
    let running = signalled(&place, &["STUBBORN", "LISTENS"]).await;
    let (mut supervision, orders, mut steps) = supervision(None);
    // A machine that is busy may take its time; whoever listens is not hurried here.
    supervision.graces.interrupt = Duration::from_secs(60);
    orders.send(Order::Cancel).unwrap();
    let ended = supervise(running, supervision).await.unwrap();
    assert_eq!((ended.exit.code, ended.stopped), (Some(42), Some(Rung::Interrupted)));
    assert_eq!(steps.recv().await, Some(Rung::Interrupted));
    assert!(!ended.timed_out);
}

/// The program of `main.rs` that takes signals, once it does.
async fn signalled(place: &Place, variables: &[&str]) -> Running {
    let program = std::env::current_exe().unwrap().display().to_string();
    let mut invocation = place.invocation(&program, &["--exact", "stubborn_program", "--nocapture"]);
    let ready = place.path("ready");
    for variable in variables {
        invocation
            .environment
            .insert((*variable).into(), ready.display().to_string());
    }
    let mut running = spawn(&invocation).await.unwrap();
    appears(&ready, &mut running).await;
    running
}

#[tokio::test]
async fn a_stubborn_program_is_interrupted_terminated_and_killed_after_its_time() {
    let place = Place::new();
    let running = signalled(&place, &["STUBBORN"]).await;
    let (supervision, _orders, mut steps) = supervision(Some(Duration::from_millis(10)));
    let ended = supervise(running, supervision).await.unwrap();
    assert_eq!(
        (ended.exit.signal, ended.stopped, ended.timed_out),
        (Some(9), Some(Rung::Killed), true)
    );
    let mut taken = Vec::new();
    while let Ok(step) = steps.try_recv() {
        taken.push(step);
    }
    assert_eq!(taken, [Rung::Interrupted, Rung::Terminated, Rung::Killed]);
    let log = place.log();
    assert!(
        log.contains("got an interrupt") && log.contains("got a terminate"),
        "{log}"
    );
}

#[tokio::test]
async fn nothing_of_the_group_outlives_its_leader() {
    let place = Place::new();
    let (exit, log) = place
        .run(&place.invocation("/bin/sh", &["-c", "sleep 600 & echo $!"]))
        .await;
    assert_eq!(exit.code, Some(0));
    let child: u32 = log.trim().parse().unwrap();
    let gone = async {
        while started_at(child).is_some_and(|started| is_alive(child, started)) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), gone).await.unwrap();
}

/// The runner here is a process of its own that is killed with SIGKILL. Its confined program gets SIGINT, and gets it
/// once: an engine takes a second one as "give up at once". The kernel tells of a death once per thread, so this repeats.
#[tokio::test]
async fn a_program_is_interrupted_once_when_its_runner_is_killed() {
    for _ in 0..10 {
        let place = Place::new();
        let program = std::env::current_exe().unwrap().display().to_string();
        let arguments = ["--exact", "stopping::runner_of_a_saving_program", "--nocapture"];
        let mut invocation = place.invocation(&program, &arguments);
        invocation
            .environment
            .insert("SAVING".into(), place.path("run").display().to_string());
        let mut runner = spawn(&invocation).await.unwrap();
        appears(&place.path("run/ready"), &mut runner).await;
        runner.signal(rustix::process::Signal::KILL).unwrap();
        runner.wait().await.unwrap();
        exists(&place.path("run/got")).await;
        std::fs::write(place.path("run/stop"), "").unwrap();
        exists(&place.path("run/done")).await;
        assert_eq!(std::fs::read_to_string(place.path("run/got")).unwrap(), "interrupt\n");
    }
}

async fn exists(path: &std::path::Path) {
    let wait = async {
        while !path.exists() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), wait).await.unwrap();
}

/// Not a test of anything: the runner of the test above.
#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn runner_of_a_saving_program() {
    let Some(directory) = std::env::var_os("SAVING") else {
        return;
    };
    let place = Place::new();
    let script = "trap 'echo interrupt >> got' INT; echo > ready; \
                  while [ ! -e stop ]; do sleep 0.02; done; echo > done";
    let mut invocation = place.confined("/bin/sh", &["-c", script]);
    invocation.directory = directory.clone().into();
    invocation
        .confinement
        .as_mut()
        .unwrap()
        .policy
        .write
        .push(directory.into());
    // Started from a thread that ends at once: the signal must come from the death of the process, not of the thread.
    let runtime = tokio::runtime::Handle::current();
    let spawned = std::thread::spawn(move || runtime.block_on(spawn(&invocation))).join();
    spawned.unwrap().unwrap().wait().await.unwrap();
}
