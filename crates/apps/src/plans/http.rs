//! Routes of plans.

use axum::http::Uri;
use axum::response::IntoResponse;
use slipway_api::pools::AppPlan as Wire;
use slipway_api::{ErrorDocument, ListDocument, Name, Resource};
use slipway_identity::organizations;
use slipway_kernel::http::{Known, ListQuery, Listed, Params, Routes, list};
use slipway_kernel::{Ctx, Result};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::service;
use super::store::AppPlan;

pub(crate) fn routes() -> Routes {
    OpenApiRouter::new().routes(routes!(list_app_plans))
}

/// List the plans that apps of an organization can have, the smallest first.
#[utoipa::path(get, path = "/api/v2/organizations/{organization}/app-plans", operation_id = "list_app_plans",
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
    security(("token" = ["app-plan.read"])))]
async fn list_app_plans(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let query = ListQuery::parse(&uri, Known::default())?;
    let plans = service::list(&ctx, &organization).await?;
    let listed = Listed::of_all(plans, &query.page, |plan| plan.name.to_string());
    Ok(list(query.document(listed, |plan| plan.name.to_string(), resource)))
}

fn resource(stored: AppPlan) -> Resource<Wire> {
    let plan = stored.plan();
    let attributes = Wire {
        name: stored.name,
        memory: plan.memory,
        processor: plan.processor,
        burst: plan.burst,
        is_default: stored.is_default,
        created_at: stored.created_at,
    };
    Resource::new(stored.id, attributes)
}
