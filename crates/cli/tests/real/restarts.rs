//! Servers come and go while a run goes on: the run does not notice, and nobody misses a byte.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use rstest::rstest;
use slipway_api::ids::RunId;
use slipway_api::runs::{NewRun, RunStatus};
use slipway_client::{LogItem, PhaseId};
use slipway_testing::{postgres, tools};

use crate::actions::{TEST_PROVIDER, addresses, plain};
use crate::forwarder::Forwarder;
use crate::processes;
use crate::slipway::{self, Database, Server, Slipway, client};
use crate::wait::{PATIENCE, until_true};

/// Resources one after another, so that there is always something going on.
fn steps(count: u32) -> String {
    let step = |number: u32| {
        let after = number
            .checked_sub(1)
            .map_or(String::new(), |before| format!("test_instance.s{before}"));
        format!("resource \"test_instance\" \"s{number}\" {{\n  latency_ms = 300\n  depends_on = [{after}]\n}}\n")
    };
    (0..count).fold(TEST_PROVIDER.to_owned(), |text, number| text + &step(number))
}

/// Reads a log to its end, however often the connection breaks.
async fn follow(client: slipway_client::Client, phase: PhaseId) -> String {
    let mut stream = client.log_stream(phase, 0);
    let mut text = String::new();
    loop {
        match stream.next().await.unwrap() {
            LogItem::Text(part) => text.push_str(&part),
            LogItem::Reconnecting(_) => {}
            LogItem::End => return text,
        }
    }
}

/// Reads a log until it says something.
async fn follow_until(client: &slipway_client::Client, phase: PhaseId, wanted: &str) {
    let mut stream = client.log_stream(phase, 0);
    let mut text = String::new();
    while !plain(&text).contains(wanted) {
        match stream.next().await.unwrap() {
            LogItem::Text(part) => text.push_str(&part),
            LogItem::Reconnecting(_) => {}
            LogItem::End => panic!("the log has no {wanted}: {text}"),
        }
    }
}

/// The log has every step, begun and ended once, in order.
fn assert_whole(log: &str, count: u32) {
    let log = plain(log);
    let mut rest = log.as_str();
    for number in 0..count {
        for what in ["Creating...", "Creation complete"] {
            let mark = format!("test_instance.s{number}: {what}");
            assert_eq!(log.matches(&mark).count(), 1, "{mark} in {log}");
            rest = rest
                .split_once(&mark)
                .unwrap_or_else(|| panic!("{mark} is not in its place in {log}"))
                .1;
        }
    }
    assert!(
        rest.contains(&format!("Apply complete! Resources: {count} added")),
        "{log}"
    );
}

#[rstest]
#[case(Database::Sqlite)]
#[case(Database::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_run_goes_on_while_its_server_is_restarted(#[case] database: Database) {
    let slipway = Slipway::start(database).await;
    let workspace = slipway.workspace("steps").await;
    slipway.upload(workspace, &[("main.tf", &steps(10))]).await;
    let run = slipway.start_run(workspace, NewRun::default()).await;
    slipway.until_status(run, RunStatus::Planned).await;
    let apply = PhaseId::Apply(slipway.document(run).await.apply_id().unwrap());
    let reader = tokio::spawn(follow(slipway.client.clone(), apply));
    slipway.confirm(run).await;
    let runner = slipway.runner().await;
    let has_begun = |step: u32| plain(&slipway.spooled_log(run, "apply")).contains(&format!("s{step}: Creating"));
    until_true("the second step", || has_begun(1)).await;
    slipway.server.stop();
    let said = slipway.server.log();
    assert!(
        said.contains("ending; runs go on") && !said.contains("did not finish in time"),
        "{said}"
    );
    until_true("more steps while the server is away", || has_begun(4)).await;
    slipway.server.restart().await;
    until_true("another step", || has_begun(6)).await;
    slipway.server.kill();
    slipway.server.restart().await;
    slipway.until_status(run, RunStatus::Applied).await;
    let followed = tokio::time::timeout(PATIENCE, reader).await.unwrap().unwrap();
    assert_whole(&followed, 10);
    assert_eq!(followed, slipway.coloured_log(run, "apply").await);
    assert_eq!(addresses(&slipway.state(workspace).await).len(), 10);
    // It made room for the runner of the server that is there now.
    let is_gone = || processes::all().iter().all(|process| process.id != runner.id);
    until_true("the runner of the first server to leave", is_gone).await;
    slipway.apply(workspace).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_runner_is_started_again_though_the_programs_file_was_replaced() {
    let slipway = Slipway::start_copy().await;
    let workspace = slipway.workspace("upgraded").await;
    slipway.upload(workspace, &[("main.tf", &steps(1))]).await;
    fs::remove_file(slipway.home.path().join("slipway")).unwrap();
    slipway.kill_runner().await;
    slipway.apply(workspace).await;
}

/// A runner that is no server's child.
struct Runner(Child);

impl Runner {
    fn start(home: &Path, forwarder: &Forwarder, token: &Path) -> Self {
        let tools = tools::find().unwrap();
        let mut command = slipway::plain(&["runner", "start", "--slots", "2", "--server"]);
        command
            .arg(format!("http://{}", forwarder.address))
            .arg("--token-file")
            .arg(token)
            .arg("--data-dir")
            .arg(home.join("runner"))
            .arg("--engine-dir")
            .arg(tools.tofu.parent().unwrap())
            .arg("--provider-mirror")
            .arg(&tools.mirror)
            .stdout(Stdio::null())
            .stderr(File::create(home.join("runner.log")).unwrap());
        Self(command.spawn().unwrap())
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[rstest]
#[case::the_one_that_the_runner_speaks_to(true)]
#[case::the_other(false)]
#[tokio::test(flavor = "multi_thread")]
async fn either_of_two_replicas_may_be_killed_during_a_run(#[case] is_the_runners: bool) {
    let home = tempfile::tempdir().unwrap();
    let url = tokio::task::spawn_blocking(postgres::database).await.unwrap().unwrap();
    let key = home.path().join("a/master.key").display().to_string();
    let variables = [("SLIPWAY_SERVER_MASTER_KEY_FILE", key.as_str())];
    // The first has a runner only to have a token for one; it is stopped again.
    let mut first = Server::new(&home.path().join("a"), &["--database-url", &url], &variables);
    first.start().await;
    let token = home.path().join("a/runner.token");
    until_true("the runner's token", || token.exists()).await;
    first.stop();
    let arguments = ["--database-url", &url, "--no-embedded-runner"];
    let mut first = Server::new(&home.path().join("a"), &arguments, &variables);
    first.start().await;
    // The replicas share their blobs, as they would a bucket.
    fs::create_dir(home.path().join("b")).unwrap();
    symlink(home.path().join("a/blobs"), home.path().join("b/blobs")).unwrap();
    let mut second = Server::new(&home.path().join("b"), &arguments, &variables);
    second.start().await;
    let forwarder = Forwarder::start(first.address).await;
    let (runners, others) = (first.address, second.address);

    let slipway = Slipway::serve(home, first, &arguments[..2]).await;
    let _runner = Runner::start(slipway.home.path(), &forwarder, &token);
    let workspace = slipway.workspace("steps").await;
    slipway.upload(workspace, &[("main.tf", &steps(8))]).await;
    let run = slipway
        .start_run(
            workspace,
            NewRun {
                auto_apply: Some(true),
                ..NewRun::default()
            },
        )
        .await;
    let apply = PhaseId::Apply(slipway.document(run).await.apply_id().unwrap());
    let (near, far) = (client(runners, &slipway.token), client(others, &slipway.token));
    // Followed at the replica that lives on, which is not always the one that gets the bytes.
    let survivor = if is_the_runners { far } else { near };
    let reader = tokio::spawn(follow(survivor.clone(), apply));
    follow_until(&survivor, apply, "s2: Creating").await;
    if is_the_runners {
        slipway.server.kill();
        forwarder.point_to(others);
    } else {
        second.kill();
    }
    let deadline = tokio::time::Instant::now() + PATIENCE;
    let ended = loop {
        let found = survivor.run(run).await.unwrap().run.attributes;
        if found.status.is_final() {
            break found;
        }
        assert!(tokio::time::Instant::now() < deadline, "{found:#?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert_eq!(ended.status, RunStatus::Applied, "{ended:#?}");
    let followed = tokio::time::timeout(PATIENCE, reader).await.unwrap().unwrap();
    assert_whole(&followed, 8);
    let version = survivor.current_state_version(workspace).await.unwrap();
    assert_eq!(version.attributes.resource_count, 8);
    assert!(!survivor.workspace(workspace).await.unwrap().attributes.locked);
    let next = survivor.create_run(workspace, None, NewRun::default()).await.unwrap();
    let next: RunId = next.run.id.parse().unwrap();
    let deadline = tokio::time::Instant::now() + PATIENCE;
    while survivor.run(next).await.unwrap().run.attributes.status != RunStatus::PlannedAndFinished {
        assert!(tokio::time::Instant::now() < deadline, "the next run does not end");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
