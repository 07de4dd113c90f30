//! Tokens by whom they stand for: users, service accounts, teams, organizations.

use axum::Extension;
use axum::http::Uri;
use axum::response::IntoResponse;
use slipway_api::ids::{TeamId, UserId};
use slipway_api::tokens::{NewToken, Token as Wire};
use slipway_api::{Document, ErrorDocument, ListDocument, Name, NewDocument, Resource};
use slipway_kernel::http::{Body, Known, ListQuery, Params, created, list};
use slipway_kernel::{Ctx, Error, Result};

use super::{new_resource, resource};
use crate::roles::PermissionTree;
use crate::tokens::model::TokenKind;
use crate::tokens::service::{self, Holder};
use crate::{organizations, service_accounts, teams};

const KNOWN: Known = Known {
    filters: &["filter[kind]", "filter[subject]"],
    sorts: &[],
    includes: &[],
};

/// List a user's tokens.
#[utoipa::path(get, path = "/api/v2/users/{user}/authentication-tokens",
    operation_id = "list_user_tokens", tag = "tokens",
    params(
        ("user" = UserId, Path, description = "The user's id."),
        ("page[number]" = Option<u32>, Query, description = "The page, from 1."),
        ("page[size]" = Option<u32>, Query, description = "Rows on a page; 20 by default, 100 at most."),
        ("page[after]" = Option<String>, Query, description = "`next-after` of the page before."),
    ),
    responses(
        (status = 200, body = ListDocument<Resource<Wire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = [])))]
pub(super) async fn list_user_tokens(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let query = ListQuery::parse(&uri, Known::default())?;
    let listed = service::list(&ctx, params.get("user")?, &query.page).await?;
    Ok(list(query.document(listed, |token| token.id.to_string(), resource)))
}

/// Create a token of a user's. Its text is in this answer and never shown again.
#[utoipa::path(post, path = "/api/v2/users/{user}/authentication-tokens",
    operation_id = "create_user_token", tag = "tokens",
    params(
        ("user" = UserId, Path, description = "The user's id."),
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
    security(("token" = [])))]
pub(super) async fn create_user_token(
    ctx: Ctx,
    Extension(tree): Extension<PermissionTree>,
    params: Params,
    body: Body<NewToken>,
) -> Result<impl IntoResponse> {
    let made = service::create(&ctx, &tree, params.get("user")?, wanted(body)).await?;
    Ok(created(new_resource(made)?))
}

/// List a service account's tokens.
#[utoipa::path(get, path = "/api/v2/service-accounts/{service_account}/authentication-tokens",
    operation_id = "list_service_account_tokens", tag = "tokens",
    params(
        ("service_account" = UserId, Path, description = "The service account's id."),
        ("page[number]" = Option<u32>, Query, description = "The page, from 1."),
        ("page[size]" = Option<u32>, Query, description = "Rows on a page; 20 by default, 100 at most."),
        ("page[after]" = Option<String>, Query, description = "`next-after` of the page before."),
    ),
    responses(
        (status = 200, body = ListDocument<Resource<Wire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["organization.access.read"])))]
pub(super) async fn list_service_account_tokens(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let holder = account_holder(&ctx, &params).await?;
    let query = ListQuery::parse(&uri, Known::default())?;
    let listed = service::list_of(&ctx, &holder, &query.page).await?;
    Ok(list(query.document(listed, |token| token.id.to_string(), resource)))
}

/// Create a token of a service account. Its text is in this answer and never shown again.
#[utoipa::path(post, path = "/api/v2/service-accounts/{service_account}/authentication-tokens",
    operation_id = "create_service_account_token", tag = "tokens",
    params(
        ("service_account" = UserId, Path, description = "The service account's id."),
    ),
    request_body = NewDocument<NewToken>,
    responses(
        (status = 201, body = Document<Resource<Wire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 415, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
    ),
    security(("token" = ["organization.access.manage"])))]
pub(super) async fn create_service_account_token(
    ctx: Ctx,
    Extension(tree): Extension<PermissionTree>,
    params: Params,
    body: Body<NewToken>,
) -> Result<impl IntoResponse> {
    let holder = account_holder(&ctx, &params).await?;
    let made = service::create_for(&ctx, &tree, &holder, wanted(body)).await?;
    Ok(created(new_resource(made)?))
}

/// List a team's tokens.
#[utoipa::path(get, path = "/api/v2/teams/{team}/authentication-tokens",
    operation_id = "list_team_tokens", tag = "tokens",
    params(
        ("team" = TeamId, Path, description = "The team's id."),
        ("page[number]" = Option<u32>, Query, description = "The page, from 1."),
        ("page[size]" = Option<u32>, Query, description = "Rows on a page; 20 by default, 100 at most."),
        ("page[after]" = Option<String>, Query, description = "`next-after` of the page before."),
    ),
    responses(
        (status = 200, body = ListDocument<Resource<Wire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["organization.access.read"])))]
pub(super) async fn list_team_tokens(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let holder = team_holder(&ctx, &params).await?;
    let query = ListQuery::parse(&uri, Known::default())?;
    let listed = service::list_of(&ctx, &holder, &query.page).await?;
    Ok(list(query.document(listed, |token| token.id.to_string(), resource)))
}

/// Create a token of a team. Its text is in this answer and never shown again.
#[utoipa::path(post, path = "/api/v2/teams/{team}/authentication-tokens",
    operation_id = "create_team_token", tag = "tokens",
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
        (status = 415, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
    ),
    security(("token" = ["organization.access.teams"])))]
pub(super) async fn create_team_token(
    ctx: Ctx,
    Extension(tree): Extension<PermissionTree>,
    params: Params,
    body: Body<NewToken>,
) -> Result<impl IntoResponse> {
    let holder = team_holder(&ctx, &params).await?;
    let made = service::create_for(&ctx, &tree, &holder, wanted(body)).await?;
    Ok(created(new_resource(made)?))
}

/// List the tokens that go with an organization: its own, and those of its teams, service accounts and runner pools.
#[utoipa::path(get, path = "/api/v2/organizations/{organization}/authentication-tokens",
    operation_id = "list_organization_tokens", tag = "tokens",
    params(
        ("organization" = Name, Path, description = "The organization's name."),
        ("page[number]" = Option<u32>, Query, description = "The page, from 1."),
        ("page[size]" = Option<u32>, Query, description = "Rows on a page; 20 by default, 100 at most."),
        ("page[after]" = Option<String>, Query, description = "`next-after` of the page before."),
        ("filter[kind]" = Option<String>, Query, description = "`service-account`, `team`, `organization` or `runner-pool`."),
        ("filter[subject]" = Option<String>, Query, description = "Only of this service account, team or runner pool, by id."),
    ),
    responses(
        (status = 200, body = ListDocument<Resource<Wire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["organization.access.read"])))]
pub(super) async fn list_organization_tokens(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let query = ListQuery::parse(&uri, KNOWN)?;
    let wanted = service::Wanted {
        kind: query.filter("filter[kind]").map(kind).transpose()?,
        subject: query.filter("filter[subject]").map(str::to_owned),
    };
    let listed = service::list_within(&ctx, &organization, wanted, &query.page).await?;
    Ok(list(query.document(listed, |token| token.id.to_string(), resource)))
}

/// Create a token of the organization itself. The first one gives it the role `organization-token`.
#[utoipa::path(post, path = "/api/v2/organizations/{organization}/authentication-tokens",
    operation_id = "create_organization_token", tag = "tokens",
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
pub(super) async fn create_organization_token(
    ctx: Ctx,
    Extension(tree): Extension<PermissionTree>,
    params: Params,
    body: Body<NewToken>,
) -> Result<impl IntoResponse> {
    let holder = organization_holder(&ctx, &params).await?;
    let made = service::create_for(&ctx, &tree, &holder, wanted(body)).await?;
    Ok(created(new_resource(made)?))
}

fn wanted(body: Body<NewToken>) -> NewToken {
    body.0.data.attributes.unwrap_or_default()
}

fn kind(text: &str) -> Result<TokenKind> {
    TokenKind::by_word(text).ok_or_else(|| {
        Error::malformed_parameter(
            "filter[kind]",
            "filter[kind] is one of: user, service-account, team, organization, runner-pool.",
        )
    })
}

pub(super) async fn account_holder(ctx: &Ctx, params: &Params) -> Result<Holder> {
    let account = service_accounts::service::get_visible(ctx, params.get("service_account")?).await?;
    Ok(Holder::ServiceAccount(account))
}

pub(super) async fn team_holder(ctx: &Ctx, params: &Params) -> Result<Holder> {
    Ok(Holder::Team(
        teams::service::get_visible(ctx, params.get("team")?).await?,
    ))
}

pub(super) async fn organization_holder(ctx: &Ctx, params: &Params) -> Result<Holder> {
    let organization = organizations::find_visible(ctx, &params.get("organization")?).await?;
    Ok(Holder::Organization(organization))
}
