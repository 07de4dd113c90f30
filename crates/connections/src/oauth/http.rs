//! Routes of OAuth clients and OAuth tokens, as Terraform Enterprise has them.

use axum::http::{StatusCode, Uri};
use axum::response::IntoResponse;
use slipway_api::ids::{OauthClientId, OauthTokenId};
use slipway_api::jsonapi::{Identifier, Linkage, Relationship};
use slipway_api::oauth_clients::{NewOauthClient, OauthClient, OauthClientChanges, OauthToken, OauthTokenChanges};
use slipway_api::{Document, ErrorDocument, ListDocument, Name, NewDocument, Resource};
use slipway_identity::organizations::{self, Organization};
use slipway_kernel::http::{Body, Known, ListQuery, Listed, Params, Routes, created, list, ok};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Error, Result};

use super::{service, view};
use crate::integrations::Integration;
use crate::integrations::service::callback_url;
use crate::permissions::INTEGRATION_READ;

/// What a client can come with.
const INCLUDING: Known = Known {
    filters: &[],
    sorts: &[],
    includes: &["oauth-tokens"],
};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_oauth_clients, create_oauth_client))
        .routes(routes!(get_oauth_client, update_oauth_client, delete_oauth_client))
        .routes(routes!(list_oauth_tokens))
        .routes(routes!(list_oauth_client_tokens))
        .routes(routes!(get_oauth_token, update_oauth_token, delete_oauth_token))
}

/// List the forges that an organization is connected to, as OAuth clients.
#[utoipa::path(get, path = "/api/v2/organizations/{organization}/oauth-clients", operation_id = "list_oauth_clients",
    tag = "OAuth clients",
    params(
        ("organization" = Name, Path, description = "The organization's name."),
        ("include" = Option<String>, Query, description = "`oauth-tokens`."),
        ("page[number]" = Option<u32>, Query, description = "The page, from 1."),
        ("page[size]" = Option<u32>, Query, description = "Rows on a page; 20 by default, 100 at most."),
        ("page[after]" = Option<String>, Query, description = "`next-after` of the page before."),
    ),
    responses(
        (status = 200, body = ListDocument<Resource<OauthClient>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["integration.read"])))]
async fn list_oauth_clients(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let query = ListQuery::parse(&uri, INCLUDING)?;
    let listed = service::list(&ctx, &organization, &query.page).await?;
    let with_tokens = !query.includes.is_empty();
    let mut tokens = Vec::new();
    let mut document = query.document(
        listed,
        |integration| integration.name.to_string(),
        |integration| {
            tokens.extend(
                with_tokens
                    .then(|| integration.clone())
                    .filter(Integration::is_connected),
            );
            client(&ctx, &organization, integration)
        },
    );
    document.included = included(tokens)?;
    Ok(list(document))
}

/// Connect a forge, by an OAuth application or an access token. It is an integration.
#[utoipa::path(post, path = "/api/v2/organizations/{organization}/oauth-clients", operation_id = "create_oauth_client",
    tag = "OAuth clients",
    params(("organization" = Name, Path, description = "The organization's name.")),
    request_body = NewDocument<NewOauthClient>,
    responses(
        (status = 201, body = Document<Resource<OauthClient>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 415, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
    ),
    security(("token" = ["integration.manage"])))]
async fn create_oauth_client(ctx: Ctx, params: Params, body: Body<NewOauthClient>) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let made = service::create(&ctx, &organization, body.attributes()?).await?;
    Ok(created(client(&ctx, &organization, made)))
}

/// Get an OAuth client.
#[utoipa::path(get, path = "/api/v2/oauth-clients/{oauth_client}", operation_id = "get_oauth_client",
    tag = "OAuth clients",
    params(
        ("oauth_client" = OauthClientId, Path, description = "The OAuth client's id."),
        ("include" = Option<String>, Query, description = "`oauth-tokens`."),
    ),
    responses(
        (status = 200, body = Document<Resource<OauthClient>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["integration.read"])))]
async fn get_oauth_client(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let with_tokens = !ListQuery::parse(&uri, INCLUDING)?.includes.is_empty();
    let found = service::load(&ctx, params.get("oauth_client")?, INTEGRATION_READ).await?;
    let organization = organizations::by_id(&ctx, found.organization_id).await?;
    let tokens = with_tokens.then(|| found.clone()).filter(Integration::is_connected);
    let including = included(tokens)?;
    Ok(ok(client(&ctx, &organization, found)).including(including))
}

/// Change the name or the credentials of an OAuth client.
#[utoipa::path(patch, path = "/api/v2/oauth-clients/{oauth_client}", operation_id = "update_oauth_client",
    tag = "OAuth clients",
    params(("oauth_client" = OauthClientId, Path, description = "The OAuth client's id.")),
    request_body = NewDocument<OauthClientChanges>,
    responses(
        (status = 200, body = Document<Resource<OauthClient>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 415, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
    ),
    security(("token" = ["integration.manage"])))]
async fn update_oauth_client(ctx: Ctx, params: Params, body: Body<OauthClientChanges>) -> Result<impl IntoResponse> {
    let changed = service::update(&ctx, params.get("oauth_client")?, body.attributes()?).await?;
    let organization = organizations::by_id(&ctx, changed.organization_id).await?;
    Ok(ok(client(&ctx, &organization, changed)))
}

/// Delete an OAuth client that nothing uses.
#[utoipa::path(delete, path = "/api/v2/oauth-clients/{oauth_client}", operation_id = "delete_oauth_client",
    tag = "OAuth clients",
    params(("oauth_client" = OauthClientId, Path, description = "The OAuth client's id.")),
    responses(
        (status = 204),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
    ),
    security(("token" = ["integration.manage"])))]
async fn delete_oauth_client(ctx: Ctx, params: Params) -> Result<StatusCode> {
    service::delete(&ctx, params.get("oauth_client")?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// List the OAuth tokens of an organization: every forge that is connected has one.
#[utoipa::path(get, path = "/api/v2/organizations/{organization}/oauth-tokens", operation_id = "list_oauth_tokens",
    tag = "OAuth clients",
    params(
        ("organization" = Name, Path, description = "The organization's name."),
        ("page[number]" = Option<u32>, Query, description = "The page, from 1."),
        ("page[size]" = Option<u32>, Query, description = "Rows on a page; 20 by default, 100 at most."),
        ("page[after]" = Option<String>, Query, description = "`next-after` of the page before."),
    ),
    responses(
        (status = 200, body = ListDocument<Resource<OauthToken>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["integration.read"])))]
async fn list_oauth_tokens(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let query = ListQuery::parse(&uri, Known::default())?;
    let listed = service::connected(&ctx, &organization, &query.page).await?;
    Ok(list(query.document(listed, |found| found.name.to_string(), token)))
}

/// List the OAuth tokens of an OAuth client: one, or none before it is connected.
#[utoipa::path(get, path = "/api/v2/oauth-clients/{oauth_client}/oauth-tokens",
    operation_id = "list_oauth_client_tokens", tag = "OAuth clients",
    params(("oauth_client" = OauthClientId, Path, description = "The OAuth client's id.")),
    responses(
        (status = 200, body = ListDocument<Resource<OauthToken>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["integration.read"])))]
async fn list_oauth_client_tokens(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let query = ListQuery::parse(&uri, Known::default())?;
    let found = service::load(&ctx, params.get("oauth_client")?, INTEGRATION_READ).await?;
    let rows: Vec<Integration> = Some(found).filter(Integration::is_connected).into_iter().collect();
    let total = u64::try_from(rows.len()).unwrap_or_default();
    Ok(list(query.document(
        Listed { rows, total },
        |found| found.name.to_string(),
        token,
    )))
}

/// Get an OAuth token, without the token itself.
#[utoipa::path(get, path = "/api/v2/oauth-tokens/{oauth_token}", operation_id = "get_oauth_token",
    tag = "OAuth clients",
    params(("oauth_token" = OauthTokenId, Path, description = "The OAuth token's id.")),
    responses(
        (status = 200, body = Document<Resource<OauthToken>>),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["integration.read"])))]
async fn get_oauth_token(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    Ok(ok(token(
        service::load_token(&ctx, params.get("oauth_token")?, INTEGRATION_READ).await?,
    )))
}

/// Give an OAuth token an SSH key, by which runs fetch modules with SSH addresses of the forge, or take it.
#[utoipa::path(patch, path = "/api/v2/oauth-tokens/{oauth_token}", operation_id = "update_oauth_token",
    tag = "OAuth clients",
    params(("oauth_token" = OauthTokenId, Path, description = "The OAuth token's id.")),
    request_body = NewDocument<OauthTokenChanges>,
    responses(
        (status = 200, body = Document<Resource<OauthToken>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 412, body = ErrorDocument),
        (status = 415, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
    ),
    security(("token" = ["integration.manage"])))]
async fn update_oauth_token(ctx: Ctx, params: Params, body: Body<OauthTokenChanges>) -> Result<impl IntoResponse> {
    let changed = service::update_token(&ctx, params.get("oauth_token")?, body.attributes()?).await?;
    Ok(ok(token(changed)))
}

/// Delete an OAuth token that nothing uses. Its client stays and can be connected anew.
#[utoipa::path(delete, path = "/api/v2/oauth-tokens/{oauth_token}", operation_id = "delete_oauth_token",
    tag = "OAuth clients",
    params(("oauth_token" = OauthTokenId, Path, description = "The OAuth token's id.")),
    responses(
        (status = 204),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
    ),
    security(("token" = ["integration.manage"])))]
async fn delete_oauth_token(ctx: Ctx, params: Params) -> Result<StatusCode> {
    service::delete_token(&ctx, params.get("oauth_token")?).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn client(ctx: &Ctx, organization: &Organization, integration: Integration) -> Resource<OauthClient> {
    let id: OauthClientId = integration.id.counterpart();
    let title = integration.kind().map_or("", |kind| kind.title).to_owned();
    let tokens = match integration.is_connected() {
        false => Vec::new(),
        true => vec![Identifier {
            id: integration
                .id
                .counterpart::<slipway_api::ids::kind::OauthToken>()
                .to_string(),
            kind: "oauth-tokens".to_owned(),
        }],
    };
    let attributes = OauthClient {
        service_provider: view::service_provider(&integration).unwrap_or_default().to_owned(),
        service_provider_display_name: title,
        http_url: view::http_url(&integration),
        api_url: view::api_url(&integration),
        key: integration.settings.text("client-id").map(str::to_owned),
        name: integration.name.to_string(),
        created_at: integration.created_at,
        secret: None,
        rsa_public_key: None,
        callback_url: callback_url(ctx),
        connect_path: None,
        organization_scoped: true,
    };
    let mut resource = Resource::new(id, attributes)
        .with("organization", "organizations", &organization.name)
        .with_link("self", format!("/api/v2/oauth-clients/{id}"));
    let relationship = Relationship {
        data: Linkage::Many(tokens),
        links: std::collections::BTreeMap::new(),
    };
    resource.relationships.insert("oauth-tokens".to_owned(), relationship);
    resource
}

/// Tokens beside the clients that have them.
fn included(tokens: impl IntoIterator<Item = Integration>) -> Result<Vec<serde_json::Value>> {
    let tokens = tokens.into_iter().map(|found| serde_json::to_value(token(found)));
    tokens.collect::<Result<_, _>>().map_err(Error::internal)
}

fn token(integration: Integration) -> Resource<OauthToken> {
    let id: OauthTokenId = integration.id.counterpart();
    let attributes = OauthToken {
        uid: id.to_string(),
        created_at: integration.created_at,
        has_ssh_key: view::has_ssh_key(&integration),
        service_provider_user: integration.account,
    };
    Resource::new(id, attributes)
        .with(
            "oauth-client",
            "oauth-clients",
            integration.id.counterpart::<slipway_api::ids::kind::OauthClient>(),
        )
        .with_link("self", format!("/api/v2/oauth-tokens/{id}"))
}
