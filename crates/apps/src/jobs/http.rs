//! Jobs over HTTP.

use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::IntoResponse;
use slipway_api::ids::{JobId, PoolId, ProjectId};
use slipway_api::jobs::{Job as Wire, JobChanges, JobStatus, NewJob};
use slipway_api::{Document, ErrorDocument, ListDocument, Name, NewDocument, Resource};
use slipway_identity::organizations;
use slipway_kernel::http::{Body, Known, ListQuery, Listed, Params, Routes, created, list, ok, require_unchanged};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Error, Result};

use super::service;
use super::shown::{resources, shown};
use super::store::{Filter, Sort};
use crate::permissions::JOB_READ;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_jobs, create_job))
        .routes(routes!(get_job_by_name))
        .routes(routes!(get_job, update_job, delete_job))
        .routes(routes!(pause_job))
        .routes(routes!(resume_job))
}

const LIST: Known = Known {
    filters: &[
        "search[text]",
        "filter[label]",
        "filter[project][id]",
        "filter[pool][id]",
        "filter[status]",
    ],
    sorts: &["name", "created-at"],
    includes: &[],
};

/// List the jobs of an organization that the caller may see.
#[utoipa::path(get, path = "/api/v2/organizations/{organization}/jobs", operation_id = "list_jobs", tag = "jobs",
    params(
        ("organization" = Name, Path, description = "The organization's name."),
        ("search[text]" = Option<String>, Query, description = "Part of the name, the description or a label."),
        ("filter[label]" = Option<String>, Query, description = "A whole label: `key` or `key=value`."),
        ("filter[project][id]" = Option<ProjectId>, Query, description = "Of this project."),
        ("filter[pool][id]" = Option<PoolId>, Query, description = "In this pool."),
        ("filter[status]" = Option<String>, Query,
            description = "How the last run went: `new`, `running`, `succeeded`, `failed`, `canceled`; or `deleting`."),
        ("sort" = Option<String>, Query, description = "`name`, or `-created-at` for the newest first."),
        ("page[number]" = Option<u32>, Query, description = "The page, from 1."),
        ("page[size]" = Option<u32>, Query, description = "Rows on a page; 20 by default, 100 at most."),
        ("page[after]" = Option<String>, Query, description = "`next-after` of the page before."),
    ),
    responses(
        (status = 200, body = ListDocument<Resource<Wire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["job.read"])))]
async fn list_jobs(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let query = ListQuery::parse(&uri, LIST)?;
    let filter = Filter {
        text: query.filter("search[text]"),
        label: query.filter("filter[label]"),
        project: query.parsed_filter("filter[project][id]")?,
        pool: query.parsed_filter("filter[pool][id]")?,
        status: query.filter("filter[status]").map(status).transpose()?,
    };
    let sort = sort(&query)?;
    let listed = service::list(&ctx, &organization, &filter, (sort, &query.page)).await?;
    let cursors: Vec<String> = listed.rows.iter().map(|row| sort.cursor(row)).collect();
    let total = listed.total;
    let rows = resources(&ctx, listed.rows).await?;
    let listed = Listed {
        rows: rows.into_iter().zip(cursors).collect(),
        total,
    };
    Ok(list(query.document(
        listed,
        |(_, cursor)| cursor.clone(),
        |(shown, _)| shown,
    )))
}

fn status(text: &str) -> Result<JobStatus> {
    serde_json::from_value(text.into()).map_err(|_| {
        let detail = "It is `new`, `running`, `succeeded`, `failed`, `canceled` or `deleting`.";
        Error::malformed_parameter("filter[status]", detail)
    })
}

fn sort(query: &ListQuery) -> Result<Sort> {
    match query.sort.as_ref().map(|(field, descends)| (field.as_str(), *descends)) {
        None | Some(("name", false)) => Ok(Sort::Name),
        Some(("created-at", true)) => Ok(Sort::Newest),
        Some(_) => Err(Error::malformed_parameter("sort", "It is `name` or `-created-at`.")),
    }
}

/// Create a job. The clock starts it from now on, where it says when; its image is looked for afterwards.
#[utoipa::path(post, path = "/api/v2/organizations/{organization}/jobs", operation_id = "create_job", tag = "jobs",
    params(("organization" = Name, Path, description = "The organization's name.")),
    request_body = NewDocument<NewJob>,
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
    security(("token" = ["job.create"])))]
async fn create_job(ctx: Ctx, params: Params, body: Body<NewJob>) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let job = service::create(&ctx, &organization, body.attributes()?).await?;
    let version = job.version;
    Ok(created(shown(&ctx, job).await?).with_version(version))
}

/// Get a job by its name.
#[utoipa::path(get, path = "/api/v2/organizations/{organization}/jobs/{name}", operation_id = "get_job_by_name", tag = "jobs",
    params(
        ("organization" = Name, Path, description = "The organization's name."),
        ("name" = Name, Path, description = "The job's name."),
    ),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["job.read"])))]
async fn get_job_by_name(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let job = service::by_name(&ctx, &organization, &params.get("name")?).await?;
    let version = job.version;
    Ok(ok(shown(&ctx, job).await?).with_version(version))
}

/// Get a job.
#[utoipa::path(get, path = "/api/v2/jobs/{job}", operation_id = "get_job", tag = "jobs",
    params(("job" = JobId, Path, description = "The job's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["job.read"])))]
async fn get_job(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let job = service::load(&ctx, params.get("job")?, JOB_READ).await?;
    let version = job.version;
    Ok(ok(shown(&ctx, job).await?).with_version(version))
}

/// Change a job. Another image or command makes a new version, which the next run has; what runs goes on as it is.
#[utoipa::path(patch, path = "/api/v2/jobs/{job}", operation_id = "update_job", tag = "jobs",
    params(
        ("job" = JobId, Path, description = "The job's id."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change was made from."),
    ),
    request_body = NewDocument<JobChanges>,
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
    security(("token" = ["job.update"])))]
async fn update_job(ctx: Ctx, params: Params, headers: HeaderMap, body: Body<JobChanges>) -> Result<impl IntoResponse> {
    let seen = service::load(&ctx, params.get("job")?, JOB_READ).await?;
    require_unchanged(&headers, seen.version)?;
    let job = service::update(&ctx, &seen, body.attributes()?).await?;
    let version = job.version;
    Ok(ok(shown(&ctx, job).await?).with_version(version))
}

/// Delete a job: what runs of it is canceled, then it is gone with its runs and their logs.
#[utoipa::path(delete, path = "/api/v2/jobs/{job}", operation_id = "delete_job", tag = "jobs",
    params(("job" = JobId, Path, description = "The job's id.")),
    responses(
        (status = 202),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["job.delete"])))]
async fn delete_job(ctx: Ctx, params: Params) -> Result<StatusCode> {
    service::delete(&ctx, params.get("job")?).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Have the clock start nothing of a job; people still can.
#[utoipa::path(post, path = "/api/v2/jobs/{job}/actions/pause", operation_id = "pause_job", tag = "jobs",
    params(("job" = JobId, Path, description = "The job's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 412, body = ErrorDocument),
    ),
    security(("token" = ["job.update"])))]
async fn pause_job(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let job = service::pause(&ctx, params.get("job")?, true).await?;
    Ok(ok(shown(&ctx, job).await?))
}

/// Have the clock go on with the next time of a job from now; what it missed meanwhile is not run.
#[utoipa::path(post, path = "/api/v2/jobs/{job}/actions/resume", operation_id = "resume_job", tag = "jobs",
    params(("job" = JobId, Path, description = "The job's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 412, body = ErrorDocument),
    ),
    security(("token" = ["job.update"])))]
async fn resume_job(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let job = service::pause(&ctx, params.get("job")?, false).await?;
    Ok(ok(shown(&ctx, job).await?))
}
