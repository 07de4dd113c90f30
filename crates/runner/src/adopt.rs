//! Spools of a runner that was killed: its engine is waited for, and what it left is delivered. Nothing is started again:
//! whether an item is done once more is the server's decision.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use slipway_api::runner::{Claim, Completion, Outcome, WorkPhase};
use slipway_client::WorkLease;
use slipway_tofu::sandbox::{ExitRecord, Started};
use slipway_tofu::state::StateFile;
use tokio::task::JoinSet;

use crate::apply::{StatePlace, unaccounted_for};
use crate::completion::{counts, diagnostics};
use crate::delivery::Delivery;
use crate::engine::progress;
use crate::item::{Machine, completion, discard};
use crate::secrets::Secrets;
use crate::spool::{BEGUN, Spool};

const WHILE_APPLYING: &str = "the runner was killed while applying: the states that the engine saved are kept, plan \
                              again to see what is left";
const BEFORE_APPLYING: &str = "the runner was killed before it started to apply: nothing was changed, plan again";

/// How often a dying engine is looked at.
const LOOK: Duration = Duration::from_millis(50);

/// Adopts every spool without an owner, each in a task of its own. A runner may leave its spools behind at any time, so
/// this is done again and again.
pub(crate) fn adopt_all(machine: &Arc<Machine>, adopted: &mut JoinSet<()>) {
    let entries = fs::read_dir(machine.config.work.join("spool"));
    for entry in entries.into_iter().flatten().flatten() {
        match Spool::adopt(entry.path()) {
            Ok(Some(spool)) => {
                adopted.spawn(adopt(Arc::clone(machine), Arc::new(spool)));
            }
            Ok(None) => {}
            // Its owner has just removed it.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => tracing::warn!(%error, path = %entry.path().display(), "cannot adopt a spool"),
        }
    }
}

/// Runs that have a spool, whoever owns it.
pub(crate) fn spooled_runs(work: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(work.join("spool")).into_iter().flatten().flatten();
    let claims = entries.filter_map(|entry| fs::read(entry.path().join("claim.json")).ok());
    claims
        .filter_map(|bytes| serde_json::from_slice::<Claim>(&bytes).ok())
        .map(|claim| claim.context.run_id.to_string())
        .collect()
}

async fn adopt(machine: Arc<Machine>, spool: Arc<Spool>) {
    let Some(claim) = spool.read_json::<Claim>("claim.json") else {
        // Killed before the claim was on the disk, so nothing was started.
        discard(spool, true);
        return;
    };
    tracing::info!(item = %claim.work_item_id, "delivering what a killed runner left");
    wait_for_engine(&spool, Duration::from_millis(claim.context.stop_grace_ms)).await;
    collect_states(&spool);
    deliver(&machine, spool, &claim).await;
    // The plan and the apply of a run share a directory: the last of their spools takes it along.
    let run = claim.context.run_id;
    if !spooled_runs(&machine.config.work).contains(&run.to_string()) {
        machine.kept.remove_orphan(run);
    }
}

async fn deliver(machine: &Machine, spool: Arc<Spool>, claim: &Claim) {
    let client = machine.client.with_token(SecretString::from(claim.run_token.clone()));
    let lease = WorkLease {
        item: claim.work_item_id,
        fence: claim.fence,
    };
    let outcome = spool.outcome().or_else(|| lost(&spool, claim));
    let secrets = match Secrets::of(claim, &spool) {
        Ok(secrets) => Arc::new(secrets),
        Err(error) => {
            tracing::error!(%error, "cannot deliver a spool");
            return;
        }
    };
    let delivery = Delivery::start(client, lease, Arc::clone(&spool), claim, secrets);
    let Some(outcome) = outcome else {
        // A plan, or an apply that was not begun: its lease runs out, and the server gives it out again.
        drop(spool);
        discard(delivery.flush().await, true);
        return;
    };
    match delivery.finish(outcome).await {
        Ok(delivered) => {
            drop(spool);
            discard(delivered.spool, delivered.states_taken);
        }
        Err(error) => {
            tracing::warn!(%error, item = %claim.work_item_id, "the server does not want what a killed runner left");
            discard(spool, true);
        }
    }
}

/// The engine got SIGINT when its runner died, and is saving; whoever keeps it goes on to SIGTERM and SIGKILL. Only if that
/// does not end it, the group is killed here.
async fn wait_for_engine(spool: &Spool, grace: Duration) {
    use rustix::process::{Pid, Signal, kill_process_group};
    let Some(started) = Started::read(spool.folder()) else {
        return;
    };
    let Some(group) = i32::try_from(started.pid).ok().and_then(Pid::from_raw) else {
        return;
    };
    let ended = async {
        while started.is_running() {
            tokio::time::sleep(LOOK).await;
        }
    };
    if tokio::time::timeout(grace * 4, ended).await.is_err() {
        tracing::warn!(
            pid = started.pid,
            "an engine without a runner does not end and is killed"
        );
        let _ = kill_process_group(group, Signal::KILL);
    }
}

/// The last state that the engine wrote.
fn collect_states(spool: &Arc<Spool>) {
    let Some(place) = spool.read_json::<StatePlace>("states.json") else {
        return;
    };
    let (Some(root), Some(name)) = (place.directory.parent(), place.directory.file_name()) else {
        return;
    };
    if !place.directory.is_dir() {
        return;
    }
    let Ok(directory) = slipway_tofu::commands::RunDirectory::create(root, &name.to_string_lossy()) else {
        return;
    };
    let known = spool
        .states()
        .last()
        .and_then(|number| fs::read(spool.state_file(*number)).ok());
    let known = known.or_else(|| fs::read(spool.file("sent-state")).ok());
    for file in &place.files {
        let Ok(Some(bytes)) = directory.read(file, 2 << 30) else {
            continue;
        };
        if StateFile::parse(&bytes).is_err() || known.as_deref() == Some(bytes.as_slice()) {
            continue;
        }
        let number = spool.states().last().map_or(1, |number| number + 1);
        if let Err(error) = spool.write(&format!("states/{number}"), &bytes) {
            tracing::error!(%error, "cannot spool the last state of a killed runner");
        }
    }
}

/// What is known about an item whose runner was killed before its end. `None` for what can be done again: a plan, and an
/// apply that was not begun.
fn lost(spool: &Spool, claim: &Claim) -> Option<Completion> {
    if claim.context.phase == WorkPhase::Plan {
        return None;
    }
    // The events tell whether it was the apply that started: `init` records its process too.
    let has_started = fs::metadata(spool.file("events.raw")).is_ok_and(|file| file.len() > 0);
    if !has_started && !spool.file(BEGUN).exists() {
        return None;
    }
    let exit = ExitRecord::read(spool.folder()).filter(|_| has_started);
    let progress = progress(&spool.file("events.raw"));
    let mut completion = match (has_started, exit) {
        (true, Some(ExitRecord { code: Some(0), .. })) => completion(Outcome::Succeeded, None),
        (true, _) => completion(Outcome::Failed, Some(WHILE_APPLYING.to_owned())),
        (false, _) => completion(Outcome::Failed, Some(BEFORE_APPLYING.to_owned())),
    };
    if let Some(message) = &completion.message {
        spool.say(&format!("\n[{message}]"));
        completion.unaccounted = unaccounted_for(spool, None);
    }
    completion.exit_code = exit.and_then(|exit| exit.code);
    completion.engine_version.clone_from(&progress.engine_version);
    completion.counts = counts(&progress);
    completion.diagnostics = diagnostics(&progress);
    Some(completion)
}
