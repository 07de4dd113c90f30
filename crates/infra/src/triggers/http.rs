//! Triggers over HTTP.

use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::IntoResponse;
use slipway_api::ids::{TriggerId, WorkspaceId};
use slipway_api::jsonapi::{Document, ErrorDocument, ListDocument, NewDocument, Resource};
use slipway_api::triggers::{Trigger as Wire, TriggerSettings, TriggerTrial, TriggerVerdict};
use slipway_kernel::http::{Body, Params, Routes, created, list, ok, require_unchanged};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Result};

use super::model::Trigger;
use super::service;
use crate::http::listing::page_of;
use crate::permissions::{WORKSPACE_READ, WORKSPACE_UPDATE};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_triggers, create_trigger))
        .routes(routes!(get_trigger, update_trigger, delete_trigger))
        .routes(routes!(test_triggers))
}

/// List a workspace's triggers in the order in which they are asked.
#[utoipa::path(get, path = "/api/v2/workspaces/{workspace}/triggers", operation_id = "list_triggers", tag = "triggers",
    params(("workspace" = WorkspaceId, Path)),
    responses((status = 200, body = ListDocument<Resource<Wire>>), (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument)),
    security(("token" = ["workspace.read"])))]
async fn list_triggers(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let rows = service::list(&ctx, params.get("workspace")?).await?;
    Ok(list(page_of(&uri, rows.into_iter().map(resource).collect())?))
}

/// Add a trigger to a workspace.
#[utoipa::path(post, path = "/api/v2/workspaces/{workspace}/triggers", operation_id = "create_trigger", tag = "triggers",
    params(("workspace" = WorkspaceId, Path)), request_body = NewDocument<TriggerSettings>,
    responses((status = 201, body = Document<Resource<Wire>>), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument), (status = 409, body = ErrorDocument),
        (status = 422, body = ErrorDocument)),
    security(("token" = ["workspace.update"])))]
async fn create_trigger(ctx: Ctx, params: Params, body: Body<TriggerSettings>) -> Result<impl IntoResponse> {
    let trigger = service::create(&ctx, params.get("workspace")?, body.attributes()?).await?;
    let version = trigger.version;
    Ok(created(resource(trigger)).with_version(version))
}

/// Get a trigger.
#[utoipa::path(get, path = "/api/v2/triggers/{trigger}", operation_id = "get_trigger", tag = "triggers",
    params(("trigger" = TriggerId, Path)),
    responses((status = 200, body = Document<Resource<Wire>>), (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument)),
    security(("token" = ["workspace.read"])))]
async fn get_trigger(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let (trigger, _) = service::load(&ctx, params.get("trigger")?, WORKSPACE_READ).await?;
    let version = trigger.version;
    Ok(ok(resource(trigger)).with_version(version))
}

/// Change a trigger.
#[utoipa::path(patch, path = "/api/v2/triggers/{trigger}", operation_id = "update_trigger", tag = "triggers",
    params(("trigger" = TriggerId, Path), ("If-Match" = Option<String>, Header, description = "The ETag that was read")),
    request_body = NewDocument<TriggerSettings>,
    responses((status = 200, body = Document<Resource<Wire>>), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument), (status = 412, body = ErrorDocument),
        (status = 422, body = ErrorDocument)),
    security(("token" = ["workspace.update"])))]
async fn update_trigger(
    ctx: Ctx,
    params: Params,
    headers: HeaderMap,
    body: Body<TriggerSettings>,
) -> Result<impl IntoResponse> {
    let (seen, workspace) = service::load(&ctx, params.get("trigger")?, WORKSPACE_UPDATE).await?;
    require_unchanged(&headers, seen.version)?;
    let trigger = service::update(&ctx, seen, &workspace, body.attributes()?).await?;
    let version = trigger.version;
    Ok(ok(resource(trigger)).with_version(version))
}

/// Remove a trigger.
#[utoipa::path(delete, path = "/api/v2/triggers/{trigger}", operation_id = "delete_trigger", tag = "triggers",
    params(("trigger" = TriggerId, Path)),
    responses((status = 204), (status = 401, body = ErrorDocument), (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument)),
    security(("token" = ["workspace.update"])))]
async fn delete_trigger(ctx: Ctx, params: Params) -> Result<StatusCode> {
    service::delete(&ctx, params.get("trigger")?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Say which of a workspace's triggers would count for something that might happen, and what it would start.
#[utoipa::path(post, path = "/api/v2/workspaces/{workspace}/actions/test-triggers", operation_id = "test_triggers",
    tag = "triggers", params(("workspace" = WorkspaceId, Path)), request_body = NewDocument<TriggerTrial>,
    responses((status = 200, body = Document<Resource<TriggerVerdict>>), (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument), (status = 422, body = ErrorDocument)),
    security(("token" = ["workspace.read"])))]
async fn test_triggers(ctx: Ctx, params: Params, body: Body<TriggerTrial>) -> Result<impl IntoResponse> {
    let workspace: WorkspaceId = params.get("workspace")?;
    let (verdict, trigger) = service::test(&ctx, workspace, &body.attributes()?).await?;
    Ok(ok(
        Resource::new(workspace, verdict).with_option("trigger", "triggers", trigger)
    ))
}

fn resource(trigger: Trigger) -> Resource<Wire> {
    let problem = trigger.problem();
    let (id, workspace) = (trigger.id, trigger.workspace_id);
    let attributes = Wire {
        event: trigger.event,
        branches: trigger.branches.0,
        paths: trigger.paths.0,
        path_kind: trigger.path_kind,
        action: trigger.action,
        pipeline: trigger.pipeline,
        priority: trigger.priority,
        problem,
        created_at: trigger.created_at,
    };
    Resource::new(id, attributes)
        .with("workspace", "workspaces", workspace)
        .with_link("self", format!("/api/v2/triggers/{id}"))
}
