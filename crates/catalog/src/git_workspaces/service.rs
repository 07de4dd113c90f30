//! What people and the rest of the program do with git workspaces.

use serde_json::{Value, json};
use slipway_api::Code;
use slipway_api::git_workspaces::{GitWorkspaceChanges, GitWorkspaceMode, NewGitWorkspace, ProposedPullRequest};
use slipway_api::ids::{GitWorkspaceId, OrganizationId};
use slipway_connections::repositories::{self, Repository};
use slipway_identity::organizations::{self, Organization};
use slipway_kernel::ctx::unauthenticated;
use slipway_kernel::db::Tx;
use slipway_kernel::directory;
use slipway_kernel::events::{self, NewEvent};
use slipway_kernel::grants::Permission;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Actor, Ctx, Error, Result};

use super::hearing::wake;
use super::model::{GitWorkspace, KIND, Member};
use super::store;
use crate::permissions::{
    GIT_WORKSPACE_CREATE, GIT_WORKSPACE_DELETE, GIT_WORKSPACE_READ, GIT_WORKSPACE_UPDATE, RESOURCE_READ,
};
use crate::project_rules::store as rules;
use crate::resource_changes::ResourceChange;

/// The git workspace, if the caller may do `permission` to it.
///
/// # Errors
///
/// `NotFound` when it is missing or invisible, `Forbidden` when it is only visible.
pub async fn load(ctx: &Ctx, id: GitWorkspaceId, permission: Permission) -> Result<GitWorkspace> {
    if *ctx.actor() == Actor::Anonymous {
        return Err(unauthenticated());
    }
    let found = store::find(ctx.db.reader(), id).await?;
    let workspace = found.ok_or_else(|| Error::not_found(KIND, id))?;
    ctx.authorize(permission, &workspace.target()).await?;
    Ok(workspace)
}

/// A page of an organization's git workspaces that the caller may see, by name.
///
/// # Errors
///
/// Those of the database.
pub async fn list(ctx: &Ctx, organization: &Organization, page: &Page) -> Result<Listed<GitWorkspace>> {
    let visible = ctx.visible(GIT_WORKSPACE_READ, organization.id).await?;
    store::list(ctx.db.reader(), (organization.id, &visible), page).await
}

/// A page of the resources whose code is in a git workspace, or shall be, as far as the caller may see them.
///
/// # Errors
///
/// Those of the database.
pub async fn members(ctx: &Ctx, workspace: &GitWorkspace, page: &Page) -> Result<Listed<Member>> {
    let visible = ctx.visible(RESOURCE_READ, workspace.organization_id).await?;
    store::members(ctx.db.reader(), (workspace.id, &visible), page).await
}

/// Makes a git workspace of a repository, which is connected if it is not yet.
///
/// # Errors
///
/// `Forbidden`, also where the caller may not use the integration (`integration.use`); `AlreadyExists` when the name is
/// taken; `Invalid`, with every field at fault.
pub async fn create(ctx: &Ctx, organization: &Organization, wanted: NewGitWorkspace) -> Result<GitWorkspace> {
    organizations::require(ctx, GIT_WORKSPACE_CREATE, organization).await?;
    let connected = repositories::service::Wanted {
        integration: wanted.integration_id,
        identifier: wanted.identifier.clone(),
    };
    let repository = repositories::service::ensure(ctx, organization.id, &connected).await?;
    require_forge(ctx, &repository, wanted.mode).await?;
    let place = (organization.id, repository.id);
    let workspace = GitWorkspace::new(ctx.new_id()?, place, &wanted, ctx.now())?;
    let mut tx = ctx.begin().await?;
    organizations::hold(&tx, organization.id).await?;
    store::insert(&tx, &workspace).await?;
    directory::store::put(&tx, &workspace.object()).await?;
    repositories::service::begin_use(&mut tx, ctx, repository.id, &workspace.id.to_string()).await?;
    record(
        &mut tx,
        ctx,
        &workspace,
        "git-workspace.created",
        told(&workspace, Some(&repository)),
    )
    .await?;
    tx.commit().await?;
    Ok(workspace)
}

/// The pull request with a change, where there is one and the caller may see the git workspace.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn pull_request_of(ctx: &Ctx, change: &ResourceChange) -> Result<Option<ProposedPullRequest>> {
    let Some(member) = store::of_change(ctx.db.reader(), change).await? else {
        return Ok(None);
    };
    let Some(workspace) = store::find(ctx.db.reader(), member.git_workspace_id).await? else {
        return Ok(None);
    };
    let may_see = ctx.authorize(GIT_WORKSPACE_READ, &workspace.target()).await.is_ok();
    Ok(member.pull_request().filter(|_| may_see))
}

/// Refuses pull requests where there are none.
async fn require_forge(ctx: &Ctx, repository: &Repository, mode: GitWorkspaceMode) -> Result<()> {
    if mode == GitWorkspaceMode::Push {
        return Ok(());
    }
    let forge = repositories::service::forge(ctx, repository).await?;
    if forge.is_some_and(|forge| forge.capabilities().pull_requests) {
        return Ok(());
    }
    Err(Error::invalid(
        "/data/attributes/mode",
        "Pull requests need a forge: connect the repository by an integration of GitHub, GitLab, Bitbucket, Azure DevOps or Gitea, \
         or choose the mode push.",
    ))
}

/// Changes a git workspace, from the row that the caller saw. Its branch and directory do not change while code is in it: that
/// would stay where it is, and nothing would look after it.
///
/// # Errors
///
/// `Forbidden`; `Conflict`; `PreconditionFailed` when somebody changed it since; `AlreadyExists` when the name is taken;
/// `Invalid`, with every field at fault.
pub async fn update(ctx: &Ctx, seen: &GitWorkspace, changes: GitWorkspaceChanges) -> Result<GitWorkspace> {
    ctx.authorize(GIT_WORKSPACE_UPDATE, &seen.target()).await?;
    let workspace = seen.changed(&changes, ctx.now())?;
    let (before, after) = (told(seen, None), told(&workspace, None));
    if before == after {
        return Ok(seen.clone());
    }
    let is_other_mode = workspace.mode != seen.mode;
    if is_other_mode {
        let repository = repositories::service::get(ctx, seen.repository_id).await?;
        require_forge(ctx, &repository, workspace.mode).await?;
    }
    let mut tx = ctx.begin().await?;
    let is_elsewhere = (&workspace.branch, &workspace.directory) != (&seen.branch, &seen.directory);
    if is_elsewhere && store::has_code(&*tx, seen.id).await? {
        return Err(Error::conflict(
            "There is code of resources in it, which would stay where it is. Make another git workspace, and let the projects name \
             that one.",
        ));
    }
    if !store::update(&tx, &workspace).await? {
        return Err(Error::new(
            Code::PreconditionFailed,
            "Somebody changed the git workspace at this moment. Look at it again, and repeat your change if it is still wanted.",
        ));
    }
    directory::store::put(&tx, &workspace.object()).await?;
    if is_other_mode {
        store::ask_all(&tx, workspace.id).await?;
        wake(&mut tx, ctx, (workspace.id, workspace.organization_id)).await?;
    }
    let told = json!({"before": before, "after": after});
    record(&mut tx, ctx, &workspace, "git-workspace.updated", told).await?;
    tx.commit().await?;
    Ok(workspace)
}

/// Deletes a git workspace that no project names. What is in the repository stays there.
///
/// # Errors
///
/// `Forbidden`; `NotFound`; `Conflict` while a project names it.
pub async fn delete(ctx: &Ctx, workspace: &GitWorkspace) -> Result<()> {
    ctx.authorize(GIT_WORKSPACE_DELETE, &workspace.target()).await?;
    let mut tx = ctx.begin().await?;
    // Who names it in a project's rules waits for this, or this for them.
    if store::hold(&tx, workspace.id).await?.is_none() {
        return Err(Error::not_found(KIND, workspace.id));
    }
    let named = rules::naming(&*tx, workspace.id).await?;
    if !named.is_empty() {
        return Err(Error::conflict(format!(
            "{} projects keep the code of their resources in it. Let their catalog rules name another, or none.",
            named.len()
        )));
    }
    remove(&mut tx, ctx, workspace).await?;
    tx.commit().await
}

async fn remove(tx: &mut Tx, ctx: &Ctx, workspace: &GitWorkspace) -> Result<()> {
    if !store::delete(tx, workspace.id).await? {
        return Err(Error::not_found(KIND, workspace.id));
    }
    let id = workspace.id.to_string();
    repositories::service::end_use(tx, ctx, workspace.repository_id, &id).await?;
    directory::store::remove(tx, &id).await?;
    record(
        tx,
        ctx,
        workspace,
        "git-workspace.deleted",
        json!({"name": workspace.name}),
    )
    .await
}

/// Has the code of every resource looked at now.
///
/// # Errors
///
/// `Forbidden`; those of the database.
pub async fn synchronize(ctx: &Ctx, workspace: &GitWorkspace) -> Result<()> {
    ctx.authorize(GIT_WORKSPACE_UPDATE, &workspace.target()).await?;
    let mut tx = ctx.begin().await?;
    store::ask_all(&tx, workspace.id).await?;
    wake(&mut tx, ctx, (workspace.id, workspace.organization_id)).await?;
    record(&mut tx, ctx, workspace, "git-workspace.synchronized", json!({})).await?;
    tx.commit().await
}

/// The git workspace that a project's rules shall name, held until they are written.
///
/// # Errors
///
/// `Invalid` when there is none that the caller may see.
pub(crate) async fn nameable(tx: &Tx, ctx: &Ctx, organization: OrganizationId, id: GitWorkspaceId) -> Result<()> {
    let found = store::hold(tx, id)
        .await?
        .filter(|found| found.organization_id == organization);
    let missing = || Error::invalid("/data/attributes/git-workspace", "There is no such git workspace.");
    let found = found.ok_or_else(missing)?;
    ctx.authorize(GIT_WORKSPACE_READ, &found.target())
        .await
        .map_err(|_| missing())
}

/// Removes the git workspaces of organizations that are being deleted; to be called now and then.
///
/// # Errors
///
/// Those of the database.
pub async fn sweep(ctx: &Ctx) -> Result<()> {
    for organization in organizations::service::deleting(ctx).await? {
        for workspace in store::of_organization(ctx.db.reader(), organization.id).await? {
            let mut tx = ctx.begin().await?;
            remove(&mut tx, ctx, &workspace).await?;
            tx.commit().await?;
        }
    }
    Ok(())
}

fn told(workspace: &GitWorkspace, repository: Option<&Repository>) -> Value {
    json!({
        "name": workspace.name,
        "description": workspace.description,
        "repository": repository.map(|repository| &repository.full_name),
        "branch": workspace.branch,
        "directory": workspace.directory,
        "mode": workspace.mode,
    })
}

async fn record(tx: &mut Tx, ctx: &Ctx, workspace: &GitWorkspace, action: &'static str, changes: Value) -> Result<()> {
    let event = NewEvent {
        action,
        organization: Some(workspace.organization_id),
        project: None,
        object_kind: KIND,
        object_id: workspace.id.to_string(),
        object_name: workspace.name.to_string(),
        access_id: None,
        changes,
    };
    events::record(tx, ctx, event).await
}
