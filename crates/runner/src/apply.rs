//! The apply phase: exactly the plan that was made, with every state on its way to the server while it runs.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use slipway_api::runner::Completion;
use slipway_tofu::commands::{self, state_path};
use slipway_tofu::digest::sha256_hex;
use slipway_tofu::journal::{Journal, JournalRecord, may_exist};
use slipway_tofu::state::StateFile;
use tokio::sync::watch;

use crate::backoff::persist;
use crate::bundle::{self, Manifest};
use crate::completion::{failed, succeeded, unaccounted};
use crate::engine::{self, read_events};
use crate::identity::lay_out;
use crate::initialize::initialize;
use crate::item::{Stop, Work};
use crate::kept::KeptRuns;
use crate::prepare::{Prepared, prepare};
use crate::spool::Spool;
use crate::states::StateWatch;

const PLAN_LIMIT_BYTES: u64 = 1 << 30;

/// Applies.
pub(crate) async fn run(work: &Work) -> Result<Completion, Stop> {
    let (mut prepared, is_kept) = match kept(work)? {
        Some(prepared) => (prepared, true),
        None => (rebuild(work).await?, false),
    };
    let applied = match lay_out(work, &mut prepared) {
        Ok(_identity) => initialize_and_apply(work, &mut prepared, is_kept).await,
        Err(stop) => Err(stop),
    };
    KeptRuns::delete(prepared);
    applied
}

async fn initialize_and_apply(work: &Work, prepared: &mut Prepared, is_kept: bool) -> Result<Completion, Stop> {
    let is_warm = is_kept || initialize(work, prepared).await?;
    let mut completion = apply(work, prepared).await?;
    completion.usage.init_skipped = is_warm;
    Ok(completion)
}

/// The directory of the plan phase, when this runner still has it and nothing in it that counts has changed.
fn kept(work: &Work) -> Result<Option<Prepared>, Stop> {
    let context = &work.claim.context;
    let digest = context.plan_digest.as_deref().unwrap_or_default();
    let Some(kept) = work.machine.kept.take(context.run_id, digest) else {
        return Ok(None);
    };
    let plan_file = kept.prepared.directory.read(Path::new("out/plan"), PLAN_LIMIT_BYTES);
    let plan_file = plan_file.ok().flatten().unwrap_or_default();
    if sha256_hex(&plan_file) != kept.plan_file_digest {
        KeptRuns::delete(kept.prepared);
        return Ok(None);
    }
    // The CLI configuration of the plan phase went with its spool.
    fs::write(work.spool.file("cli.tfrc"), "").map_err(|error| Stop::failed(&error))?;
    Ok(Some(kept.prepared))
}

/// The directory again, from the configuration and the plan bundle; still to be initialized.
async fn rebuild(work: &Work) -> Result<Prepared, Stop> {
    let digest = work.claim.context.plan_digest.as_deref().unwrap_or_default();
    let fetch = || work.client.work_plan(work.lease);
    let bytes = persist("plan", fetch).await.map_err(|error| Stop::failed(&error))?;
    if sha256_hex(&bytes) != digest {
        return Err(Stop::because(
            "the plan that the server sent is not the one that was confirmed: plan again",
        ));
    }
    let bundle = bundle::unpack(&bytes).map_err(|error| Stop::failed(&error))?;
    let prepared = prepare(work).await?;
    let now = Manifest::new(&work.claim, &prepared.engine, &bundle.plan_file);
    if let Some(what) = bundle.manifest.difference(&now) {
        KeptRuns::delete(prepared);
        return Err(Stop::because(format!(
            "{what} changed since the plan was made: plan again"
        )));
    }
    for (path, contents) in &bundle.files {
        prepared
            .directory
            .write(path, contents)
            .map_err(|error| Stop::failed(&error))?;
    }
    prepared
        .directory
        .write(Path::new("out/plan"), &bundle.plan_file)
        .map_err(|error| Stop::failed(&error))?;
    Ok(prepared)
}

async fn apply(work: &Work, prepared: &Prepared) -> Result<Completion, Stop> {
    work.begin().await?;
    work.step.send_replace("applying");
    let (ended, finished) = watch::channel(false);
    let start = prepared.state.as_deref();
    let files = state_files(prepared, &work.claim.context.engine_workspace);
    // Who comes after us must know where states are, before there can be one.
    let place = StatePlace {
        directory: prepared.directory.path().to_path_buf(),
        files: files.clone(),
    };
    work.spool
        .write_json("states.json", &place)
        .map_err(|error| Stop::failed(&error))?;
    let watching = StateWatch::new(Arc::clone(&work.spool), Arc::clone(&prepared.directory), files, start);
    let watching = tokio::spawn(watching.run(finished));
    let events = work.spool.file("events.raw");
    let arguments = commands::apply(&prepared.engine, None, &prepared.directory.out("plan"), &events);
    let applied = engine::run(work, prepared, arguments, "events.raw").await;
    let _ = ended.send(true);
    let _ = watching.await;
    let applied = applied?;
    if applied.ended.exit.code == Some(0) && applied.ended.stopped.is_none() {
        return Ok(succeeded(&prepared.engine, &applied));
    }
    let mut stop = failed("apply", &prepared.engine, &applied);
    stop.completion.unaccounted = unaccounted_for(&work.spool, start);
    Err(stop)
}

/// Where an apply leaves states; spooled for a successor.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub(crate) struct StatePlace {
    pub(crate) directory: PathBuf,
    pub(crate) files: Vec<PathBuf>,
}

/// The state file, and the one that the engine writes when it cannot write that.
fn state_files(prepared: &Prepared, workspace: &str) -> Vec<PathBuf> {
    [state_path(workspace), PathBuf::from("errored.tfstate")]
        .map(|file| prepared.module.join(file))
        .into()
}

/// Compares what the engine said with the last state that is known.
pub(crate) fn unaccounted_for(spool: &Spool, start: Option<&[u8]>) -> Vec<slipway_api::runs::UnaccountedResource> {
    let last = spool.states().last().map(|number| spool.state_file(*number));
    let last = last.unwrap_or_else(|| spool.file("sent-state"));
    let last = fs::read(last).ok().or_else(|| start.map(<[u8]>::to_vec));
    let summary = last.as_deref().and_then(|bytes| match StateFile::parse(bytes) {
        Ok(StateFile::Clear(state)) => Some(state.summary()),
        _ => None,
    });
    let events = spool.file("events.raw");
    let records = read_events(&events).filter_map(|event| JournalRecord::from_event(&event));
    let journal = Journal {
        records: records.collect(),
        unreadable_lines: 0,
    };
    unaccounted(may_exist(&journal, summary.as_ref()))
}
