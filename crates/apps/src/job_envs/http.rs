//! Routes of variables of jobs.

use axum::response::IntoResponse;
use slipway_api::ids::JobId;
use slipway_api::jobs::{JobEnv as Wire, JobEnvChange};
use slipway_api::{Document, ErrorDocument, NewDocument, Resource};
use slipway_kernel::http::{Body, Params, Routes, ok};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Result};

use super::service;
use crate::jobs;
use crate::permissions::JOB_ENV_READ;

pub(crate) fn routes() -> Routes {
    Routes::new().routes(routes!(get_job_env, update_job_env))
}

/// Get the variables of a job, without the values of those that are private.
#[utoipa::path(get, path = "/api/v2/jobs/{job}/env", operation_id = "get_job_env", tag = "jobs",
    params(("job" = JobId, Path, description = "The job's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["job.env.read"])))]
async fn get_job_env(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let job = jobs::service::load(&ctx, params.get("job")?, JOB_ENV_READ).await?;
    let env = service::show(&ctx, &job).await?;
    Ok(ok(Resource::new(job.id, env)))
}

/// Change variables of a job, all at once. Runs that are asked for from now on see them.
#[utoipa::path(patch, path = "/api/v2/jobs/{job}/env", operation_id = "update_job_env", tag = "jobs",
    params(("job" = JobId, Path, description = "The job's id.")),
    request_body = NewDocument<JobEnvChange>,
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
    security(("token" = ["job.env.update"])))]
async fn update_job_env(ctx: Ctx, params: Params, body: Body<JobEnvChange>) -> Result<impl IntoResponse> {
    let job = jobs::service::load(&ctx, params.get("job")?, JOB_ENV_READ).await?;
    let env = service::change(&ctx, &job, body.attributes()?).await?;
    Ok(ok(Resource::new(job.id, env)))
}
