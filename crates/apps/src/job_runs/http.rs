//! Runs of jobs over HTTP.

use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Response};
use slipway_api::ids::{JobId, JobRunId};
use slipway_api::jobs::{JobRun as Wire, NewJobRun};
use slipway_api::{Document, ErrorDocument, ListDocument, NewDocument, Resource};
use slipway_kernel::http::{Body, Known, ListQuery, Params, Routes, created, framed_log, list, log_stream, ok};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Error, Result};

use super::model::JobRun;
use super::service;
use super::store::Filter;
use crate::apps::model::number;
use crate::jobs::service as jobs;
use crate::permissions::{JOB_LOG_READ, JOB_READ};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_job_runs, create_job_run))
        .routes(routes!(get_job_run))
        .routes(routes!(cancel_job_run))
        .routes(routes!(get_job_run_log))
        .routes(routes!(stream_job_run_log))
}

const LIST: Known = Known {
    filters: &["filter[status]", "filter[trigger]"],
    sorts: &[],
    includes: &[],
};

/// List the runs of a job, the newest first.
#[utoipa::path(get, path = "/api/v2/jobs/{job}/runs", operation_id = "list_job_runs", tag = "jobs",
    params(
        ("job" = JobId, Path, description = "The job's id."),
        ("filter[status]" = Option<String>, Query,
            description = "`waiting`, `running`, `succeeded`, `failed`, `canceled` or `skipped`."),
        ("filter[trigger]" = Option<String>, Query, description = "`schedule`, `person` or `retry`."),
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
async fn list_job_runs(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let query = ListQuery::parse(&uri, LIST)?;
    let statuses = "It is `waiting`, `running`, `succeeded`, `failed`, `canceled` or `skipped`.";
    let filter = Filter {
        status: word(&query, "filter[status]", statuses)?,
        wanted_by: word(&query, "filter[trigger]", "It is `schedule`, `person` or `retry`.")?,
    };
    let listed = service::list(&ctx, params.get("job")?, filter, &query.page).await?;
    Ok(list(query.document(listed, |run| run.number.to_string(), resource)))
}

fn word<T: serde::de::DeserializeOwned>(query: &ListQuery, parameter: &'static str, words: &str) -> Result<Option<T>> {
    let said = query.filter(parameter).map(|text| serde_json::from_value(text.into()));
    said.transpose()
        .map_err(|_| Error::malformed_parameter(parameter, words))
}

/// Run a job now. It goes on by itself: follow its log, or look at it again.
#[utoipa::path(post, path = "/api/v2/jobs/{job}/runs", operation_id = "create_job_run", tag = "jobs",
    params(("job" = JobId, Path, description = "The job's id.")),
    request_body = NewDocument<NewJobRun>,
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
    security(("token" = ["job.run"])))]
async fn create_job_run(ctx: Ctx, params: Params, body: Body<NewJobRun>) -> Result<impl IntoResponse> {
    let job = jobs::load(&ctx, params.get("job")?, JOB_READ).await?;
    let run = service::create(&ctx, job.id, body.attributes()?).await?;
    Ok(created(resource(run)))
}

/// Get a run of a job.
#[utoipa::path(get, path = "/api/v2/job-runs/{job_run}", operation_id = "get_job_run", tag = "jobs",
    params(("job_run" = JobRunId, Path, description = "The run's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["job.read"])))]
async fn get_job_run(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let (run, _) = service::load(&ctx, params.get("job_run")?, JOB_READ).await?;
    Ok(ok(resource(run)))
}

/// Ask a run of a job to stop; it is not tried again.
#[utoipa::path(post, path = "/api/v2/job-runs/{job_run}/actions/cancel", operation_id = "cancel_job_run", tag = "jobs",
    params(("job_run" = JobRunId, Path, description = "The run's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
    ),
    security(("token" = ["job.run"])))]
async fn cancel_job_run(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let run = service::cancel(&ctx, params.get("job_run")?).await?;
    Ok(ok(resource(run)))
}

/// Read a part of what a run of a job wrote, as of a plan's: the stream starts with STX and ends with ETX.
#[utoipa::path(get, path = "/api/v2/job-runs/{job_run}/log", operation_id = "get_job_run_log", tag = "jobs",
    params(("job_run" = JobRunId, Path), ("offset" = Option<u64>, Query), ("limit" = Option<usize>, Query)),
    responses((status = 200, content_type = "text/plain"), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument)),
    security(("token" = ["job.log.read"])))]
async fn get_job_run_log(ctx: Ctx, params: Params, uri: Uri) -> Result<Response> {
    let (run, _) = service::load(&ctx, params.get("job_run")?, JOB_LOG_READ).await?;
    framed_log(&ctx, (run.log_id, run.status.is_over()), &uri).await
}

/// Follow what a run of a job writes as server-sent events, as of a plan's.
#[utoipa::path(get, path = "/api/v2/job-runs/{job_run}/log/stream", operation_id = "stream_job_run_log", tag = "jobs",
    params(("job_run" = JobRunId, Path), ("offset" = Option<u64>, Query), ("numbered" = Option<bool>, Query)),
    responses((status = 200, content_type = "text/event-stream"), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument)),
    security(("token" = ["job.log.read"])))]
async fn stream_job_run_log(ctx: Ctx, params: Params, uri: Uri, headers: HeaderMap) -> Result<Response> {
    let (run, _) = service::load(&ctx, params.get("job_run")?, JOB_LOG_READ).await?;
    log_stream(&ctx, run.log_id, &uri, &headers).await
}

fn resource(run: JobRun) -> Resource<Wire> {
    let path = format!("/api/v2/job-runs/{}", run.id);
    let attributes = Wire {
        number: number(run.number),
        trigger: run.wanted_by,
        status: run.status,
        reason: run.reason,
        attempt: number(run.attempt),
        job_version: number(run.job_version),
        arguments: run.arguments.0,
        exit_code: run.exit_code,
        started_by: run.started_by,
        is_cancel_requested: run.is_cancel_requested,
        log_read_url: format!("{path}/log"),
        due_at: run.due_at,
        created_at: run.created_at,
        not_before: run.not_before,
        started_at: run.started_at,
        ended_at: run.ended_at,
    };
    Resource::new(run.id, attributes)
        .with_link("self", path)
        .with("job", "jobs", run.job_id)
}
