//! Schedules of resources over HTTP; what they start is in `resource_changes::scheduled`.

use axum::http::Uri;
use axum::response::IntoResponse;
use slipway_api::ids::ResourceId;
use slipway_api::schedules::{Schedule as Wire, ScheduleSettings};
use slipway_api::{Document, ErrorDocument, ListDocument, NewDocument, Resource};
use slipway_infra::schedules::{http as schedules, service};
use slipway_kernel::http::{Body, Known, ListQuery, Listed, Params, Routes, created, list};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Result};

use super::super::scheduled::ACTIONS;
use crate::resources::model::KIND;

pub(super) fn routes() -> Routes {
    Routes::new().routes(routes!(list_schedules_of_resource, create_schedule_of_resource))
}

/// List a resource's schedules, oldest first.
#[utoipa::path(get, path = "/api/v2/resources/{resource}/schedules", operation_id = "list_schedules_of_resource",
    tag = "schedules",
    params(
        ("resource" = ResourceId, Path, description = "The resource's id."),
        ("page[number]" = Option<u32>, Query, description = "The page, from 1."),
        ("page[size]" = Option<u32>, Query, description = "Rows on a page; 20 by default, 100 at most."),
        ("page[after]" = Option<String>, Query, description = "`next-after` of the page before."),
    ),
    responses(
        (status = 200, body = ListDocument<Resource<Wire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["schedule.read"])))]
async fn list_schedules_of_resource(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let resource: ResourceId = params.get("resource")?;
    let query = ListQuery::parse(&uri, Known::default())?;
    let rows = service::of_object(&ctx, ACTIONS, KIND, &resource.to_string()).await?;
    let rows = rows.into_iter().map(schedules::resource).collect();
    let listed = Listed::of_all(rows, &query.page, |row: &Resource<Wire>| row.id.clone());
    Ok(list(query.document(listed, |row| row.id.clone(), |row| row)))
}

/// Make a schedule: when a resource is brought up to date or destroyed. It has the rights of whoever makes it.
#[utoipa::path(post, path = "/api/v2/resources/{resource}/schedules", operation_id = "create_schedule_of_resource",
    tag = "schedules",
    params(("resource" = ResourceId, Path, description = "The resource's id.")),
    request_body = NewDocument<ScheduleSettings>,
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
    security(("token" = ["schedule.manage"])))]
async fn create_schedule_of_resource(
    ctx: Ctx,
    params: Params,
    body: Body<ScheduleSettings>,
) -> Result<impl IntoResponse> {
    let resource: ResourceId = params.get("resource")?;
    let of = (KIND, resource.to_string());
    let made = service::create(&ctx, ACTIONS, (of.0, &of.1), &body.attributes()?).await?;
    let version = made.schedule.version;
    Ok(created(schedules::resource(made)).with_version(version))
}
