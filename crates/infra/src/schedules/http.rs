//! Schedules over HTTP.

use std::sync::Arc;

use axum::Extension;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::IntoResponse;
use slipway_api::Name;
use slipway_api::ids::{ScheduleId, WorkspaceId};
use slipway_api::jsonapi::{Document, ErrorDocument, ListDocument, NewDocument, Resource};
use slipway_api::schedules::{Schedule as Wire, SchedulePreview, ScheduleSettings, ScheduleTrial};
use slipway_identity::organizations;
use slipway_kernel::http::{Body, Known, ListQuery, Params, Routes, created, list, ok, require_unchanged};
use slipway_kernel::routes;
use slipway_kernel::schedules::Timing;
use slipway_kernel::{Ctx, Result};

use super::action::Action;
use super::service::{self, Shown};
use super::store::Filter;
use crate::http::listing::page_of;
use crate::permissions::{SCHEDULE_MANAGE, SCHEDULE_READ};
use crate::workspaces::service::KIND;

/// What can be scheduled where, in all domains.
type Actions = Arc<[Action]>;

pub(crate) fn routes(actions: Vec<Action>) -> Routes {
    let actions: Actions = actions.into();
    Routes::new()
        .routes(routes!(list_schedules, create_schedule))
        .routes(routes!(list_organization_schedules))
        .routes(routes!(get_schedule, update_schedule, delete_schedule))
        .routes(routes!(pause_schedule))
        .routes(routes!(resume_schedule))
        .routes(routes!(run_schedule))
        .routes(routes!(preview_schedule))
        .layer(Extension(actions))
}

/// List a workspace's schedules, oldest first.
#[utoipa::path(get, path = "/api/v2/workspaces/{workspace}/schedules", operation_id = "list_schedules", tag = "schedules",
    params(("workspace" = WorkspaceId, Path)),
    responses((status = 200, body = ListDocument<Resource<Wire>>), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument)),
    security(("token" = ["schedule.read"])))]
async fn list_schedules(
    ctx: Ctx,
    Extension(actions): Extension<Actions>,
    params: Params,
    uri: Uri,
) -> Result<impl IntoResponse> {
    let workspace: WorkspaceId = params.get("workspace")?;
    let rows = service::of_object(&ctx, &actions, KIND, &workspace.to_string()).await?;
    Ok(list(page_of(&uri, rows.into_iter().map(resource).collect())?))
}

/// Make a schedule: what starts in a workspace, and when. It has the rights of whoever makes it.
#[utoipa::path(post, path = "/api/v2/workspaces/{workspace}/schedules", operation_id = "create_schedule", tag = "schedules",
    params(("workspace" = WorkspaceId, Path)), request_body = NewDocument<ScheduleSettings>,
    responses((status = 201, body = Document<Resource<Wire>>), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument), (status = 409, body = ErrorDocument),
        (status = 422, body = ErrorDocument)),
    security(("token" = ["schedule.manage"])))]
async fn create_schedule(
    ctx: Ctx,
    Extension(actions): Extension<Actions>,
    params: Params,
    body: Body<ScheduleSettings>,
) -> Result<impl IntoResponse> {
    let workspace: WorkspaceId = params.get("workspace")?;
    let settings = body.attributes()?;
    let shown = service::create(&ctx, &actions, (KIND, &workspace.to_string()), &settings).await?;
    let version = shown.schedule.version;
    Ok(created(resource(shown)).with_version(version))
}

/// Filters of the list.
const FILTERS: &[&str] = &[
    "search[text]",
    "filter[object-kind]",
    "filter[project][id]",
    "filter[action]",
    "filter[paused]",
];

/// List the schedules of an organization that the caller may see, the newest first.
#[utoipa::path(get, path = "/api/v2/organizations/{organization}/schedules", operation_id = "list_organization_schedules",
    tag = "schedules",
    params(
        ("organization" = Name, Path, description = "The organization's name."),
        ("search[text]" = Option<String>, Query, description = "Part of the name."),
        ("filter[object-kind]" = Option<String>, Query, description = "Kind of what they belong to: `workspace`."),
        ("filter[project][id]" = Option<String>, Query, description = "The project of what they belong to."),
        ("filter[action]" = Option<String>, Query, description = "What they start: `plan`, `destroy` …."),
        ("filter[paused]" = Option<bool>, Query, description = "Only those that are paused, or that are not."),
        ("page[number]" = Option<u32>, Query, description = "The page, from 1."),
        ("page[size]" = Option<u32>, Query, description = "Rows on a page; 20 by default, 100 at most."),
        ("page[after]" = Option<String>, Query, description = "`next-after` of the page before."),
    ),
    responses((status = 200, body = ListDocument<Resource<Wire>>), (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument), (status = 404, body = ErrorDocument)),
    security(("token" = ["schedule.read"])))]
async fn list_organization_schedules(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let known = Known {
        filters: FILTERS,
        ..Known::default()
    };
    let query = ListQuery::parse(&uri, known)?;
    let filter = Filter {
        object_kind: query.filter("filter[object-kind]"),
        project: query.parsed_filter("filter[project][id]")?,
        action: query.filter("filter[action]"),
        is_paused: query.parsed_filter("filter[paused]")?,
        text: query.filter("search[text]"),
    };
    let listed = service::of_organization(&ctx, &organization, &filter, &query.page).await?;
    Ok(list(query.document(
        listed,
        |shown| shown.schedule.id.to_string(),
        resource,
    )))
}

/// Get a schedule, with its next times and what came of the last ones.
#[utoipa::path(get, path = "/api/v2/schedules/{schedule}", operation_id = "get_schedule", tag = "schedules",
    params(("schedule" = ScheduleId, Path)),
    responses((status = 200, body = Document<Resource<Wire>>), (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument)),
    security(("token" = ["schedule.read"])))]
async fn get_schedule(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let schedule = service::load(&ctx, params.get("schedule")?, SCHEDULE_READ).await?;
    answer(service::show(&ctx, schedule).await?)
}

/// Change a schedule. Who changes what it does, or when, lends it his rights.
#[utoipa::path(patch, path = "/api/v2/schedules/{schedule}", operation_id = "update_schedule", tag = "schedules",
    params(("schedule" = ScheduleId, Path), ("If-Match" = Option<String>, Header, description = "The ETag that was read")),
    request_body = NewDocument<ScheduleSettings>,
    responses((status = 200, body = Document<Resource<Wire>>), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument), (status = 412, body = ErrorDocument),
        (status = 422, body = ErrorDocument)),
    security(("token" = ["schedule.manage"])))]
async fn update_schedule(
    ctx: Ctx,
    Extension(actions): Extension<Actions>,
    params: Params,
    headers: HeaderMap,
    body: Body<ScheduleSettings>,
) -> Result<impl IntoResponse> {
    let seen = service::load(&ctx, params.get("schedule")?, SCHEDULE_MANAGE).await?;
    require_unchanged(&headers, seen.version)?;
    answer(service::update(&ctx, &actions, seen, &body.attributes()?).await?)
}

/// Remove a schedule with its history; runs that it started stay.
#[utoipa::path(delete, path = "/api/v2/schedules/{schedule}", operation_id = "delete_schedule", tag = "schedules",
    params(("schedule" = ScheduleId, Path)),
    responses((status = 204), (status = 401, body = ErrorDocument), (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument)),
    security(("token" = ["schedule.manage"])))]
async fn delete_schedule(ctx: Ctx, params: Params) -> Result<StatusCode> {
    service::delete(&ctx, params.get("schedule")?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Hold a schedule back.
#[utoipa::path(post, path = "/api/v2/schedules/{schedule}/actions/pause", operation_id = "pause_schedule",
    tag = "schedules", params(("schedule" = ScheduleId, Path)),
    responses((status = 200, body = Document<Resource<Wire>>), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument), (status = 409, body = ErrorDocument)),
    security(("token" = ["schedule.manage"])))]
async fn pause_schedule(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    answer(service::pause(&ctx, params.get("schedule")?).await?)
}

/// Let a schedule go on with its next time from now. It has the rights of whoever resumes it.
#[utoipa::path(post, path = "/api/v2/schedules/{schedule}/actions/resume", operation_id = "resume_schedule",
    tag = "schedules", params(("schedule" = ScheduleId, Path)),
    responses((status = 200, body = Document<Resource<Wire>>), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument), (status = 409, body = ErrorDocument)),
    security(("token" = ["schedule.manage"])))]
async fn resume_schedule(
    ctx: Ctx,
    Extension(actions): Extension<Actions>,
    params: Params,
) -> Result<impl IntoResponse> {
    answer(service::resume(&ctx, &actions, params.get("schedule")?).await?)
}

/// Start now what a schedule starts, as the caller. Its times stay as they are.
#[utoipa::path(post, path = "/api/v2/schedules/{schedule}/actions/run", operation_id = "run_schedule", tag = "schedules",
    params(("schedule" = ScheduleId, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "The same key again finds the run that the first request started")),
    responses((status = 200, body = Document<Resource<Wire>>), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument), (status = 409, body = ErrorDocument),
        (status = 422, body = ErrorDocument)),
    security(("token" = ["schedule.manage"])))]
async fn run_schedule(
    ctx: Ctx,
    Extension(actions): Extension<Actions>,
    params: Params,
    headers: HeaderMap,
) -> Result<impl IntoResponse> {
    let key = headers.get("idempotency-key");
    let key = key.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    answer(service::run_now(&ctx, &actions, params.get("schedule")?, key.as_deref()).await?)
}

/// Say what times mean, in words and as the next five.
#[utoipa::path(post, path = "/api/v2/schedules/actions/preview", operation_id = "preview_schedule", tag = "schedules",
    request_body = NewDocument<ScheduleTrial>,
    responses((status = 200, body = Document<Resource<SchedulePreview>>), (status = 401, body = ErrorDocument),
        (status = 422, body = ErrorDocument)),
    security(("token" = [])))]
async fn preview_schedule(ctx: Ctx, body: Body<ScheduleTrial>) -> Result<impl IntoResponse> {
    let preview = service::preview(&ctx, &body.attributes()?)?;
    Ok(ok(Resource::new("preview", preview)))
}

fn answer(shown: Shown) -> Result<impl IntoResponse> {
    let version = shown.schedule.version;
    Ok(ok(resource(shown)).with_version(version))
}

/// A schedule on the wire, for the handlers of all domains that have some.
#[must_use]
pub fn resource(shown: Shown) -> Resource<Wire> {
    let Shown {
        schedule,
        clock,
        words,
        next_times,
        object_name,
    } = shown;
    let status = schedule.status(clock.next_at);
    let (cron, at) = match clock.timing {
        Timing::Once { at } => (None, Some(at)),
        Timing::Cron { expression, .. } => (Some(expression), None),
    };
    let attributes = Wire {
        name: schedule.name,
        description: schedule.description,
        object_kind: schedule.object_kind.clone(),
        object_name,
        action: schedule.action,
        cron,
        time_zone: schedule.time_zone,
        at,
        words,
        missed: schedule.missed,
        status,
        paused_reason: schedule.paused_reason,
        paused_at: schedule.paused_at,
        next_times,
        outcomes: schedule.outcomes.0.into_iter().map(|noted| noted.outcome).collect(),
        created_by: schedule.created_by_name,
        runs_as: schedule.runs_as_name,
        created_at: schedule.created_at,
    };
    Resource::new(schedule.id, attributes)
        .with("object", &format!("{}s", schedule.object_kind), schedule.object_id)
        .with("created-by", "users", schedule.created_by)
        .with("runs-as", "users", schedule.runs_as)
        .with_link("self", format!("/api/v2/schedules/{}", schedule.id))
}
