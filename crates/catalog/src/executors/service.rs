//! What people and the rest of the program do with executors, but for running them.

use slipway_api::executors::{ExecutorChanges, NewExecutor};
use slipway_api::ids::{ExecutorId, IntegrationId, OrganizationId, ProjectId};
use slipway_api::{Code, Name};
use slipway_connections::integrations::{self, environment};
use slipway_connections::permissions::INTEGRATION_USE;
use slipway_connections::repositories;
use slipway_identity::organizations::Organization;
use slipway_identity::projects;
use slipway_infra::integrations::model::{Assignment, Phases, ScopeKind, collide};
use slipway_infra::{managed, schedules};
use slipway_kernel::ctx::unauthenticated;
use slipway_kernel::directory;
use slipway_kernel::grants::{Permission, Scope, Target};
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Actor, Ctx, Error, Result};

use super::model::{Executor, KIND, Place};
use super::store::{self, Filter, Sort};
use super::writing;
use crate::permissions::{EXECUTOR_CREATE, EXECUTOR_DELETE, EXECUTOR_READ, EXECUTOR_UPDATE, SOURCE_CODE_READ};
use crate::source_code_versions::snapshots;
use crate::source_code_versions::writing::{directory_of, one_ref};
use crate::source_codes::{self, SourceCode};

/// Where a description stands in a body.
pub(crate) const ATTRIBUTES: &str = "/data/attributes";
/// Longest reason, in characters.
const REASON_LENGTH: usize = 1_000;

/// The executor, if the caller may do `permission` to it.
///
/// # Errors
///
/// `NotFound` when it is missing or invisible, `Forbidden` when it is only visible.
pub async fn load(ctx: &Ctx, id: ExecutorId, permission: Permission) -> Result<Executor> {
    if *ctx.actor() == Actor::Anonymous {
        return Err(unauthenticated());
    }
    let found = store::find(ctx.db.reader(), id).await?;
    let executor = found.ok_or_else(|| Error::not_found(KIND, id))?;
    ctx.authorize(permission, &executor.target()).await?;
    Ok(executor)
}

/// A page of an organization's executors that the caller may see.
///
/// # Errors
///
/// Those of the database.
pub async fn list(
    ctx: &Ctx,
    organization: &Organization,
    filter: &Filter<'_>,
    order: (Sort, &Page),
) -> Result<Listed<Executor>> {
    let visible = ctx.visible(EXECUTOR_READ, organization.id).await?;
    store::list(ctx.db.reader(), (organization.id, &visible), filter, order).await
}

/// Makes an executor of a module that is there, with the workspace behind it.
///
/// # Errors
///
/// `Forbidden`, also where the caller may not use an integration; `AlreadyExists` when the name is taken; `Invalid`, with every
/// field at fault.
pub async fn create(ctx: &Ctx, organization: &Organization, wanted: NewExecutor) -> Result<Executor> {
    let project = destination(ctx, organization, wanted.project_id).await?;
    let source_code = source_code(ctx, organization.id, &wanted.source_code).await?;
    let reference = one_ref([&wanted.tag, &wanted.branch, &wanted.commit], ATTRIBUTES)?;
    let directory = directory_of(&wanted.directory, ATTRIBUTES)?;
    let place = Place {
        id: ctx.new_id()?,
        of: (organization.id, project),
        source_code: source_code.id,
        reference,
        directory: &directory,
        // It gets another when it is made.
        workspace: ctx.new_id()?,
    };
    let executor = Executor::new(place, &wanted, ctx.now());
    executor.check(ATTRIBUTES)?;
    check_integrations(ctx, &executor, &[]).await?;
    let (owner, base) = (executor.id.to_string(), format!("{ATTRIBUTES}/variables"));
    let values = managed::kept::prepare(ctx, organization.id, &owner, (wanted.variables, &base)).await?;
    require_module(ctx, &executor, &source_code).await?;
    let mut tx = ctx.begin().await?;
    // Who deletes the source code waits for this, or this for them.
    if source_codes::store::hold(&tx, source_code.id).await?.is_none() {
        return Err(no_source_code(&wanted.source_code));
    }
    let executor = writing::insert(&mut tx, ctx, executor, &values).await?;
    tx.commit().await?;
    Ok(executor)
}

/// The project that an executor shall stand in, if the caller may put one there.
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
        read: EXECUTOR_CREATE,
    };
    match ctx.authorize(EXECUTOR_CREATE, &target).await {
        Err(error) if error.code() == Code::NotFound => Err(Error::forbidden(EXECUTOR_CREATE.as_str())),
        other => other.map(|()| project.id),
    }
}

/// The source code of this name, if the caller may see it.
async fn source_code(ctx: &Ctx, organization: OrganizationId, name: &Name) -> Result<SourceCode> {
    let names = [name.clone()];
    let found = source_codes::store::with_names(ctx.db.reader(), organization, &names)
        .await?
        .pop();
    let source_code = found.ok_or_else(|| no_source_code(name))?;
    match ctx.authorize(SOURCE_CODE_READ, &source_code.target()).await {
        Err(error) if error.code() == Code::NotFound => Err(no_source_code(name)),
        Err(error) => Err(error),
        Ok(()) => Ok(source_code),
    }
}

fn no_source_code(name: &Name) -> Error {
    let detail = format!("There is no source code \"{name}\".");
    Error::invalid(&format!("{ATTRIBUTES}/source-code"), detail)
}

/// Refuses integrations that runs cannot get together, and those that the caller may not use; `had` he may keep.
async fn check_integrations(ctx: &Ctx, executor: &Executor, had: &[IntegrationId]) -> Result<()> {
    let mut others: Vec<(Assignment, String)> = Vec::new();
    for (number, id) in executor.integrations.0.iter().enumerate() {
        let pointer = format!("{ATTRIBUTES}/integrations/{number}");
        let integration = match had.contains(id) {
            true => integrations::service::of_system(ctx, *id).await,
            false => integrations::service::load(ctx, *id, INTEGRATION_USE).await,
        };
        let integration = integration.map_err(|error| error.at_field(&pointer))?;
        if integration.organization_id != executor.organization_id {
            return Err(Error::not_found("integration", id).at_field(&pointer));
        }
        if !environment::is_for_runs(&integration.kind) {
            let detail = format!("Runs have nothing to get of \"{}\".", integration.name);
            return Err(Error::invalid(&pointer, detail));
        }
        if collide(&integration.kind, Phases::Both, &others) {
            let detail = format!("Only one integration of the kind {} can serve a run.", integration.kind);
            return Err(Error::invalid(&pointer, detail));
        }
        let assignment = Assignment {
            integration_id: *id,
            scope_id: executor.workspace_id.to_string(),
            scope_kind: ScopeKind::Workspace,
            phases: Phases::Both,
            created_at: ctx.now(),
        };
        others.push((assignment, integration.kind));
    }
    Ok(())
}

/// Refuses a ref that is not there, and a directory without a module.
async fn require_module(ctx: &Ctx, executor: &Executor, source_code: &SourceCode) -> Result<()> {
    let repository = repositories::service::get(ctx, source_code.repository_id).await?;
    let place = snapshots::Place {
        repository: &repository,
        of: (executor.ref_kind, &executor.ref_name),
        directory: &executor.directory,
        kind: snapshots::kind(executor.engine),
    };
    snapshots::fetch(ctx, &repository, place.of).await?;
    snapshots::require_module(ctx, place, ATTRIBUTES).await
}

/// Changes an executor, from the row that the caller saw. What runs already is not changed by that.
///
/// # Errors
///
/// `Forbidden`; `PreconditionFailed` when somebody changed it since; `AlreadyExists` when the name is taken; `Invalid`, with
/// every field at fault.
pub async fn update(ctx: &Ctx, seen: &Executor, changes: ExecutorChanges) -> Result<Executor> {
    ctx.authorize(EXECUTOR_UPDATE, &seen.target()).await?;
    let named = [&changes.tag, &changes.branch, &changes.commit];
    let reference = match named.iter().any(|name| name.is_some()) {
        true => Some(one_ref(named, ATTRIBUTES)?),
        false => None,
    };
    let executor = seen.changed(&changes, reference, ctx.now());
    executor.check(ATTRIBUTES)?;
    if executor.integrations != seen.integrations {
        check_integrations(ctx, &executor, &seen.integrations.0).await?;
    }
    let (owner, base) = (executor.id.to_string(), format!("{ATTRIBUTES}/variables"));
    let values = match changes.variables {
        Some(wanted) => Some(managed::kept::prepare(ctx, seen.organization_id, &owner, (wanted, &base)).await?),
        None => None,
    };
    if values.is_none() && !writing::differ(seen, &executor) {
        return Ok(seen.clone());
    }
    if (executor.ref_kind, &executor.ref_name) != (seen.ref_kind, &seen.ref_name) {
        let source_code = source_codes::store::find(ctx.db.reader(), seen.source_code_id).await?;
        let source_code = source_code.ok_or_else(|| Error::not_found("source code", seen.source_code_id))?;
        require_module(ctx, &executor, &source_code).await?;
    }
    let mut tx = ctx.begin().await?;
    writing::update(&mut tx, ctx, (seen, &executor), values.as_ref(), "executor.updated").await?;
    tx.commit().await?;
    Ok(executor)
}

/// Lets runs of an executor be started, or not; what runs already goes on.
///
/// # Errors
///
/// `Forbidden`; `PreconditionFailed` when somebody changed it at this moment.
pub async fn enable(ctx: &Ctx, id: ExecutorId, is_enabled: bool) -> Result<Executor> {
    let seen = load(ctx, id, EXECUTOR_UPDATE).await?;
    if seen.is_enabled == is_enabled {
        return Ok(seen);
    }
    let executor = Executor {
        is_enabled,
        ..seen.changed(&ExecutorChanges::default(), None, ctx.now())
    };
    let action = match is_enabled {
        true => "executor.enabled",
        false => "executor.disabled",
    };
    let mut tx = ctx.begin().await?;
    writing::update(&mut tx, ctx, (&seen, &executor), None, action).await?;
    tx.commit().await?;
    Ok(executor)
}

/// Deletes an executor with its state and its runs. One whose state has resources goes only with a reason: they stay where they
/// are, and nothing manages them any more.
///
/// # Errors
///
/// `Forbidden`; `Conflict` while it runs, or while its state has resources and no reason was given.
pub async fn delete(ctx: &Ctx, executor: &Executor, reason: Option<&str>) -> Result<()> {
    ctx.authorize(EXECUTOR_DELETE, &executor.target()).await?;
    let reason = reason.map(str::trim);
    let is_reason = |text: &str| !text.is_empty() && text.chars().count() <= REASON_LENGTH;
    if reason.is_some_and(|text| !is_reason(text)) {
        let detail = format!("Say in 1 to {REASON_LENGTH} characters why its resources are left to themselves.");
        return Err(Error::malformed_parameter("reason", detail));
    }
    let workspace = managed::workspaces::all(ctx, &[executor.workspace_id]).await?.pop();
    let resources = workspace.map_or(0, |workspace| workspace.resource_count);
    if resources > 0 && reason.is_none() {
        return Err(Error::conflict(format!(
            "The state of the executor \"{0}\" still has resources ({resources}). Destroy them first (slipway executor run {0} \
             --operation destroy), or delete it by force, with a reason: then they stay, and nothing manages them any more.",
            executor.name
        ))
        .with_meta("resource-count", resources));
    }
    let mut tx = ctx.begin().await?;
    if store::hold(&tx, executor.id).await?.is_none() {
        return Err(Error::not_found(KIND, executor.id));
    }
    let id = executor.id.to_string();
    schedules::service::remove_of_object(&tx, &id).await?;
    store::delete(&tx, executor.id).await?;
    managed::kept::forget(&tx, &id).await?;
    managed::workspaces::remove(&mut tx, ctx, executor.workspace_id, reason.is_some()).await?;
    directory::store::remove(&tx, &id).await?;
    let changes = serde_json::json!({"name": executor.name, "reason": reason, "resource-count": resources});
    writing::record(&mut tx, ctx, executor, "executor.deleted", changes).await?;
    tx.commit().await
}
