//! Reading runs.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use slipway_api::approvals::Approvals;
use slipway_api::ids::{OrganizationId, RunId, WorkspaceId};
use slipway_api::runs::{RunPermissions, RunStatus};
use slipway_kernel::grants::GrantSet;
use slipway_kernel::http::{ListQuery, Listed};
use slipway_kernel::{Ctx, Error, Result};

use super::waiting::waiting_for;
use crate::approvals;
use crate::permissions::{RUN_APPLY, RUN_APPROVE, RUN_CANCEL, RUN_FORCE_CANCEL, RUN_READ};
use crate::runs::comments;
use crate::runs::model::Run;
use crate::runs::store::{self, Filter};
use crate::workspaces::model::Workspace;
use crate::workspaces::service as workspace_service;
use crate::workspaces::store as workspaces;

/// For how long a failure waits for somebody.
const RECENT: Duration = Duration::from_secs(7 * 24 * 3_600);

/// A run with what a page about it shows.
#[derive(Debug, Clone)]
pub struct Detail {
    /// The run.
    pub run: Run,
    /// Its workspace.
    pub workspace: Workspace,
    /// Why it does not go on by itself right now.
    pub waiting_for: Option<String>,
    /// Which approvals it has and lacks, where rules want some.
    pub approvals: Option<Approvals>,
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
    let waiting_for = waiting_for(ctx, &run, &workspace).await?.detail;
    let approvals = match approvals::runs::of_run(ctx, &run, &workspace).await? {
        Some(standing) if !standing.rules.is_empty() => Some(standing.shown(ctx).await?),
        _ => None,
    };
    Ok(Detail {
        run,
        workspace,
        waiting_for,
        approvals,
    })
}

/// What a caller with these grants may do with a workspace's runs; nothing that its manager decides.
#[must_use]
pub fn permissions(granted: &GrantSet, workspace: &Workspace) -> RunPermissions {
    let scope = workspace.scope();
    let may_decide = workspace.managed_by.is_none() && granted.allows(RUN_APPLY, &scope);
    RunPermissions {
        can_apply: may_decide,
        can_discard: may_decide,
        can_approve: workspace.managed_by.is_none() && granted.allows(RUN_APPROVE, &scope),
        can_cancel: granted.allows(RUN_CANCEL, &scope),
        can_force_cancel: granted.allows(RUN_FORCE_CANCEL, &scope),
    }
}

/// A workspace's runs, newest first.
///
/// # Errors
///
/// What the caller may not see, and filters that cannot be read.
pub async fn list_of_workspace(ctx: &Ctx, id: WorkspaceId, query: &ListQuery) -> Result<Listed<Run>> {
    let workspace = workspace_service::get_visible(ctx, id).await?;
    ctx.authorize(RUN_READ, &workspace.target()).await?;
    let filter = Filter {
        workspace: Some(id),
        statuses: statuses(query)?,
        created_by: query.parsed_filter("filter[created-by][id]")?,
        ..Filter::of(workspace.organization_id)
    };
    store::list(ctx, &filter, &query.page).await
}

/// The runs of an organization that the caller may see, newest first.
///
/// # Errors
///
/// Filters that cannot be read.
pub async fn list_of_organization(ctx: &Ctx, id: OrganizationId, query: &ListQuery) -> Result<Listed<Run>> {
    let mut filter = Filter {
        visible: Some(ctx.visible(RUN_READ, id).await?),
        workspace: query.parsed_filter("filter[workspace][id]")?,
        project: query.parsed_filter("filter[project][id]")?,
        created_by: query.parsed_filter("filter[created-by][id]")?,
        since: query.parsed_filter("filter[since]")?,
        statuses: statuses(query)?,
        ..Filter::of(id)
    };
    if let Some(what) = query.filter("filter[for-me]") {
        for_me(ctx, &mut filter, what).await?;
    }
    store::list(ctx, &filter, &query.page).await
}

/// Narrows the list to what waits for the caller: plans that he may confirm, or failures of workspaces that he may apply
/// in, as long as nothing newer happened there.
async fn for_me(ctx: &Ctx, filter: &mut Filter, what: &str) -> Result<()> {
    use RunStatus::{Errored, Planned, PlannedAndSaved, PolicyChecked};
    let wanted = match what {
        "confirm" => vec![Planned, PolicyChecked, PlannedAndSaved],
        "failed" => vec![Errored],
        other => {
            let detail = format!("\"{other}\" is neither \"confirm\" nor \"failed\".");
            return Err(Error::malformed_parameter("filter[for-me]", detail));
        }
    };
    filter.statuses = match filter.statuses.as_slice() {
        [] => wanted,
        asked => wanted.into_iter().filter(|status| asked.contains(status)).collect(),
    };
    filter.is_empty |= filter.statuses.is_empty();
    filter.is_own = what == "confirm";
    filter.may = Some(ctx.visible(RUN_APPLY, filter.organization).await?);
    if what == "failed" {
        filter.is_newest = true;
        filter.since = filter.since.max(Some(ctx.now().before(RECENT)));
    }
    Ok(())
}

/// The workspaces of these runs.
///
/// # Errors
///
/// Those of the database.
pub async fn workspaces_of(ctx: &Ctx, runs: &[Run]) -> Result<HashMap<WorkspaceId, Workspace>> {
    let ids: BTreeSet<WorkspaceId> = runs.iter().map(|run| run.workspace_id).collect();
    let ids: Vec<WorkspaceId> = ids.into_iter().collect();
    let found = workspaces::of_ids(ctx.db.reader(), &ids).await?;
    Ok(found.into_iter().map(|workspace| (workspace.id, workspace)).collect())
}

fn statuses(query: &ListQuery) -> Result<Vec<RunStatus>> {
    let parse = |word: &str| {
        serde_json::from_value(serde_json::Value::from(word.trim()))
            .map_err(|_| Error::malformed_parameter("filter[status]", format!("\"{word}\" is no status of a run.")))
    };
    let named: Option<Vec<RunStatus>> = match query.filter("filter[status]") {
        Some(text) => Some(text.split(',').map(parse).collect::<Result<_>>()?),
        None => None,
    };
    let Some(group) = query.filter("filter[status_group]") else {
        return Ok(named.unwrap_or_default());
    };
    let group = store::statuses_of(group).ok_or_else(|| {
        let detail = format!("\"{group}\" is neither \"non_final\", \"final\" nor \"discardable\".");
        Error::malformed_parameter("filter[status_group]", detail)
    })?;
    Ok(match named {
        Some(named) => named.into_iter().filter(|status| group.contains(status)).collect(),
        None => group,
    })
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
