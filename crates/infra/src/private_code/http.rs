//! Routes of a workspace's SSH key, in Terraform Enterprise's shape.

use axum::response::IntoResponse;
use slipway_api::ids::{SshKeyId, WorkspaceId};
use slipway_api::private_code::WorkspaceSshKey;
use slipway_api::workspaces::Workspace as Wire;
use slipway_api::{Document, ErrorDocument, NewDocument, Resource};
use slipway_kernel::http::{Body, Params, Routes, ok};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Result};

use super::service;
use crate::workspaces::Workspace;
use crate::workspaces::http::answer;

pub(crate) fn routes() -> Routes {
    Routes::new().routes(routes!(get_workspace_ssh_key, choose_workspace_ssh_key))
}

/// Get the SSH key that opens private modules to a workspace's runs.
#[utoipa::path(get, path = "/api/v2/workspaces/{workspace}/relationships/ssh-key",
    operation_id = "get_workspace_ssh_key", tag = "SSH keys",
    params(("workspace" = WorkspaceId, Path, description = "The workspace's id.")),
    responses(
        (status = 200, body = Document<Resource<WorkspaceSshKey>>),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["workspace.read"])))]
async fn get_workspace_ssh_key(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let (workspace, key) = service::of_workspace(&ctx, params.get("workspace")?).await?;
    Ok(ok(resource(&workspace, key)))
}

/// Choose the SSH key that opens private modules to a workspace's runs; null for none.
#[utoipa::path(patch, path = "/api/v2/workspaces/{workspace}/relationships/ssh-key",
    operation_id = "choose_workspace_ssh_key", tag = "SSH keys",
    params(("workspace" = WorkspaceId, Path, description = "The workspace's id.")),
    request_body = NewDocument<WorkspaceSshKey>,
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 415, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
    ),
    security(("token" = ["workspace.update"])))]
async fn choose_workspace_ssh_key(ctx: Ctx, params: Params, body: Body<WorkspaceSshKey>) -> Result<impl IntoResponse> {
    let key = body.attributes()?.id;
    let workspace = service::choose(&ctx, params.get("workspace")?, key).await?;
    answer(&ctx, workspace).await
}

fn resource(workspace: &Workspace, key: Option<SshKeyId>) -> Resource<WorkspaceSshKey> {
    Resource::new(workspace.id, WorkspaceSshKey { id: key }).with_option("ssh-key", "ssh-keys", key)
}
