//! Routes of tokens.

use axum::http::{StatusCode, Uri};
use axum::response::IntoResponse;
use slipway_api::ids::{TokenId, UserId};
use slipway_api::tokens::{NewToken, Token as Wire};
use slipway_api::{Document, ErrorDocument, ListDocument, NewDocument, Resource};
use slipway_kernel::http::{Body, Known, ListQuery, Params, Routes, created, list, ok};
use slipway_kernel::{Ctx, Result};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::{Token, TokenKind};
use super::service::{self, NewlyMade};

pub(crate) fn routes() -> Routes {
    OpenApiRouter::new()
        .routes(routes!(list_user_tokens, create_user_token))
        .routes(routes!(get_token, delete_token))
}

/// List a user's tokens.
#[utoipa::path(get, path = "/api/v2/users/{user}/authentication-tokens", operation_id = "list_user_tokens",
    tag = "tokens",
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
#[utoipa::path(post, path = "/api/v2/users/{user}/authentication-tokens", operation_id = "create_user_token",
    tag = "tokens",
    params(("user" = UserId, Path, description = "The user's id.")),
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
    security(("token" = [])))]
async fn create_user_token(ctx: Ctx, params: Params, body: Body<NewToken>) -> Result<impl IntoResponse> {
    let wanted = body.0.data.attributes.unwrap_or_default();
    let made = service::create(&ctx, params.get("user")?, wanted).await?;
    Ok(created(new_resource(made)?))
}

/// Get a token, without its text.
#[utoipa::path(get, path = "/api/v2/authentication-tokens/{token}", operation_id = "get_token", tag = "tokens",
    params(("token" = TokenId, Path, description = "The token's id.")),
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
#[utoipa::path(delete, path = "/api/v2/authentication-tokens/{token}", operation_id = "delete_token", tag = "tokens",
    params(("token" = TokenId, Path, description = "The token's id.")),
    responses(
        (status = 204),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = [])))]
async fn delete_token(ctx: Ctx, params: Params) -> Result<StatusCode> {
    service::revoke(&ctx, params.get("token")?).await?;
    Ok(StatusCode::NO_CONTENT)
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
        token: None,
    };
    let link = format!("/api/v2/authentication-tokens/{}", token.id);
    let resource = Resource::new(token.id, attributes).with_link("self", link);
    match token.kind {
        TokenKind::User => resource.with("user", "users", token.subject),
        TokenKind::RunnerPool => resource.with("agent-pool", "agent-pools", token.subject),
    }
}
