//! Routes of plans.

use axum::http::{StatusCode, Uri};
use axum::response::IntoResponse;
use slipway_api::ids::AppPlanId;
use slipway_api::pools::{AppPlan as Wire, AppPlanChanges, NewAppPlan};
use slipway_api::{Document, ErrorDocument, ListDocument, Name, NewDocument, Resource};
use slipway_identity::organizations;
use slipway_kernel::http::{Body, Known, ListQuery, Listed, Params, Routes, created, list, ok};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Result};

use super::service;
use super::store::AppPlan;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_app_plans, create_app_plan))
        .routes(routes!(update_app_plan, delete_app_plan))
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

/// Make a plan: how much each unit of an app may take.
#[utoipa::path(post, path = "/api/v2/organizations/{organization}/app-plans", operation_id = "create_app_plan",
    tag = "clusters",
    params(("organization" = Name, Path, description = "The organization's name.")),
    request_body = NewDocument<NewAppPlan>,
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
    security(("token" = ["app-plan.manage"])))]
async fn create_app_plan(ctx: Ctx, params: Params, body: Body<NewAppPlan>) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let plan = service::create(&ctx, &organization, body.attributes()?).await?;
    Ok(created(resource(plan)))
}

/// Change a plan. Apps that have it take that over with their next deploy or restart.
#[utoipa::path(patch, path = "/api/v2/app-plans/{app_plan}", operation_id = "update_app_plan", tag = "clusters",
    params(("app_plan" = AppPlanId, Path, description = "The plan's id.")),
    request_body = NewDocument<AppPlanChanges>,
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
    security(("token" = ["app-plan.manage"])))]
async fn update_app_plan(ctx: Ctx, params: Params, body: Body<AppPlanChanges>) -> Result<impl IntoResponse> {
    let plan = service::update(&ctx, params.get("app_plan")?, body.attributes()?).await?;
    Ok(ok(resource(plan)))
}

/// Delete a plan that no app has.
#[utoipa::path(delete, path = "/api/v2/app-plans/{app_plan}", operation_id = "delete_app_plan", tag = "clusters",
    params(("app_plan" = AppPlanId, Path, description = "The plan's id.")),
    responses(
        (status = 204),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
    ),
    security(("token" = ["app-plan.manage"])))]
async fn delete_app_plan(ctx: Ctx, params: Params) -> Result<StatusCode> {
    service::delete(&ctx, params.get("app_plan")?).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn resource(stored: AppPlan) -> Resource<Wire> {
    let plan = stored.plan();
    let attributes = Wire {
        name: stored.name,
        memory: plan.memory,
        processor: plan.processor,
        burst: plan.burst,
        is_default: stored.is_default,
        is_shared: stored.organization_id.is_none(),
        created_at: stored.created_at,
    };
    Resource::new(stored.id, attributes)
}
