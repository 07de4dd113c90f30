//! Routes of clusters.

use axum::http::Uri;
use axum::response::IntoResponse;
use slipway_api::pools::Cluster as Wire;
use slipway_api::{ErrorDocument, ListDocument, Name, Resource};
use slipway_identity::organizations;
use slipway_kernel::http::{Known, ListQuery, Listed, Params, Routes, list};
use slipway_kernel::{Ctx, Result};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::model::Cluster;
use super::service;

pub(crate) fn routes() -> Routes {
    OpenApiRouter::new().routes(routes!(list_clusters))
}

/// List the clusters that an organization can use, with how they are.
#[utoipa::path(get, path = "/api/v2/organizations/{organization}/clusters", operation_id = "list_clusters", tag = "clusters",
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
    security(("token" = ["cluster.read"])))]
async fn list_clusters(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let query = ListQuery::parse(&uri, Known::default())?;
    let listed = Listed::of_all(service::list(&ctx, &organization).await?, &query.page, |cluster| {
        cluster.name.to_string()
    });
    Ok(list(query.document(
        listed,
        |cluster| cluster.name.to_string(),
        resource,
    )))
}

fn resource(cluster: Cluster) -> Resource<Wire> {
    let attributes = Wire {
        name: cluster.name,
        driver: cluster.driver,
        status: cluster.status,
        reason: cluster.reason,
        checked_at: cluster.checked_at,
        created_at: cluster.created_at,
    };
    Resource::new(cluster.id, attributes)
}
