//! Outputs of states, in TFE's shapes.

use axum::http::Uri;
use axum::response::IntoResponse;
use serde_json::Value;
use slipway_api::ids::{StateOutputId, StateVersionId, WorkspaceId};
use slipway_api::jsonapi::{Document, ErrorDocument, ListDocument, Resource};
use slipway_api::states::StateOutput as Wire;
use slipway_kernel::http::{Known, ListQuery, Params, Routes, list, ok};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Error, Result};

use super::versions::current;
use crate::http::listing::page_of_known;
use crate::permissions::WORKSPACE_READ;
use crate::states::model::StateVersion;
use crate::states::service::{self, Output};
use crate::workspaces::{self, Workspace};

const SECRETS: &str = "filter[sensitive]";
const KNOWN: Known = Known {
    filters: &[SECRETS],
    sorts: &[],
    includes: &[],
};

pub(super) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_current_state_outputs))
        .routes(routes!(list_state_outputs))
        .routes(routes!(get_state_output))
}

/// List the outputs of a workspace's current state. Secrets are shown, and their reading recorded, only to those who
/// may download the state.
#[utoipa::path(get, path = "/api/v2/workspaces/{workspace}/current-state-version-outputs",
    operation_id = "list_current_state_outputs", tag = "states",
    params(("workspace" = WorkspaceId, Path), ("filter[sensitive]" = Option<String>, Query,
        description = "`hidden` leaves the values of secrets out, also for those who may read them")),
    responses((status = 200, body = ListDocument<Resource<Wire>>), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument)),
    security(("token" = ["workspace.state.read-outputs"])))]
async fn list_current_state_outputs(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let workspace = workspaces::load(&ctx, params.get("workspace")?, WORKSPACE_READ).await?;
    let version = current(&ctx, &workspace).await?;
    listed(&ctx, &uri, &workspace, &version).await
}

/// List the outputs of a state. Secrets are shown, and their reading recorded, only to those who may download the state.
#[utoipa::path(get, path = "/api/v2/state-versions/{state_version}/outputs", operation_id = "list_state_outputs",
    tag = "states",
    params(("state_version" = StateVersionId, Path), ("filter[sensitive]" = Option<String>, Query,
        description = "`hidden` leaves the values of secrets out, also for those who may read them")),
    responses((status = 200, body = ListDocument<Resource<Wire>>), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument)),
    security(("token" = ["workspace.state.read-outputs"])))]
async fn list_state_outputs(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let (version, workspace) = service::load(&ctx, params.get("state_version")?, WORKSPACE_READ).await?;
    listed(&ctx, &uri, &workspace, &version).await
}

async fn listed(
    ctx: &Ctx,
    uri: &Uri,
    workspace: &Workspace,
    version: &StateVersion,
) -> Result<impl IntoResponse + use<>> {
    let outputs = match ListQuery::parse(uri, KNOWN)?.filter(SECRETS) {
        None => service::outputs(ctx, workspace, version).await?,
        Some("hidden") => service::outputs_without_secrets(ctx, workspace, version).await?,
        Some(_) => return Err(Error::malformed_parameter(SECRETS, "Only \"hidden\" is known here.")),
    };
    Ok(list(page_of_known(uri, KNOWN, outputs.iter().map(resource).collect())?))
}

/// Get one output of a state.
#[utoipa::path(get, path = "/api/v2/state-version-outputs/{state_output}", operation_id = "get_state_output",
    tag = "states", params(("state_output" = StateOutputId, Path)),
    responses((status = 200, body = Document<Resource<Wire>>), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument)),
    security(("token" = ["workspace.state.read-outputs"])))]
async fn get_state_output(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let output = service::output(&ctx, params.get("state_output")?).await?;
    Ok(ok(resource(&output)))
}

/// Outputs as `include` wants them.
pub(super) fn included(outputs: &[Output]) -> Result<Vec<Value>> {
    let value = |output| serde_json::to_value(resource(output)).map_err(Error::internal);
    outputs.iter().map(value).collect()
}

fn resource(output: &Output) -> Resource<Wire> {
    let attributes = Wire {
        name: output.row.name.clone(),
        sensitive: output.row.sensitive,
        kind: output.row.kind.clone(),
        value: output.value.clone(),
    };
    Resource::new(output.row.id, attributes)
}
