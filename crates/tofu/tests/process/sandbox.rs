//! The walls, tried from inside with ordinary programs.

use std::fs;

use rstest::rstest;
use slipway_tofu::sandbox::{EXIT_CODE_REFUSED, Level, probe};

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
    let script = "grep -E 'Cap(Prm|Eff)|NoNewPrivs' /proc/self/status; ulimit -c";
    // `grep` is a child, whose own entry of /proc is hidden: the shell reads its own by redirection.
    let script = script.replace("/proc/self/status", "- < /proc/self/status");
    let (exit, log) = place.run(&place.confined("/bin/sh", &["-c", &script])).await;
    assert_eq!(exit.code, Some(0), "{log}");
    assert!(
        log.contains("CapPrm:\t0000000000000000\nCapEff:\t0000000000000000\nNoNewPrivs:\t1\n0\n"),
        "{log}"
    );
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
