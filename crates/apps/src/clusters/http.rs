//! Routes of clusters.

use std::collections::HashMap;

use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::IntoResponse;
use slipway_api::clusters::{ClusterChanges, NewCluster};
use slipway_api::ids::ClusterId;
use slipway_api::pools::Cluster as Wire;
use slipway_api::{Document, ErrorDocument, ListDocument, Name, NewDocument, Resource};
use slipway_identity::organizations;
use slipway_kernel::http::{Body, Known, ListQuery, Listed, Params, Routes, created, list, ok, require_unchanged};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Result};

use super::model::{Cluster, Connection};
use super::{changing, service, store};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_clusters))
        .routes(routes!(create_cluster))
        .routes(routes!(get_cluster, update_cluster, delete_cluster))
        .routes(routes!(check_cluster))
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
    let connections = store::connections(ctx.db.reader()).await?;
    let mut connections: HashMap<ClusterId, Connection> =
        connections.into_iter().map(|one| (one.cluster_id, one)).collect();
    let listed = Listed::of_all(service::list(&ctx, &organization).await?, &query.page, |cluster| {
        cluster.name.to_string()
    });
    Ok(list(query.document(
        listed,
        |cluster| cluster.name.to_string(),
        |cluster| {
            let connection = connections.remove(&cluster.id);
            resource(cluster, connection)
        },
    )))
}

/// Connect a Kubernetes cluster, whose pools every organization can use then. Whether it answers is seen on it afterwards.
#[utoipa::path(post, path = "/api/v2/clusters", operation_id = "create_cluster", tag = "clusters",
    request_body = NewDocument<NewCluster>,
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
async fn create_cluster(ctx: Ctx, body: Body<NewCluster>) -> Result<impl IntoResponse> {
    let cluster = changing::create(&ctx, body.attributes()?).await?;
    let version = cluster.version;
    Ok(created(shown(&ctx, cluster).await?).with_version(version))
}

/// Get a cluster.
#[utoipa::path(get, path = "/api/v2/clusters/{cluster}", operation_id = "get_cluster", tag = "clusters",
    params(("cluster" = ClusterId, Path, description = "The cluster's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["site.manage"])))]
async fn get_cluster(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let cluster = changing::get(&ctx, params.get("cluster")?).await?;
    let version = cluster.version;
    Ok(ok(shown(&ctx, cluster).await?).with_version(version))
}

/// Change how a Kubernetes cluster is reached, and where its apps answer.
#[utoipa::path(patch, path = "/api/v2/clusters/{cluster}", operation_id = "update_cluster", tag = "clusters",
    params(("cluster" = ClusterId, Path, description = "The cluster's id.")),
    request_body = NewDocument<ClusterChanges>,
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
async fn update_cluster(
    ctx: Ctx,
    params: Params,
    headers: HeaderMap,
    body: Body<ClusterChanges>,
) -> Result<impl IntoResponse> {
    let seen = changing::get(&ctx, params.get("cluster")?).await?;
    require_unchanged(&headers, seen.version)?;
    let cluster = changing::update(&ctx, &seen, body.attributes()?).await?;
    let version = cluster.version;
    Ok(ok(shown(&ctx, cluster).await?).with_version(version))
}

/// Delete a cluster that no pool is of. What runs there is left alone.
#[utoipa::path(delete, path = "/api/v2/clusters/{cluster}", operation_id = "delete_cluster", tag = "clusters",
    params(("cluster" = ClusterId, Path, description = "The cluster's id.")),
    responses(
        (status = 204),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
    ),
    security(("token" = ["site.manage"])))]
async fn delete_cluster(ctx: Ctx, params: Params) -> Result<StatusCode> {
    changing::delete(&ctx, params.get("cluster")?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ask a cluster now how it is, by a new connection.
#[utoipa::path(post, path = "/api/v2/clusters/{cluster}/actions/check", operation_id = "check_cluster", tag = "clusters",
    params(("cluster" = ClusterId, Path, description = "The cluster's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["site.manage"])))]
async fn check_cluster(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let cluster = changing::check(&ctx, params.get("cluster")?).await?;
    Ok(ok(shown(&ctx, cluster).await?))
}

async fn shown(ctx: &Ctx, cluster: Cluster) -> Result<Resource<Wire>> {
    let connection = store::connection(ctx.db.reader(), cluster.id).await?;
    Ok(resource(cluster, connection))
}

fn resource(cluster: Cluster, connection: Option<Connection>) -> Resource<Wire> {
    let attributes = Wire {
        name: cluster.name,
        driver: cluster.driver,
        status: cluster.status,
        reason: cluster.reason,
        checked_at: cluster.checked_at,
        kubernetes: connection.map(|one| one.settings.shown(one.kubeconfig.is_some())),
        created_at: cluster.created_at,
    };
    Resource::new(cluster.id, attributes)
}
