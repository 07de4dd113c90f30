//! Writing executors in a transaction: what goes with a row, and what is told of it.

use serde_json::{Map, Value, json};
use slipway_api::ids::{IntegrationId, RunId};
use slipway_infra::managed;
use slipway_infra::managed::kept::Kept;
use slipway_infra::runs::Run;
use slipway_kernel::db::Tx;
use slipway_kernel::directory::{self, BACKED_BY, Edge};
use slipway_kernel::events::{self, NewEvent};
use slipway_kernel::{Ctx, Error, Result};

use super::model::{Executor, KIND};
use super::runs::Started;
use super::store;

/// Why an executor depends on its source code.
const SOURCE: &str = "source";
/// Why an executor depends on an integration.
const CREDENTIALS: &str = "credentials";

/// Writes a new executor with the workspace behind it, which it gets an id of here.
///
/// # Errors
///
/// `AlreadyExists` when the name is taken.
pub(crate) async fn insert(tx: &mut Tx, ctx: &Ctx, mut executor: Executor, values: &Kept) -> Result<Executor> {
    directory::store::put(tx, &executor.object()).await?;
    let wanted = managed::workspaces::Wanted {
        organization: executor.organization_id,
        project: executor.project_id,
        manager: executor.id.to_string(),
        name: executor.workspace_name()?,
        settings: executor.workspace()?,
    };
    let workspace = managed::workspaces::create(tx, ctx, wanted).await;
    executor.workspace_id = workspace.map_err(|error| named(error, &executor))?.id;
    store::insert(tx, &executor).await?;
    directory::store::connect(tx, &edge(&executor, executor.source_code_id, SOURCE)).await?;
    directory::store::connect(tx, &edge(&executor, executor.workspace_id, BACKED_BY)).await?;
    for integration in &executor.integrations.0 {
        directory::store::connect(tx, &edge(&executor, integration, CREDENTIALS)).await?;
    }
    managed::workspaces::give_integrations(tx, ctx, executor.workspace_id, &executor.integrations.0).await?;
    managed::kept::keep(tx, values).await?;
    let mut changes = told(&executor);
    changes.insert("variables".to_owned(), names(values));
    changes.insert("workspace".to_owned(), json!(executor.workspace_id));
    record(tx, ctx, &executor, "executor.created", Value::Object(changes)).await?;
    Ok(executor)
}

/// Writes the next version of one, with what follows from it.
///
/// # Errors
///
/// `PreconditionFailed` when somebody changed it since; `AlreadyExists` when the name is taken.
pub(crate) async fn update(
    tx: &mut Tx,
    ctx: &Ctx,
    (seen, executor): (&Executor, &Executor),
    values: Option<&Kept>,
    action: &'static str,
) -> Result<()> {
    if !store::update(tx, executor).await? {
        return Err(changed_meanwhile());
    }
    directory::store::put(tx, &executor.object()).await?;
    if seen.workspace()?.name != executor.workspace()?.name || is_other_workspace(seen, executor) {
        let saved = managed::workspaces::update(tx, ctx, executor.workspace_id, &executor.workspace()?).await;
        saved.map_err(|error| named(error, executor))?;
    }
    if seen.integrations != executor.integrations {
        relate(tx, seen, executor).await?;
        managed::workspaces::give_integrations(tx, ctx, executor.workspace_id, &executor.integrations.0).await?;
    }
    if let Some(values) = values {
        managed::kept::keep(tx, values).await?;
    }
    let mut differences = differences(seen, executor);
    if let Some(values) = values {
        differences.insert("variables".to_owned(), names(values));
    }
    record(tx, ctx, executor, action, Value::Object(differences)).await
}

fn is_other_workspace(seen: &Executor, executor: &Executor) -> bool {
    seen.engine_version != executor.engine_version || seen.tags() != executor.tags()
}

async fn relate(tx: &Tx, seen: &Executor, executor: &Executor) -> Result<()> {
    let is_kept = |one: &&IntegrationId| executor.integrations.0.contains(one);
    for gone in seen.integrations.0.iter().filter(|one| !is_kept(one)) {
        directory::store::disconnect(tx, &edge(executor, gone, CREDENTIALS)).await?;
    }
    for given in &executor.integrations.0 {
        directory::store::connect(tx, &edge(executor, given, CREDENTIALS)).await?;
    }
    Ok(())
}

fn edge(executor: &Executor, to: impl ToString, why: &'static str) -> Edge {
    Edge {
        from: executor.id.to_string(),
        to: to.to_string(),
        why,
    }
}

/// A taken name of the workspace is one of the executor, to whoever gives it.
fn named(error: Error, executor: &Executor) -> Error {
    match error.code() {
        slipway_api::Code::AlreadyExists => store::taken(&executor.name),
        _ => error,
    }
}

/// What is told of an executor; nothing of its values.
fn told(executor: &Executor) -> Map<String, Value> {
    let labels: Vec<&str> = executor.labels().collect();
    let fields = json!({
        "name": executor.name,
        "description": executor.description,
        "labels": labels,
        "source-code": executor.source_code_id,
        "ref": format!("{} {}", crate::source_code_versions::snapshots::field(executor.ref_kind), executor.ref_name),
        "directory": executor.directory,
        "engine": executor.engine,
        "engine-version": executor.engine_version,
        "arguments": executor.arguments,
        "integrations": executor.integrations,
        "auto-apply": executor.auto_apply,
        "enabled": executor.is_enabled,
    });
    match fields {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

fn differences(before: &Executor, after: &Executor) -> Map<String, Value> {
    let before = told(before);
    let differing = told(after).into_iter().filter_map(|(field, value)| {
        let old = before.get(&field).cloned().unwrap_or_default();
        (old != value).then(|| (field, json!([old, value])))
    });
    differing.collect()
}

/// Whether two versions of one differ in anything but their numbers.
pub(crate) fn differ(before: &Executor, after: &Executor) -> bool {
    !differences(before, after).is_empty()
}

fn names(values: &Kept) -> Value {
    let names = values.told().map(|(key, is_secret)| match is_secret {
        true => format!("{key} (sensitive)"),
        false => key.to_owned(),
    });
    json!(names.collect::<Vec<_>>())
}

/// Writes down where a run stands, where lists and searches see it; says whether that is new.
pub(crate) async fn note(tx: &Tx, executor: &Executor, run: &Run) -> Result<bool> {
    let is_new = store::set_latest_status(tx, executor.id, run.id, run.status).await?;
    if is_new && executor.is_enabled {
        directory::store::set_status(tx, &executor.id.to_string(), run.status.as_str()).await?;
    }
    Ok(is_new)
}

/// What happened to a run of an executor.
pub(crate) async fn record_run(
    tx: &mut Tx,
    ctx: &Ctx,
    (executor, started): (&Executor, &Started),
    action: &'static str,
    mut changes: Map<String, Value>,
) -> Result<()> {
    let run: RunId = started.run_id;
    changes.insert("run".to_owned(), json!(run));
    changes.insert("operation".to_owned(), json!(started.operation));
    record(tx, ctx, executor, action, Value::Object(changes)).await
}

pub(crate) async fn record(
    tx: &mut Tx,
    ctx: &Ctx,
    executor: &Executor,
    action: &'static str,
    changes: Value,
) -> Result<()> {
    let event = NewEvent {
        action,
        organization: Some(executor.organization_id),
        project: Some(executor.project_id),
        object_kind: KIND,
        object_id: executor.id.to_string(),
        object_name: executor.name.to_string(),
        access_id: None,
        changes,
    };
    events::record(tx, ctx, event).await
}

pub(crate) fn changed_meanwhile() -> Error {
    Error::new(
        slipway_api::Code::PreconditionFailed,
        "Somebody changed the executor at this moment. Look at it again, and repeat your change if it is still wanted.",
    )
}
