//! What is known of a change at this moment.

use slipway_api::ids::ResourceChangeId;
use slipway_api::resource_changes::{ResourceChangeKind, ResourceChangeStatus};
use slipway_api::runs::RunStatus;
use slipway_infra::approvals::standing::Standing;
use slipway_infra::managed::runs;
use slipway_infra::runs::Run as WorkspaceRun;
use slipway_kernel::{Ctx, Error, Result};

use super::decide::{Facts, Leave, Run};
use super::model::ResourceChange;
use super::{credentials, ground, leave, store};
use crate::project_rules::store as rules;
use crate::resource_imports::store as imports;
use crate::resources::Resource;
use crate::resources::store as resources;

/// A change with everything that decides on it.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) change: ResourceChange,
    pub(super) resource: Resource,
    pub(super) run: Option<WorkspaceRun>,
    pub(super) standing: Option<Standing>,
    /// Whether nothing is ever applied.
    pub(super) is_demo: bool,
    pub(super) facts: Facts,
}

/// A change that goes on; none where it is gone, over, or waits for a person to try it again.
pub(super) async fn of(ctx: &Ctx, id: ResourceChangeId) -> Result<Option<Known>> {
    let goes_on = |change: &ResourceChange| !change.status.is_over() && change.status != ResourceChangeStatus::Failed;
    match store::find(ctx.db.reader(), id).await?.filter(goes_on) {
        Some(change) => known(ctx, change).await.map(Some),
        None => Ok(None),
    }
}

/// What is known of this change.
pub(super) async fn known(ctx: &Ctx, change: ResourceChange) -> Result<Known> {
    let resource = resources::find(ctx.db.reader(), change.resource_id).await?;
    let resource = resource.ok_or_else(|| Error::internal(format!("{} has no resource", change.id)))?;
    let run = match change.run_id {
        Some(run) => found(ctx, run).await?,
        None => None,
    };
    let (mut leave, standing) = leave::of(ctx, &resource, &change).await?;
    let import = imports::find(ctx.db.reader(), change.id).await?;
    if let (Some(import), Some(run)) = (&import, &run)
        && leave == Leave::Free
        && !import.allow_destroy
        && runs::destroys(ctx, run.id).await?
    {
        // Whoever brought something in that is running did not mean to have it destroyed.
        leave = Leave::Ask;
    }
    let is_demo = rules::is_demo(ctx.db.reader(), resource.project_id).await?;
    let mut ground = ground::of(change.kind, &store::around(ctx.db.reader(), &change).await?);
    if needs_run(&resource, &change) {
        ground = ground::worst([ground, credentials::ground(ctx, &change).await?]);
    }
    let facts = Facts {
        status: change.status,
        run: match (&run, change.run_id) {
            (Some(run), _) if run.options.plan_only && run.status == RunStatus::PlannedAndFinished => Run::Shown,
            // Everything is as it shall be: what is left is whether it may be the resource's.
            (Some(run), _) if import.is_some() && run.status == RunStatus::PlannedAndFinished => Run::NotNeeded,
            (Some(run), _) => Run::Is(run.status),
            (None, Some(_)) => Run::Gone,
            (None, None) if !needs_run(&resource, &change) => Run::NotNeeded,
            // Nothing was made of it.
            (None, None) if is_demo && change.kind == ResourceChangeKind::Destroy => Run::Shown,
            (None, None) => Run::None,
        },
        ground,
        leave,
    };
    Ok(Known {
        change,
        resource,
        run,
        standing,
        is_demo,
        facts,
    })
}

async fn found(ctx: &Ctx, run: slipway_api::ids::RunId) -> Result<Option<WorkspaceRun>> {
    match runs::get(ctx, run).await {
        Ok(run) => Ok(Some(run)),
        Err(error) if error.code() == slipway_api::Code::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Where nothing was ever made, nothing has to be destroyed.
fn needs_run(resource: &Resource, change: &ResourceChange) -> bool {
    change.needs_run() && (change.kind != ResourceChangeKind::Destroy || resource.workspace_id.is_some())
}
