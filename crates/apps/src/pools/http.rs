//! Routes of pools.

use std::collections::HashMap;

use axum::http::Uri;
use axum::response::IntoResponse;
use slipway_api::pools::Pool as Wire;
use slipway_api::{ErrorDocument, ListDocument, Name, Resource};
use slipway_identity::organizations;
use slipway_kernel::http::{Known, ListQuery, Listed, Params, Routes, list};
use slipway_kernel::{Ctx, Result};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::service;
use crate::clusters;

pub(crate) fn routes() -> Routes {
    OpenApiRouter::new().routes(routes!(list_pools))
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
    let clusters = clusters::store::seen_by(ctx.db.reader(), organization.id).await?;
    let names: HashMap<_, _> = clusters.into_iter().map(|cluster| (cluster.id, cluster.name)).collect();
    let shown = pools.into_iter().filter_map(|pool| {
        let attributes = Wire {
            cluster: names.get(&pool.cluster_id)?.clone(),
            name: pool.name,
            is_default: pool.is_default,
            created_at: pool.created_at,
        };
        Some(Resource::new(pool.id, attributes))
    });
    let listed = Listed::of_all(shown.collect(), &query.page, |pool: &Resource<Wire>| {
        pool.attributes.name.to_string()
    });
    Ok(list(query.document(
        listed,
        |pool: &Resource<Wire>| pool.attributes.name.to_string(),
        |pool| pool,
    )))
}
