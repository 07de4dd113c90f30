//! Making, changing and removing managed workspaces.

use slipway_api::Name;
use slipway_api::ids::{IntegrationId, OrganizationId, ProjectId, WorkspaceId};
use slipway_api::workspaces::WorkspaceSettings;
use slipway_kernel::{Ctx, Result, Tx};

use crate::integrations::service as assignments;
use crate::workspaces::settings::Place;
use crate::workspaces::{Workspace, service, store};

/// A workspace as its manager wants it.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Where it stands.
    pub organization: OrganizationId,
    /// Where it stands.
    pub project: ProjectId,
    /// Id of the manager, which is in the directory by then; it stays the manager for ever.
    pub manager: String,
    /// Its name, unique in the organization.
    pub name: Name,
    /// Everything else, but for where its files come from and what decides on applying: those are the manager's.
    pub settings: WorkspaceSettings,
}

/// Makes a workspace.
///
/// # Errors
///
/// `AlreadyExists` when the name is taken; `Invalid` for the settings.
pub async fn create(tx: &mut Tx, ctx: &Ctx, wanted: Wanted) -> Result<Workspace> {
    let place = Place {
        id: ctx.new_id()?,
        organization: wanted.organization,
        project: wanted.project,
        runner_pool: None,
        now: ctx.now(),
    };
    let settings = WorkspaceSettings {
        name: Some(wanted.name),
        ..decided_elsewhere(&wanted.settings)
    };
    let workspace = Workspace {
        managed_by: Some(wanted.manager),
        ..Workspace::new(place, &settings)?
    };
    service::insert(tx, ctx, &workspace, None).await?;
    Ok(workspace)
}

/// Changes the workspace's settings.
///
/// # Errors
///
/// `AlreadyExists` when the name is taken; `Invalid` for the settings; `NotFound` when it is gone.
pub async fn update(tx: &mut Tx, ctx: &Ctx, id: WorkspaceId, settings: &WorkspaceSettings) -> Result<Workspace> {
    let seen = store::hold(tx, id).await?;
    let workspace = seen.clone().with_settings(&decided_elsewhere(settings), ctx.now())?;
    service::save(tx, ctx, (&seen, &workspace), None).await?;
    Ok(workspace)
}

/// Managed workspaces as they are, in no order; those that are gone are left out.
///
/// # Errors
///
/// Those of the database.
pub async fn all(ctx: &Ctx, ids: &[WorkspaceId]) -> Result<Vec<Workspace>> {
    store::of_ids(ctx.db.reader(), ids).await
}

/// Gives exactly these integrations to the workspace's runs. The manager has made sure that they may be used, that they
/// are of the workspace's organization, and that no two of them are of a kind of which a run takes one.
///
/// # Errors
///
/// Those of the database.
pub async fn give_integrations(tx: &Tx, ctx: &Ctx, id: WorkspaceId, integrations: &[IntegrationId]) -> Result<()> {
    assignments::replace_at(tx, ctx, id, integrations).await
}

/// Removes a workspace whose state has no resources.
///
/// # Errors
///
/// `Conflict` while a run is active, or while the state may have resources and `force` was not said.
pub async fn remove(tx: &mut Tx, ctx: &Ctx, id: WorkspaceId, force: bool) -> Result<()> {
    service::remove(tx, ctx, id, force).await
}

/// The manager says yes to every apply, and when to destroy.
fn decided_elsewhere(settings: &WorkspaceSettings) -> WorkspaceSettings {
    WorkspaceSettings {
        auto_apply: Some(false),
        allow_destroy_plan: Some(true),
        ..settings.clone()
    }
}
