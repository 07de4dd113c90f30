//! Schedules of executors over HTTP; one that is there is read and changed at `/api/v2/schedules`.

use axum::http::Uri;
use axum::response::IntoResponse;
use slipway_api::ids::ExecutorId;
use slipway_api::schedules::{Schedule as Wire, ScheduleSettings};
use slipway_api::{Document, ErrorDocument, ListDocument, NewDocument, Resource};
use slipway_infra::schedules::http::resource;
use slipway_infra::schedules::service as schedules;
use slipway_kernel::http::{Body, Known, ListQuery, Listed, Params, Routes, created, list};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Result};

use crate::executors::model::KIND;
use crate::executors::scheduled::ACTIONS;

pub(super) fn routes() -> Routes {
    Routes::new().routes(routes!(list_executor_schedules, create_executor_schedule))
}

/// List an executor's schedules, oldest first.
#[utoipa::path(get, path = "/api/v2/executors/{executor}/schedules", operation_id = "list_executor_schedules",
    tag = "executors",
    params(
        ("executor" = ExecutorId, Path, description = "The executor's id."),
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
async fn list_executor_schedules(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let query = ListQuery::parse(&uri, Known::default())?;
    let executor: ExecutorId = params.get("executor")?;
    let found = schedules::of_object(&ctx, ACTIONS, KIND, &executor.to_string()).await?;
    let rows: Vec<Resource<Wire>> = found.into_iter().map(resource).collect();
    let listed = Listed::of_all(rows, &query.page, |row| row.id.clone());
    Ok(list(query.document(listed, |row| row.id.clone(), |row| row)))
}

/// Make a schedule: when an executor plans, applies, refreshes or destroys. It has the rights of whoever makes it.
#[utoipa::path(post, path = "/api/v2/executors/{executor}/schedules", operation_id = "create_executor_schedule",
    tag = "executors",
    params(("executor" = ExecutorId, Path, description = "The executor's id.")),
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
async fn create_executor_schedule(ctx: Ctx, params: Params, body: Body<ScheduleSettings>) -> Result<impl IntoResponse> {
    let executor: ExecutorId = params.get("executor")?;
    let settings = body.attributes()?;
    let shown = schedules::create(&ctx, ACTIONS, (KIND, &executor.to_string()), &settings).await?;
    let version = shown.schedule.version;
    Ok(created(resource(shown)).with_version(version))
}
