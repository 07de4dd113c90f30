//! Routes of identity providers.

use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::IntoResponse;
use slipway_api::identity_providers::{
    IdentityProvider as Wire, IdentityProviderChanges, IdentityProviderTest, NewIdentityProvider,
};
use slipway_api::ids::IdentityProviderId;
use slipway_api::{Document, ErrorDocument, ListDocument, NewDocument, Resource};
use slipway_kernel::http::{Body, Known, ListQuery, Params, Routes, created, list, ok, require_unchanged};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Result};

use super::model::Provider;
use super::service;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_identity_providers, create_identity_provider))
        .routes(routes!(
            get_identity_provider,
            update_identity_provider,
            delete_identity_provider
        ))
        .routes(routes!(test_identity_provider))
}

/// List the identity providers of the site.
#[utoipa::path(get, path = "/api/v2/identity-providers", operation_id = "list_identity_providers",
    tag = "identity providers",
    params(
        ("page[number]" = Option<u32>, Query, description = "The page, from 1."),
        ("page[size]" = Option<u32>, Query, description = "Rows on a page; 20 by default, 100 at most."),
        ("page[after]" = Option<String>, Query, description = "`next-after` of the page before."),
    ),
    responses(
        (status = 200, body = ListDocument<Resource<Wire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
    ),
    security(("token" = ["site.manage"])))]
async fn list_identity_providers(ctx: Ctx, uri: Uri) -> Result<impl IntoResponse> {
    let query = ListQuery::parse(&uri, Known::default())?;
    let listed = service::list(&ctx, &query.page).await?;
    Ok(list(query.document(
        listed,
        |provider| provider.name.to_string(),
        |provider| resource(&ctx, provider),
    )))
}

/// Create an identity provider, with which people can then sign in.
#[utoipa::path(post, path = "/api/v2/identity-providers", operation_id = "create_identity_provider",
    tag = "identity providers",
    request_body = NewDocument<NewIdentityProvider>,
    responses(
        (status = 201, body = Document<Resource<Wire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 415, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
    ),
    security(("token" = ["site.manage"])))]
async fn create_identity_provider(ctx: Ctx, body: Body<NewIdentityProvider>) -> Result<impl IntoResponse> {
    let provider = service::create(&ctx, body.attributes()?).await?;
    let version = provider.version;
    Ok(created(resource(&ctx, provider)).with_version(version))
}

/// Get an identity provider.
#[utoipa::path(get, path = "/api/v2/identity-providers/{identity_provider}", operation_id = "get_identity_provider",
    tag = "identity providers",
    params(("identity_provider" = IdentityProviderId, Path, description = "The provider's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["site.manage"])))]
async fn get_identity_provider(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let provider = service::get(&ctx, params.get("identity_provider")?).await?;
    let version = provider.version;
    Ok(ok(resource(&ctx, provider)).with_version(version))
}

/// Change an identity provider. Its issuer stays: what people are called there means something there only.
#[utoipa::path(patch, path = "/api/v2/identity-providers/{identity_provider}",
    operation_id = "update_identity_provider", tag = "identity providers",
    params(("identity_provider" = IdentityProviderId, Path, description = "The provider's id.")),
    request_body = NewDocument<IdentityProviderChanges>,
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 412, body = ErrorDocument),
        (status = 415, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
    ),
    security(("token" = ["site.manage"])))]
async fn update_identity_provider(
    ctx: Ctx,
    params: Params,
    headers: HeaderMap,
    body: Body<IdentityProviderChanges>,
) -> Result<impl IntoResponse> {
    let seen = service::get(&ctx, params.get("identity_provider")?).await?;
    require_unchanged(&headers, seen.version)?;
    let provider = service::update(&ctx, &seen, body.attributes()?).await?;
    let version = provider.version;
    Ok(ok(resource(&ctx, provider)).with_version(version))
}

/// Delete an identity provider. Who signed in with it is signed out and leaves the teams that it put them into; the
/// accounts stay.
#[utoipa::path(delete, path = "/api/v2/identity-providers/{identity_provider}",
    operation_id = "delete_identity_provider", tag = "identity providers",
    params(("identity_provider" = IdentityProviderId, Path, description = "The provider's id.")),
    responses(
        (status = 204),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["site.manage"])))]
async fn delete_identity_provider(ctx: Ctx, params: Params) -> Result<StatusCode> {
    service::delete(&ctx, params.get("identity_provider")?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ask an identity provider about itself, and say what stands against signing in with it.
#[utoipa::path(post, path = "/api/v2/identity-providers/{identity_provider}/actions/test",
    operation_id = "test_identity_provider", tag = "identity providers",
    params(("identity_provider" = IdentityProviderId, Path, description = "The provider's id.")),
    responses(
        (status = 200, body = Document<Resource<IdentityProviderTest>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["site.manage"])))]
async fn test_identity_provider(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let id = params.get::<IdentityProviderId>("identity_provider")?;
    Ok(ok(Resource::new(id, service::test(&ctx, id).await?)))
}

fn resource(ctx: &Ctx, provider: Provider) -> Resource<Wire> {
    let attributes = Wire {
        name: provider.name,
        issuer: provider.issuer,
        client_id: provider.client_id,
        has_client_secret: provider.client_secret.is_some(),
        scopes: provider.scopes.0,
        groups_claim: provider.groups_claim,
        username_claim: provider.username_claim,
        allowed_domains: provider.allowed_domains.0,
        creates_accounts: provider.creates_accounts,
        links_by_email: provider.links_by_email,
        is_enabled: provider.is_enabled,
        callback_url: service::callback_url(ctx, provider.id),
        created_at: provider.created_at,
    };
    Resource::new(provider.id, attributes).with_link("self", format!("/api/v2/identity-providers/{}", provider.id))
}
