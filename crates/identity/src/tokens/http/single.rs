//! TFE's single tokens: of a team or organization the one that has no description.

use axum::Extension;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use slipway_api::ids::TeamId;
use slipway_api::tokens::{NewToken, Token as Wire};
use slipway_api::{Document, ErrorDocument, Name, NewDocument, Resource};
use slipway_kernel::http::{Params, Plain, created, ok};
use slipway_kernel::{Ctx, Result};

use super::holders::{organization_holder, team_holder};
use super::{new_resource, resource};
use crate::roles::PermissionTree;
use crate::tokens::service;

/// Get the one token of a team that has no description, without its text, as TFE's clients know it.
#[utoipa::path(get, path = "/api/v2/teams/{team}/authentication-token",
    operation_id = "get_team_single_token", tag = "tokens",
    params(
        ("team" = TeamId, Path, description = "The team's id."),
    ),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["organization.access.read"])))]
pub(super) async fn get_team_single_token(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let holder = team_holder(&ctx, &params).await?;
    Ok(ok(resource(service::get_single(&ctx, &holder).await?)))
}

/// Make the one token of a team that has no description; the one before is refused from now on.
#[utoipa::path(post, path = "/api/v2/teams/{team}/authentication-token",
    operation_id = "create_team_single_token", tag = "tokens",
    params(
        ("team" = TeamId, Path, description = "The team's id."),
    ),
    request_body = NewDocument<NewToken>,
    responses(
        (status = 201, body = Document<Resource<Wire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 415, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
    ),
    security(("token" = ["organization.access.teams"])))]
pub(super) async fn create_team_single_token(
    ctx: Ctx,
    Extension(tree): Extension<PermissionTree>,
    params: Params,
    body: Plain<Option<NewDocument<NewToken>>>,
) -> Result<impl IntoResponse> {
    let holder = team_holder(&ctx, &params).await?;
    let wanted = body.0.and_then(|body| body.data.attributes).unwrap_or_default();
    let made = service::create_single(&ctx, &tree, &holder, wanted.expired_at).await?;
    Ok(created(new_resource(made)?))
}

/// Take back the one token of a team that has no description.
#[utoipa::path(delete, path = "/api/v2/teams/{team}/authentication-token",
    operation_id = "delete_team_single_token", tag = "tokens",
    params(
        ("team" = TeamId, Path, description = "The team's id."),
    ),
    responses(
        (status = 204),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["organization.access.teams"])))]
pub(super) async fn delete_team_single_token(
    ctx: Ctx,
    Extension(tree): Extension<PermissionTree>,
    params: Params,
) -> Result<StatusCode> {
    let holder = team_holder(&ctx, &params).await?;
    service::revoke_single(&ctx, &tree, &holder).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Get the one token of an organization that has no description, without its text, as TFE's clients know it.
#[utoipa::path(get, path = "/api/v2/organizations/{organization}/authentication-token",
    operation_id = "get_organization_single_token", tag = "tokens",
    params(
        ("organization" = Name, Path, description = "The organization's name."),
    ),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["organization.access.read"])))]
pub(super) async fn get_organization_single_token(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let holder = organization_holder(&ctx, &params).await?;
    Ok(ok(resource(service::get_single(&ctx, &holder).await?)))
}

/// Make the one token of an organization that has no description; the one before is refused from now on.
#[utoipa::path(post, path = "/api/v2/organizations/{organization}/authentication-token",
    operation_id = "create_organization_single_token", tag = "tokens",
    params(
        ("organization" = Name, Path, description = "The organization's name."),
    ),
    request_body = NewDocument<NewToken>,
    responses(
        (status = 201, body = Document<Resource<Wire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 415, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
    ),
    security(("token" = ["organization.access.manage"])))]
pub(super) async fn create_organization_single_token(
    ctx: Ctx,
    Extension(tree): Extension<PermissionTree>,
    params: Params,
    body: Plain<Option<NewDocument<NewToken>>>,
) -> Result<impl IntoResponse> {
    let holder = organization_holder(&ctx, &params).await?;
    let wanted = body.0.and_then(|body| body.data.attributes).unwrap_or_default();
    let made = service::create_single(&ctx, &tree, &holder, wanted.expired_at).await?;
    Ok(created(new_resource(made)?))
}

/// Take back the one token of an organization that has no description.
#[utoipa::path(delete, path = "/api/v2/organizations/{organization}/authentication-token",
    operation_id = "delete_organization_single_token", tag = "tokens",
    params(
        ("organization" = Name, Path, description = "The organization's name."),
    ),
    responses(
        (status = 204),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["organization.access.manage"])))]
pub(super) async fn delete_organization_single_token(
    ctx: Ctx,
    Extension(tree): Extension<PermissionTree>,
    params: Params,
) -> Result<StatusCode> {
    let holder = organization_holder(&ctx, &params).await?;
    service::revoke_single(&ctx, &tree, &holder).await?;
    Ok(StatusCode::NO_CONTENT)
}
