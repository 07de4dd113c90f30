//! The server goes away; the runner is killed.

use std::process::Stdio;
use std::time::Duration;

use slipway_api::runner::{ChangesWanted, Outcome};

use crate::machine::{Machine, TEST_PROVIDER};

fn slow(latency_ms: u32) -> String {
    format!(
        "{TEST_PROVIDER}resource \"test_instance\" \"first\" {{}}\n\
         resource \"test_instance\" \"slow\" {{\n  latency_ms = {latency_ms}\n  depends_on = [test_instance.first]\n}}\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_away_loses_nothing() {
    let mut machine = Machine::running().await;
    let plan = machine.plan_of(&slow(700));
    let planned = machine.finish(&plan).await;
    let apply = machine.apply_of(&plan, &planned);
    let item = apply.work_item_id.to_string();
    let outcome = machine.path("work/spool").join(format!("{item}-1/outcome.json"));
    machine.server.queue(apply);
    machine
        .server
        .until("creating", &item, |got| {
            got.log().contains("test_instance.slow: Creating...")
        })
        .await;
    machine.server.be_away(true);
    until("the end of the engine", || outcome.exists()).await;
    assert!(machine.server.got(&item).completions.is_empty());
    machine.server.be_away(false);
    let got = machine.server.completed(&item).await;
    assert_eq!(got.completion().outcome, Outcome::Succeeded, "{}", got.log());
    assert!(got.log().contains("Apply complete!"), "{}", got.log());
    assert_eq!(got.log.len() as u64, got.completion().log_bytes);
    assert!(got.state().to_string().contains("\"slow\""));
    machine.drain().await;
    assert_eq!(machine.spools(), 0);
}

async fn until(what: &str, mut look: impl FnMut() -> bool) {
    let wait = async {
        while !look() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    assert!(
        tokio::time::timeout(Duration::from_secs(30), wait).await.is_ok(),
        "never: {what}"
    );
}

/// A runner in a process of its own; killed when dropped.
struct Process(std::process::Child);

impl Process {
    fn start(machine: &Machine) -> Self {
        let child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "runner_process", "--nocapture"])
            .env("RUNNER_DIRECTORY", machine.root.path())
            .env("RUNNER_SERVER", &machine.address)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self(child)
    }

    fn terminate(&self) {
        let id = rustix::process::Pid::from_raw(self.0.id().cast_signed()).unwrap();
        rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
    }

    async fn until_ended(&mut self) {
        until("the runner ends", || self.0.try_wait().unwrap().is_some()).await;
    }

    fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_runner_killed_while_applying_leaves_a_state_and_a_list_to_its_successor() {
    let mut machine = Machine::new().await;
    let mut process = Process::start(&machine);
    let plan = machine.plan_of(&slow(600_000));
    let planned = machine.finish(&plan).await;
    let apply = machine.apply_of(&plan, &planned);
    let item = apply.work_item_id.to_string();
    machine.server.queue(apply);
    machine
        .server
        .until("creating", &item, |got| {
            got.log().contains("test_instance.slow: Creating...")
        })
        .await;
    process.kill();
    machine.start();
    let got = machine.server.completed(&item).await;
    assert_eq!(got.completion().outcome, Outcome::Failed);
    let message = got.completion().message.clone().unwrap();
    assert!(message.starts_with("the runner was killed while applying"), "{message}");
    assert!(
        !got.states.is_empty(),
        "the engine saved when its runner died: {}",
        got.log()
    );
    assert!(got.state().to_string().contains("\"first\""));
    assert!(
        got.log().contains("Interrupt received") && got.log().contains(&message),
        "{}",
        got.log()
    );
    let missing: Vec<_> = got
        .completion()
        .unaccounted
        .iter()
        .map(|resource| resource.address.as_str())
        .collect();
    assert_eq!(missing, ["test_instance.slow"]);
    machine.drain().await;
    assert_eq!((machine.spools(), got.completions.len()), (0, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_whose_runner_is_killed_before_its_changes_are_there_is_made_again_with_them() {
    let mut machine = Machine::new().await;
    let mut process = Process::start(&machine);
    machine.server.refuse_changes(true);
    let mut plan = machine.plan_of("resource \"terraform_data\" \"a\" {}\n");
    plan.context.changes_wanted = ChangesWanted::First;
    let item = plan.work_item_id.to_string();
    machine.server.queue(plan.clone());
    until("changes are sent", || machine.server.refused_changes() > 0).await;
    process.kill();
    assert!(machine.server.got(&item).completions.is_empty());
    machine.server.refuse_changes(false);
    machine.start();
    until("what is there of it is delivered", || machine.spools() == 0).await;
    let got = machine.server.got(&item);
    (plan.log_offset, plan.events_offset) = (got.log.len() as u64, got.events.len() as u64);
    plan.fence = 2;
    let got = machine.finish(&plan).await;
    assert_eq!(got.completion().outcome, Outcome::Succeeded, "{}", got.log());
    let (index, came_late) = got.index.unwrap();
    assert_eq!(
        (&index["total"], came_late, got.completions.len()),
        (&serde_json::json!(1), false, 1)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_runner_killed_after_its_engine_ended_is_completed_by_its_successor() {
    let mut machine = Machine::new().await;
    let mut process = Process::start(&machine);
    let plan = machine.plan_of(&slow(300));
    let planned = machine.finish(&plan).await;
    let apply = machine.apply_of(&plan, &planned);
    let item = apply.work_item_id.to_string();
    let outcome = machine.path("work/spool").join(format!("{item}-1/outcome.json"));
    machine.server.queue(apply);
    machine
        .server
        .until("creating", &item, |got| {
            got.log().contains("test_instance.slow: Creating...")
        })
        .await;
    machine.server.be_away(true);
    until("the end of the engine", || outcome.exists()).await;
    process.kill();
    machine.server.be_away(false);
    machine.start();
    let got = machine.server.completed(&item).await;
    assert_eq!(got.completion().outcome, Outcome::Succeeded, "{}", got.log());
    assert!(got.log().contains("Apply complete!"));
    assert!(got.state().to_string().contains("\"slow\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_whose_runner_was_killed_is_left_to_the_server() {
    let mut machine = Machine::new().await;
    let mut process = Process::start(&machine);
    let plan = machine.plan_of(&format!(
        "{TEST_PROVIDER}data \"test_read_file\" \"x\" {{\n  path = \"/etc/hostname-that-blocks\"\n}}\n"
    ));
    let item = plan.work_item_id.to_string();
    machine.server.queue(plan);
    machine
        .server
        .until("initializing", &item, |got| got.log().contains("Initializing"))
        .await;
    process.kill();
    machine.start();
    machine
        .server
        .until("the log so far", &item, |got| !got.log.is_empty())
        .await;
    machine.drain().await;
    assert!(machine.server.is_claimed(&item));
    assert_eq!(machine.spools(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_claimed_while_the_runner_was_told_to_end_is_done() {
    let mut machine = Machine::running().await;
    machine.server.be_slow();
    let plan = machine.plan_of(TEST_PROVIDER);
    let item = plan.work_item_id.to_string();
    machine.server.queue(plan);
    until("claimed", || machine.server.is_claimed(&item)).await;
    assert!(!machine.server.has_left());
    machine.drain().await;
    assert!(machine.server.has_left());
    assert_eq!(machine.server.got(&item).completion().outcome, Outcome::Succeeded);
    assert_eq!(machine.spools(), 0);
}

#[rstest::rstest]
#[case::that_comes_later(false)]
#[case::that_is_there_already(true)]
#[tokio::test(flavor = "multi_thread")]
async fn a_runner_told_to_end_leaves_what_a_server_that_is_away_has_not_got_to_its_successor(#[case] is_there: bool) {
    let mut machine = Machine::new().await;
    let mut process = Process::start(&machine);
    let plan = machine.plan_of(&slow(300));
    let planned = machine.finish(&plan).await;
    let apply = machine.apply_of(&plan, &planned);
    let item = apply.work_item_id.to_string();
    machine.server.queue(apply);
    machine
        .server
        .until("creating", &item, |got| {
            got.log().contains("test_instance.slow: Creating...")
        })
        .await;
    machine.server.be_away(true);
    process.terminate();
    if is_there {
        machine.start();
    }
    process.until_ended().await;
    let outcome = machine.path("work/spool").join(format!("{item}-1/outcome.json"));
    assert!(outcome.exists(), "the apply was not cut off");
    machine.server.be_away(false);
    if !is_there {
        machine.start();
    }
    let got = machine.server.completed(&item).await;
    assert_eq!(got.completion().outcome, Outcome::Succeeded, "{}", got.log());
    assert!(got.log().contains("Apply complete!"), "{}", got.log());
    assert!(got.state().to_string().contains("\"slow\""));
    machine.drain().await;
    assert_eq!((machine.spools(), machine.server.got(&item).completions.len()), (0, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_apply_is_not_begun_before_the_server_answered_and_then_given_back() {
    let mut machine = Machine::new().await;
    let mut process = Process::start(&machine);
    let plan = machine.plan_of(&slow(0));
    let planned = machine.finish(&plan).await;
    let apply = machine.apply_of(&plan, &planned);
    let item = apply.work_item_id.to_string();
    machine.server.be_deaf(true);
    machine.server.queue(apply.clone());
    let spool = machine.path("work/spool").join(format!("{item}-1"));
    // The last thing that an apply does before its engine.
    until("prepared", || spool.join("cli.tfrc").exists()).await;
    assert!(!spool.join("states.json").exists());
    process.kill();
    machine.server.be_deaf(false);
    machine.start();
    until("the spool is gone", || machine.spools() == 0).await;
    let got = machine.server.got(&item);
    assert!(got.completions.is_empty() && got.events.is_empty(), "{}", got.log());
    let again = slipway_api::runner::Claim {
        fence: 2,
        log_offset: got.log.len() as u64,
        ..apply
    };
    let got = machine.finish(&again).await;
    assert_eq!(got.completion().outcome, Outcome::Succeeded, "{}", got.log());
    machine.drain().await;
}
