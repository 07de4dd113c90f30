//! The walls, tried from inside with ordinary programs.

use std::fs;

use rstest::rstest;
use slipway_tofu::sandbox::{EXIT_CODE_REFUSED, ExitRecord, Level, Started, probe};

use crate::fixture::Place;

/// Everything else here is worth nothing on a machine that cannot enforce it, so that is a failure and not a skip.
#[test]
fn this_machine_enforces_the_sandbox() {
    assert_eq!(
        probe(),
        Level::Isolated,
        "the tests need Linux 6.12 with Landlock enabled"
    );
}

#[tokio::test]
async fn a_confined_program_works_in_its_directory() {
    let place = Place::new();
    let script = "echo hello > file && mv file other && cat other && ls /usr/bin/env && head -c1 /dev/zero | wc -c \
                  && cat /etc/passwd >/dev/null && echo '#!/bin/sh' > own && chmod +x own && ./own && echo done";
    let (exit, log) = place.run(&place.confined("/bin/sh", &["-c", script])).await;
    assert_eq!(exit.code, Some(0), "{log}");
    assert!(log.contains("hello\n/usr/bin/env\n1\ndone\n"), "{log}");
}

#[rstest]
#[case::the_servers_data("cat ../secret")]
#[case::by_a_link("ln -s ../secret link; cat link")]
#[case::by_a_hard_link("ln ../secret hard; cat hard")]
#[case::by_the_root_of_the_process("cat /proc/self/root$PWD/../secret")]
#[case::listing("ls ..")]
#[case::shadow("cat /etc/shadow")]
#[case::temporary_files("ls /tmp")]
#[case::other_processes("cat /proc/1/cmdline")]
#[case::environment_of_the_runner("cat /proc/$RUNNER/environ")]
#[case::memory_of_the_runner("head -c1 /proc/$RUNNER/mem")]
#[case::writing_beside("echo x > ../secret")]
#[case::making_beside("echo x > ../new")]
#[case::removing_beside("rm ../secret")]
#[case::moving_out("echo x > file; mv file ../file")]
#[case::writing_system_programs("echo x >> /usr/bin/env")]
#[case::writing_accounts("echo x >> /etc/passwd")]
#[case::a_device("mknod disk b 254 0")]
#[case::a_signal_to_the_runner("kill -0 $RUNNER")]
#[case::mounting("mount -t tmpfs none .")]
#[case::truncating("truncate -s 0 ../secret")]
#[tokio::test]
async fn a_confined_program_cannot_reach_out(#[case] attempt: &str) {
    let place = Place::new();
    fs::write(place.path("secret"), "the master key").unwrap();
    let mut invocation = place.confined("/bin/sh", &["-c", attempt]);
    invocation
        .environment
        .insert("RUNNER".into(), std::process::id().to_string());
    let (exit, log) = place.run(&invocation).await;
    assert!(
        exit.code.is_some_and(|code| code != 0 && code != EXIT_CODE_REFUSED),
        "{exit:?} {log}"
    );
    assert!(!log.contains("the master key"), "{log}");
    assert_eq!(fs::read_to_string(place.path("secret")).unwrap(), "the master key");
    // The same attempt must be possible without walls, or it proves nothing. Not tried where it would do damage.
    let harmless = [
        "cat ../secret",
        "ls ..",
        "cat /etc/shadow",
        "ls /tmp",
        "kill -0 $RUNNER",
        "cat /proc/1/cmdline",
    ];
    if harmless.contains(&attempt) {
        invocation.confinement = None;
        assert_eq!(place.run(&invocation).await.0.code, Some(0), "{attempt}");
    }
}

#[tokio::test]
async fn privileges_are_gone_for_good() {
    let place = Place::new();
    let invocation = place.confined(
        "/bin/sh",
        &["-c", "ulimit -c; echo $$ > draft; mv draft pid; sleep 600"],
    );
    let mut running = slipway_tofu::process::spawn(&invocation).await.unwrap();
    crate::fixture::appears(&place.path("run/pid"), &mut running).await;
    let pid = fs::read_to_string(place.path("run/pid")).unwrap();
    let status = fs::read_to_string(format!("/proc/{}/status", pid.trim())).unwrap();
    running.signal(rustix::process::Signal::KILL).unwrap();
    running.wait().await.unwrap();
    for line in [
        "CapPrm:\t0000000000000000",
        "CapEff:\t0000000000000000",
        "NoNewPrivs:\t1",
    ] {
        assert!(status.contains(line), "{status}");
    }
    assert!(place.log().contains("\n0\n"), "no core files: {}", place.log());
}

#[tokio::test]
async fn a_file_larger_than_the_limit_is_not_written() {
    let place = Place::new();
    let mut invocation = place.confined("/bin/sh", &["-c", "head -c 2000000 /dev/zero > big"]);
    invocation.confinement.as_mut().unwrap().policy.limits.file_size_bytes = Some(1_000_000);
    let (exit, _) = place.run(&invocation).await;
    assert_ne!(exit.code, Some(0));
    assert_eq!(fs::metadata(place.path("run/big")).unwrap().len(), 1_000_000);
}

#[tokio::test]
async fn a_missing_run_directory_is_refused_before_the_program_starts() {
    let place = Place::new();
    let mut invocation = place.confined("/bin/sh", &["-c", "echo BEGUN"]);
    invocation
        .confinement
        .as_mut()
        .unwrap()
        .policy
        .write
        .push(place.path("gone"));
    let (exit, log) = place.run(&invocation).await;
    assert_eq!(exit.code, Some(EXIT_CODE_REFUSED));
    assert!(
        log.contains("cannot find a directory of the run") && !log.contains("BEGUN"),
        "{log}"
    );
}

#[tokio::test]
async fn a_program_whose_runner_is_another_process_does_not_start() {
    let place = Place::new();
    let mut invocation = place.confined("/bin/sh", &["-c", "echo BEGUN"]);
    invocation.confinement.as_mut().unwrap().policy.runner = Some(1);
    let (exit, log) = place.run(&invocation).await;
    assert_eq!(exit.code, Some(EXIT_CODE_REFUSED));
    assert!(
        log.contains("the runner that started this program is gone") && !log.contains("BEGUN"),
        "{log}"
    );
}

#[tokio::test]
async fn start_and_end_of_a_program_are_recorded_for_whoever_comes_after() {
    let place = Place::new();
    let mut invocation = place.confined("/bin/sleep", &["600"]);
    let folder = place.path("record");
    fs::create_dir(&folder).unwrap();
    invocation.confinement.as_mut().unwrap().policy.record = Some(folder.clone());
    let mut running = slipway_tofu::process::spawn(&invocation).await.unwrap();
    crate::fixture::appears(&folder.join("started.json"), &mut running).await;
    let started = Started::read(&folder).unwrap();
    assert_eq!(started.pid, running.pid());
    assert!(started.is_running());
    assert_eq!(ExitRecord::read(&folder), None);
    running.signal(rustix::process::Signal::KILL).unwrap();
    running.wait().await.unwrap();
    assert!(!started.is_running());
    assert_eq!(ExitRecord::read(&folder), None, "nobody was left to record it");

    invocation.program = "/bin/sh".into();
    invocation.arguments = vec!["-c".into(), "exit 7".into()];
    let (exit, _) = place.run(&invocation).await;
    assert_eq!(exit.code, Some(7));
    assert_eq!(
        ExitRecord::read(&folder),
        Some(ExitRecord {
            code: Some(7),
            signal: None
        })
    );
    invocation.arguments = vec!["-c".into(), "kill -SEGV $$".into()];
    let (exit, _) = place.run(&invocation).await;
    assert_eq!((exit.code, exit.signal), (None, Some(11)));
}

#[tokio::test]
async fn the_record_of_an_earlier_program_is_not_taken_for_a_refused_one() {
    let place = Place::new();
    let mut invocation = place.confined("/bin/true", &[]);
    invocation.confinement.as_mut().unwrap().policy.record = Some(place.path("."));
    assert_eq!(place.run(&invocation).await.0.code, Some(0));
    invocation.confinement.as_mut().unwrap().policy.runner = Some(1);
    assert_eq!(place.run(&invocation).await.0.code, Some(EXIT_CODE_REFUSED));
}
