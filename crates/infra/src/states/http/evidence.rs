//! States that a run produced and that could not become the workspace's, for people who have to look at them.

use axum::http::{Uri, header};
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use slipway_api::Timestamp;
use slipway_api::ids::{RunId, StateVersionId, WorkspaceId};
use slipway_api::jsonapi::{Attributes, ErrorDocument, ListDocument, Resource};
use slipway_kernel::http::{Known, ListQuery, Params, Routes, list};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Result};
use utoipa::ToSchema;

use crate::http::listing::page_of;
use crate::states::model::evidence;
use crate::states::service;

pub(super) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_kept_states))
        .routes(routes!(download_kept_state))
}

/// A state that was kept and never made current.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct KeptState {
    /// Why it could not become the workspace's state.
    pub reason: String,
    /// SHA-256 of the bytes, lower-case hexadecimal.
    pub sha256: String,
    /// Size of the bytes.
    pub size: u64,
    /// When it came.
    pub created_at: Timestamp,
}

impl Attributes for KeptState {
    const TYPE: &'static str = "kept-states";
}

/// List the states that runs of a workspace produced and that could not become its state, newest first.
#[utoipa::path(get, path = "/api/v2/workspaces/{workspace}/kept-states", operation_id = "list_kept_states",
    tag = "states",
    params(("workspace" = WorkspaceId, Path), ("filter[run]" = Option<String>, Query, description = "Only of this run")),
    responses((status = 200, body = ListDocument<Resource<KeptState>>), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument)),
    security(("token" = ["workspace.state.read"])))]
async fn list_kept_states(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let known = Known {
        filters: &["filter[run]"],
        ..Known::default()
    };
    let run: Option<RunId> = ListQuery::parse(&uri, known)?.parsed_filter("filter[run]")?;
    let kept = service::list_evidence(&ctx, params.get("workspace")?, run).await?;
    let whole = Uri::from_static("/");
    Ok(list(page_of(&whole, kept.into_iter().map(resource).collect())?))
}

/// Download a kept state. The download is recorded.
#[utoipa::path(get, path = "/api/v2/workspaces/{workspace}/kept-states/{state_version}/download",
    operation_id = "download_kept_state", tag = "states",
    params(("workspace" = WorkspaceId, Path), ("state_version" = StateVersionId, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 401, body = ErrorDocument), (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument)),
    security(("token" = ["workspace.state.read"])))]
async fn download_kept_state(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let bytes = service::evidence_bytes(&ctx, params.get("workspace")?, params.get("state_version")?).await?;
    Ok(([(header::CONTENT_TYPE, "application/octet-stream")], bytes))
}

fn resource(kept: evidence::Model) -> Resource<KeptState> {
    let attributes = KeptState {
        reason: kept.reason,
        sha256: kept.sha256,
        size: u64::try_from(kept.size_bytes).unwrap_or(0),
        created_at: kept.created_at,
    };
    Resource::new(kept.id, attributes)
        .with("workspace", "workspaces", kept.workspace_id)
        .with("run", "runs", kept.run_id)
}
