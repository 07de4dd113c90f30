//! Routes of binds.

use axum::http::{StatusCode, Uri};
use axum::response::IntoResponse;
use slipway_api::binds::{AppBind as Wire, JobBind, NewAppBind, NewJobBind};
use slipway_api::ids::{AppId, BindId, JobId};
use slipway_api::{Document, ErrorDocument, ListDocument, NewDocument, Resource};
use slipway_kernel::http::{Body, Known, ListQuery, Listed, Params, Routes, created, list, ok};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Error, Result};

use super::{of_jobs, service};
use crate::permissions::{APP_ENV_READ, JOB_ENV_READ};
use crate::{apps, jobs};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_app_binds, create_app_bind))
        .routes(routes!(get_app_bind, delete_app_bind))
        .routes(routes!(list_job_binds, create_job_bind))
        .routes(routes!(get_job_bind, delete_job_bind))
}

/// List what an app is bound to, the oldest bind first, without any value.
#[utoipa::path(get, path = "/api/v2/apps/{app}/binds", operation_id = "list_app_binds", tag = "binds",
    params(
        ("app" = AppId, Path, description = "The app's id."),
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
    security(("token" = ["app.env.read"])))]
async fn list_app_binds(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let query = ListQuery::parse(&uri, Known::default())?;
    let rows = service::list(&ctx, params.get("app")?).await?;
    let listed = Listed::of_all(rows, &query.page, |bind: &Resource<Wire>| bind.id.clone());
    Ok(list(query.document(listed, |bind| bind.id.clone(), |bind| bind)))
}

/// Bind an app to a service instance, a resource or a workspace: outputs of it are variables of the app from now on, and follow when
/// they change. The units see them by one deploy, unless the bind is staged.
#[utoipa::path(post, path = "/api/v2/apps/{app}/binds", operation_id = "create_app_bind", tag = "binds",
    params(("app" = AppId, Path, description = "The app's id.")),
    request_body = NewDocument<NewAppBind>,
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
    security(("token" = ["app.env.update"])))]
async fn create_app_bind(ctx: Ctx, params: Params, body: Body<NewAppBind>) -> Result<impl IntoResponse> {
    let app = apps::service::load(&ctx, params.get("app")?, APP_ENV_READ).await?;
    let bind = service::create(&ctx, app.id, body.attributes()?).await?;
    let shown = service::shown(&ctx, &app, vec![bind]).await?.pop();
    Ok(created(shown.ok_or_else(|| Error::internal("a bind is not shown"))?))
}

/// Get a bind.
#[utoipa::path(get, path = "/api/v2/app-binds/{bind}", operation_id = "get_app_bind", tag = "binds",
    params(("bind" = BindId, Path, description = "The bind's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["app.env.read"])))]
async fn get_app_bind(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let (bind, app) = service::load(&ctx, params.get("bind")?, APP_ENV_READ).await?;
    let shown = service::shown(&ctx, &app, vec![bind]).await?.pop();
    Ok(ok(shown.ok_or_else(|| Error::internal("a bind is not shown"))?))
}

/// Unbind: the variables that a bind gave are taken away. The units see that by one deploy, unless it is staged.
#[utoipa::path(delete, path = "/api/v2/app-binds/{bind}", operation_id = "delete_app_bind", tag = "binds",
    params(
        ("bind" = BindId, Path, description = "The bind's id."),
        ("staged" = Option<bool>, Query,
            description = "Whether units run on with what they have, until the next deploy or restart."),
    ),
    responses(
        (status = 204),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
    ),
    security(("token" = ["app.env.update"])))]
async fn delete_app_bind(ctx: Ctx, params: Params, uri: Uri) -> Result<StatusCode> {
    let known = Known {
        filters: &["staged"],
        ..Known::default()
    };
    let is_staged = ListQuery::parse(&uri, known)?.parsed_filter("staged")?;
    service::delete(&ctx, params.get("bind")?, is_staged.unwrap_or_default()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// List what a job is bound to, the oldest bind first, without any value.
#[utoipa::path(get, path = "/api/v2/jobs/{job}/binds", operation_id = "list_job_binds", tag = "binds",
    params(
        ("job" = JobId, Path, description = "The job's id."),
        ("page[number]" = Option<u32>, Query, description = "The page, from 1."),
        ("page[size]" = Option<u32>, Query, description = "Rows on a page; 20 by default, 100 at most."),
    ),
    responses(
        (status = 200, body = ListDocument<Resource<JobBind>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["job.env.read"])))]
async fn list_job_binds(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let query = ListQuery::parse(&uri, Known::default())?;
    let rows = of_jobs::list(&ctx, params.get("job")?).await?;
    let listed = Listed::of_all(rows, &query.page, |bind: &Resource<JobBind>| bind.id.clone());
    Ok(list(query.document(listed, |bind| bind.id.clone(), |bind| bind)))
}

/// Bind a job to a service instance, a resource or a workspace: outputs of it are variables of the runs that are asked for from now on, and
/// follow when they change.
#[utoipa::path(post, path = "/api/v2/jobs/{job}/binds", operation_id = "create_job_bind", tag = "binds",
    params(("job" = JobId, Path, description = "The job's id.")),
    request_body = NewDocument<NewJobBind>,
    responses(
        (status = 201, body = Document<Resource<JobBind>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 415, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
    ),
    security(("token" = ["job.env.update"])))]
async fn create_job_bind(ctx: Ctx, params: Params, body: Body<NewJobBind>) -> Result<impl IntoResponse> {
    let job = jobs::service::load(&ctx, params.get("job")?, JOB_ENV_READ).await?;
    let bind = of_jobs::create(&ctx, job.id, body.attributes()?).await?;
    let shown = of_jobs::shown(&ctx, &job, vec![bind]).await?.pop();
    Ok(created(shown.ok_or_else(|| Error::internal("a bind is not shown"))?))
}

/// Get a bind of a job.
#[utoipa::path(get, path = "/api/v2/job-binds/{bind}", operation_id = "get_job_bind", tag = "binds",
    params(("bind" = BindId, Path, description = "The bind's id.")),
    responses(
        (status = 200, body = Document<Resource<JobBind>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["job.env.read"])))]
async fn get_job_bind(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let (bind, job) = of_jobs::load(&ctx, params.get("bind")?, JOB_ENV_READ).await?;
    let shown = of_jobs::shown(&ctx, &job, vec![bind]).await?.pop();
    Ok(ok(shown.ok_or_else(|| Error::internal("a bind is not shown"))?))
}

/// Unbind a job: the runs that are asked for from now on do not see what the bind gave.
#[utoipa::path(delete, path = "/api/v2/job-binds/{bind}", operation_id = "delete_job_bind", tag = "binds",
    params(("bind" = BindId, Path, description = "The bind's id.")),
    responses(
        (status = 204),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
    ),
    security(("token" = ["job.env.update"])))]
async fn delete_job_bind(ctx: Ctx, params: Params) -> Result<StatusCode> {
    of_jobs::delete(&ctx, params.get("bind")?).await?;
    Ok(StatusCode::NO_CONTENT)
}
