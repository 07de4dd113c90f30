//! What a runner needs to know to carry a phase out.

use slipway_api::ids::WorkItemId;
use slipway_api::runner::{ChangesWanted, WorkContext, WorkIdentity, WorkPhase, WorkVariable};
use slipway_identity::organizations::Organization;
use slipway_kernel::{Ctx, Error, Result};

use super::access;
use crate::configuration_versions::store as configurations;
use crate::integrations::promises::service as promises;
use crate::phases::model::{Phase, PhaseKind};
use crate::phases::store as phases;
use crate::runs::Run;
use crate::runs::store as runs;
use crate::workspaces::Workspace;
use crate::workspaces::store as workspaces;
use crate::{private_code, states, variables, workload_identity};

/// The context of an item that the caller holds.
///
/// # Errors
///
/// Those of the caller's access, and whatever cannot be read.
pub async fn context(ctx: &Ctx, id: WorkItemId) -> Result<WorkContext> {
    let item = access::held(ctx, id).await?;
    let phase = phases::of_item(ctx.db.reader(), item.id).await?;
    let run = runs::get(ctx.db.reader(), phase.run_id).await?;
    build(ctx, &run, &phase).await
}

/// What proves to clouds which run the caller's item is, made anew; null where its variables ask for nothing.
///
/// # Errors
///
/// Those of the caller's access.
pub async fn identity(ctx: &Ctx, id: WorkItemId) -> Result<Option<WorkIdentity>> {
    let item = access::held(ctx, id).await?;
    let phase = phases::of_item(ctx.db.reader(), item.id).await?;
    let run = runs::get(ctx.db.reader(), phase.run_id).await?;
    let workspace = workspaces::get(ctx.db.reader(), run.workspace_id).await?;
    let organization = slipway_identity::organizations::by_id(ctx, run.organization_id).await?;
    let variables = variables_of(ctx, &workspace, &run).await?;
    identity_of(ctx, (&organization, &workspace, &run), &phase, &variables).await
}

/// The context of a phase that was just claimed, once it is sure that it may begin.
pub(super) async fn begin(ctx: &Ctx, run: &Run, phase: &Phase) -> Result<WorkContext> {
    let workspace = workspaces::get(ctx.db.reader(), run.workspace_id).await?;
    match phase.kind {
        PhaseKind::Plan => promises::make(ctx, &workspace, run).await?,
        PhaseKind::Apply => promises::require(ctx, &workspace, run).await?,
    }
    build(ctx, run, phase).await
}

async fn build(ctx: &Ctx, run: &Run, phase: &Phase) -> Result<WorkContext> {
    let reader = ctx.db.reader();
    let workspace = workspaces::get(reader, run.workspace_id).await?;
    let organization = slipway_identity::organizations::by_id(ctx, run.organization_id).await?;
    let configuration = configurations::get(reader, run.configuration_version_id).await?;
    let archive_digest = configuration
        .digest
        .ok_or_else(|| Error::conflict("The files of the configuration were removed by retention. Upload it again."))?;
    let settings = &ctx.settings;
    let (plan_digest, planned_by) = plan_of(ctx, run, phase).await?;
    let variables = variables_of(ctx, &workspace, run).await?;
    let identity = identity_of(ctx, (&organization, &workspace, run), phase, &variables).await?;
    let timeout_seconds = match phase.kind {
        PhaseKind::Plan => settings.runs.plan_timeout_seconds,
        PhaseKind::Apply => settings.runs.apply_timeout_seconds,
    };
    Ok(WorkContext {
        run_id: run.id,
        phase: WorkPhase::from(phase.kind),
        workspace_id: workspace.id,
        workspace_name: workspace.name.to_string(),
        organization_name: organization.name.to_string(),
        engine_workspace: "default".to_owned(),
        engine: workspace.engine.into(),
        engine_version: workspace.engine_constraint().to_owned(),
        configuration_digest: archive_digest,
        working_directory: workspace.working_directory.clone(),
        options: run.options.plan.clone(),
        variables,
        identity,
        git: match run.options.is_untrusted {
            true => None,
            false => private_code::service::of_phase(ctx, &workspace, WorkPhase::from(phase.kind)).await?,
        },
        state: states::service::reference(ctx, &workspace).await?,
        plan_digest,
        timeout_ms: timeout_seconds.saturating_mul(1_000),
        stop_grace_ms: settings.runs.stop_grace_seconds.saturating_mul(1_000),
        log_limit_bytes: settings.limits.log_bytes,
        planned_by,
        changes_wanted: match (run.options.auto_apply, run.options.plan_only) {
            (true, _) => ChangesWanted::Later,
            (false, true) => ChangesWanted::Soon,
            (false, false) => ChangesWanted::First,
        },
        needs_plan_json: run.options.needs_plan_json,
    })
}

async fn variables_of(ctx: &Ctx, workspace: &Workspace, run: &Run) -> Result<Vec<WorkVariable>> {
    let options = &run.options;
    let has_values = options.has_values.then_some(run.id);
    let mut variables = variables::resolve_for_run(ctx, workspace, has_values, &options.variables).await?;
    if options.is_untrusted {
        // Strangers wrote the code, and a plan runs it: what it never gets it cannot tell.
        variables.retain(|variable| !variable.sensitive);
    }
    Ok(variables)
}

async fn identity_of(
    ctx: &Ctx,
    about: (&Organization, &Workspace, &Run),
    phase: &Phase,
    variables: &[WorkVariable],
) -> Result<Option<WorkIdentity>> {
    match about.2.options.is_untrusted {
        true => Ok(None),
        false => workload_identity::service::of_phase(ctx, about, WorkPhase::from(phase.kind), variables).await,
    }
}

/// Only for an apply: the digest of the plan's bundle and who made it.
async fn plan_of(ctx: &Ctx, run: &Run, phase: &Phase) -> Result<(Option<String>, Option<slipway_api::ids::RunnerId>)> {
    if phase.kind == PhaseKind::Plan {
        return Ok((None, None));
    }
    let plan = phases::of_run(ctx.db.reader(), run.id, PhaseKind::Plan).await?;
    match plan.bundle_digest {
        Some(digest) => Ok((Some(digest), plan.runner_id)),
        None => Err(Error::conflict("The plan was removed by retention. Start another run.")),
    }
}
