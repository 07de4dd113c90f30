//! What people do with variable sets.

use serde_json::{Value, json};
use slipway_api::ids::{ProjectId, VariableSetId, WorkspaceId};
use slipway_api::variable_sets::VariableSetSettings;
use slipway_identity::organizations::{self, Organization};
use slipway_identity::projects;
use slipway_kernel::ctx::unauthenticated;
use slipway_kernel::db::Tx;
use slipway_kernel::directory::{self, Edge, Object};
use slipway_kernel::events::{self, NewEvent};
use slipway_kernel::grants::Permission;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Actor, Ctx, Error, Result};

use super::model::{VariableSet, target};
use super::store;
use crate::managed;
use crate::permissions::{VARIABLE_SET_READ, VARIABLE_SET_WRITE, WORKSPACE_READ};
use crate::variables::{self, service::Owner};
use crate::workspaces;

/// The word for variable sets in the directory and in events.
pub const KIND: &str = "variable-set";
/// Why a workspace or project depends on a set.
const EDGE: &str = "variables";

/// What a set is assigned to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Assignee {
    /// One workspace.
    Workspace(WorkspaceId),
    /// All workspaces of a project.
    Project(ProjectId),
}

impl From<&VariableSet> for Owner {
    fn from(set: &VariableSet) -> Self {
        Self {
            organization: set.organization_id,
            project: None,
            id: set.id.to_string(),
            name: set.name.to_string(),
        }
    }
}

/// The set, if the caller may do `permission` to it.
///
/// # Errors
///
/// `NotFound` when it is missing or invisible, `Forbidden` when it is only visible.
pub async fn load(ctx: &Ctx, id: VariableSetId, permission: Permission) -> Result<VariableSet> {
    if *ctx.actor() == Actor::Anonymous {
        return Err(unauthenticated());
    }
    let found = store::find(ctx.db.reader(), id).await?;
    let set = found.ok_or_else(|| Error::not_found("variable set", id))?;
    ctx.authorize(permission, &set.target()).await?;
    Ok(set)
}

/// A page of an organization's sets that the caller may see.
///
/// # Errors
///
/// Those of the database.
pub async fn list(
    ctx: &Ctx,
    organization: &Organization,
    name: Option<&str>,
    page: &Page,
) -> Result<Listed<VariableSet>> {
    let visible = ctx.visible(VARIABLE_SET_READ, organization.id).await?;
    store::list(ctx.db.reader(), organization.id, &visible, name, page).await
}

/// Makes a set.
///
/// # Errors
///
/// `AlreadyExists`, `Invalid`, `Forbidden`.
pub async fn create(ctx: &Ctx, organization: &Organization, settings: &VariableSetSettings) -> Result<VariableSet> {
    organizations::require(ctx, VARIABLE_SET_WRITE, organization).await?;
    let set = VariableSet::new(ctx.new_id()?, organization.id, settings, ctx.now())?;
    let mut tx = ctx.begin().await?;
    organizations::hold(&tx, organization.id).await?;
    store::insert(&tx, &set).await?;
    directory::store::put(&tx, &object(&set)).await?;
    let changes = json!({"name": set.name, "global": set.global, "priority": set.priority, "tags": set.tags});
    record(&mut tx, ctx, &set, "variable-set.created", changes).await?;
    tx.commit().await?;
    Ok(set)
}

/// Changes a set, from the row that the caller saw.
///
/// # Errors
///
/// `AlreadyExists`, `Invalid`, `Forbidden`; `PreconditionFailed` when somebody changed it since.
pub async fn update(ctx: &Ctx, seen: &VariableSet, settings: &VariableSetSettings) -> Result<VariableSet> {
    ctx.authorize(VARIABLE_SET_WRITE, &seen.target()).await?;
    let set = seen.clone().with_settings(settings, ctx.now())?;
    let mut tx = ctx.begin().await?;
    if !store::update(&tx, &set).await? {
        return Err(workspaces::service::changed_meanwhile());
    }
    directory::store::put(&tx, &object(&set)).await?;
    let changes = json!({
        "name": [seen.name, set.name],
        "global": [seen.global, set.global],
        "priority": [seen.priority, set.priority],
        "tags": [seen.tags, set.tags],
    });
    record(&mut tx, ctx, &set, "variable-set.updated", changes).await?;
    tx.commit().await?;
    Ok(set)
}

/// Deletes a set with its variables. Runs that have their values keep them.
///
/// # Errors
///
/// What the caller may not do.
pub async fn delete(ctx: &Ctx, id: VariableSetId) -> Result<()> {
    let set = load(ctx, id, VARIABLE_SET_WRITE).await?;
    remove(ctx, &set).await
}

async fn remove(ctx: &Ctx, set: &VariableSet) -> Result<()> {
    let mut tx = ctx.begin().await?;
    variables::store::remove_of_owner(&tx, &set.id.to_string()).await?;
    store::delete(&tx, set.id).await?;
    directory::store::remove(&tx, &set.id.to_string()).await?;
    record(&mut tx, ctx, set, "variable-set.deleted", json!({"name": set.name})).await?;
    tx.commit().await
}

/// Removes the sets of organizations that are being deleted; to be called now and then.
///
/// # Errors
///
/// Those of the database.
pub async fn sweep(ctx: &Ctx) -> Result<()> {
    for organization in organizations::service::deleting(ctx).await? {
        for set in store::of_organization(ctx.db.reader(), organization.id).await? {
            remove(ctx, &set).await?;
        }
    }
    Ok(())
}

/// Assigns a set to workspaces and projects of its organization. What is assigned already stays.
///
/// # Errors
///
/// `NotFound` for a target that is missing, invisible or in another organization: then nothing is assigned.
pub async fn assign(ctx: &Ctx, id: VariableSetId, assignees: &[Assignee]) -> Result<()> {
    let set = load(ctx, id, VARIABLE_SET_WRITE).await?;
    let mut targets = Vec::new();
    for assignee in assignees {
        targets.push(checked(ctx, &set, assignee).await?);
    }
    let mut tx = ctx.begin().await?;
    let mut assigned = Vec::new();
    for target in targets {
        if store::assign(&tx, &target).await? {
            directory::store::connect(&tx, &edge(&set, &target.target_id)).await?;
            assigned.push(target.target_id);
        }
    }
    if assigned.is_empty() {
        return Ok(());
    }
    record(&mut tx, ctx, &set, "variable-set.assigned", json!({"to": assigned})).await?;
    tx.commit().await
}

/// Takes assignments of a set back. What is not assigned is passed over.
///
/// # Errors
///
/// What the caller may not do.
pub async fn unassign(ctx: &Ctx, id: VariableSetId, assignees: &[Assignee]) -> Result<()> {
    let set = load(ctx, id, VARIABLE_SET_WRITE).await?;
    let mut tx = ctx.begin().await?;
    let mut removed = Vec::new();
    for assignee in assignees {
        let target_id = match assignee {
            Assignee::Workspace(workspace) => workspace.to_string(),
            Assignee::Project(project) => project.to_string(),
        };
        if store::unassign(&tx, set.id, &target_id).await? {
            directory::store::disconnect(&tx, &edge(&set, &target_id)).await?;
            removed.push(target_id);
        }
    }
    if removed.is_empty() {
        return Ok(());
    }
    record(&mut tx, ctx, &set, "variable-set.unassigned", json!({"from": removed})).await?;
    tx.commit().await
}

async fn checked(ctx: &Ctx, set: &VariableSet, assignee: &Assignee) -> Result<target::Model> {
    let (organization, target_id, kind) = match assignee {
        Assignee::Workspace(id) => {
            let workspace = workspaces::load(ctx, *id, WORKSPACE_READ).await?;
            managed::require_own(ctx, &workspace).await?;
            (workspace.organization_id, id.to_string(), target::TargetKind::Workspace)
        }
        Assignee::Project(id) => {
            let project = projects::get_visible(ctx, *id).await?;
            (project.organization_id, id.to_string(), target::TargetKind::Project)
        }
    };
    if organization != set.organization_id {
        let what = match kind {
            target::TargetKind::Workspace => "workspace",
            target::TargetKind::Project => "project",
        };
        return Err(Error::not_found(what, target_id));
    }
    Ok(target::Model {
        variable_set_id: set.id,
        target_id,
        kind,
    })
}

fn edge(set: &VariableSet, dependent: &str) -> Edge {
    Edge {
        from: dependent.to_owned(),
        to: set.id.to_string(),
        why: EDGE,
    }
}

fn object(set: &VariableSet) -> Object {
    Object {
        id: set.id.to_string(),
        kind: KIND,
        organization: Some(set.organization_id),
        project: None,
        name: set.name.to_string(),
        status: String::new(),
        labels: set.tags.directory_labels(),
    }
}

async fn record(tx: &mut Tx, ctx: &Ctx, set: &VariableSet, action: &'static str, changes: Value) -> Result<()> {
    let event = NewEvent {
        action,
        organization: Some(set.organization_id),
        project: None,
        object_kind: KIND,
        object_id: set.id.to_string(),
        object_name: set.name.to_string(),
        access_id: None,
        changes,
    };
    events::record(tx, ctx, event).await
}
