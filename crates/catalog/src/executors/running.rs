//! Starting runs: the code of a ref at this moment, the executor's values, and a run of the workspace behind it.

use serde_json::{Map, json};
use slipway_api::executors::{ExecutorOperation, NewExecutorRun};
use slipway_api::ids::ConfigurationVersionId;
use slipway_api::source_code_versions::{RefKind, VersionStatus};
use slipway_connections::{integrations, repositories};
use slipway_infra::managed;
use slipway_infra::managed::configurations::Snapshot;
use slipway_infra::runs::Run;
use slipway_kernel::db::Tx;
use slipway_kernel::directory;
use slipway_kernel::{Ctx, Error, Result};
use slipway_tofu::events::Severity;

use super::model::{Executor, KIND};
use super::runs::{Started, needed, request};
use super::service::ATTRIBUTES;
use super::{store, writing};
use crate::permissions::EXECUTOR_UPDATE;
use crate::project_rules::store as rules;
use crate::source_code_versions::model::Code;
use crate::source_code_versions::service::as_conflict;
use crate::source_code_versions::snapshots;
use crate::source_code_versions::writing::one_ref;
use crate::source_codes;

/// A run that somebody wants.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    /// What.
    pub attributes: NewExecutorRun,
    /// The same key again finds the run that was started with it.
    pub key: Option<String>,
    /// Whether it may wait behind one that is not done.
    pub can_wait: bool,
}

/// The files of a run.
enum Files {
    /// Those of a ref at this moment.
    Taken(Box<Code>, Snapshot, (RefKind, String)),
    /// Those that were applied last, which is what the state was made with.
    Applied(ConfigurationVersionId, Option<Started>),
}

/// Starts a run, as the caller.
///
/// # Errors
///
/// `Forbidden`; `Conflict` when it is disabled, when another run is not done, or when its module cannot be read; `Invalid` for
/// what cannot be run; those of fetching.
pub(crate) async fn start(ctx: &Ctx, seen: &Executor, wanted: Wanted) -> Result<Started> {
    let operation = wanted.attributes.operation.unwrap_or(seen.arguments.0.operation);
    for permission in needed(operation) {
        ctx.authorize(*permission, &seen.target()).await?;
    }
    if names_ref(&wanted.attributes) {
        // Other code with the executor's secrets and integrations: that is for who could change it to that.
        ctx.authorize(EXECUTOR_UPDATE, &seen.target()).await?;
    }
    if let Some(started) = of_key(ctx, seen, operation, wanted.key.as_deref()).await? {
        return Ok(started);
    }
    require_enabled(seen)?;
    refuse_in_demo(ctx, seen, operation).await?;
    if let Some(other) = in_the_way(ctx, seen).await?.filter(|_| !wanted.can_wait) {
        return Err(not_done(&other));
    }
    require_integrations(ctx, seen).await?;
    let files = files(ctx, seen, operation, &wanted.attributes).await?;
    let values = managed::kept::opened(ctx, &seen.id.to_string()).await?;
    let prepared = managed::runs::Wanted {
        organization: seen.organization_id,
        attributes: request(seen, operation, &wanted.attributes),
        values: Some(values),
        reads_plan: false,
    };
    let prepared = managed::runs::prepare(ctx, prepared).await?;
    let mut tx = ctx.begin().await?;
    let executor = store::hold(&tx, seen.id).await?;
    let executor = executor.ok_or_else(|| Error::not_found(KIND, seen.id))?;
    if executor.version != seen.version {
        return Err(Error::conflict(
            "Somebody changed the executor at this moment. Look at it again before you run it.",
        ));
    }
    let others = managed::runs::hold_unfinished(&tx, executor.workspace_id).await?;
    if let Some(other) = first_of(&tx, others).await?.filter(|_| !wanted.can_wait) {
        return Err(not_done(&other));
    }
    let (configuration, of) = files.give(&mut tx, ctx, &executor).await?;
    let place = (executor.workspace_id, configuration);
    let run = managed::runs::start(&mut tx, ctx, prepared, place).await?;
    let asked = wanted.attributes.auto_apply;
    let started = Started {
        run_id: run.id,
        executor_id: executor.id,
        organization_id: executor.organization_id,
        operation,
        ref_kind: of.as_ref().map(|of| of.0),
        ref_name: of.as_ref().map(|of| of.1.clone()),
        commit_sha: of.map(|of| of.2),
        configuration_version_id: configuration,
        auto_apply: applies_by_itself(&executor, operation, asked),
        request_key: wanted.key,
        created_at: ctx.now(),
    };
    keep(&mut tx, ctx, &executor, (&started, &run)).await?;
    tx.commit().await?;
    Ok(started)
}

/// Whether a run names a ref of its own.
fn names_ref(wanted: &NewExecutorRun) -> bool {
    wanted.tag.is_some() || wanted.branch.is_some() || wanted.commit.is_some()
}

/// Whether a plan with changes is applied without asking. An executor that applies by itself does not destroy by itself.
fn applies_by_itself(executor: &Executor, operation: ExecutorOperation, asked: Option<bool>) -> bool {
    let by_itself = executor.auto_apply && operation != ExecutorOperation::Destroy;
    operation != ExecutorOperation::Plan && asked.unwrap_or(by_itself)
}

async fn keep(tx: &mut Tx, ctx: &Ctx, executor: &Executor, (started, run): (&Started, &Run)) -> Result<()> {
    store::insert_run(tx, started).await?;
    store::set_latest(tx, executor.id, run.id, ctx.now(), run.status).await?;
    directory::store::set_status(tx, &executor.id.to_string(), run.status.as_str()).await?;
    let mut changes = Map::new();
    changes.insert("ref".to_owned(), json!(started.ref_name));
    changes.insert("commit".to_owned(), json!(started.commit_sha));
    changes.insert("auto-apply".to_owned(), json!(started.auto_apply));
    changes.insert("message".to_owned(), json!(run.message));
    writing::record_run(tx, ctx, (executor, started), "executor.run-started", changes).await
}

/// The run that was started with this key.
async fn of_key(
    ctx: &Ctx,
    executor: &Executor,
    operation: ExecutorOperation,
    key: Option<&str>,
) -> Result<Option<Started>> {
    let Some(key) = key else { return Ok(None) };
    let Some(started) = store::run_of_request(ctx.db.reader(), key).await? else {
        return Ok(None);
    };
    if started.executor_id != executor.id || started.operation != operation {
        return Err(Error::conflict(format!(
            "The Idempotency-Key of this request started run {} with other contents. Use a new key for a new run.",
            started.run_id
        )));
    }
    Ok(Some(started))
}

pub(crate) fn require_enabled(executor: &Executor) -> Result<()> {
    if executor.is_enabled {
        return Ok(());
    }
    Err(Error::conflict(format!(
        "The executor \"{0}\" is disabled: no run of it can be started. Enable it first: slipway executor enable {0}.",
        executor.name
    )))
}

/// In a demo nothing is made: neither by resources nor by executors.
async fn refuse_in_demo(ctx: &Ctx, executor: &Executor, operation: ExecutorOperation) -> Result<()> {
    if operation == ExecutorOperation::Plan || !rules::is_demo(ctx.db.reader(), executor.project_id).await? {
        return Ok(());
    }
    Err(Error::conflict(format!(
        "The project of the executor \"{}\" is a demo, in which nothing is made: it can only plan.",
        executor.name
    )))
}

/// The oldest run of an executor that is not done.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn in_the_way(ctx: &Ctx, executor: &Executor) -> Result<Option<Run>> {
    let unfinished = managed::runs::unfinished(ctx, executor.workspace_id).await?;
    let ids: Vec<_> = unfinished.iter().map(|run| run.id).collect();
    let own = store::runs_of(ctx.db.reader(), &ids).await?;
    Ok(unfinished.into_iter().find(|run| own.contains_key(&run.id)))
}

/// The first of them that is the executor's: others only plan in its workspace.
async fn first_of(tx: &Tx, unfinished: Vec<Run>) -> Result<Option<Run>> {
    let ids: Vec<_> = unfinished.iter().map(|run| run.id).collect();
    let own = store::runs_of(&**tx, &ids).await?;
    Ok(unfinished.into_iter().find(|run| own.contains_key(&run.id)))
}

/// What is said of a run that stands in the way of another.
pub(crate) fn is_not_done(run: &Run) -> String {
    format!(
        "Run {} of the executor is not done yet ({})",
        run.id,
        run.status.as_str().replace('_', " ")
    )
}

fn not_done(run: &Run) -> Error {
    let next = match run.is_confirmable() {
        true => "confirm or discard it first",
        false => "wait for it, or cancel it",
    };
    Error::conflict(format!("{}: {next}.", is_not_done(run))).with_meta("run", run.id.to_string())
}

/// Runs without an integration that they had would do something else than they did.
async fn require_integrations(ctx: &Ctx, executor: &Executor) -> Result<()> {
    for id in &executor.integrations.0 {
        match integrations::service::of_system(ctx, *id).await {
            Ok(_) => {}
            Err(error) if error.code() == slipway_api::Code::NotFound => {
                return Err(Error::conflict(format!(
                    "An integration of the executor \"{}\" was deleted ({id}). Give it another, or none, and run it then.",
                    executor.name
                )));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// The files that a run takes. Destroying takes those that were applied last, unless a ref is named: what is to be destroyed
/// was made with them, and their branch may be gone.
async fn files(ctx: &Ctx, executor: &Executor, operation: ExecutorOperation, wanted: &NewExecutorRun) -> Result<Files> {
    let is_named = names_ref(wanted);
    if operation == ExecutorOperation::Destroy && !is_named {
        let place = (executor.organization_id, executor.workspace_id);
        if let Some(run) = managed::runs::last_begun(ctx, place).await? {
            let started = store::find_run(ctx.db.reader(), run.id).await?;
            return Ok(Files::Applied(run.configuration_version_id, started));
        }
    }
    let of = match is_named {
        true => one_ref([&wanted.tag, &wanted.branch, &wanted.commit], ATTRIBUTES)?,
        false => (executor.ref_kind, executor.ref_name.as_str()),
    };
    let taken = taken(ctx, executor, of).await;
    // What the executor says itself is at no field of the request.
    let mut code = if is_named { taken? } else { taken.map_err(as_conflict)? };
    if code.status == VersionStatus::Failed {
        return Err(unreadable(&code));
    }
    let snapshot = code.snapshot.take();
    let (digest, blob, size_bytes) = snapshot.ok_or_else(|| Error::internal("readable code without a snapshot"))?;
    let snapshot = Snapshot {
        digest,
        blob,
        size_bytes,
    };
    Ok(Files::Taken(Box::new(code), snapshot, (of.0, of.1.to_owned())))
}

async fn taken(ctx: &Ctx, executor: &Executor, of: (RefKind, &str)) -> Result<Code> {
    let source_code = source_codes::store::find(ctx.db.reader(), executor.source_code_id).await?;
    let source_code = source_code.ok_or_else(|| Error::not_found("source code", executor.source_code_id))?;
    let repository = repositories::service::get(ctx, source_code.repository_id).await?;
    let place = snapshots::Place {
        repository: &repository,
        of,
        directory: &executor.directory,
        kind: snapshots::kind(executor.engine),
    };
    snapshots::fetch(ctx, &repository, of).await?;
    snapshots::take(ctx, place, ATTRIBUTES).await
}

fn unreadable(code: &Code) -> Error {
    let fault = code.diagnostics.iter().find(|one| one.severity == Severity::Error);
    let fault = fault.map_or_else(String::new, |one| match &one.range {
        Some(range) => format!(" {}:{}: {}", range.filename, range.start.line, one.summary),
        None => format!(" {}", one.summary),
    });
    Error::conflict(format!("The module cannot be read at {}:{fault}.", code.commit))
}

impl Files {
    /// Gives them to the workspace, and says what they are of.
    async fn give(
        self,
        tx: &mut Tx,
        ctx: &Ctx,
        executor: &Executor,
    ) -> Result<(ConfigurationVersionId, Option<(RefKind, String, String)>)> {
        match self {
            Self::Taken(code, snapshot, (kind, name)) => {
                let place = (executor.organization_id, executor.workspace_id);
                let given = managed::configurations::give(tx, ctx, place, &snapshot).await?;
                Ok((given, Some((kind, name, code.commit))))
            }
            Self::Applied(configuration, started) => {
                let of = started.and_then(|one| Some((one.ref_kind?, one.ref_name?, one.commit_sha?)));
                Ok((configuration, of))
            }
        }
    }
}
