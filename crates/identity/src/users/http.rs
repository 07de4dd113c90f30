//! Routes of users.

use axum::http::{StatusCode, Uri};
use axum::response::IntoResponse;
use slipway_api::ids::UserId;
use slipway_api::users::{NewUser, User as Wire};
use slipway_api::{Document, ErrorDocument, ListDocument, NewDocument, Resource};
use slipway_kernel::http::{Body, Known, ListQuery, Params, Routes, created, list, ok};
use slipway_kernel::routes;
use slipway_kernel::{Actor, Ctx, Result};

use super::model::User;
use super::service;
use crate::accounts;

const KNOWN: Known = Known {
    filters: &["search[username]"],
    sorts: &[],
    includes: &[],
};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(get_account))
        .routes(routes!(list_users, create_user))
        .routes(routes!(get_user))
        .routes(routes!(delete_user))
}

/// Get whom the token stands for: a user, or in the shape of one a team or organization, whose id it then has.
#[utoipa::path(get, path = "/api/v2/account/details", operation_id = "get_account", tag = "users",
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
    ),
    security(("token" = [])))]
async fn get_account(ctx: Ctx) -> Result<impl IntoResponse> {
    if let Some(program) = program(&ctx) {
        return Ok(ok(program));
    }
    let user = service::me(&ctx).await?;
    let (id, version) = (user.id, user.version);
    let mut resource = shown(&ctx, user).await?;
    resource.attributes.two_factor = Some(accounts::service::profile::two_factor(&ctx, id).await?);
    Ok(ok(resource).with_version(version))
}

/// List the users of the site.
#[utoipa::path(get, path = "/api/v2/admin/users", operation_id = "list_users", tag = "users",
    params(
        ("page[number]" = Option<u32>, Query, description = "The page, from 1."),
        ("page[size]" = Option<u32>, Query, description = "Rows on a page; 20 by default, 100 at most."),
        ("page[after]" = Option<String>, Query, description = "`next-after` of the page before."),
        ("search[username]" = Option<String>, Query, description = "Part of the name, any case."),
    ),
    responses(
        (status = 200, body = ListDocument<Resource<Wire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
    ),
    security(("token" = ["user.read"])))]
async fn list_users(ctx: Ctx, uri: Uri) -> Result<impl IntoResponse> {
    let query = ListQuery::parse(&uri, KNOWN)?;
    let listed = service::list(&ctx, query.filter("search[username]"), &query.page).await?;
    let mut admins = service::site_admins(&ctx, &listed.rows).await?.into_iter();
    Ok(list(query.document(
        listed,
        |user| user.username.to_string(),
        |user| resource(user, admins.next().flatten()),
    )))
}

/// Create a user, who may do nothing yet.
#[utoipa::path(post, path = "/api/v2/admin/users", operation_id = "create_user", tag = "users",
    request_body = NewDocument<NewUser>,
    responses(
        (status = 201, body = Document<Resource<Wire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 415, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
    ),
    security(("token" = ["user.manage"])))]
async fn create_user(ctx: Ctx, body: Body<NewUser>) -> Result<impl IntoResponse> {
    let user = service::create(&ctx, body.attributes()?).await?;
    Ok(created(shown(&ctx, user).await?))
}

/// Get a user: oneself, or whom the caller shares an organization with and may see roles there.
#[utoipa::path(get, path = "/api/v2/users/{user}", operation_id = "get_user", tag = "users",
    params(("user" = UserId, Path, description = "The user's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = [])))]
async fn get_user(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let user = service::get_visible(&ctx, params.get("user")?).await?;
    Ok(ok(shown(&ctx, user).await?))
}

/// Delete a user with all roles and tokens.
#[utoipa::path(delete, path = "/api/v2/admin/users/{user}", operation_id = "delete_user", tag = "users",
    params(("user" = UserId, Path, description = "The user's id.")),
    responses(
        (status = 204),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
    ),
    security(("token" = ["user.manage"])))]
async fn delete_user(ctx: Ctx, params: Params) -> Result<StatusCode> {
    service::delete(&ctx, params.get("user")?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A user as the caller may see him.
pub(crate) async fn shown(ctx: &Ctx, user: User) -> Result<Resource<Wire>> {
    let admins = service::site_admins(ctx, std::slice::from_ref(&user)).await?;
    Ok(resource(user, admins.into_iter().next().flatten()))
}

/// Whoever is told whether a user administers the site may also see the mail address.
/// A team or organization that calls by its own token, as TFE shows it: as the account of a program.
fn program(ctx: &Ctx) -> Option<Resource<Wire>> {
    let (id, name) = match ctx.actor() {
        Actor::Team { id, name, .. } => (id.to_string(), name),
        Actor::Organization { id, name } => (id.to_string(), name),
        _ => return None,
    };
    let attributes = Wire {
        username: name.clone(),
        email: None,
        is_service_account: true,
        is_suspended: None,
        last_signed_in_at: None,
        two_factor: None,
        is_site_admin: None,
    };
    Some(Resource::new(id, attributes))
}

fn resource(user: User, is_site_admin: Option<bool>) -> Resource<Wire> {
    let attributes = Wire {
        username: user.username,
        email: user.email.filter(|_| is_site_admin.is_some()),
        is_service_account: user.is_service_account,
        is_suspended: is_site_admin.map(|_| user.is_suspended),
        last_signed_in_at: user.last_signed_in_at.filter(|_| is_site_admin.is_some()),
        two_factor: None,
        is_site_admin,
    };
    Resource::new(user.id, attributes).with_link("self", format!("/api/v2/users/{}", user.id))
}
