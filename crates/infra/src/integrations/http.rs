//! Routes of integrations that runs are given.

use axum::http::{StatusCode, Uri};
use axum::response::IntoResponse;
use slipway_api::ids::{IntegrationId, WorkspaceId};
use slipway_api::integrations::{IntegrationAssignment, NewIntegrationAssignment};
use slipway_api::{Document, ErrorDocument, ListDocument, NewDocument, Resource};
use slipway_kernel::http::{Body, Known, ListQuery, Listed, Params, Routes, list, ok};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Result};

use super::service::{self, Shown};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_workspace_integrations))
        .routes(routes!(list_integration_assignments))
        .routes(routes!(assign_integration, unassign_integration))
}

/// List the integrations that reach a workspace by assignment to it, to its project or to its organization.
#[utoipa::path(get, path = "/api/v2/workspaces/{workspace}/integrations", operation_id = "list_workspace_integrations",
    tag = "integrations",
    params(
        ("workspace" = WorkspaceId, Path, description = "The workspace's id."),
        ("page[number]" = Option<u32>, Query, description = "The page, from 1."),
        ("page[size]" = Option<u32>, Query, description = "Rows on a page; 20 by default, 100 at most."),
    ),
    responses(
        (status = 200, body = ListDocument<Resource<IntegrationAssignment>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["workspace.read"])))]
async fn list_workspace_integrations(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let query = ListQuery::parse(&uri, Known::default())?;
    let shown = service::of_workspace(&ctx, params.get("workspace")?).await?;
    Ok(list(query.document(
        Listed::of_all(shown, &query.page, key),
        key,
        resource,
    )))
}

/// List what an integration is assigned to, as far as you may see it.
#[utoipa::path(get, path = "/api/v2/integrations/{integration}/assignments",
    operation_id = "list_integration_assignments", tag = "integrations",
    params(
        ("integration" = IntegrationId, Path, description = "The integration's id."),
        ("page[number]" = Option<u32>, Query, description = "The page, from 1."),
        ("page[size]" = Option<u32>, Query, description = "Rows on a page; 20 by default, 100 at most."),
    ),
    responses(
        (status = 200, body = ListDocument<Resource<IntegrationAssignment>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["integration.read"])))]
async fn list_integration_assignments(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let query = ListQuery::parse(&uri, Known::default())?;
    let shown = service::of_integration(&ctx, params.get("integration")?).await?;
    Ok(list(query.document(
        Listed::of_all(shown, &query.page, key),
        key,
        resource,
    )))
}

/// Give an integration to the runs of a workspace, of a project's workspaces or of all. It also takes the permission to
/// change that workspace, project or organization.
#[utoipa::path(put, path = "/api/v2/integrations/{integration}/assignments/{target}",
    operation_id = "assign_integration", tag = "integrations",
    params(
        ("integration" = IntegrationId, Path, description = "The integration's id."),
        ("target" = String, Path, description = "Id of a workspace, project or organization."),
    ),
    request_body = NewDocument<NewIntegrationAssignment>,
    responses(
        (status = 200, body = Document<Resource<IntegrationAssignment>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 415, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
    ),
    security(("token" = ["integration.use"])))]
async fn assign_integration(
    ctx: Ctx,
    params: Params,
    body: Body<NewIntegrationAssignment>,
) -> Result<impl IntoResponse> {
    let wanted = body.attributes()?;
    let (integration, target) = (params.get("integration")?, params.get("target")?);
    let shown = service::assign(&ctx, integration, target, wanted.phases.into()).await?;
    Ok(ok(resource(shown)))
}

/// Take an integration from the runs of a workspace, of a project's workspaces or of all.
#[utoipa::path(delete, path = "/api/v2/integrations/{integration}/assignments/{target}",
    operation_id = "unassign_integration", tag = "integrations",
    params(
        ("integration" = IntegrationId, Path, description = "The integration's id."),
        ("target" = String, Path, description = "Id of a workspace, project or organization."),
    ),
    responses(
        (status = 204),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["workspace.update"])))]
async fn unassign_integration(ctx: Ctx, params: Params) -> Result<StatusCode> {
    service::unassign(&ctx, params.get("integration")?, params.get("target")?).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn key(shown: &Shown) -> String {
    format!("{}:{}", shown.assignment.integration_id, shown.assignment.scope_id)
}

fn resource(shown: Shown) -> Resource<IntegrationAssignment> {
    let id = key(&shown);
    let attributes = IntegrationAssignment {
        integration_id: shown.assignment.integration_id.to_string(),
        integration_name: shown.is_visible.then_some(shown.integration.name),
        kind: shown.integration.kind,
        scope: shown.assignment.scope_kind.word().to_owned(),
        scope_id: shown.assignment.scope_id,
        scope_name: shown.scope_name,
        phases: shown.assignment.phases.into(),
        is_effective: shown.is_effective,
    };
    Resource::new(id, attributes)
}
