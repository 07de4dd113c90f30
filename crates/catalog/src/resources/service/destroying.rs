//! Asking for a resource to be destroyed, and removing what is left of one.

use serde_json::json;
use slipway_api::ids::ResourceChangeId;
use slipway_api::resource_changes::ResourceChangeKind;
use slipway_api::resources::{ResourceRequest, ResourceState};
use slipway_identity::{organizations, role_assignments};
use slipway_infra::approvals::standing;
use slipway_infra::{managed, schedules};
use slipway_kernel::directory::uses::{bound_in_words, is_bound};
use slipway_kernel::{Ctx, Error, Result, Tx, directory};

use super::super::{recording, revisions, store};
use super::ordering::for_change;
use super::{changed_meanwhile, secrets};
use crate::permissions::RESOURCE_DESTROY;
use crate::resource_changes::{self, Wanted};
use crate::resource_imports;
use crate::resources::Resource;
use crate::uses;

/// Asks for what is behind a resource to be destroyed, from the row that the caller saw. It takes the place of a change that
/// failed.
///
/// # Errors
///
/// `Forbidden`; `Conflict` when nothing is behind it, when something stands on it, or when it has a change that is not over;
/// `PreconditionFailed` when somebody changed it since.
pub async fn destroy(ctx: &Ctx, seen: &Resource, request: ResourceRequest) -> Result<Resource> {
    destroy_as(ctx, seen, request, ctx.new_id()?).await
}

/// The same, by a change that will have this id.
///
/// # Errors
///
/// As those of [`destroy`].
pub async fn destroy_as(
    ctx: &Ctx,
    seen: &Resource,
    request: ResourceRequest,
    change: ResourceChangeId,
) -> Result<Resource> {
    ctx.authorize(RESOURCE_DESTROY, &seen.target()).await?;
    require_something(seen)?;
    resource_imports::refuse_destroy(ctx, seen).await?;
    let users = Users::of(ctx, seen).await?;
    let secrets = secrets(ctx, seen).await?;
    let sealed = for_change(ctx, seen.organization_id, change, &secrets).await?;
    let mut tx = ctx.begin().await?;
    require_seen(&tx, seen).await?;
    require_nothing_on(&tx, seen, users).await?;
    let wanted = Wanted {
        kind: ResourceChangeKind::Destroy,
        specification: seen.specification.0.clone(),
        sealed,
        id: change,
        differences: Vec::new(),
        reason: request.reason,
        auto_apply: request.auto_apply,
        request_key: None,
    };
    resource_changes::service::open(&mut tx, ctx, seen, wanted).await?;
    let next = seen.clone().with_change(Some(change), ctx.now());
    if !store::update(&tx, &next).await? {
        return Err(changed_meanwhile());
    }
    tx.commit().await?;
    Ok(next)
}

fn require_something(resource: &Resource) -> Result<()> {
    match resource.state {
        ResourceState::Provisioned => Ok(()),
        ResourceState::Requested if resource.workspace_id.is_some() => Ok(()),
        ResourceState::Requested => Err(Error::conflict(format!(
            "Nothing is behind \"{}\" yet. Take its change back, and delete it.",
            resource.name
        ))),
        ResourceState::Destroyed => Err(Error::conflict(format!(
            "\"{}\" was destroyed already. Delete it, or restore one of its revisions.",
            resource.name
        ))),
    }
}

/// Removes a resource of which nothing is there, with its history and its workspace.
///
/// # Errors
///
/// `Forbidden`; `Conflict` while something is behind it, something stands on it, or a change of it is not over.
pub async fn delete(ctx: &Ctx, seen: &Resource) -> Result<()> {
    ctx.authorize(RESOURCE_DESTROY, &seen.target()).await?;
    if seen.state == ResourceState::Provisioned {
        return Err(Error::conflict(format!(
            "\"{}\" is there. Destroy it first.",
            seen.name
        )));
    }
    super::ordering::require_free(seen)?;
    resource_imports::refuse_while_leaving(ctx, seen.id).await?;
    let users = Users::of(ctx, seen).await?;
    let mut tx = ctx.begin().await?;
    require_seen(&tx, seen).await?;
    require_nothing_on(&tx, seen, users).await?;
    remove(&mut tx, ctx, seen).await?;
    tx.commit().await
}

/// Removes the resources of organizations that are being deleted, which have no workspaces any more; to be called now and then.
///
/// # Errors
///
/// Those of the database.
pub async fn sweep(ctx: &Ctx) -> Result<()> {
    for organization in organizations::service::deleting(ctx).await? {
        let resources = store::of_organization(ctx.db.reader(), organization.id).await?;
        for resource in &resources {
            // What stands on it goes, too.
            let mut tx = ctx.begin().await?;
            store::remove_links(&tx, resource.id).await?;
            remove(&mut tx, ctx, resource).await?;
            tx.commit().await?;
        }
    }
    Ok(())
}

async fn remove(tx: &mut Tx, ctx: &Ctx, resource: &Resource) -> Result<()> {
    for change in revisions::store::changes(&**tx, resource.id).await? {
        standing::forget(tx, &change.to_string()).await?;
        resource_imports::forget(tx, ctx, resource, change).await?;
    }
    if !store::delete(tx, resource.id).await? {
        return Err(changed_meanwhile());
    }
    if let Some(workspace) = resource.workspace_id {
        managed::workspaces::remove(tx, ctx, workspace, false).await?;
    }
    let id = resource.id.to_string();
    role_assignments::remove_at(tx, &id).await?;
    schedules::service::remove_of_object(tx, &id).await?;
    directory::store::remove(tx, &id).await?;
    let changes = json!({"state": resource.state, "revision": resource.revision});
    recording::record(tx, ctx, resource, "resource.deleted", changes).await
}

async fn require_seen(tx: &Tx, seen: &Resource) -> Result<()> {
    match store::hold(tx, seen.id).await? {
        Some(held) if held.version == seen.version => Ok(()),
        _ => Err(changed_meanwhile()),
    }
}

/// What needs a resource, in words: read before the transaction that refuses because of it.
struct Users {
    standing: Option<String>,
    bound: Option<String>,
}

impl Users {
    async fn of(ctx: &Ctx, resource: &Resource) -> Result<Self> {
        let (organization, id) = (resource.organization_id, resource.id.to_string());
        Ok(Self {
            standing: uses::in_words(ctx, organization, &id).await?,
            bound: bound_in_words(ctx, organization, &id).await?,
        })
    }
}

/// Nothing stands on it, nor is anything about to; and nothing runs with what it puts out.
async fn require_nothing_on(tx: &Tx, resource: &Resource, users: Users) -> Result<()> {
    let new = || "something that came this moment".to_owned();
    if is_bound(tx, &resource.id.to_string()).await? {
        let users = users.bound.unwrap_or_else(new);
        return Err(Error::conflict(format!(
            "What \"{}\" puts out is bound to {users}, which would break. Unbind it there first.",
            resource.name
        )));
    }
    if store::links_to(&**tx, &[resource.id]).await?.is_empty() {
        return Ok(());
    }
    let users = users.standing.unwrap_or_else(new);
    Err(Error::conflict(format!(
        "\"{}\" is needed by {users}. Destroy these first, or let them stand on another.",
        resource.name
    )))
}
