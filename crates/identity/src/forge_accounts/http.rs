//! Routes of accounts at forges.

use axum::http::{StatusCode, Uri};
use axum::response::IntoResponse;
use slipway_api::forge_accounts::{ForgeAccount as Wire, NewForgeAccount};
use slipway_api::ids::ForgeAccountId;
use slipway_api::{Document, ErrorDocument, ListDocument, NewDocument, Resource};
use slipway_kernel::http::{Body, Known, ListQuery, Listed, Params, Routes, created, list};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Result};

use super::model::ForgeAccount;
use super::service;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_forge_accounts, link_forge_account))
        .routes(routes!(unlink_forge_account))
}

/// List one's own accounts at Git forges. What they write in pull requests counts as said by oneself.
#[utoipa::path(get, path = "/api/v2/account/forge-accounts", operation_id = "list_forge_accounts", tag = "users",
    params(("page[number]" = Option<u32>, Query), ("page[size]" = Option<u32>, Query)),
    responses((status = 200, body = ListDocument<Resource<Wire>>), (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument), (status = 403, body = ErrorDocument)),
    security(("token" = [])))]
async fn list_forge_accounts(ctx: Ctx, uri: Uri) -> Result<impl IntoResponse> {
    let query = ListQuery::parse(&uri, Known::default())?;
    let id = |row: &ForgeAccount| row.id.to_string();
    let listed = Listed::of_all(service::list(&ctx).await?, &query.page, id);
    Ok(list(query.document(listed, id, resource)))
}

/// Begin to link an account at a Git forge to oneself: it counts when it has written `slipway link CODE` in a pull request.
/// Commands that it writes there are decided by one's own permissions from then on.
#[utoipa::path(post, path = "/api/v2/account/forge-accounts", operation_id = "link_forge_account", tag = "users",
    request_body = NewDocument<NewForgeAccount>,
    responses((status = 201, body = Document<Resource<Wire>>), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 409, body = ErrorDocument), (status = 422, body = ErrorDocument)),
    security(("token" = [])))]
async fn link_forge_account(ctx: Ctx, body: Body<NewForgeAccount>) -> Result<impl IntoResponse> {
    let (account, code) = service::link(&ctx, &body.attributes()?).await?;
    let mut resource = resource(account);
    resource.attributes.code = Some(code);
    Ok(created(resource))
}

/// Unlink one of one's own accounts at Git forges.
#[utoipa::path(delete, path = "/api/v2/account/forge-accounts/{forge_account}", operation_id = "unlink_forge_account",
    tag = "users", params(("forge_account" = ForgeAccountId, Path)),
    responses((status = 204), (status = 401, body = ErrorDocument), (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument)),
    security(("token" = [])))]
async fn unlink_forge_account(ctx: Ctx, params: Params) -> Result<StatusCode> {
    service::unlink(&ctx, params.get("forge_account")?).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn resource(account: ForgeAccount) -> Resource<Wire> {
    let attributes = Wire {
        host: account.host,
        login: account.login,
        is_seen: account.account_id.is_some(),
        code: None,
        created_at: account.created_at,
    };
    Resource::new(account.id, attributes).with("user", "users", account.user_id)
}
