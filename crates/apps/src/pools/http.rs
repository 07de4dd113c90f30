//! Routes of pools.

use std::collections::HashMap;

use axum::http::{StatusCode, Uri};
use axum::response::IntoResponse;
use slipway_api::ids::PoolId;
use slipway_api::pools::{NewPool, Pool as Wire, PoolChanges};
use slipway_api::{Document, ErrorDocument, ListDocument, Name, NewDocument, Resource};
use slipway_identity::organizations::{self, Organization};
use slipway_kernel::http::{Body, Known, ListQuery, Listed, Params, Routes, created, list, ok};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Error, Result};

use super::model::Pool;
use super::service;
use crate::clusters;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_pools, create_pool))
        .routes(routes!(update_pool, delete_pool))
}

/// List the pools that an organization can put apps into.
#[utoipa::path(get, path = "/api/v2/organizations/{organization}/pools", operation_id = "list_pools", tag = "clusters",
    params(
        ("organization" = Name, Path, description = "The organization's name."),
        ("page[number]" = Option<u32>, Query, description = "The page, from 1."),
        ("page[size]" = Option<u32>, Query, description = "Rows on a page; 20 by default, 100 at most."),
    ),
    responses(
        (status = 200, body = ListDocument<Resource<Wire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["pool.read"])))]
async fn list_pools(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let query = ListQuery::parse(&uri, Known::default())?;
    let pools = service::list(&ctx, &organization).await?;
    let shown = resources(&ctx, &organization, pools).await?;
    let listed = Listed::of_all(shown, &query.page, |pool: &Resource<Wire>| {
        pool.attributes.name.to_string()
    });
    Ok(list(query.document(
        listed,
        |pool: &Resource<Wire>| pool.attributes.name.to_string(),
        |pool| pool,
    )))
}

/// Make a pool: a part of a cluster that apps are put into.
#[utoipa::path(post, path = "/api/v2/organizations/{organization}/pools", operation_id = "create_pool", tag = "clusters",
    params(("organization" = Name, Path, description = "The organization's name.")),
    request_body = NewDocument<NewPool>,
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
    security(("token" = ["pool.manage"])))]
async fn create_pool(ctx: Ctx, params: Params, body: Body<NewPool>) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let pool = service::create(&ctx, &organization, body.attributes()?).await?;
    Ok(created(shown(&ctx, pool).await?))
}

/// Change a pool's name, or whether it is the default one.
#[utoipa::path(patch, path = "/api/v2/pools/{pool}", operation_id = "update_pool", tag = "clusters",
    params(("pool" = PoolId, Path, description = "The pool's id.")),
    request_body = NewDocument<PoolChanges>,
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
    security(("token" = ["pool.manage"])))]
async fn update_pool(ctx: Ctx, params: Params, body: Body<PoolChanges>) -> Result<impl IntoResponse> {
    let pool = service::update(&ctx, params.get("pool")?, body.attributes()?).await?;
    Ok(ok(shown(&ctx, pool).await?))
}

/// Delete a pool that no app is in.
#[utoipa::path(delete, path = "/api/v2/pools/{pool}", operation_id = "delete_pool", tag = "clusters",
    params(("pool" = PoolId, Path, description = "The pool's id.")),
    responses(
        (status = 204),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
    ),
    security(("token" = ["pool.manage"])))]
async fn delete_pool(ctx: Ctx, params: Params) -> Result<StatusCode> {
    service::delete(&ctx, params.get("pool")?).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn shown(ctx: &Ctx, pool: Pool) -> Result<Resource<Wire>> {
    let cluster = clusters::store::find(ctx.db.reader(), pool.cluster_id).await?;
    let cluster = cluster.ok_or_else(|| Error::not_found("cluster", pool.cluster_id))?;
    Ok(resource(pool, cluster.name))
}

async fn resources(ctx: &Ctx, organization: &Organization, pools: Vec<Pool>) -> Result<Vec<Resource<Wire>>> {
    let clusters = clusters::store::seen_by(ctx.db.reader(), organization.id).await?;
    let names: HashMap<_, _> = clusters.into_iter().map(|cluster| (cluster.id, cluster.name)).collect();
    let shown = pools.into_iter().filter_map(|pool| {
        let cluster = names.get(&pool.cluster_id)?.clone();
        Some(resource(pool, cluster))
    });
    Ok(shown.collect())
}

fn resource(pool: Pool, cluster: Name) -> Resource<Wire> {
    let attributes = Wire {
        cluster,
        name: pool.name,
        is_default: pool.is_default,
        is_shared: pool.organization_id.is_none(),
        created_at: pool.created_at,
    };
    Resource::new(pool.id, attributes)
}
