//! `slipway admin keys` and `slipway audit` on the built binary: keys are exchanged under a running server, and an export is
//! proved where there is none.

use std::io::{BufRead, BufReader};
use std::path::Path;

use rustix::process::{Pid, Signal, kill_process};

use crate::serving::{Server, run, slipway, token};

/// A server with an organization that has a secret.
fn server(home: &Path) -> (Server, String) {
    let server = Server::start(home, &["--data-dir", "data"]);
    let token = token(home);
    for arguments in [
        ["organization", "create", "acme"].as_slice(),
        &["workspace", "create", "shop", "--organization", "acme"],
        &[
            "variable",
            "set",
            "--organization",
            "acme",
            "-w",
            "shop",
            "--sensitive",
            "password=hunter2",
        ],
    ] {
        let done = server.client(home, &token, None, arguments);
        assert_eq!(done.code, Some(0), "{}", done.stderr);
    }
    (server, token)
}

#[test]
fn an_export_is_proved_without_a_server() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let (server, token) = server(home);
    let append = ["audit", "export", "--organization", "acme", "--append", "audit.jsonl"];
    for _ in 0..2 {
        let exported = server.client(home, &token, None, &append);
        assert_eq!(exported.code, Some(0), "{}", exported.stderr);
    }
    let checked = server.client(home, &token, None, &["audit", "verify", "--organization", "acme"]);
    assert_eq!(checked.code, Some(0), "{}", checked.stderr);
    drop(server);
    let verified = run(home, &["audit", "verify", "audit.jsonl", "-o", "json"]);
    assert_eq!(verified.code, Some(0), "{}", verified.stderr);
    let said: serde_json::Value = serde_json::from_str(&verified.stdout).unwrap();
    assert_eq!((&said["name"], &said["after"]), (&"acme".into(), &0.into()));

    let text = std::fs::read_to_string(home.join("audit.jsonl")).unwrap();
    assert!(!text.contains("hunter2"));
    std::fs::write(
        home.join("forged.jsonl"),
        text.replace("\"variable.created\"", "\"variable.deleted\""),
    )
    .unwrap();
    let forged = run(home, &["audit", "verify", "forged.jsonl"]);
    assert_eq!(forged.code, Some(1));
    assert!(forged.stderr.contains("was changed"), "{}", forged.stderr);
    let other = ["audit", "verify", "audit.jsonl", "--public-key", "00"];
    assert!(run(home, &other).stderr.contains("the key that was expected is 00"));
}

#[test]
fn the_master_key_is_exchanged_under_a_running_server() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let (server, token) = server(home);
    let made = run(home, &["admin", "keys", "create-master", "data/master.key.next"]);
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    let exchange = [
        "admin",
        "keys",
        "rotate-master",
        "--data-dir",
        "data",
        "--new-key-file",
        "data/master.key.next",
    ];
    let exchanged = run(home, &exchange);
    assert_eq!(exchanged.code, Some(0), "{}", exchanged.stderr);
    assert!(!home.join("data/master.key.next").exists());
    let kept: Vec<_> = std::fs::read_dir(home.join("data"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".old"))
        .collect();
    assert_eq!(kept.len(), 1, "the old one is kept");
    let create = ["organization", "create", "after"];
    let mut created = server.client(home, &token, None, &create);
    if created.code != Some(0) {
        // It had not looked yet; it says so, and looks every five seconds.
        server.wait_for("this server follows");
        created = server.client(home, &token, None, &create);
    }
    assert_eq!(created.code, Some(0), "{}", created.stderr);
    drop(server);
    let again = Server::start(home, &["--data-dir", "data"]);
    let listed = again.client(
        home,
        &token,
        None,
        &["variable", "list", "--organization", "acme", "-w", "shop"],
    );
    assert_eq!(listed.code, Some(0), "{}", listed.stderr);
    let keys = run(home, &["admin", "keys", "list", "--data-dir", "data"]);
    assert_eq!(keys.stdout.matches("  1  ").count(), 3, "{}", keys.stdout);
}

#[test]
fn data_keys_are_rotated_beside_a_running_server() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let (server, token) = server(home);
    let rotated = run(home, &["admin", "keys", "rotate-data", "--data-dir", "data", "--wait"]);
    assert_eq!(rotated.code, Some(0), "{}", rotated.stderr);
    let status = run(home, &["admin", "keys", "status", "--data-dir", "data", "-o", "json"]);
    let status: serde_json::Value = serde_json::from_str(&status.stdout).unwrap();
    for key in status["data-keys"].as_array().unwrap() {
        assert_eq!(key["rotation"]["state"], "waiting", "{key}");
        assert_eq!(key["versions"], serde_json::json!([1, 2]));
    }
    drop(server);
    let again = Server::start(home, &["--data-dir", "data"]);
    let listed = again.client(
        home,
        &token,
        None,
        &["variable", "list", "--organization", "acme", "-w", "shop"],
    );
    assert_eq!(listed.code, Some(0), "{}", listed.stderr);
}

#[test]
fn a_master_key_from_the_environment_is_not_handed_on() {
    let home = tempfile::tempdir().unwrap();
    let key = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";
    let arguments = [
        "server",
        "--listen",
        "127.0.0.1:0",
        "--data-dir",
        "data",
        "--allow-unsandboxed",
    ];
    let mut command = slipway(home.path(), &arguments);
    let mut server = command.env("SLIPWAY_SERVER_MASTER_KEY", key).spawn().unwrap();
    let stderr = BufReader::new(server.stderr.take().unwrap());
    let mut lines = stderr.lines().map_while(Result::ok);
    let started = lines.find(|line| line.contains("embedded runner started")).unwrap();
    let digits = started.rsplit("runner.pid=").next().unwrap();
    let runner: String = digits.chars().filter(char::is_ascii_digit).collect();
    // Until then it may be about to become the program that it is to be.
    lines.find(|line| line.contains("runner registered")).unwrap();
    let environment = std::fs::read(format!("/proc/{runner}/environ")).unwrap();
    server.kill().unwrap();
    server.wait().unwrap();
    if let Some(runner) = runner.parse().ok().and_then(Pid::from_raw) {
        kill_process(runner, Signal::KILL).ok();
    }
    assert!(!home.path().join("data/master.key").exists());
    let environment = String::from_utf8_lossy(&environment).into_owned();
    assert!(environment.contains("HOME="), "the environment is that of the runner");
    assert!(
        !environment.contains("MASTER_KEY") && !environment.contains(key),
        "{environment}"
    );
}
