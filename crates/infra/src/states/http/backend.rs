//! The protocol of the engines' `http` backend: the state at one address, its lock at another.
//!
//! Source: OpenTofu, `internal/backend/remote-state/http/client.go`. A refused lock is 423 with the holder's lock as the
//! engine describes locks; no state is 204. The verbs LOCK and UNLOCK, the engine's default, which OpenAPI cannot name,
//! do the same as `POST` and `DELETE` at the lock's address, and work at both addresses.

use axum::Json;
use axum::body::Body as RawBody;
use axum::extract::{DefaultBodyLimit, Query, Request, State};
use axum::handler::Handler;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use slipway_api::Code;
use slipway_api::ids::WorkspaceId;
use slipway_api::jsonapi::ErrorDocument;
use slipway_kernel::http::{App, Params, Plain, Routes};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Error, Result};

use crate::permissions::{STATE_READ, STATE_WRITE};
use crate::states::decide::Source;
use crate::states::service;
use crate::workspaces::service::{lock_by_client, unlock_by_client};
use crate::workspaces::{self, ClientLock};
use slipway_kernel::http::read_bounded;

pub(super) fn routes() -> Routes {
    // LOCK and UNLOCK are no methods of OpenAPI, so they come in as the methods that nobody else takes.
    let state = Routes::new()
        .routes(routes!(get_state, put_state, delete_state).fallback(lock_verbs))
        .layer(DefaultBodyLimit::disable());
    let lock = Routes::new().routes(routes!(lock_state, unlock_state).fallback(lock_verbs));
    Routes::new().merge(state).merge(lock)
}

/// Get the current state of a workspace, as the `http` backend does. The reading is recorded.
#[utoipa::path(get, path = "/api/v2/workspaces/{workspace}/state", operation_id = "get_state", tag = "http-backend",
    params(("workspace" = WorkspaceId, Path)),
    responses((status = 200, body = Vec<u8>, content_type = "application/json"),
        (status = 204, description = "There is no state yet"), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument)),
    security(("token" = ["workspace.state.read"]), ("basic" = ["workspace.state.read"])))]
async fn get_state(ctx: Ctx, params: Params) -> Result<Response> {
    let workspace = workspaces::load(&ctx, params.get("workspace")?, STATE_READ).await?;
    match service::current(&ctx, &workspace).await? {
        Some(version) => {
            let bytes = service::download(&ctx, version.id).await?;
            Ok(([(header::CONTENT_TYPE, "application/json")], bytes).into_response())
        }
        None => Ok(StatusCode::NO_CONTENT.into_response()),
    }
}

/// The parameters of a write.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Held {
    /// The lock that the client holds.
    #[serde(rename = "ID")]
    id: Option<String>,
}

fn held(uri: &Uri) -> Result<Option<String>> {
    let held = Query::<Held>::try_from_uri(uri)
        .map_err(|_| Error::malformed_parameter("ID", "Only ID=… is known here, the id of the lock that is held."))?;
    Ok(held.0.id.filter(|id| !id.is_empty()))
}

/// Write the state of a workspace, as the `http` backend does. The current state again is a success.
#[utoipa::path(post, path = "/api/v2/workspaces/{workspace}/state", operation_id = "put_state", tag = "http-backend",
    params(("workspace" = WorkspaceId, Path), ("ID" = Option<String>, Query, description = "The lock that is held")),
    request_body(content = Vec<u8>, content_type = "application/json"),
    responses((status = 200), (status = 401, body = ErrorDocument), (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument), (status = 409, body = ErrorDocument), (status = 413, body = ErrorDocument),
        (status = 422, body = ErrorDocument)),
    security(("token" = ["workspace.state.write"]), ("basic" = ["workspace.state.write"])))]
async fn put_state(ctx: Ctx, params: Params, uri: Uri, body: RawBody) -> Result<StatusCode> {
    let lock_id = held(&uri)?;
    let workspace = workspaces::load(&ctx, params.get("workspace")?, STATE_WRITE).await?;
    let bytes = read_bounded(body, ctx.settings.limits.state_bytes, "The state", "limits.state-bytes").await?;
    service::accept(&ctx, &workspace, bytes, Source::Client { lock_id }).await?;
    Ok(StatusCode::OK)
}

/// Leave a workspace without a state, as the `http` backend does. The versions stay.
#[utoipa::path(delete, path = "/api/v2/workspaces/{workspace}/state", operation_id = "delete_state",
    tag = "http-backend",
    params(("workspace" = WorkspaceId, Path), ("ID" = Option<String>, Query, description = "The lock that is held")),
    responses((status = 200), (status = 401, body = ErrorDocument), (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument), (status = 409, body = ErrorDocument)),
    security(("token" = ["workspace.state.write"]), ("basic" = ["workspace.state.write"])))]
async fn delete_state(ctx: Ctx, params: Params, uri: Uri) -> Result<StatusCode> {
    service::clear(&ctx, params.get("workspace")?, held(&uri)?).await?;
    Ok(StatusCode::OK)
}

/// Lock the state of a workspace, as the `http` backend does. The same lock again is a success.
#[utoipa::path(post, path = "/api/v2/workspaces/{workspace}/state/lock", operation_id = "lock_state",
    tag = "http-backend", params(("workspace" = WorkspaceId, Path)), request_body = ClientLock,
    responses((status = 200, body = ClientLock), (status = 401, body = ErrorDocument), (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument), (status = 422, body = ErrorDocument),
        (status = 423, body = ClientLock, description = "Somebody else holds the lock: this one")),
    security(("token" = ["workspace.lock"]), ("basic" = ["workspace.lock"])))]
async fn lock_state(ctx: Ctx, params: Params, body: Plain<ClientLock>) -> Result<Response> {
    let workspace: WorkspaceId = params.get("workspace")?;
    answer(&ctx, workspace, lock_by_client(&ctx, workspace, body.0).await.map(Some)).await
}

/// Unlock the state of a workspace, as the `http` backend does. Without a body it takes the lock from whoever has it.
#[utoipa::path(delete, path = "/api/v2/workspaces/{workspace}/state/lock", operation_id = "unlock_state",
    tag = "http-backend", params(("workspace" = WorkspaceId, Path)), request_body = ClientLock,
    responses((status = 200), (status = 401, body = ErrorDocument), (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument), (status = 409, body = ErrorDocument),
        (status = 423, body = ClientLock, description = "Somebody else holds the lock: this one")),
    security(("token" = ["workspace.lock"]), ("basic" = ["workspace.lock"])))]
async fn unlock_state(ctx: Ctx, params: Params, body: Plain<ClientLock>) -> Result<Response> {
    let workspace: WorkspaceId = params.get("workspace")?;
    answer(
        &ctx,
        workspace,
        unlock_by_client(&ctx, workspace, &body.0.id).await.map(|()| None),
    )
    .await
}

/// 200 with the lock, or 423 with the lock that is in the way.
async fn answer(ctx: &Ctx, workspace: WorkspaceId, outcome: Result<Option<ClientLock>>) -> Result<Response> {
    match outcome {
        Ok(Some(lock)) => Ok(Json(lock).into_response()),
        Ok(None) => Ok(StatusCode::OK.into_response()),
        Err(error) if error.code() == Code::WorkspaceLocked => {
            let workspace = workspaces::store::get(ctx.db.reader(), workspace).await?;
            match &workspace.lock {
                Some(lock) => {
                    let told = lock.told_to_client(workspace.name.as_str());
                    Ok((StatusCode::LOCKED, Json(told)).into_response())
                }
                // Given back in this very moment: trying again will succeed.
                None => Err(error),
            }
        }
        Err(error) => Err(error),
    }
}

/// LOCK and UNLOCK; nothing else is a method here.
async fn lock_verbs(State(app): State<App>, request: Request) -> Response {
    match request.method().as_str() {
        "LOCK" => lock_state.call(request, app).await,
        "UNLOCK" => unlock_state.call(request, app).await,
        method => Error::new(
            Code::MethodNotAllowed,
            format!("The method {method} is not known here."),
        )
        .into_response(),
    }
}
