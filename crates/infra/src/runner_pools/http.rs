//! Runner pools over HTTP, in TFE's shapes of agent pools.

use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::IntoResponse;
use slipway_api::Name;
use slipway_api::ids::RunnerPoolId;
use slipway_api::jsonapi::{Document, ErrorDocument, ListDocument, NewDocument, Resource};
use slipway_api::runner_pools::{Runner as WireRunner, RunnerPool, RunnerPoolPermissions, RunnerPoolSettings};
use slipway_api::tokens::{NewToken, Token};
use slipway_identity::tokens;
use slipway_kernel::grants::GrantSet;
use slipway_kernel::http::{Body, Known, ListQuery, Params, Routes, created, list, ok, require_unchanged};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Result};

use super::model::{Pool, Runner};
use super::service;
use crate::permissions::RUNNER_POOL_MANAGE;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_runner_pools, create_runner_pool))
        .routes(routes!(get_runner_pool, update_runner_pool, delete_runner_pool))
        .routes(routes!(list_runners))
        .routes(routes!(list_runner_pool_tokens, create_runner_pool_token))
}

/// List an organization's runner pools, by name.
#[utoipa::path(get, path = "/api/v2/organizations/{organization}/agent-pools", operation_id = "list_runner_pools",
    tag = "runner pools",
    params(("organization" = String, Path, description = "Name of the organization"),
        ("page[number]" = Option<u32>, Query), ("page[size]" = Option<u32>, Query), ("page[after]" = Option<String>, Query)),
    responses((status = 200, body = ListDocument<Resource<RunnerPool>>), (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument), (status = 404, body = ErrorDocument)),
    security(("token" = ["runner-pool.read"])))]
async fn list_runner_pools(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let query = ListQuery::parse(&uri, Known::default())?;
    let name: Name = params.get("organization")?;
    let (_, listed) = service::list(&ctx, &name, &query).await?;
    let mut counts = Vec::new();
    for pool in &listed.rows {
        counts.push(service::connected(&ctx, pool.id).await?);
    }
    let mut counts = counts.into_iter();
    let granted = ctx.granted().await?;
    let document = query.document(
        listed,
        |pool| pool.name.to_string(),
        |pool| resource(pool, counts.next().unwrap_or(0), &name, &granted),
    );
    Ok(list(document))
}

/// Create a runner pool.
#[utoipa::path(post, path = "/api/v2/organizations/{organization}/agent-pools", operation_id = "create_runner_pool",
    tag = "runner pools", params(("organization" = String, Path, description = "Name of the organization")),
    request_body = NewDocument<RunnerPoolSettings>,
    responses((status = 201, body = Document<Resource<RunnerPool>>), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument), (status = 409, body = ErrorDocument),
        (status = 422, body = ErrorDocument)),
    security(("token" = ["runner-pool.manage"])))]
async fn create_runner_pool(ctx: Ctx, params: Params, body: Body<RunnerPoolSettings>) -> Result<impl IntoResponse> {
    let name: Name = params.get("organization")?;
    let pool = service::create(&ctx, &name, body.attributes()?).await?;
    let version = pool.version;
    Ok(created(resource(pool, 0, &name, &*ctx.granted().await?)).with_version(version))
}

/// Get a runner pool.
#[utoipa::path(get, path = "/api/v2/agent-pools/{runner_pool}", operation_id = "get_runner_pool", tag = "runner pools",
    params(("runner_pool" = RunnerPoolId, Path)),
    responses((status = 200, body = Document<Resource<RunnerPool>>), (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument)),
    security(("token" = ["runner-pool.read"])))]
async fn get_runner_pool(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let pool = service::get_visible(&ctx, params.get("runner_pool")?).await?;
    shown(&ctx, pool).await
}

/// Change a runner pool.
#[utoipa::path(patch, path = "/api/v2/agent-pools/{runner_pool}", operation_id = "update_runner_pool",
    tag = "runner pools",
    params(("runner_pool" = RunnerPoolId, Path), ("If-Match" = Option<String>, Header, description = "The ETag that was read")),
    request_body = NewDocument<RunnerPoolSettings>,
    responses((status = 200, body = Document<Resource<RunnerPool>>), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument), (status = 409, body = ErrorDocument),
        (status = 412, body = ErrorDocument), (status = 422, body = ErrorDocument)),
    security(("token" = ["runner-pool.manage"])))]
async fn update_runner_pool(
    ctx: Ctx,
    params: Params,
    headers: HeaderMap,
    body: Body<RunnerPoolSettings>,
) -> Result<impl IntoResponse> {
    let pool = service::get_manageable(&ctx, params.get("runner_pool")?).await?;
    require_unchanged(&headers, pool.version)?;
    let pool = service::update(&ctx, pool, body.attributes()?).await?;
    shown(&ctx, pool).await
}

/// Delete a runner pool. Its runners' tokens stop working.
#[utoipa::path(delete, path = "/api/v2/agent-pools/{runner_pool}", operation_id = "delete_runner_pool",
    tag = "runner pools", params(("runner_pool" = RunnerPoolId, Path)),
    responses((status = 204), (status = 401, body = ErrorDocument), (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument), (status = 409, body = ErrorDocument)),
    security(("token" = ["runner-pool.manage"])))]
async fn delete_runner_pool(ctx: Ctx, params: Params) -> Result<StatusCode> {
    service::delete(&ctx, params.get("runner_pool")?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// List a pool's runners, last heard of first.
#[utoipa::path(get, path = "/api/v2/agent-pools/{runner_pool}/agents", operation_id = "list_runners",
    tag = "runner pools", params(("runner_pool" = RunnerPoolId, Path)),
    responses((status = 200, body = ListDocument<Resource<WireRunner>>), (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument)),
    security(("token" = ["runner-pool.read"])))]
async fn list_runners(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let id: RunnerPoolId = params.get("runner_pool")?;
    let runners = service::runners(&ctx, id).await?;
    let data = runners
        .into_iter()
        .map(|runner| runner_resource(&ctx, runner))
        .collect();
    Ok(list(ListDocument {
        data,
        included: Vec::new(),
        links: std::collections::BTreeMap::default(),
        meta: None,
    }))
}

/// List the tokens of a pool's runners, without their texts.
#[utoipa::path(get, path = "/api/v2/agent-pools/{runner_pool}/authentication-tokens",
    operation_id = "list_runner_pool_tokens", tag = "runner pools", params(("runner_pool" = RunnerPoolId, Path)),
    responses((status = 200, body = ListDocument<Resource<Token>>), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument)),
    security(("token" = ["runner-pool.manage"])))]
async fn list_runner_pool_tokens(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let query = ListQuery::parse(&uri, Known::default())?;
    let pool = service::get_manageable(&ctx, params.get("runner_pool")?).await?;
    let listed = tokens::list_for_pool(&ctx, pool.id, &query.page).await?;
    Ok(list(query.document(
        listed,
        |token| token.id.to_string(),
        tokens::http::resource,
    )))
}

/// Make a token for a pool's runners. Its text is in this answer and never again.
#[utoipa::path(post, path = "/api/v2/agent-pools/{runner_pool}/authentication-tokens",
    operation_id = "create_runner_pool_token", tag = "runner pools", params(("runner_pool" = RunnerPoolId, Path)),
    request_body = NewDocument<NewToken>,
    responses((status = 201, body = Document<Resource<Token>>), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument), (status = 422, body = ErrorDocument)),
    security(("token" = ["runner-pool.manage"])))]
async fn create_runner_pool_token(ctx: Ctx, params: Params, body: Body<NewToken>) -> Result<impl IntoResponse> {
    let pool = service::get_manageable(&ctx, params.get("runner_pool")?).await?;
    let made = service::create_token(&ctx, &pool, body.attributes()?).await?;
    Ok(created(tokens::http::new_resource(made)?))
}

async fn shown(ctx: &Ctx, pool: Pool) -> Result<impl IntoResponse + use<>> {
    let organization = match pool.organization_id {
        Some(id) => slipway_identity::organizations::by_id(ctx, id).await?.name,
        None => pool.name.clone(),
    };
    let (version, count) = (pool.version, service::connected(ctx, pool.id).await?);
    Ok(ok(resource(pool, count, &organization, &*ctx.granted().await?)).with_version(version))
}

fn resource(pool: Pool, connected: u64, organization: &Name, granted: &GrantSet) -> Resource<RunnerPool> {
    let permissions = RunnerPoolPermissions {
        can_update: granted.allows(RUNNER_POOL_MANAGE, &service::target(&pool).scope),
    };
    let attributes = RunnerPool {
        permissions,
        name: pool.name,
        organization_scoped: pool.organization_scoped,
        agent_count: u32::try_from(connected).unwrap_or(u32::MAX),
        created_at: pool.created_at,
    };
    let resource = Resource::new(pool.id, attributes);
    if pool.organization_id.is_some() {
        resource.with("organization", "organizations", organization)
    } else {
        resource
    }
}

fn runner_resource(ctx: &Ctx, runner: Runner) -> Resource<WireRunner> {
    let attributes = WireRunner {
        status: runner.status(ctx.now(), service::patience(ctx)),
        name: runner.name,
        version: runner.program_version,
        sandbox: runner.sandbox,
        running_count: u32::try_from(runner.running).unwrap_or(0),
        last_ping_at: runner.last_seen_at,
    };
    Resource::new(runner.id, attributes).with("agent-pool", "agent-pools", runner.pool_id)
}
