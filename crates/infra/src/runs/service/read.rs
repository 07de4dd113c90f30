//! Reading runs, and why one waits.

use slipway_api::ids::{OrganizationId, RunId, WorkspaceId};
use slipway_api::runs::{RunPermissions, RunStatus};
use slipway_kernel::grants::GrantSet;
use slipway_kernel::http::{ListQuery, Listed};
use slipway_kernel::{Ctx, Error, Result};

use crate::permissions::{RUN_APPLY, RUN_CANCEL, RUN_FORCE_CANCEL, RUN_READ};
use crate::phases::model::PhaseKind;
use crate::phases::store as phases;
use crate::runner_pools;
use crate::runs::comments;
use crate::runs::model::Run;
use crate::runs::store::{self, Filter};
use crate::workspaces::model::Workspace;
use crate::workspaces::service as workspace_service;
use crate::workspaces::store as workspaces;

/// A run with what a page about it shows.
#[derive(Debug, Clone)]
pub struct Detail {
    /// The run.
    pub run: Run,
    /// Its workspace.
    pub workspace: Workspace,
    /// Why it does not go on by itself right now.
    pub waiting_for: Option<String>,
}

/// A run that the caller may see, with its workspace.
///
/// # Errors
///
/// `NotFound` when there is none or the caller may not see it.
pub(crate) async fn load(ctx: &Ctx, id: RunId) -> Result<(Run, Workspace)> {
    let run = store::get(ctx.db.reader(), id).await?;
    let workspace = workspaces::get(ctx.db.reader(), run.workspace_id).await?;
    let mut target = workspace.target();
    target.kind = "run";
    target.name = id.to_string().into();
    ctx.authorize(RUN_READ, &target).await?;
    Ok((run, workspace))
}

/// A run that the caller may see.
///
/// # Errors
///
/// `NotFound` when there is none or the caller may not see it.
pub async fn get(ctx: &Ctx, id: RunId) -> Result<Run> {
    load(ctx, id).await.map(|(run, _)| run)
}

/// A run with its workspace and why it waits.
///
/// # Errors
///
/// Those of [`get`].
pub async fn detail(ctx: &Ctx, id: RunId) -> Result<Detail> {
    let (run, workspace) = load(ctx, id).await?;
    let waiting_for = waiting_for(ctx, &run, &workspace).await?;
    Ok(Detail {
        run,
        workspace,
        waiting_for,
    })
}

/// Why a run does not go on by itself right now, for people.
///
/// # Errors
///
/// Those of the database.
pub async fn waiting_for(ctx: &Ctx, run: &Run, workspace: &Workspace) -> Result<Option<String>> {
    let reason = match run.status {
        RunStatus::Pending => waiting_for_workspace(ctx, run, workspace).await?,
        RunStatus::PlanQueued => waiting_for_runner(ctx, run, workspace, PhaseKind::Plan).await?,
        RunStatus::ApplyQueued => waiting_for_runner(ctx, run, workspace, PhaseKind::Apply).await?,
        RunStatus::Planned | RunStatus::PolicyChecked | RunStatus::PlannedAndSaved => {
            "Waits for somebody to confirm or discard the plan.".to_owned()
        }
        RunStatus::Fetching => "Waits for its configuration.".to_owned(),
        RunStatus::Planning | RunStatus::Applying if run.cancel_requested_at.is_some() => {
            "Was asked to stop; the engine saves its state and ends.".to_owned()
        }
        _ => return Ok(None),
    };
    Ok(Some(reason))
}

async fn waiting_for_workspace(ctx: &Ctx, run: &Run, workspace: &Workspace) -> Result<String> {
    let before = store::pending_before(ctx.db.reader(), run).await?;
    let queue = match before {
        0 => String::new(),
        1 => " One run waits before this one.".to_owned(),
        more => format!(" {more} runs wait before this one."),
    };
    if let Some(current) = workspace.current_run_id {
        let status = store::find(ctx.db.reader(), current)
            .await?
            .map(|run| run.status.as_str().replace('_', " "));
        let status = status.unwrap_or_else(|| "running".to_owned());
        return Ok(format!("Waits for run {current}, which is {status}.{queue}"));
    }
    Ok(match workspace.lock_description() {
        Some(lock) => format!("{lock}{queue}"),
        None => format!("Waits for its turn.{queue}"),
    })
}

async fn waiting_for_runner(ctx: &Ctx, run: &Run, workspace: &Workspace, kind: PhaseKind) -> Result<String> {
    let phase = phases::of_run(ctx.db.reader(), run.id, kind).await?;
    runner_pools::service::why_waiting(ctx, workspace, phase.work_item_id).await
}

/// What a caller with these grants may do with a workspace's runs.
#[must_use]
pub fn permissions(granted: &GrantSet, workspace: &Workspace) -> RunPermissions {
    let scope = workspace.scope();
    RunPermissions {
        can_apply: granted.allows(RUN_APPLY, &scope),
        can_discard: granted.allows(RUN_APPLY, &scope),
        can_cancel: granted.allows(RUN_CANCEL, &scope),
        can_force_cancel: granted.allows(RUN_FORCE_CANCEL, &scope),
    }
}

/// A workspace's runs, newest first.
///
/// # Errors
///
/// What the caller may not see, and filters that cannot be read.
pub async fn list_of_workspace(ctx: &Ctx, id: WorkspaceId, query: &ListQuery) -> Result<(Workspace, Listed<Run>)> {
    let workspace = workspace_service::get_visible(ctx, id).await?;
    ctx.authorize(RUN_READ, &workspace.target()).await?;
    let filter = Filter {
        workspace: Some(id),
        organization: workspace.organization_id,
        statuses: statuses(query)?,
        visible: slipway_kernel::grants::Visibility::All,
    };
    let listed = store::list(ctx, &filter, &query.page).await?;
    Ok((workspace, listed))
}

/// The runs of an organization that the caller may see, newest first.
///
/// # Errors
///
/// Filters that cannot be read.
pub async fn list_of_organization(ctx: &Ctx, id: OrganizationId, query: &ListQuery) -> Result<Listed<Run>> {
    let visible = ctx.visible(RUN_READ, id).await?;
    let filter = Filter {
        workspace: None,
        organization: id,
        statuses: statuses(query)?,
        visible,
    };
    store::list(ctx, &filter, &query.page).await
}

fn statuses(query: &ListQuery) -> Result<Vec<RunStatus>> {
    let Some(text) = query.filter("filter[status]") else {
        return Ok(Vec::new());
    };
    let parse = |word: &str| {
        serde_json::from_value(serde_json::Value::from(word.trim()))
            .map_err(|_| Error::malformed_parameter("filter[status]", format!("\"{word}\" is no status of a run.")))
    };
    text.split(',').map(parse).collect()
}

/// What was said on a run.
///
/// # Errors
///
/// Those of [`get`].
pub async fn history(ctx: &Ctx, id: RunId) -> Result<Vec<comments::Model>> {
    load(ctx, id).await?;
    store::comments(ctx.db.reader(), id).await
}
