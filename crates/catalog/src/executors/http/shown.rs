//! What is shown of executors and of their runs.

use std::collections::{BTreeSet, HashMap};

use slipway_api::Name;
use slipway_api::Resource;
use slipway_api::executors::{Executor as Wire, ExecutorIntegration, ExecutorRun as RunWire};
use slipway_api::ids::{IntegrationId, RunId, SourceCodeId, WorkspaceId};
use slipway_api::variables::Variable as VariableWire;
use slipway_connections::integrations;
use slipway_connections::permissions::INTEGRATION_READ;
use slipway_infra::managed;
use slipway_infra::runs::Run;
use slipway_infra::variables::Variable;
use slipway_kernel::{Ctx, Error, Result};

use crate::executors::deciding::Meant;
use crate::executors::model::{Executor, status_of};
use crate::executors::runs::{Started, operation_of};
use crate::source_codes::store as source_codes;

pub(super) async fn shown(ctx: &Ctx, executor: Executor) -> Result<Resource<Wire>> {
    let mut shown = resources(ctx, vec![executor]).await?;
    shown.pop().ok_or_else(|| Error::internal("one executor was not shown"))
}

/// What several executors are shown with, read at once.
struct Around {
    source_codes: HashMap<SourceCodeId, Name>,
    resource_counts: HashMap<WorkspaceId, u32>,
    integrations: HashMap<IntegrationId, Name>,
    variables: HashMap<String, Vec<VariableWire>>,
    runs: HashMap<RunId, Run>,
}

/// Executors with what they stand on, in a handful of queries for all.
pub(super) async fn resources(ctx: &Ctx, executors: Vec<Executor>) -> Result<Vec<Resource<Wire>>> {
    let mut around = around(ctx, &executors).await?;
    let granted = ctx.granted().await?;
    let mut shown = Vec::with_capacity(executors.len());
    for executor in executors {
        let permissions = executor.permissions(&granted);
        shown.push(resource(executor, permissions, &mut around));
    }
    Ok(shown)
}

async fn around(ctx: &Ctx, executors: &[Executor]) -> Result<Around> {
    let ids: Vec<SourceCodeId> = executors.iter().map(|one| one.source_code_id).collect();
    let source_codes = source_codes::with_ids(ctx.db.reader(), &ids).await?;
    let ids: Vec<WorkspaceId> = executors.iter().map(|one| one.workspace_id).collect();
    let workspaces = managed::workspaces::all(ctx, &ids).await?;
    let owners: Vec<String> = executors.iter().map(|one| one.id.to_string()).collect();
    let mut variables: HashMap<String, Vec<VariableWire>> = HashMap::new();
    for row in managed::kept::of_all(ctx, &owners).await? {
        variables.entry(row.owner_id.clone()).or_default().push(variable(row));
    }
    let ids: Vec<RunId> = executors.iter().filter_map(|one| one.latest_run_id).collect();
    let runs = managed::runs::all(ctx, &ids).await?;
    Ok(Around {
        source_codes: source_codes.into_iter().map(|row| (row.id, row.name)).collect(),
        resource_counts: workspaces
            .into_iter()
            .map(|row| (row.id, u32::try_from(row.resource_count).unwrap_or_default()))
            .collect(),
        integrations: names(ctx, executors).await?,
        variables,
        runs: runs.into_iter().map(|run| (run.id, run)).collect(),
    })
}

/// The names of integrations that the caller may see.
async fn names(ctx: &Ctx, executors: &[Executor]) -> Result<HashMap<IntegrationId, Name>> {
    let granted = ctx.granted().await?;
    let ids: BTreeSet<String> = executors
        .iter()
        .flat_map(|one| one.integrations.0.iter().map(ToString::to_string))
        .collect();
    let mut names = HashMap::new();
    for id in ids.iter().filter_map(|id| id.parse::<IntegrationId>().ok()) {
        match integrations::service::of_system(ctx, id).await {
            Ok(found) if granted.allows(INTEGRATION_READ, &found.target().scope) => {
                names.insert(id, found.name);
            }
            Ok(_) => {}
            Err(error) if error.code() == slipway_api::Code::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(names)
}

fn variable(row: Variable) -> VariableWire {
    VariableWire {
        key: row.key,
        value: row.value,
        category: row.category.into(),
        hcl: row.hcl,
        sensitive: row.sensitive,
        description: row.description,
    }
}

fn resource(
    executor: Executor,
    permissions: slipway_api::executors::ExecutorPermissions,
    around: &mut Around,
) -> Resource<Wire> {
    // The run itself knows better than what was heard of it.
    let live = executor.latest_run_id.and_then(|id| around.runs.get(&id));
    let latest_run_status = live.map(|run| run.status).or(executor.latest_run_status);
    let integrations = executor.integrations.0.iter().map(|id| ExecutorIntegration {
        id: *id,
        name: around.integrations.get(id).cloned(),
    });
    let integrations = integrations.collect();
    let source_code = around.source_codes.get(&executor.source_code_id).cloned();
    let variables = around.variables.remove(&executor.id.to_string()).unwrap_or_default();
    let attributes = Wire {
        source_code: source_code.unwrap_or_else(|| executor.name.clone()),
        labels: executor.labels().map(str::to_owned).collect(),
        variables,
        integrations,
        status: status_of(latest_run_status),
        resource_count: around
            .resource_counts
            .get(&executor.workspace_id)
            .copied()
            .unwrap_or_default(),
        name: executor.name,
        description: executor.description,
        ref_kind: executor.ref_kind,
        reference: executor.ref_name,
        directory: executor.directory,
        engine: executor.engine,
        engine_version: executor.engine_version,
        arguments: executor.arguments.0,
        auto_apply: executor.auto_apply,
        is_enabled: executor.is_enabled,
        latest_run_status,
        latest_run_at: executor.latest_run_at,
        permissions,
        created_at: executor.created_at,
        updated_at: executor.updated_at,
    };
    Resource::new(executor.id, attributes)
        .with("project", "projects", executor.project_id)
        .with("source-code", "source-codes", executor.source_code_id)
        .with("workspace", "workspaces", executor.workspace_id)
        .with_option("latest-run", "runs", executor.latest_run_id)
        .with_link("self", format!("/api/v2/executors/{}", executor.id))
}

/// A run with the approvals that it has and lacks.
pub(super) async fn shown_run(ctx: &Ctx, meant: &Meant) -> Result<Resource<RunWire>> {
    let mut shown = run(ctx, &meant.executor, &meant.run, Some(&meant.started));
    shown.attributes.approvals = match meant.standing(ctx).await? {
        Some(standing) if !standing.rules.is_empty() => Some(standing.shown(ctx).await?),
        _ => None,
    };
    Ok(shown)
}

/// A run; `started` is what is kept of it, none where somebody only planned in the workspace.
pub(super) fn run(ctx: &Ctx, executor: &Executor, run: &Run, started: Option<&Started>) -> Resource<RunWire> {
    let attributes = RunWire {
        status: run.status,
        operation: started.map_or_else(|| operation_of(run), |started| started.operation),
        ref_kind: started.and_then(|started| started.ref_kind),
        reference: started.and_then(|started| started.ref_name.clone()),
        commit: started.and_then(|started| started.commit_sha.clone()),
        message: run.message.clone(),
        started_by: run.history.0.first().map(|step| step.by.clone()),
        auto_apply: started.is_some_and(|started| started.auto_apply),
        has_changes: run.has_changes,
        error_message: run.error_message.clone(),
        actions: run.actions(ctx.now()),
        approvals: None,
        created_at: run.created_at,
        ended_at: run.status.is_final().then(|| run.status_since()),
    };
    Resource::new(run.id, attributes)
        .with("executor", "executors", executor.id)
        .with("run", "runs", run.id)
        .with_option("created-by", "users", run.created_by)
        .with_link("self", format!("/api/v2/executors/{}/runs/{}", executor.id, run.id))
}
