//! The plan phase.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use slipway_api::runner::{ChangesWanted, Completion, PlanOptions};
use slipway_tofu::commands::{self, Mode, states_directory};
use slipway_tofu::digest::sha256_hex;
use slipway_tofu::engines::Engine;

use crate::backoff::persist;
use crate::bundle::{self, LIMIT_FILES, Manifest};
use crate::changes;
use crate::completion::{failed, succeeded};
use crate::engine::{self, Finished, Output};
use crate::identity::lay_out;
use crate::initialize::{initialize, initialize_again, lock_file, needs_init};
use crate::item::{Stop, Work};
use crate::kept::{HeldDirectory, KeptRun, KeptRuns};
use crate::prepare::{Prepared, prepare};

/// Largest plan file.
const PLAN_LIMIT_BYTES: u64 = 1 << 30;

/// A plan whose JSON is still to be made.
pub(crate) struct Planned {
    engine: Engine,
    /// Keeps the directory until the JSON is made.
    directory: Arc<HeldDirectory>,
    module: PathBuf,
    stores: Vec<PathBuf>,
    environment: std::collections::BTreeMap<String, String>,
    is_small: bool,
    plan_file_digest: String,
    has_changes: bool,
}

impl Planned {
    /// Whether somebody waits to look at the changes: not when there are none.
    pub(crate) fn is_awaited(&self, wanted: ChangesWanted) -> bool {
        self.has_changes && wanted != ChangesWanted::Later
    }
}

/// Plans. The second part of the answer is what is left to do after the item is complete.
pub(crate) async fn run(work: &Work) -> Result<(Completion, Option<Planned>), Stop> {
    let mut prepared = prepare(work).await?;
    let planned = match lay_out(work, &mut prepared) {
        Ok(identity) => {
            let planned = plan(work, &mut prepared).await;
            // Neither the apply nor whoever reads the plan is to have what was given to plans.
            if let Some(identity) = identity {
                identity.take_away(&mut prepared);
            }
            planned
        }
        Err(stop) => Err(stop),
    };
    match planned {
        Ok((completion, kept)) => {
            let (plan_digest, plan_file_digest) = kept;
            let after = Planned {
                engine: prepared.engine.clone(),
                directory: Arc::clone(&prepared.directory),
                module: prepared.module.clone(),
                stores: prepared.stores.clone(),
                environment: prepared.environment.clone(),
                is_small: prepared.is_small,
                plan_file_digest: plan_file_digest.clone(),
                has_changes: completion.exit_code == Some(2),
            };
            work.machine.kept.keep(KeptRun {
                run: work.claim.context.run_id,
                plan_digest,
                plan_file_digest,
                prepared,
            });
            Ok((completion, Some(after)))
        }
        Err(stop) => {
            KeptRuns::delete(prepared);
            Err(stop)
        }
    }
}

async fn plan(work: &Work, prepared: &mut Prepared) -> Result<(Completion, (String, String)), Stop> {
    let is_warm = initialize(work, prepared).await?;
    work.step.send_replace("planning");
    let before = files(prepared)?;
    let mut finished = engine(work, prepared).await?;
    if is_warm && finished.ended.exit.code == Some(1) && needs_init(&finished) {
        work.spool
            .say("\n[what was kept from the last run is not enough: initializing again]");
        initialize_again(work, prepared).await?;
        finished = engine(work, prepared).await?;
    }
    if !matches!(finished.ended.exit.code, Some(0 | 2)) || finished.ended.stopped.is_some() {
        return Err(failed("plan", &prepared.engine, &finished));
    }
    let mut completion = succeeded(&prepared.engine, &finished);
    completion.usage.init_skipped = is_warm;
    work.step.send_replace("uploading");
    let read = prepared
        .directory
        .read(Path::new("out/plan"), PLAN_LIMIT_BYTES)
        .map_err(|error| Stop::failed(&error))?;
    let plan_file = read.ok_or_else(|| Stop::because("the engine left no plan: its log says why"))?;
    let manifest = Manifest::new(&work.claim, &prepared.engine, &plan_file);
    let mut created: BTreeSet<PathBuf> = files(prepared)?.difference(&before).cloned().collect();
    created.insert(lock_file(&prepared.module));
    let bundle =
        bundle::pack(&prepared.directory, &manifest, &plan_file, &created).map_err(|error| Stop::failed(&error))?;
    let digest = sha256_hex(&bundle);
    work.spool
        .write("plan.bundle", &bundle)
        .map_err(|error| Stop::failed(&error))?;
    let bundle = bytes::Bytes::from(bundle);
    let send = || work.client.put_work_plan(work.lease, bundle.clone());
    persist("plan", send).await.map_err(|error| Stop::failed(&error))?;
    completion.plan_digest = Some(digest.clone());
    Ok((completion, (digest, manifest.plan_file)))
}

async fn engine(work: &Work, prepared: &Prepared) -> Result<Finished, Stop> {
    let events = work.spool.file("events.raw");
    let options = options(&work.claim.context.options);
    let arguments = commands::plan(&prepared.engine, &options, &prepared.directory.out("plan"), &events);
    let finished = engine::run(work, prepared, arguments, "events.raw").await?;
    if !prepared.engine.kind.writes_events_aside(&prepared.engine.version) {
        show(work, prepared).await;
    }
    Ok(finished)
}

/// The plan for people, where the engine gave only events.
async fn show(work: &Work, prepared: &Prepared) {
    let log = work.spool.file("log.raw");
    let file = prepared.directory.out("plan").display().to_string();
    let output = Output {
        output: log.clone(),
        errors: log,
        events: None,
        is_awaited: true,
    };
    let _ = engine::start(work, prepared, vec!["show".into(), file], output).await;
}

/// Files of the configuration's directory, to find those that planning makes.
fn files(prepared: &Prepared) -> Result<BTreeSet<PathBuf>, Stop> {
    let files = prepared
        .directory
        .files(Path::new("config"), LIMIT_FILES)
        .map_err(|error| Stop::failed(&error))?;
    let states = prepared.module.join(states_directory());
    let is_state = |path: &PathBuf| path.starts_with(&states);
    Ok(files.into_iter().filter(|path| !is_state(path)).collect())
}

fn options(from: &PlanOptions) -> commands::PlanOptions {
    let mode = match (from.destroy, from.refresh_only) {
        (true, _) => Mode::Destroy,
        (_, true) => Mode::RefreshOnly,
        _ => Mode::Normal,
    };
    commands::PlanOptions {
        mode,
        refresh: from.refresh || from.refresh_only,
        targets: from.targets.clone(),
        replace: from.replace.clone(),
        parallelism: None,
    }
}

/// Makes the plan's JSON, and sends what people are shown of it. It is put off while there is other work if nobody waits:
/// made at once it would take a processor from the apply that follows.
pub(crate) async fn show_changes(work: &Work, planned: Planned) -> Option<Bytes> {
    let context = &work.claim.context;
    let is_awaited = planned.is_awaited(context.changes_wanted) || context.needs_plan_json;
    let turn = match is_awaited {
        true => None,
        false => work.machine.leisure.wait().await,
    };
    let json = make_json(work, planned, is_awaited).await;
    drop(turn);
    if let Some(json) = &json {
        changes::send(work, json.clone()).await;
    }
    json
}

/// Sends the plan's JSON. The end of the plan does not depend on it: whoever needs it finds that it is not there.
pub(crate) async fn send_json(work: &Work, json: Bytes) {
    let send = || work.client.put_work_plan_json(work.lease, json.clone());
    if let Err(error) = persist("plan-json", send).await {
        tracing::warn!(%error, item = %work.lease.item, "the server does not take the plan's JSON");
    }
}

async fn make_json(work: &Work, planned: Planned, is_awaited: bool) -> Option<Bytes> {
    let plan_file = planned.directory.read(Path::new("out/plan"), PLAN_LIMIT_BYTES);
    if sha256_hex(&plan_file.ok().flatten().unwrap_or_default()) != planned.plan_file_digest {
        tracing::warn!(item = %work.lease.item, "the plan's file was changed by its run: it gets no JSON");
        return None;
    }
    let prepared = Prepared {
        engine: planned.engine,
        directory: planned.directory,
        module: planned.module,
        environment: planned.environment,
        private: None,
        stores: planned.stores,
        state: None,
        is_small: planned.is_small,
    };
    let (json, errors) = (work.spool.file("plan.json"), work.spool.file("show.log"));
    let output = Output {
        output: json.clone(),
        errors,
        events: None,
        is_awaited,
    };
    let arguments = commands::show(Some(&prepared.directory.out("plan")));
    let shown = engine::start(work, &prepared, arguments, output).await;
    if !matches!(&shown, Ok(ended) if ended.exit.code == Some(0)) {
        tracing::warn!(item = %work.lease.item, "the plan's JSON could not be made");
        return None;
    }
    let json = std::fs::read(json).ok()?;
    // Warnings may precede the object.
    let start = json.iter().position(|byte| *byte == b'{').unwrap_or(0);
    Some(Bytes::from(json).slice(start..))
}
