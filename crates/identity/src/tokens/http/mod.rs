//! Routes of tokens: of users, service accounts, teams and organizations, in the shapes of TFE where it has them.

mod holders;
mod single;

use axum::Extension;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use slipway_api::ids::TokenId;
use slipway_api::tokens::{Token as Wire, TokenRotation};
use slipway_api::{Document, ErrorDocument, NewDocument, Resource};
use slipway_kernel::http::{Params, Plain, Routes, ok};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Result};

use super::model::{Token, TokenKind};
use super::service::{self, NewlyMade};
use crate::roles::PermissionTree;

pub(crate) fn routes(tree: PermissionTree) -> Routes {
    Routes::new()
        .routes(routes!(holders::list_user_tokens, holders::create_user_token))
        .routes(routes!(
            holders::list_service_account_tokens,
            holders::create_service_account_token
        ))
        .routes(routes!(holders::list_team_tokens, holders::create_team_token))
        .routes(routes!(
            single::get_team_single_token,
            single::create_team_single_token,
            single::delete_team_single_token
        ))
        .routes(routes!(
            holders::list_organization_tokens,
            holders::create_organization_token
        ))
        .routes(routes!(
            single::get_organization_single_token,
            single::create_organization_single_token,
            single::delete_organization_single_token
        ))
        .routes(routes!(get_token, delete_token))
        .routes(routes!(rotate_token))
        .layer(Extension(tree))
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
    let created_by = token.created_by.filter(|id| id.starts_with("user-"));
    let resource = Resource::new(token.id, attributes)
        .with_option("created-by", "users", created_by)
        .with_link("self", link);
    match token.kind {
        TokenKind::User => resource.with("user", "users", token.subject),
        TokenKind::ServiceAccount => resource.with("service-account", "service-accounts", token.subject),
        TokenKind::Team => resource.with("team", "teams", token.subject),
        TokenKind::Organization => resource.with("organization", "organizations", token.subject),
        TokenKind::RunnerPool => resource.with("agent-pool", "agent-pools", token.subject),
    }
}
