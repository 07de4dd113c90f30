//! State versions, in TFE's shapes.

use std::collections::BTreeMap;

use axum::extract::{DefaultBodyLimit, FromRequest, Query, Request};
use axum::http::{Uri, header};
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use slipway_api::Name;
use slipway_api::ids::{StateVersionId, WorkspaceId};
use slipway_api::jsonapi::{Attributes, Document, ErrorDocument, ListDocument, NewDocument, Resource};
use slipway_api::states::{NewStateVersion, StateDiff, StateResource, StateVersion as Wire};
use slipway_identity::organizations;
use slipway_kernel::http::{App, Body, Known, ListQuery, Params, Routes, created, list, ok};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Error, Result};
use utoipa::ToSchema;

use super::outputs;
use super::uploading::body_with_state;
use crate::http::links::absolute;
use crate::permissions::{STATE_READ, STATE_WRITE, WORKSPACE_READ};
use crate::states::model::StateVersion;
use crate::states::{service, store};
use crate::workspaces::{self, Workspace};
use slipway_kernel::http::read_bounded;

pub(super) fn routes() -> Routes {
    // The upload has a limit of its own, checked while it comes.
    let upload = Routes::new()
        .routes(routes!(
            list_state_versions_of_workspace,
            create_state_version,
            rollback_workspace_state
        ))
        .layer(DefaultBodyLimit::disable());
    Routes::new()
        .routes(routes!(list_state_versions))
        .routes(routes!(get_current_state_version))
        .routes(routes!(get_state_version))
        .routes(routes!(download_state_version))
        .routes(routes!(get_state_version_json))
        .routes(routes!(get_state_version_diff))
        .routes(routes!(rollback_state_version))
        .merge(upload)
}

const KNOWN: Known = Known {
    filters: &["filter[workspace][name]", "filter[organization][name]"],
    sorts: &[],
    includes: &[],
};

/// List the states of a workspace that is found by its name, newest first; their `resources` are left out.
#[utoipa::path(get, path = "/api/v2/state-versions", operation_id = "list_state_versions", tag = "states",
    params(("filter[organization][name]" = String, Query), ("filter[workspace][name]" = String, Query),
        ("page[number]" = Option<u32>, Query), ("page[size]" = Option<u32>, Query), ("page[after]" = Option<String>, Query)),
    responses((status = 200, body = ListDocument<Resource<Wire>>), (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument), (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument)),
    security(("token" = ["workspace.state.read"])))]
async fn list_state_versions(ctx: Ctx, uri: Uri) -> Result<impl IntoResponse> {
    let query = ListQuery::parse(&uri, KNOWN)?;
    let name = |filter: &str| -> Result<Name> {
        let name = query.parsed_filter(filter)?;
        name.ok_or_else(|| Error::malformed_parameter(filter, format!("The parameter {filter} is needed here.")))
    };
    let organization = organizations::find_visible(&ctx, &name("filter[organization][name]")?).await?;
    let workspace_name = name("filter[workspace][name]")?;
    let workspace = workspaces::load_named(&ctx, &organization, &workspace_name, STATE_READ).await?;
    page(&ctx, &query, &workspace).await
}

/// List the states of a workspace, newest first; their `resources` are left out.
#[utoipa::path(get, path = "/api/v2/workspaces/{workspace}/state-versions",
    operation_id = "list_state_versions_of_workspace", tag = "states",
    params(("workspace" = WorkspaceId, Path), ("page[number]" = Option<u32>, Query),
        ("page[size]" = Option<u32>, Query), ("page[after]" = Option<String>, Query)),
    responses((status = 200, body = ListDocument<Resource<Wire>>), (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument), (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument)),
    security(("token" = ["workspace.state.read"])))]
async fn list_state_versions_of_workspace(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let query = ListQuery::parse(&uri, Known::default())?;
    let workspace = workspaces::load(&ctx, params.get("workspace")?, STATE_READ).await?;
    page(&ctx, &query, &workspace).await
}

async fn page(ctx: &Ctx, query: &ListQuery, workspace: &Workspace) -> Result<impl IntoResponse + use<>> {
    let listed = service::list(ctx, workspace, &query.page).await?;
    let resource = |row| resource(ctx, row, Vec::new());
    Ok(list(query.document(listed, |row| row.id.to_string(), resource)))
}

/// Upload a state: base64 in the body, as TFE's clients do it. The current state again is a success.
#[utoipa::path(post, path = "/api/v2/workspaces/{workspace}/state-versions", operation_id = "create_state_version",
    tag = "states", params(("workspace" = WorkspaceId, Path)), request_body = NewDocument<NewStateVersion>,
    responses((status = 201, body = Document<Resource<Wire>>), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument), (status = 409, body = ErrorDocument),
        (status = 413, body = ErrorDocument), (status = 422, body = ErrorDocument)),
    security(("token" = ["workspace.state.write"])))]
async fn create_state_version(
    ctx: Ctx,
    params: Params,
    axum::extract::State(app): axum::extract::State<App>,
    request: Request,
) -> Result<impl IntoResponse> {
    let workspace: WorkspaceId = params.get("workspace")?;
    // Before the bytes: whoever may not upload shall not fill the server's memory.
    workspaces::load(&ctx, workspace, STATE_WRITE).await?;
    let body = body_with_state::<NewStateVersion>(&ctx, &app, request).await?;
    let version = service::upload(&ctx, workspace, body.attributes()?).await?;
    let resources = store::resources(ctx.db.reader(), version.id).await?;
    Ok(created(resource(&ctx, version, resources)))
}

/// Get the current state of a workspace.
#[utoipa::path(get, path = "/api/v2/workspaces/{workspace}/current-state-version",
    operation_id = "get_current_state_version", tag = "states",
    params(("workspace" = WorkspaceId, Path), ("include" = Option<String>, Query, description = "`outputs`")),
    responses((status = 200, body = Document<Resource<Wire>>), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument)),
    security(("token" = ["workspace.state.read"])))]
async fn get_current_state_version(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let workspace = workspaces::load(&ctx, params.get("workspace")?, STATE_READ).await?;
    let version = current(&ctx, &workspace).await?;
    shown(&ctx, &uri, &workspace, version).await
}

/// The workspace's current state, or the 404 that says that there is none.
pub(super) async fn current(ctx: &Ctx, workspace: &Workspace) -> Result<StateVersion> {
    let current = service::current(ctx, workspace).await?;
    current.ok_or_else(|| {
        Error::new(
            slipway_api::Code::NotFound,
            format!(
                "The workspace \"{}\" has no state yet; the first apply makes one.",
                workspace.name
            ),
        )
    })
}

/// Get a state version.
#[utoipa::path(get, path = "/api/v2/state-versions/{state_version}", operation_id = "get_state_version", tag = "states",
    params(("state_version" = StateVersionId, Path), ("include" = Option<String>, Query, description = "`outputs`")),
    responses((status = 200, body = Document<Resource<Wire>>), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument)),
    security(("token" = ["workspace.state.read"])))]
async fn get_state_version(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let (version, workspace) = service::load(&ctx, params.get("state_version")?, STATE_READ).await?;
    shown(&ctx, &uri, &workspace, version).await
}

async fn shown(
    ctx: &Ctx,
    uri: &Uri,
    workspace: &Workspace,
    version: StateVersion,
) -> Result<impl IntoResponse + use<>> {
    let known = Known {
        includes: &["outputs"],
        ..Known::default()
    };
    let includes = ListQuery::parse(uri, known)?.includes;
    let included = if includes.is_empty() {
        Vec::new()
    } else {
        outputs::included(&service::outputs(ctx, workspace, &version).await?)?
    };
    let ids: Vec<_> = store::outputs(ctx.db.reader(), version.id)
        .await?
        .iter()
        .map(|row| row.id)
        .collect();
    let resources = store::resources(ctx.db.reader(), version.id).await?;
    let mut resource = resource(ctx, version, resources);
    let relationship = slipway_api::jsonapi::Relationship::many("state-version-outputs", ids);
    resource.relationships.insert("outputs".to_owned(), relationship);
    Ok(ok(resource).including(included))
}

/// Download a state as the engine wrote it. The download is recorded.
#[utoipa::path(get, path = "/api/v2/state-versions/{state_version}/download", operation_id = "download_state_version",
    tag = "states", params(("state_version" = StateVersionId, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/json"), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument)),
    security(("token" = ["workspace.state.read"])))]
async fn download_state_version(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let bytes = service::download(&ctx, params.get("state_version")?).await?;
    Ok(([(header::CONTENT_TYPE, "application/json")], bytes))
}

/// Get a state in the engine's JSON form, as `tofu show -json` prints it. The reading is recorded.
#[utoipa::path(get, path = "/api/v2/state-versions/{state_version}/json", operation_id = "get_state_version_json",
    tag = "states", params(("state_version" = StateVersionId, Path)),
    responses((status = 200, body = Object, content_type = "application/json"), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument), (status = 409, body = ErrorDocument)),
    security(("token" = ["workspace.state.read"])))]
async fn get_state_version_json(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let json = service::json_form(&ctx, params.get("state_version")?).await?;
    Ok(([(header::CONTENT_TYPE, "application/json")], json))
}

/// From where to compare.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Comparison {
    from: Option<StateVersionId>,
}

/// Compare a state with another one, or with the one before it. Secrets are never shown.
#[utoipa::path(get, path = "/api/v2/state-versions/{state_version}/diff", operation_id = "get_state_version_diff",
    tag = "states",
    params(("state_version" = StateVersionId, Path),
        ("from" = Option<String>, Query, description = "The state to compare with; the one before when absent")),
    responses((status = 200, body = Document<Resource<StateDiff>>), (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument), (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument)),
    security(("token" = ["workspace.state.read"])))]
async fn get_state_version_diff(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let to: StateVersionId = params.get("state_version")?;
    let comparison = Query::<Comparison>::try_from_uri(&uri)
        .map_err(|_| Error::malformed_parameter("from", "Only from=sv-… is known here, the id of a state version."))?;
    let diff = service::diff(&ctx, to, comparison.from).await?;
    Ok(ok(Resource::new(to, diff)))
}

/// Go back to an earlier state: a new version with its content. Nothing outside changes until the next apply.
#[utoipa::path(post, path = "/api/v2/workspaces/{workspace}/state-versions/{state_version}/rollback",
    operation_id = "rollback_state_version", tag = "states",
    params(("workspace" = WorkspaceId, Path), ("state_version" = StateVersionId, Path)),
    responses((status = 201, body = Document<Resource<Wire>>), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument), (status = 409, body = ErrorDocument)),
    security(("token" = ["workspace.state.write"])))]
async fn rollback_state_version(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    rolled_back(&ctx, params.get("workspace")?, params.get("state_version")?).await
}

/// No attributes: the relationship says everything.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rollback {}

impl Attributes for Rollback {
    const TYPE: &'static str = Wire::TYPE;
}

/// Go back to an earlier state, as TFE's clients ask for it: by the relationship `rollback-state-version`.
#[utoipa::path(patch, path = "/api/v2/workspaces/{workspace}/state-versions", operation_id = "rollback_workspace_state",
    tag = "states", params(("workspace" = WorkspaceId, Path)), request_body = NewDocument<Rollback>,
    responses((status = 201, body = Document<Resource<Wire>>), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument), (status = 409, body = ErrorDocument),
        (status = 422, body = ErrorDocument)),
    security(("token" = ["workspace.state.write"])))]
async fn rollback_workspace_state(
    ctx: Ctx,
    params: Params,
    axum::extract::State(app): axum::extract::State<App>,
    request: Request,
) -> Result<impl IntoResponse> {
    let (parts, body) = request.into_parts();
    let limit = ctx.settings.limits.body_bytes;
    let bytes = read_bounded(body, limit, "The body", "limits.body-bytes").await?;
    let request = Request::from_parts(parts, axum::body::Body::from(bytes));
    let body = Body::<Rollback>::from_request(request, &app).await?;
    let pointer = "/data/relationships/rollback-state-version";
    let wanted = body.0.related("rollback-state-version");
    let wanted = wanted.ok_or_else(|| Error::invalid(pointer, "Say which state version to go back to."))?;
    let id = wanted.parse().map_err(|_| Error::not_found("state version", wanted))?;
    rolled_back(&ctx, params.get("workspace")?, id).await
}

async fn rolled_back(ctx: &Ctx, workspace: WorkspaceId, to: StateVersionId) -> Result<impl IntoResponse + use<>> {
    workspaces::load(ctx, workspace, WORKSPACE_READ).await?;
    let version = service::rollback(ctx, workspace, to).await?;
    let resources = store::resources(ctx.db.reader(), version.id).await?;
    Ok(created(resource(ctx, version, resources)))
}

/// The state version on the wire.
pub(crate) fn resource(ctx: &Ctx, version: StateVersion, resources: Vec<StateResource>) -> Resource<Wire> {
    let path = format!("/api/v2/state-versions/{}", version.id);
    let attributes = Wire {
        serial: version.serial(),
        lineage: version.lineage,
        sha256: version.sha256,
        size: u64::try_from(version.size_bytes).unwrap_or(0),
        terraform_version: version.terraform_version,
        resource_count: u32::try_from(version.resource_count).unwrap_or(u32::MAX),
        encrypted: version.encrypted,
        intermediate: version.intermediate,
        resources,
        hosted_state_download_url: absolute(ctx, &format!("{path}/download")),
        hosted_json_state_download_url: absolute(ctx, &format!("{path}/json")),
        created_at: version.created_at,
    };
    let mut resource = Resource::new(version.id, attributes)
        .with("workspace", "workspaces", version.workspace_id)
        .with_option("run", "runs", version.run_id);
    resource.links = BTreeMap::from([("self".to_owned(), path)]);
    resource
}
