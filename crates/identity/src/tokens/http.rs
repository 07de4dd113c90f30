//! Routes of tokens: of users, service accounts, teams and organizations, in the shapes of TFE where it has them.

use axum::Extension;
use axum::http::{StatusCode, Uri};
use axum::response::IntoResponse;
use sea_orm::Iterable;
use slipway_api::ids::{TeamId, TokenId, UserId};
use slipway_api::tokens::{NewToken, Token as Wire, TokenRotation};
use slipway_api::{Document, ErrorDocument, ListDocument, Name, NewDocument, Resource};
use slipway_kernel::http::{Body, Known, ListQuery, Params, Plain, Routes, created, list, ok};
use slipway_kernel::{Ctx, Error, Result};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::{Token, TokenKind};
use super::service::{self, Holder, NewlyMade};
use crate::roles::PermissionTree;
use crate::{organizations, service_accounts, teams};

const KNOWN: Known = Known {
    filters: &["filter[kind]", "filter[subject]"],
    sorts: &[],
    includes: &[],
};

pub(crate) fn routes(tree: PermissionTree) -> Routes {
    OpenApiRouter::new()
        .routes(routes!(list_user_tokens, create_user_token))
        .routes(routes!(list_service_account_tokens, create_service_account_token))
        .routes(routes!(list_team_tokens, create_team_token))
        .routes(routes!(
            get_team_single_token,
            create_team_single_token,
            delete_team_single_token
        ))
        .routes(routes!(list_organization_tokens, create_organization_token))
        .routes(routes!(
            get_organization_single_token,
            create_organization_single_token,
            delete_organization_single_token
        ))
        .routes(routes!(get_token, delete_token))
        .routes(routes!(rotate_token))
        .layer(Extension(tree))
}

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
async fn list_user_tokens(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
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
async fn create_user_token(
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
async fn list_service_account_tokens(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
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
async fn create_service_account_token(
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
async fn list_team_tokens(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
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
async fn create_team_token(
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
async fn list_organization_tokens(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
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
async fn create_organization_token(
    ctx: Ctx,
    Extension(tree): Extension<PermissionTree>,
    params: Params,
    body: Body<NewToken>,
) -> Result<impl IntoResponse> {
    let holder = organization_holder(&ctx, &params).await?;
    let made = service::create_for(&ctx, &tree, &holder, wanted(body)).await?;
    Ok(created(new_resource(made)?))
}

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
async fn get_team_single_token(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
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
async fn create_team_single_token(
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
async fn delete_team_single_token(
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
async fn get_organization_single_token(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
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
async fn create_organization_single_token(
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
async fn delete_organization_single_token(
    ctx: Ctx,
    Extension(tree): Extension<PermissionTree>,
    params: Params,
) -> Result<StatusCode> {
    let holder = organization_holder(&ctx, &params).await?;
    service::revoke_single(&ctx, &tree, &holder).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Get a token, without its text.
#[utoipa::path(get, path = "/api/v2/authentication-tokens/{token}",
    operation_id = "get_token", tag = "tokens",
    params(
        ("token" = TokenId, Path, description = "The token's id."),
    ),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = [])))]
async fn get_token(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    Ok(ok(resource(service::get_visible(&ctx, params.get("token")?).await?)))
}

/// Take a token back: it is refused from now on.
#[utoipa::path(delete, path = "/api/v2/authentication-tokens/{token}",
    operation_id = "delete_token", tag = "tokens",
    params(
        ("token" = TokenId, Path, description = "The token's id."),
    ),
    responses(
        (status = 204),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = [])))]
async fn delete_token(ctx: Ctx, Extension(tree): Extension<PermissionTree>, params: Params) -> Result<StatusCode> {
    service::revoke(&ctx, &tree, params.get("token")?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Give a token another text, which is in this answer and never shown again. The one so far is taken for the grace period.
#[utoipa::path(post, path = "/api/v2/authentication-tokens/{token}/actions/rotate",
    operation_id = "rotate_token", tag = "tokens",
    params(
        ("token" = TokenId, Path, description = "The token's id."),
    ),
    request_body = NewDocument<TokenRotation>,
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
    security(("token" = [])))]
async fn rotate_token(
    ctx: Ctx,
    Extension(tree): Extension<PermissionTree>,
    params: Params,
    body: Plain<Option<NewDocument<TokenRotation>>>,
) -> Result<impl IntoResponse> {
    let wanted = body.0.and_then(|body| body.data.attributes).unwrap_or_default();
    let made = service::rotate(&ctx, &tree, params.get("token")?, wanted).await?;
    Ok(ok(new_resource(made)?))
}

fn wanted(body: Body<NewToken>) -> NewToken {
    body.0.data.attributes.unwrap_or_default()
}

fn kind(text: &str) -> Result<TokenKind> {
    let known = TokenKind::iter().find(|kind| kind.word() == text);
    known.ok_or_else(|| {
        let words: Vec<&str> = TokenKind::iter().map(TokenKind::word).collect();
        Error::malformed_parameter("filter[kind]", format!("filter[kind] is one of: {}.", words.join(", ")))
    })
}

async fn account_holder(ctx: &Ctx, params: &Params) -> Result<Holder> {
    let account = service_accounts::service::get_visible(ctx, params.get("service_account")?).await?;
    Ok(Holder::ServiceAccount(account))
}

async fn team_holder(ctx: &Ctx, params: &Params) -> Result<Holder> {
    Ok(Holder::Team(
        teams::service::get_visible(ctx, params.get("team")?).await?,
    ))
}

async fn organization_holder(ctx: &Ctx, params: &Params) -> Result<Holder> {
    let organization = organizations::find_visible(ctx, &params.get("organization")?).await?;
    Ok(Holder::Organization(organization))
}

/// A token with its text, for the answer to the request that made it.
///
/// # Errors
///
/// Never: the text is ASCII.
pub fn new_resource(made: NewlyMade) -> Result<Resource<Wire>> {
    let mut resource = resource(made.token);
    resource.attributes.token = Some(made.text.expose_text()?.to_owned());
    Ok(resource)
}

/// A token without its text.
#[must_use]
pub fn resource(token: Token) -> Resource<Wire> {
    let attributes = Wire {
        description: token.description,
        created_at: token.created_at,
        last_used_at: token.last_used_at,
        expired_at: token.expires_at,
        kind: token.kind.word().to_owned(),
        scopes: token.scopes.map(|scopes| scopes.0),
        previous_expired_at: token.previous_expires_at,
        token: None,
    };
    let link = format!("/api/v2/authentication-tokens/{}", token.id);
    let resource = Resource::new(token.id, attributes).with_link("self", link);
    match token.kind {
        TokenKind::User => resource.with("user", "users", token.subject),
        TokenKind::ServiceAccount => resource.with("service-account", "service-accounts", token.subject),
        TokenKind::Team => resource.with("team", "teams", token.subject),
        TokenKind::Organization => resource.with("organization", "organizations", token.subject),
        TokenKind::RunnerPool => resource.with("agent-pool", "agent-pools", token.subject),
    }
}
