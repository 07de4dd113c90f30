//! Routes of one's own account, and of what administrators do to others'.

use axum::Extension;
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use slipway_api::ids::UserId;
use slipway_api::users::{AccountChanges, Link, PasswordChange, User as Wire};
use slipway_api::{Document, ErrorDocument, NewDocument, Resource};
use slipway_kernel::http::{Body, Params, Routes, created, ok, require_unchanged};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Result};

use super::service::{password, profile, reset};
use crate::links;
use crate::sessions::{self, Current};
use crate::users::http::shown;
use crate::users::service::me;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(update_account))
        .routes(routes!(change_password))
        .routes(routes!(suspend_user))
        .routes(routes!(unsuspend_user))
        .routes(routes!(reset_user_password))
        .routes(routes!(disable_two_factor))
}

/// Change one's own name or mail address.
#[utoipa::path(patch, path = "/api/v2/account/update", operation_id = "update_account", tag = "users",
    request_body = NewDocument<AccountChanges>,
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 412, body = ErrorDocument),
        (status = 415, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
    ),
    security(("token" = [])))]
async fn update_account(ctx: Ctx, headers: HeaderMap, body: Body<AccountChanges>) -> Result<impl IntoResponse> {
    require_unchanged(&headers, me(&ctx).await?.version)?;
    let user = profile::update(&ctx, body.attributes()?).await?;
    let version = user.version;
    Ok(ok(shown(&ctx, user).await?).with_version(version))
}

/// Change one's own password. All other browsers are signed out; tokens go on working.
#[utoipa::path(patch, path = "/api/v2/account/password", operation_id = "change_password", tag = "users",
    request_body = NewDocument<PasswordChange>,
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 415, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
        (status = 429, body = ErrorDocument),
    ),
    security(("token" = [])))]
async fn change_password(
    ctx: Ctx,
    current: Option<Extension<Current>>,
    body: Body<PasswordChange>,
) -> Result<impl IntoResponse> {
    let session = current.map(|Extension(current)| current.id);
    let (user, started) = password::change(&ctx, body.attributes()?, session).await?;
    let version = user.version;
    let mut response = ok(shown(&ctx, user).await?).with_version(version).into_response();
    if let Some(started) = started {
        sessions::http::give(&ctx, &mut response, &started)?;
    }
    Ok(response)
}

/// Keep a user out: sessions and tokens are refused from now on.
#[utoipa::path(post, path = "/api/v2/admin/users/{user}/actions/suspend", operation_id = "suspend_user", tag = "users",
    params(("user" = UserId, Path, description = "The user's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
    ),
    security(("token" = ["user.manage"])))]
async fn suspend_user(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let user = profile::suspend(&ctx, params.get("user")?, true).await?;
    Ok(ok(shown(&ctx, user).await?))
}

/// Let a suspended user in again.
#[utoipa::path(post, path = "/api/v2/admin/users/{user}/actions/unsuspend", operation_id = "unsuspend_user",
    tag = "users",
    params(("user" = UserId, Path, description = "The user's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
    ),
    security(("token" = ["user.manage"])))]
async fn unsuspend_user(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let user = profile::suspend(&ctx, params.get("user")?, false).await?;
    Ok(ok(shown(&ctx, user).await?))
}

/// Make a link by which a user sets the password. It is sent by mail, or shown to a site administrator where it cannot be.
#[utoipa::path(post, path = "/api/v2/admin/users/{user}/actions/reset-password",
    operation_id = "reset_user_password", tag = "users",
    params(("user" = UserId, Path, description = "The user's id.")),
    responses(
        (status = 201, body = Document<Resource<Link>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
    ),
    security(("token" = ["user.manage"])))]
async fn reset_user_password(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let made = reset::by_administrator(&ctx, params.get("user")?).await?;
    let id = made.link.id;
    Ok(created(Resource::new(id, links::service::resource(made))))
}

/// Take a user's second factor away, for who lost both the app and the recovery codes.
#[utoipa::path(post, path = "/api/v2/admin/users/{user}/actions/disable_two_factor",
    operation_id = "disable_two_factor", tag = "users",
    params(("user" = UserId, Path, description = "The user's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
    ),
    security(("token" = ["user.manage"])))]
async fn disable_two_factor(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let user = profile::disable_second_factor(&ctx, params.get("user")?).await?;
    Ok(ok(shown(&ctx, user).await?))
}
