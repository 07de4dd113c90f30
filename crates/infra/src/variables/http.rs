//! The variables of a workspace over HTTP, in TFE's shapes.

use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::IntoResponse;
use slipway_api::ids::{VariableId, WorkspaceId};
use slipway_api::jsonapi::{Document, ErrorDocument, ListDocument, NewDocument, Resource};
use slipway_api::variables::{EffectiveVariable, Variable as Wire, VariableCategory, VariableSettings};
use slipway_kernel::http::{Body, Params, Routes, created, list, ok, require_unchanged};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Result};

use super::model::Variable;
use super::{effective, service};
use crate::http::listing::page_of;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_variables, create_variable))
        .routes(routes!(update_variable, delete_variable))
        .routes(routes!(list_effective_variables))
}

/// List the variables of a workspace; secrets without their values.
#[utoipa::path(get, path = "/api/v2/workspaces/{workspace}/vars", operation_id = "list_variables", tag = "variables",
    params(("workspace" = WorkspaceId, Path)),
    responses((status = 200, body = ListDocument<Resource<Wire>>), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument)),
    security(("token" = ["workspace.variable.read"])))]
async fn list_variables(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let workspace: WorkspaceId = params.get("workspace")?;
    let rows = service::list(&ctx, workspace).await?;
    let data = rows.into_iter().map(|row| of_workspace(row, workspace));
    Ok(list(page_of(&uri, data.collect())?))
}

/// Add a variable to a workspace.
#[utoipa::path(post, path = "/api/v2/workspaces/{workspace}/vars", operation_id = "create_variable", tag = "variables",
    params(("workspace" = WorkspaceId, Path)), request_body = NewDocument<VariableSettings>,
    responses((status = 201, body = Document<Resource<Wire>>), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument), (status = 409, body = ErrorDocument),
        (status = 422, body = ErrorDocument)),
    security(("token" = ["workspace.variable.write"])))]
async fn create_variable(ctx: Ctx, params: Params, body: Body<VariableSettings>) -> Result<impl IntoResponse> {
    let workspace: WorkspaceId = params.get("workspace")?;
    let variable = service::create(&ctx, workspace, body.attributes()?).await?;
    let version = variable.version;
    Ok(created(of_workspace(variable, workspace)).with_version(version))
}

/// Change a variable of a workspace. A secret can be replaced, never read.
#[utoipa::path(patch, path = "/api/v2/workspaces/{workspace}/vars/{variable}", operation_id = "update_variable",
    tag = "variables",
    params(("workspace" = WorkspaceId, Path), ("variable" = VariableId, Path),
        ("If-Match" = Option<String>, Header, description = "The ETag that was read")),
    request_body = NewDocument<VariableSettings>,
    responses((status = 200, body = Document<Resource<Wire>>), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument), (status = 409, body = ErrorDocument),
        (status = 412, body = ErrorDocument), (status = 422, body = ErrorDocument)),
    security(("token" = ["workspace.variable.write"])))]
async fn update_variable(
    ctx: Ctx,
    params: Params,
    headers: HeaderMap,
    body: Body<VariableSettings>,
) -> Result<impl IntoResponse> {
    let workspace: WorkspaceId = params.get("workspace")?;
    let owner = service::writable_owner(&ctx, workspace).await?;
    let seen = service::get_in(&ctx, &owner, params.get("variable")?).await?;
    require_unchanged(&headers, seen.version)?;
    let variable = service::update_in(&ctx, &owner, &seen, body.attributes()?).await?;
    let version = variable.version;
    Ok(ok(of_workspace(variable, workspace)).with_version(version))
}

/// Remove a variable from a workspace.
#[utoipa::path(delete, path = "/api/v2/workspaces/{workspace}/vars/{variable}", operation_id = "delete_variable",
    tag = "variables", params(("workspace" = WorkspaceId, Path), ("variable" = VariableId, Path)),
    responses((status = 204), (status = 401, body = ErrorDocument), (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument)),
    security(("token" = ["workspace.variable.write"])))]
async fn delete_variable(ctx: Ctx, params: Params) -> Result<StatusCode> {
    let owner = service::writable_owner(&ctx, params.get("workspace")?).await?;
    service::delete_in(&ctx, &owner, params.get("variable")?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// List the values that the workspace's next run would get, each with where it comes from and what it hides.
#[utoipa::path(get, path = "/api/v2/workspaces/{workspace}/effective-variables",
    operation_id = "list_effective_variables", tag = "variables", params(("workspace" = WorkspaceId, Path)),
    responses((status = 200, body = ListDocument<Resource<EffectiveVariable>>), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument)),
    security(("token" = ["workspace.variable.read"])))]
async fn list_effective_variables(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let values = effective(&ctx, params.get("workspace")?).await?;
    let data = values.into_iter().map(effective_resource);
    Ok(list(page_of(&uri, data.collect())?))
}

fn effective_resource(variable: EffectiveVariable) -> Resource<EffectiveVariable> {
    let category = match variable.category {
        VariableCategory::Terraform => "terraform",
        VariableCategory::Env => "env",
    };
    let id = match &variable.origin.variable_id {
        Some(id) => id.clone(),
        None => format!("{category}.{}", variable.key),
    };
    Resource::new(id, variable)
}

fn of_workspace(variable: Variable, workspace: WorkspaceId) -> Resource<Wire> {
    resource(variable).with("configurable", "workspaces", workspace)
}

/// The variable on the wire; a secret without its value.
pub(crate) fn resource(variable: Variable) -> Resource<Wire> {
    let attributes = Wire {
        key: variable.key,
        value: variable.value.filter(|_| !variable.sensitive),
        category: variable.category.into(),
        hcl: variable.hcl,
        sensitive: variable.sensitive,
        description: variable.description,
    };
    Resource::new(variable.id, attributes)
}
