//! What people and runs do with workspaces.

use serde_json::{Value, json};
use slipway_api::Name;
use slipway_api::ids::{ProjectId, RunId, RunnerPoolId, WorkspaceId};
use slipway_api::runs::RunStatus;
use slipway_api::workspaces::WorkspaceSettings;
use slipway_identity::organizations::Organization;
use slipway_identity::projects;
use slipway_kernel::ctx::unauthenticated;
use slipway_kernel::db::Tx;
use slipway_kernel::directory::{self, Object, uses};
use slipway_kernel::events::{self, NewEvent};
use slipway_kernel::grants::{Permission, Scope, Target};
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Actor, Ctx, Error, Result};

use super::lock::{ClientLock, Lock};
use super::model::Workspace;
use super::settings::Place;
use super::store::{self, Counted, Filter, Shown, Sort};
use crate::managed;
use crate::permissions::{
    RUNNER_POOL_READ, WORKSPACE_CREATE, WORKSPACE_DELETE, WORKSPACE_FORCE_UNLOCK, WORKSPACE_LOCK, WORKSPACE_READ,
    WORKSPACE_UPDATE,
};
use crate::runs::Run;
use crate::{
    approvals, configuration_versions, integrations, runs, schedules, sources, states, variable_sets, variables,
};

/// The word for workspaces in the directory and in events.
pub const KIND: &str = "workspace";

/// What a caller may relate a new or changed workspace to.
#[derive(Debug, Clone, Copy, Default)]
pub struct Relations {
    /// The project; the default one for a new workspace, or the present one, when absent.
    pub project: Option<ProjectId>,
    /// The runner pool of execution mode `agent`; the present one when absent.
    pub runner_pool: Option<RunnerPoolId>,
}

/// The workspace, if the caller may do `permission` to it.
///
/// # Errors
///
/// `NotFound` when it is missing or invisible, `Forbidden` when it is only visible.
pub async fn load(ctx: &Ctx, id: WorkspaceId, permission: Permission) -> Result<Workspace> {
    let found = store::find(ctx.db.reader(), id).await?;
    let workspace = found.ok_or_else(|| missing(ctx, &id.to_string()))?;
    ctx.authorize(permission, &workspace.target()).await?;
    Ok(workspace)
}

/// The workspace as it is shown to the caller, with its organization's name.
///
/// # Errors
///
/// `NotFound` when it is missing or invisible.
pub async fn show(ctx: &Ctx, id: WorkspaceId) -> Result<Shown> {
    let found = store::find_shown(ctx.db.reader(), id).await?;
    let shown = found.ok_or_else(|| missing(ctx, &id.to_string()))?;
    ctx.authorize(WORKSPACE_READ, &shown.workspace.target()).await?;
    Ok(shown)
}

/// The workspace, if the caller may see it.
///
/// # Errors
///
/// `NotFound` when it is missing or invisible.
pub async fn get_visible(ctx: &Ctx, id: WorkspaceId) -> Result<Workspace> {
    load(ctx, id, WORKSPACE_READ).await
}

/// What authorization asks about a workspace.
#[must_use]
pub fn target(workspace: &Workspace) -> Target<'static> {
    workspace.target()
}

/// The workspace of this name, if the caller may do `permission` to it.
///
/// # Errors
///
/// `NotFound` when it is missing or invisible, `Forbidden` when it is only visible.
pub async fn load_named(
    ctx: &Ctx,
    organization: &Organization,
    name: &Name,
    permission: Permission,
) -> Result<Workspace> {
    let found = store::find_named(ctx.db.reader(), organization.id, name).await?;
    let workspace = found.ok_or_else(|| missing(ctx, name.as_str()))?;
    ctx.authorize(permission, &workspace.target_as(name.as_str())).await?;
    Ok(workspace)
}

fn missing(ctx: &Ctx, name: &str) -> Error {
    match ctx.actor() {
        Actor::Anonymous => unauthenticated(),
        _ => Error::not_found(KIND, name),
    }
}

/// A page of the workspaces that the caller may see.
///
/// # Errors
///
/// `MalformedRequest` for a cursor that no page gave.
pub async fn list(ctx: &Ctx, filter: &Filter, sort: Sort, page: &Page) -> Result<Listed<Workspace>> {
    store::list(ctx, filter, sort, page).await
}

/// How many of the workspaces that the caller may see stand where.
///
/// # Errors
///
/// Those of the database.
pub async fn count_by_status(ctx: &Ctx, filter: &Filter) -> Result<Vec<Counted>> {
    store::count_by_status(ctx.db.reader(), filter).await
}

/// Makes a workspace.
///
/// # Errors
///
/// `AlreadyExists`, `Invalid`, `Forbidden`; `NotFound` for a project or pool that the caller may not see.
pub async fn create(
    ctx: &Ctx,
    organization: &Organization,
    relations: Relations,
    settings: &WorkspaceSettings,
) -> Result<Workspace> {
    let project = destination(ctx, organization, relations.project).await?;
    require_pool(ctx, organization, relations.runner_pool).await?;
    let place = Place {
        id: ctx.new_id()?,
        organization: organization.id,
        project,
        runner_pool: relations.runner_pool,
        now: ctx.now(),
    };
    let workspace = Workspace::new(place, settings)?;
    let source = sources::service::change(ctx, organization.id, workspace.id, settings).await?;
    let mut tx = ctx.begin().await?;
    insert(&mut tx, ctx, &workspace, source.as_ref()).await?;
    tx.commit().await?;
    Ok(workspace)
}

/// Writes a new workspace.
pub(crate) async fn insert(
    tx: &mut Tx,
    ctx: &Ctx,
    workspace: &Workspace,
    source: Option<&sources::service::Change>,
) -> Result<()> {
    projects::hold(tx, workspace.project_id).await?;
    store::insert(tx, workspace).await?;
    directory::store::put(tx, &object(workspace)).await?;
    let mut changes = json!({"name": workspace.name, "project": workspace.project_id});
    write_source(tx, ctx, source, &mut changes).await?;
    events::record(tx, ctx, event("workspace.created", workspace, changes)).await
}

/// Changes a workspace, from the row that the caller saw.
///
/// # Errors
///
/// `PreconditionFailed` when somebody changed it since; otherwise as for [`create`].
pub async fn update(
    ctx: &Ctx,
    organization: &Organization,
    seen: Workspace,
    relations: Relations,
    settings: &WorkspaceSettings,
) -> Result<Workspace> {
    ctx.authorize(WORKSPACE_UPDATE, &seen.target()).await?;
    managed::require_own(ctx, &seen).await?;
    let mut wanted = seen.clone();
    if let Some(project) = relations.project.filter(|project| *project != seen.project_id) {
        wanted.project_id = destination(ctx, organization, Some(project)).await?;
    }
    require_pool(ctx, organization, relations.runner_pool).await?;
    wanted.runner_pool_id = relations.runner_pool.or(seen.runner_pool_id);
    let workspace = wanted.with_settings(settings, ctx.now())?;
    let source = sources::service::change(ctx, organization.id, workspace.id, settings).await?;
    let mut tx = ctx.begin().await?;
    save(&mut tx, ctx, (&seen, &workspace), source.as_ref()).await?;
    tx.commit().await?;
    Ok(workspace)
}

/// Writes a changed workspace, if nobody changed it since it was seen.
pub(crate) async fn save(
    tx: &mut Tx,
    ctx: &Ctx,
    (seen, workspace): (&Workspace, &Workspace),
    source: Option<&sources::service::Change>,
) -> Result<()> {
    projects::hold(tx, workspace.project_id).await?;
    if !store::save_settings(tx, seen, workspace).await? {
        return Err(changed_meanwhile());
    }
    directory::store::put(tx, &object(workspace)).await?;
    if workspace.project_id != seen.project_id {
        schedules::service::move_of_object(tx, &workspace.id.to_string(), workspace.project_id).await?;
    }
    let mut changes = workspace.changes_since(seen);
    write_source(tx, ctx, source, &mut changes).await?;
    events::record(tx, ctx, event("workspace.updated", workspace, changes)).await
}

/// Writes where the configuration comes from, and adds it to what the event tells.
async fn write_source(
    tx: &mut Tx,
    ctx: &Ctx,
    source: Option<&sources::service::Change>,
    changes: &mut Value,
) -> Result<()> {
    let Some(source) = source else { return Ok(()) };
    sources::service::write(tx, ctx, source).await?;
    if let Value::Object(fields) = changes {
        fields.insert("source".to_owned(), source.told());
    }
    Ok(())
}

/// The project that a workspace shall stand in, if the caller may put one there.
async fn destination(ctx: &Ctx, organization: &Organization, wanted: Option<ProjectId>) -> Result<ProjectId> {
    let project = match wanted {
        Some(id) => projects::get_visible(ctx, id).await?,
        None => projects::default_of(ctx, organization.id).await?,
    };
    if project.organization_id != organization.id {
        return Err(Error::not_found("project", project.id));
    }
    let target = Target {
        kind: "organization",
        name: organization.name.to_string().into(),
        scope: Scope::project(organization.id, project.id),
        // The caller was shown the organization: what is lacking is said to be lacking.
        read: WORKSPACE_CREATE,
    };
    match ctx.authorize(WORKSPACE_CREATE, &target).await {
        Err(error) if error.code() == slipway_api::Code::NotFound => Err(Error::forbidden(WORKSPACE_CREATE.as_str())),
        other => other.map(|()| project.id),
    }
}

/// Refuses a pool that is not in the organization, or that the caller may not see.
async fn require_pool(ctx: &Ctx, organization: &Organization, pool: Option<RunnerPoolId>) -> Result<()> {
    let Some(pool) = pool else { return Ok(()) };
    let kinds = [("runner-pool", ctx.visible(RUNNER_POOL_READ, organization.id).await?)];
    let search = directory::store::Search {
        organization: organization.id,
        kinds: &kinds,
        text: &pool.to_string(),
        limit: 1,
    };
    let found = directory::store::search(ctx.db.reader(), &search).await?;
    if found.iter().any(|object| object.id == pool.to_string()) {
        return Ok(());
    }
    Err(Error::not_found("runner pool", pool).at_field("/data/relationships/agent-pool"))
}

/// Deletes a workspace with its variables, configurations, states and runs.
///
/// # Errors
///
/// `Conflict` while a run is active, or while its state may have resources or something runs with what it puts out and `force`
/// was not said.
pub async fn delete(ctx: &Ctx, seen: &Workspace, force: bool) -> Result<()> {
    ctx.authorize(WORKSPACE_DELETE, &seen.target()).await?;
    managed::require_own(ctx, seen).await?;
    let bound = uses::bound_in_words(ctx, seen.organization_id, &seen.id.to_string()).await?;
    let mut tx = ctx.begin().await?;
    if !force && uses::is_bound(&tx, &seen.id.to_string()).await? {
        let bound = bound.unwrap_or_else(|| "something that came this moment".to_owned());
        return Err(Error::conflict(format!(
            "What workspace {} puts out is bound to {bound}, which would run on with what it has. Unbind it there first.",
            seen.name
        )));
    }
    remove(&mut tx, ctx, seen.id, force).await?;
    tx.commit().await
}

/// Removes a workspace with everything that is part of it.
pub(crate) async fn remove(tx: &mut Tx, ctx: &Ctx, id: WorkspaceId, force: bool) -> Result<()> {
    let workspace = store::hold(tx, id).await?;
    let encrypted = states::store::is_encrypted(&**tx, workspace.current_state_version_id).await?;
    let unfinished = runs::store::active(&**tx, id).await?;
    workspace.require_deletable(working(&unfinished), encrypted, force)?;
    sources::service::remove_of_workspace(tx, ctx, workspace.id).await?;
    schedules::service::remove_of_object(tx, &workspace.id.to_string()).await?;
    approvals::store::remove_of_runs(tx, workspace.id).await?;
    runs::service::remove_of_workspace(tx, workspace.id).await?;
    states::service::remove_of_workspace(tx, workspace.id).await?;
    configuration_versions::service::remove_of_workspace(tx, workspace.id).await?;
    variables::store::remove_of_owner(tx, &workspace.id.to_string()).await?;
    managed::values::remove_of_runs(tx, &unfinished).await?;
    variable_sets::store::remove_target(tx, &workspace.id.to_string()).await?;
    integrations::store::remove_at(tx, &workspace.id.to_string()).await?;
    if !store::delete(tx, workspace.id).await? {
        return Err(changed_meanwhile());
    }
    directory::store::remove(tx, &workspace.id.to_string()).await?;
    let changes = json!({"name": workspace.name, "force": force, "resource-count": workspace.resource_count});
    events::record(tx, ctx, event("workspace.deleted", &workspace, changes)).await
}

/// A run that is not done; a plan that was saved aside does not count.
fn working(unfinished: &[Run]) -> Option<RunId> {
    let working = unfinished.iter().find(|run| run.status != RunStatus::PlannedAndSaved);
    working.map(|run| run.id)
}

/// Locks a workspace by hand.
///
/// # Errors
///
/// `WorkspaceLocked` when somebody has the lock, with who.
pub async fn lock(ctx: &Ctx, id: WorkspaceId, reason: &str) -> Result<Workspace> {
    load(ctx, id, WORKSPACE_LOCK).await?;
    let lock = Lock::by_user(holder(ctx), ctx.actor().name(), reason, ctx.now());
    let change = Event::new("workspace.locked", json!({"reason": lock.reason}));
    change_lock(ctx, id, change, |workspace| workspace.take_lock(lock)).await
}

/// Unlocks a workspace that the caller locked by hand.
///
/// # Errors
///
/// `Conflict` when it is not locked, `WorkspaceLocked` when the lock is not the caller's.
pub async fn unlock(ctx: &Ctx, id: WorkspaceId) -> Result<Workspace> {
    load(ctx, id, WORKSPACE_LOCK).await?;
    let change = Event::new("workspace.unlocked", json!({}));
    change_lock(ctx, id, change, |workspace| workspace.unlock(Some(&holder(ctx)))).await
}

/// Unlocks a workspace whoever locked it, unless an active run did.
///
/// # Errors
///
/// `Conflict` when it is not locked, `WorkspaceLocked` when an active run has it.
pub async fn force_unlock(ctx: &Ctx, id: WorkspaceId) -> Result<Workspace> {
    let seen = load(ctx, id, WORKSPACE_FORCE_UNLOCK).await?;
    let held_by = seen.lock.map(|lock| lock.name);
    let change = Event::new("workspace.force-unlocked", json!({"held-by": held_by}));
    change_lock(ctx, id, change, Workspace::force_unlock).await
}

/// Locks a workspace for an engine on somebody's machine. The same lock again is a success: the first answer may have
/// been lost.
///
/// # Errors
///
/// `WorkspaceLocked` when somebody else has the lock; `Invalid` for a lock without a usable id.
pub async fn lock_by_client(ctx: &Ctx, id: WorkspaceId, client: ClientLock) -> Result<ClientLock> {
    load(ctx, id, WORKSPACE_LOCK).await?;
    let client = client.checked()?;
    let lock = Lock::by_client(client.clone(), ctx.actor().id(), &ctx.actor().name(), ctx.now());
    let change = Event::new("workspace.locked", json!({"reason": lock.reason, "client": client.who}));
    change_lock(ctx, id, change, |workspace| workspace.take_lock_by_client(lock)).await?;
    Ok(client)
}

/// Unlocks what [`lock_by_client`] locked, by the client's id of the lock; without an id it takes the lock from whoever
/// has it, which is how an engine says `force-unlock`.
///
/// # Errors
///
/// `WorkspaceLocked` when somebody else has the lock.
pub async fn unlock_by_client(ctx: &Ctx, id: WorkspaceId, lock_id: &str) -> Result<()> {
    if lock_id.is_empty() {
        return force_unlock(ctx, id).await.map(drop);
    }
    load(ctx, id, WORKSPACE_LOCK).await?;
    let change = Event::new("workspace.unlocked", json!({}));
    let user_id = ctx.actor().id();
    change_lock(ctx, id, change, |workspace| {
        workspace.unlock_by_client(lock_id, user_id.as_deref())
    })
    .await?;
    Ok(())
}

/// Who a lock by hand belongs to.
fn holder(ctx: &Ctx) -> String {
    ctx.actor().id().unwrap_or_else(|| ctx.actor().kind().to_owned())
}

/// What an event says of a change.
pub(crate) struct Event {
    action: &'static str,
    changes: Value,
}

impl Event {
    /// `action` in the past tense, with what it changed.
    pub(crate) fn new(action: &'static str, changes: Value) -> Self {
        Self { action, changes }
    }
}

/// Changes the lock of the workspace as it is now, with an event; the caller has authorized it. A workspace that becomes
/// free is given to the run that waits for it.
///
/// # Errors
///
/// Those of the transition.
pub(crate) async fn change_lock(
    ctx: &Ctx,
    id: WorkspaceId,
    event_text: Event,
    transition: impl FnOnce(&mut Workspace) -> Result<()>,
) -> Result<Workspace> {
    let mut tx = ctx.begin().await?;
    let mut workspace = store::hold(&tx, id).await?;
    let before = workspace.lock.clone();
    transition(&mut workspace)?;
    if workspace.lock == before {
        return Ok(workspace);
    }
    store::update(&tx, &mut workspace).await?;
    events::record(&mut tx, ctx, event(event_text.action, &workspace, event_text.changes)).await?;
    runs::service::turn::give(&mut tx, ctx, &mut workspace).await?;
    tx.commit().await?;
    Ok(workspace)
}

/// Another request changed the workspace between our look and our write.
pub(crate) fn changed_meanwhile() -> Error {
    Error::new(
        slipway_api::Code::PreconditionFailed,
        "Somebody changed this while you did. Read it again, and repeat your change if it still applies.",
    )
}

/// The workspace as the directory shows it.
fn object(workspace: &Workspace) -> Object {
    Object {
        id: workspace.id.to_string(),
        kind: KIND,
        organization: Some(workspace.organization_id),
        project: Some(workspace.project_id),
        name: workspace.name.to_string(),
        status: workspace.latest_run_status.clone().unwrap_or_default(),
        labels: workspace.tags.directory_labels(),
    }
}

/// An event about a workspace.
pub(crate) fn event(action: &'static str, workspace: &Workspace, changes: Value) -> NewEvent {
    NewEvent {
        action,
        organization: Some(workspace.organization_id),
        project: Some(workspace.project_id),
        object_kind: KIND,
        object_id: workspace.id.to_string(),
        object_name: workspace.name.to_string(),
        access_id: None,
        changes,
    }
}
