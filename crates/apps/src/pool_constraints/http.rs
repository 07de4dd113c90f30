//! Routes of rules about pools.

use axum::http::{StatusCode, Uri};
use axum::response::IntoResponse;
use slipway_api::ids::PoolConstraintId;
use slipway_api::pools::{NewPoolConstraint, PoolConstraint as Wire, PoolConstraintChanges};
use slipway_api::{Document, ErrorDocument, ListDocument, Name, NewDocument, Resource};
use slipway_identity::organizations;
use slipway_kernel::http::{Body, Known, ListQuery, Listed, Params, Routes, created, list, ok};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Result};

use super::{PoolConstraint, service};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_pool_constraints, create_pool_constraint))
        .routes(routes!(update_pool_constraint, delete_pool_constraint))
}

/// List the rules about pools that count for an organization: its own and the site's.
#[utoipa::path(get, path = "/api/v2/organizations/{organization}/pool-constraints", operation_id = "list_pool_constraints",
    tag = "clusters",
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
async fn list_pool_constraints(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let query = ListQuery::parse(&uri, Known::default())?;
    let rules = service::list(&ctx, &organization).await?;
    let listed = Listed::of_all(rules, &query.page, |rule| rule.id.to_string());
    Ok(list(query.document(listed, |rule| rule.id.to_string(), resource)))
}

/// Make a rule about what may be used in pools.
#[utoipa::path(post, path = "/api/v2/organizations/{organization}/pool-constraints", operation_id = "create_pool_constraint",
    tag = "clusters",
    params(("organization" = Name, Path, description = "The organization's name.")),
    request_body = NewDocument<NewPoolConstraint>,
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
async fn create_pool_constraint(ctx: Ctx, params: Params, body: Body<NewPoolConstraint>) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let rule = service::create(&ctx, &organization, body.attributes()?).await?;
    Ok(created(resource(rule)))
}

/// Change what a rule about pools allows. Apps that are there stay as they are.
#[utoipa::path(patch, path = "/api/v2/pool-constraints/{pool_constraint}", operation_id = "update_pool_constraint",
    tag = "clusters",
    params(("pool_constraint" = PoolConstraintId, Path, description = "The rule's id.")),
    request_body = NewDocument<PoolConstraintChanges>,
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 415, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
    ),
    security(("token" = ["pool.manage"])))]
async fn update_pool_constraint(
    ctx: Ctx,
    params: Params,
    body: Body<PoolConstraintChanges>,
) -> Result<impl IntoResponse> {
    let rule = service::update(&ctx, params.get("pool_constraint")?, body.attributes()?).await?;
    Ok(ok(resource(rule)))
}

/// Delete a rule about pools.
#[utoipa::path(delete, path = "/api/v2/pool-constraints/{pool_constraint}", operation_id = "delete_pool_constraint",
    tag = "clusters",
    params(("pool_constraint" = PoolConstraintId, Path, description = "The rule's id.")),
    responses(
        (status = 204),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["pool.manage"])))]
async fn delete_pool_constraint(ctx: Ctx, params: Params) -> Result<StatusCode> {
    service::delete(&ctx, params.get("pool_constraint")?).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn resource(rule: PoolConstraint) -> Resource<Wire> {
    let attributes = Wire {
        pools: rule.pools,
        field: rule.field,
        values: rule.rule_values.0,
        denies: rule.denies,
        is_shared: rule.organization_id.is_none(),
        created_at: rule.created_at,
    };
    Resource::new(rule.id, attributes)
}
