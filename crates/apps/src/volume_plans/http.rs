//! Routes of volume plans.

use axum::http::{StatusCode, Uri};
use axum::response::IntoResponse;
use slipway_api::ids::VolumePlanId;
use slipway_api::volumes::{NewVolumePlan, VolumePlan as Wire};
use slipway_api::{Document, ErrorDocument, ListDocument, Name, NewDocument, Resource};
use slipway_identity::organizations;
use slipway_kernel::http::{Body, Known, ListQuery, Listed, Params, Routes, created, list};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Result};

use super::service;
use super::store::VolumePlan;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_volume_plans, create_volume_plan))
        .routes(routes!(delete_volume_plan))
}

/// List the plans that volumes of an organization can have, by name.
#[utoipa::path(get, path = "/api/v2/organizations/{organization}/volume-plans", operation_id = "list_volume_plans",
    tag = "volumes",
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
    security(("token" = ["volume-plan.read"])))]
async fn list_volume_plans(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let query = ListQuery::parse(&uri, Known::default())?;
    let plans = service::list(&ctx, &organization).await?;
    let listed = Listed::of_all(plans, &query.page, |plan| plan.name.to_string());
    Ok(list(query.document(listed, |plan| plan.name.to_string(), resource)))
}

/// Make a volume plan: what volumes of it are. Folders of an engine's machine, drivers and their options are for site administrators to
/// give.
#[utoipa::path(post, path = "/api/v2/organizations/{organization}/volume-plans", operation_id = "create_volume_plan",
    tag = "volumes",
    params(("organization" = Name, Path, description = "The organization's name.")),
    request_body = NewDocument<NewVolumePlan>,
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
    security(("token" = ["volume-plan.manage"])))]
async fn create_volume_plan(ctx: Ctx, params: Params, body: Body<NewVolumePlan>) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let plan = service::create(&ctx, &organization, body.attributes()?).await?;
    Ok(created(resource(plan)))
}

/// Delete a volume plan that no volume has.
#[utoipa::path(delete, path = "/api/v2/volume-plans/{volume_plan}", operation_id = "delete_volume_plan", tag = "volumes",
    params(("volume_plan" = VolumePlanId, Path, description = "The volume plan's id.")),
    responses(
        (status = 204),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
    ),
    security(("token" = ["volume-plan.manage"])))]
async fn delete_volume_plan(ctx: Ctx, params: Params) -> Result<StatusCode> {
    service::delete(&ctx, params.get("volume_plan")?).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn resource(plan: VolumePlan) -> Resource<Wire> {
    let attributes = Wire {
        name: plan.name,
        kind: plan.kind,
        settings: plan.settings.0,
        is_shared: plan.organization_id.is_none(),
        created_at: plan.created_at,
    };
    Resource::new(plan.id, attributes)
}
