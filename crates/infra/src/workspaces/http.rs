//! Workspaces over HTTP, in TFE's shapes.

use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::IntoResponse;
use serde::Deserialize;
use serde::de::IntoDeserializer;
use slipway_api::ids::{ProjectId, RunnerPoolId, WorkspaceId};
use slipway_api::jsonapi::{Document, ErrorDocument, ListDocument, NewDocument, Resource};
use slipway_api::runs::RunStatus;
use slipway_api::workspaces::{
    LockRequest, Workspace as Wire, WorkspacePermissions, WorkspaceSettings, WorkspacesSummary,
};
use slipway_api::{Name, Timestamp};
use slipway_identity::organizations::{self, Organization};
use slipway_kernel::grants::{GrantSet, Permission};
use slipway_kernel::http::{Body, Known, ListQuery, Params, Plain, Routes, created, list, ok, require_unchanged};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Error, Result};

use super::model::Workspace;
use super::service::{self, Relations};
use super::store::{self, Filter, Sort, SortBy};
use crate::permissions;
use crate::sources::shown::{self, Shown};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_workspaces, create_workspace))
        .routes(routes!(get_workspaces_summary))
        .routes(routes!(
            get_workspace_by_name,
            update_workspace_by_name,
            delete_workspace_by_name
        ))
        .routes(routes!(get_workspace, update_workspace, delete_workspace))
        .routes(routes!(lock_workspace))
        .routes(routes!(unlock_workspace))
        .routes(routes!(force_unlock_workspace))
}

const KNOWN: Known = Known {
    filters: &[
        "search[name]",
        "search[tags]",
        "filter[project][id]",
        "filter[repository][id]",
        "filter[status]",
        "filter[locked]",
    ],
    sorts: &["name", "created-at", "latest-change-at"],
    includes: &[],
};
const KNOWN_OF_SUMMARY: Known = Known { sorts: &[], ..KNOWN };

/// List the workspaces of an organization.
#[utoipa::path(get, path = "/api/v2/organizations/{organization}/workspaces", operation_id = "list_workspaces",
    tag = "workspaces",
    params(
        ("organization" = String, Path, description = "Name of the organization"),
        ("search[name]" = Option<String>, Query, description = "Part of the name"),
        ("search[tags]" = Option<String>, Query, description = "Tag keys, separated by commas; all must be there"),
        ("filter[project][id]" = Option<String>, Query, description = "Only of this project"),
        ("filter[repository][id]" = Option<String>, Query, description = "Only those that come from this repository"),
        ("filter[status]" = Option<String>, Query, description = "Statuses of the newest run, separated by commas; `none` for \
            workspaces without one"),
        ("filter[locked]" = Option<bool>, Query, description = "Only those that are locked, or only those that are not"),
        ("sort" = Option<String>, Query, description = "`name`, `created-at` or `latest-change-at`; `-` before it turns the order"),
        ("page[number]" = Option<u32>, Query), ("page[size]" = Option<u32>, Query), ("page[after]" = Option<String>, Query)),
    responses((status = 200, body = ListDocument<Resource<Wire>>), (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument), (status = 404, body = ErrorDocument)),
    security(("token" = ["workspace.read"])))]
async fn list_workspaces(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let query = ListQuery::parse(&uri, KNOWN)?;
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let filter = filter(&ctx, &query, &organization).await?;
    let sort = sort(&query);
    let listed = service::list(&ctx, &filter, sort, &query.page).await?;
    let granted = ctx.granted().await?;
    let ids: Vec<WorkspaceId> = listed.rows.iter().map(|row| row.id).collect();
    let sources = shown::of_workspaces(&ctx, &ids).await?;
    let name = organization.name.as_str();
    Ok(list(query.document(
        listed,
        |row| sort.by.cursor(row),
        |row| {
            let source = sources.get(&row.id).cloned().unwrap_or_default();
            resource(row, source, name, &granted)
        },
    )))
}

async fn filter(ctx: &Ctx, query: &ListQuery, organization: &Organization) -> Result<Filter> {
    let keys = query.filter("search[tags]").unwrap_or_default().split(',');
    Ok(Filter {
        organization: organization.id,
        visible: ctx.visible(permissions::WORKSPACE_READ, organization.id).await?,
        name: query.filter("search[name]").map(str::to_owned),
        tags: keys
            .map(str::trim)
            .filter(|key| !key.is_empty())
            .map(str::to_owned)
            .collect(),
        project: query.parsed_filter("filter[project][id]")?,
        repository: query.parsed_filter("filter[repository][id]")?,
        statuses: statuses(query.filter("filter[status]").unwrap_or_default())?,
        is_locked: query.parsed_filter("filter[locked]")?,
    })
}

fn statuses(text: &str) -> Result<Vec<String>> {
    let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
    words
        .map(|word| match run_status(word) {
            Some(status) => Ok(status.as_str().to_owned()),
            None if word == store::NO_RUN => Ok(word.to_owned()),
            None => {
                let detail = format!("\"{word}\" is no status of a run; \"none\" finds workspaces without one.");
                Err(Error::malformed_parameter("filter[status]", detail))
            }
        })
        .collect()
}

/// Say how many workspaces of an organization have which status of their newest run.
///
/// It takes the filters of the list, so that the numbers are those of what a page shows.
#[utoipa::path(get, path = "/api/v2/organizations/{organization}/workspaces-summary",
    operation_id = "get_workspaces_summary", tag = "workspaces",
    params(
        ("organization" = String, Path, description = "Name of the organization"),
        ("search[name]" = Option<String>, Query, description = "Part of the name"),
        ("search[tags]" = Option<String>, Query, description = "Tag keys, separated by commas; all must be there"),
        ("filter[project][id]" = Option<String>, Query, description = "Only of this project"),
        ("filter[repository][id]" = Option<String>, Query, description = "Only those that come from this repository"),
        ("filter[status]" = Option<String>, Query, description = "Statuses of the newest run, separated by commas; `none` for \
            workspaces without one"),
        ("filter[locked]" = Option<bool>, Query, description = "Only those that are locked, or only those that are not")),
    responses((status = 200, body = Document<Resource<WorkspacesSummary>>), (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument), (status = 404, body = ErrorDocument)),
    security(("token" = ["workspace.read"])))]
async fn get_workspaces_summary(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let query = ListQuery::parse(&uri, KNOWN_OF_SUMMARY)?;
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let filter = filter(&ctx, &query, &organization).await?;
    let counted = service::count_by_status(&ctx, &filter).await?;
    let number = |count: i64| u64::try_from(count).unwrap_or(0);
    let attributes = WorkspacesSummary {
        total: counted.iter().map(|row| number(row.count)).sum(),
        locked: counted.iter().map(|row| number(row.locked)).sum(),
        by_status: counted
            .into_iter()
            .map(|row| {
                (
                    row.status.unwrap_or_else(|| store::NO_RUN.to_owned()),
                    number(row.count),
                )
            })
            .collect(),
    };
    Ok(ok(Resource::new(&organization.name, attributes)))
}

fn sort(query: &ListQuery) -> Sort {
    let (field, descending) = query.sort.clone().unwrap_or_else(|| ("name".to_owned(), false));
    let by = match field.as_str() {
        "created-at" => SortBy::CreatedAt,
        "latest-change-at" => SortBy::LatestChangeAt,
        _ => SortBy::Name,
    };
    Sort { by, descending }
}

/// Create a workspace. Without the relationship `project` it stands in the default project.
#[utoipa::path(post, path = "/api/v2/organizations/{organization}/workspaces", operation_id = "create_workspace",
    tag = "workspaces", params(("organization" = String, Path, description = "Name of the organization")),
    request_body = NewDocument<WorkspaceSettings>,
    responses((status = 201, body = Document<Resource<Wire>>), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument), (status = 409, body = ErrorDocument),
        (status = 422, body = ErrorDocument)),
    security(("token" = ["workspace.create"])))]
async fn create_workspace(ctx: Ctx, params: Params, body: Body<WorkspaceSettings>) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let relations = relations(&body.0)?;
    let workspace = service::create(&ctx, &organization, relations, &body.attributes()?).await?;
    let version = workspace.version;
    let resource = one(&ctx, workspace, organization.name.as_str()).await?;
    Ok(created(resource).with_version(version))
}

/// Get a workspace by its id.
#[utoipa::path(get, path = "/api/v2/workspaces/{workspace}", operation_id = "get_workspace", tag = "workspaces",
    params(("workspace" = WorkspaceId, Path)),
    responses((status = 200, body = Document<Resource<Wire>>), (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument)),
    security(("token" = ["workspace.read"])))]
async fn get_workspace(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let shown = service::show(&ctx, params.get("workspace")?).await?;
    let version = shown.workspace.version;
    let resource = one(&ctx, shown.workspace, &shown.organization_name).await?;
    Ok(ok(resource).with_version(version))
}

/// Get a workspace by its name.
#[utoipa::path(get, path = "/api/v2/organizations/{organization}/workspaces/{workspace}",
    operation_id = "get_workspace_by_name", tag = "workspaces",
    params(("organization" = String, Path), ("workspace" = String, Path, description = "Name of the workspace")),
    responses((status = 200, body = Document<Resource<Wire>>), (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument)),
    security(("token" = ["workspace.read"])))]
async fn get_workspace_by_name(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let (organization, workspace) = named(&ctx, &params, permissions::WORKSPACE_READ).await?;
    let version = workspace.version;
    let resource = one(&ctx, workspace, organization.name.as_str()).await?;
    Ok(ok(resource).with_version(version))
}

/// Change a workspace's settings, found by its id.
#[utoipa::path(patch, path = "/api/v2/workspaces/{workspace}", operation_id = "update_workspace", tag = "workspaces",
    params(("workspace" = WorkspaceId, Path), ("If-Match" = Option<String>, Header, description = "The ETag that was read")),
    request_body = NewDocument<WorkspaceSettings>,
    responses((status = 200, body = Document<Resource<Wire>>), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument), (status = 409, body = ErrorDocument),
        (status = 412, body = ErrorDocument), (status = 422, body = ErrorDocument)),
    security(("token" = ["workspace.update"])))]
async fn update_workspace(
    ctx: Ctx,
    params: Params,
    headers: HeaderMap,
    body: Body<WorkspaceSettings>,
) -> Result<impl IntoResponse> {
    let workspace = service::load(&ctx, params.get("workspace")?, permissions::WORKSPACE_UPDATE).await?;
    let organization = organizations::by_id(&ctx, workspace.organization_id).await?;
    update(&ctx, &headers, organization, workspace, body).await
}

/// Change a workspace's settings, found by its name.
#[utoipa::path(patch, path = "/api/v2/organizations/{organization}/workspaces/{workspace}",
    operation_id = "update_workspace_by_name", tag = "workspaces",
    params(("organization" = String, Path), ("workspace" = String, Path, description = "Name of the workspace"),
        ("If-Match" = Option<String>, Header, description = "The ETag that was read")),
    request_body = NewDocument<WorkspaceSettings>,
    responses((status = 200, body = Document<Resource<Wire>>), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument), (status = 409, body = ErrorDocument),
        (status = 412, body = ErrorDocument), (status = 422, body = ErrorDocument)),
    security(("token" = ["workspace.update"])))]
async fn update_workspace_by_name(
    ctx: Ctx,
    params: Params,
    headers: HeaderMap,
    body: Body<WorkspaceSettings>,
) -> Result<impl IntoResponse> {
    let (organization, workspace) = named(&ctx, &params, permissions::WORKSPACE_UPDATE).await?;
    update(&ctx, &headers, organization, workspace, body).await
}

async fn update(
    ctx: &Ctx,
    headers: &HeaderMap,
    organization: Organization,
    workspace: Workspace,
    body: Body<WorkspaceSettings>,
) -> Result<impl IntoResponse + use<>> {
    require_unchanged(headers, workspace.version)?;
    let relations = relations(&body.0)?;
    let settings = body.0.data.attributes.unwrap_or_default();
    let workspace = service::update(ctx, &organization, workspace, relations, &settings).await?;
    let version = workspace.version;
    let resource = one(ctx, workspace, organization.name.as_str()).await?;
    Ok(ok(resource).with_version(version))
}

/// Delete a workspace with its states and runs, found by its id.
///
/// Refused while a run is active, and while its state has resources unless `force` is said.
#[utoipa::path(delete, path = "/api/v2/workspaces/{workspace}", operation_id = "delete_workspace", tag = "workspaces",
    params(("workspace" = WorkspaceId, Path),
        ("force" = Option<bool>, Query, description = "Leave the resources of its state behind, unmanaged")),
    responses((status = 204), (status = 401, body = ErrorDocument), (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument), (status = 409, body = ErrorDocument)),
    security(("token" = ["workspace.delete"])))]
async fn delete_workspace(ctx: Ctx, params: Params, uri: Uri) -> Result<StatusCode> {
    let force = is_forced(&uri)?;
    let workspace = service::load(&ctx, params.get("workspace")?, permissions::WORKSPACE_DELETE).await?;
    service::delete(&ctx, &workspace, force).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Delete a workspace with its states and runs, found by its name.
///
/// Refused while a run is active, and while its state has resources unless `force` is said.
#[utoipa::path(delete, path = "/api/v2/organizations/{organization}/workspaces/{workspace}",
    operation_id = "delete_workspace_by_name", tag = "workspaces",
    params(("organization" = String, Path), ("workspace" = String, Path, description = "Name of the workspace"),
        ("force" = Option<bool>, Query, description = "Leave the resources of its state behind, unmanaged")),
    responses((status = 204), (status = 401, body = ErrorDocument), (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument), (status = 409, body = ErrorDocument)),
    security(("token" = ["workspace.delete"])))]
async fn delete_workspace_by_name(ctx: Ctx, params: Params, uri: Uri) -> Result<StatusCode> {
    let force = is_forced(&uri)?;
    let (_, workspace) = named(&ctx, &params, permissions::WORKSPACE_DELETE).await?;
    service::delete(&ctx, &workspace, force).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lock a workspace: no run starts in it, and nobody else changes its state.
#[utoipa::path(post, path = "/api/v2/workspaces/{workspace}/actions/lock", operation_id = "lock_workspace",
    tag = "workspaces", params(("workspace" = WorkspaceId, Path)), request_body = LockRequest,
    responses((status = 200, body = Document<Resource<Wire>>), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument), (status = 409, body = ErrorDocument)),
    security(("token" = ["workspace.lock"])))]
async fn lock_workspace(ctx: Ctx, params: Params, body: Plain<LockRequest>) -> Result<impl IntoResponse> {
    let workspace = service::lock(&ctx, params.get("workspace")?, &body.0.reason).await?;
    answer(&ctx, workspace).await
}

/// Unlock a workspace that the caller locked.
#[utoipa::path(post, path = "/api/v2/workspaces/{workspace}/actions/unlock", operation_id = "unlock_workspace",
    tag = "workspaces", params(("workspace" = WorkspaceId, Path)),
    responses((status = 200, body = Document<Resource<Wire>>), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument), (status = 409, body = ErrorDocument)),
    security(("token" = ["workspace.lock"])))]
async fn unlock_workspace(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let workspace = service::unlock(&ctx, params.get("workspace")?).await?;
    answer(&ctx, workspace).await
}

/// Unlock a workspace that somebody else locked; an active run cannot be robbed.
#[utoipa::path(post, path = "/api/v2/workspaces/{workspace}/actions/force-unlock",
    operation_id = "force_unlock_workspace", tag = "workspaces", params(("workspace" = WorkspaceId, Path)),
    responses((status = 200, body = Document<Resource<Wire>>), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument), (status = 409, body = ErrorDocument)),
    security(("token" = ["workspace.force-unlock"])))]
async fn force_unlock_workspace(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let workspace = service::force_unlock(&ctx, params.get("workspace")?).await?;
    answer(&ctx, workspace).await
}

pub(crate) async fn answer(ctx: &Ctx, workspace: Workspace) -> Result<impl IntoResponse + use<>> {
    let organization = organizations::by_id(ctx, workspace.organization_id).await?;
    let version = workspace.version;
    let resource = one(ctx, workspace, organization.name.as_str()).await?;
    Ok(ok(resource).with_version(version))
}

async fn named(ctx: &Ctx, params: &Params, permission: Permission) -> Result<(Organization, Workspace)> {
    let organization = organizations::find_visible(ctx, &params.get("organization")?).await?;
    let name: Name = params.get("workspace")?;
    let workspace = service::load_named(ctx, &organization, &name, permission).await?;
    Ok((organization, workspace))
}

/// The parameters of a deletion.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Deletion {
    #[serde(default)]
    force: bool,
}

fn is_forced(uri: &Uri) -> Result<bool> {
    axum::extract::Query::<Deletion>::try_from_uri(uri)
        .map(|query| query.0.force)
        .map_err(|_| Error::malformed_parameter("force", "Only force=true or force=false is known here."))
}

fn relations(document: &NewDocument<WorkspaceSettings>) -> Result<Relations> {
    let project = document.related("project").map(str::parse::<ProjectId>).transpose();
    let runner_pool = document
        .related("agent-pool")
        .map(str::parse::<RunnerPoolId>)
        .transpose();
    Ok(Relations {
        project: project.map_err(|error| Error::invalid("/data/relationships/project", format!("{error}.")))?,
        runner_pool: runner_pool
            .map_err(|error| Error::invalid("/data/relationships/agent-pool", format!("{error}.")))?,
    })
}

/// One workspace on the wire.
async fn one(ctx: &Ctx, workspace: Workspace, organization: &str) -> Result<Resource<Wire>> {
    let source = shown::of_workspace(ctx, workspace.id).await?;
    Ok(resource(workspace, source, organization, &*ctx.granted().await?))
}

/// The workspace on the wire.
pub(crate) fn resource(workspace: Workspace, source: Shown, organization: &str, granted: &GrantSet) -> Resource<Wire> {
    let id = workspace.id;
    let ssh_key = source.ssh_key;
    let resource = Resource::new(id, attributes(&workspace, source, granted))
        .with("organization", "organizations", organization)
        .with("project", "projects", workspace.project_id)
        .with_option("current-run", "runs", workspace.current_run_id)
        .with_option("latest-run", "runs", workspace.latest_run_id)
        .with_option(
            "current-state-version",
            "state-versions",
            workspace.current_state_version_id,
        )
        .with_option("agent-pool", "agent-pools", workspace.runner_pool_id)
        .with_option("ssh-key", "ssh-keys", ssh_key)
        .with_link("self", format!("/api/v2/workspaces/{id}"));
    match workspace.lock {
        Some(lock) => match lock.kind {
            super::lock::LockKind::Run => resource.with("locked-by", "runs", lock.id),
            _ => resource.with_option("locked-by", "users", lock.user_id),
        },
        None => resource,
    }
}

fn attributes(workspace: &Workspace, source: Shown, granted: &GrantSet) -> Wire {
    let lock = workspace.lock.as_ref();
    let locked_at: Option<Timestamp> = lock.map(|lock| lock.at);
    Wire {
        name: workspace.name.clone(),
        description: workspace.description.clone(),
        execution_mode: workspace.execution_mode.into(),
        engine: workspace.engine.into(),
        terraform_version: workspace.engine_version.clone(),
        working_directory: workspace.working_directory.clone(),
        auto_apply: workspace.auto_apply,
        allow_destroy_plan: workspace.allow_destroy_plan,
        global_remote_state: workspace.global_remote_state,
        locked: lock.is_some(),
        lock_reason: lock.map(|lock| lock.reason.clone()).filter(|reason| !reason.is_empty()),
        locked_by: lock.map(|lock| lock.name.clone()),
        locked_at,
        resource_count: u32::try_from(workspace.resource_count).unwrap_or(u32::MAX),
        tags: workspace.tags.0.clone(),
        latest_run_status: workspace.latest_run_status.as_deref().and_then(run_status),
        created_at: workspace.created_at,
        updated_at: workspace.updated_at,
        latest_change_at: workspace.latest_change_at,
        permissions: allowed(workspace, granted),
        managed_by: workspace.managed_by.clone(),
        vcs_repo: source.repository,
        commits: source.commits,
    }
}

fn run_status(word: &str) -> Option<RunStatus> {
    let word: serde::de::value::StrDeserializer<'_, serde::de::value::Error> = word.into_deserializer();
    RunStatus::deserialize(word).ok()
}

/// What the caller may do with the workspace, decided in memory; nothing that its manager decides.
fn allowed(workspace: &Workspace, granted: &GrantSet) -> WorkspacePermissions {
    let here = granted.at(&workspace.scope());
    let may = |permission| here.allow(permission);
    let is_own = workspace.managed_by.is_none();
    WorkspacePermissions {
        can_update: is_own && may(permissions::WORKSPACE_UPDATE),
        can_destroy: is_own && may(permissions::WORKSPACE_DELETE),
        can_queue_run: may(permissions::RUN_PLAN),
        can_queue_apply: is_own && may(permissions::RUN_APPLY),
        can_queue_destroy: is_own && may(permissions::RUN_DESTROY),
        can_lock: may(permissions::WORKSPACE_LOCK),
        can_force_unlock: may(permissions::WORKSPACE_FORCE_UNLOCK),
        can_read_variable: may(permissions::VARIABLE_READ),
        can_update_variable: is_own && may(permissions::VARIABLE_WRITE),
        can_read_state_versions: may(permissions::STATE_READ),
        can_read_state_outputs: may(permissions::STATE_READ_OUTPUTS),
        can_create_state_versions: may(permissions::STATE_WRITE),
    }
}
