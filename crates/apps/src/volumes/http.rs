//! Volumes, and where apps see them, over HTTP.

use axum::http::{StatusCode, Uri};
use axum::response::IntoResponse;
use slipway_api::ids::{AppId, JobId, ProjectId, VolumeBindId, VolumeId};
use slipway_api::volumes::{
    JobVolumeBind, NewJobVolumeBind, NewVolume, NewVolumeBind, Volume as Wire, VolumeBind as BindWire,
};
use slipway_api::{Document, ErrorDocument, ListDocument, Name, NewDocument, Resource};
use slipway_identity::organizations;
use slipway_kernel::http::{Body, Known, ListQuery, Listed, Params, Routes, created, list, ok};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Result};

use super::shown::{bind, resources, shown};
use super::store::Filter;
use super::{binding, of_jobs, service};
use crate::jobs;
use crate::permissions::{JOB_READ, VOLUME_READ};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_volumes, create_volume))
        .routes(routes!(get_volume, delete_volume))
        .routes(routes!(list_volume_binds, create_volume_bind))
        .routes(routes!(delete_volume_bind))
        .routes(routes!(list_job_volume_binds, create_job_volume_bind))
        .routes(routes!(delete_job_volume_bind))
}

/// List the volumes of an organization, as far as the caller may see them.
#[utoipa::path(get, path = "/api/v2/organizations/{organization}/volumes", operation_id = "list_volumes", tag = "volumes",
    params(
        ("organization" = Name, Path, description = "The organization's name."),
        ("search[text]" = Option<String>, Query, description = "Part of the name."),
        ("filter[project][id]" = Option<ProjectId>, Query, description = "Of this project."),
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
    security(("token" = ["volume.read"])))]
async fn list_volumes(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let known = Known {
        filters: &["search[text]", "filter[project][id]"],
        ..Known::default()
    };
    let query = ListQuery::parse(&uri, known)?;
    let filter = Filter {
        text: query.filter("search[text]"),
        project: query.parsed_filter("filter[project][id]")?,
    };
    let listed = service::list(&ctx, &organization, &filter, &query.page).await?;
    let total = listed.total;
    let rows = resources(&ctx, listed.rows).await?;
    let listed = Listed { rows, total };
    Ok(list(query.document(
        listed,
        |volume: &Resource<Wire>| volume.attributes.name.to_string(),
        |volume| volume,
    )))
}

/// Make a volume; its cluster makes it soon after, and `status` says so.
#[utoipa::path(post, path = "/api/v2/organizations/{organization}/volumes", operation_id = "create_volume", tag = "volumes",
    params(("organization" = Name, Path, description = "The organization's name.")),
    request_body = NewDocument<NewVolume>,
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
    security(("token" = ["volume.create"])))]
async fn create_volume(ctx: Ctx, params: Params, body: Body<NewVolume>) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let volume = service::create(&ctx, &organization, body.attributes()?).await?;
    Ok(created(shown(&ctx, volume).await?))
}

/// Get a volume.
#[utoipa::path(get, path = "/api/v2/volumes/{volume}", operation_id = "get_volume", tag = "volumes",
    params(("volume" = VolumeId, Path, description = "The volume's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["volume.read"])))]
async fn get_volume(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let volume = service::load(&ctx, params.get("volume")?, VOLUME_READ).await?;
    Ok(ok(shown(&ctx, volume).await?))
}

/// Delete a volume with all that is in it. No app may be bound to it. Of a folder of the machine nothing is removed.
#[utoipa::path(delete, path = "/api/v2/volumes/{volume}", operation_id = "delete_volume", tag = "volumes",
    params(("volume" = VolumeId, Path, description = "The volume's id.")),
    responses(
        (status = 202),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
    ),
    security(("token" = ["volume.delete"])))]
async fn delete_volume(ctx: Ctx, params: Params) -> Result<StatusCode> {
    service::delete(&ctx, params.get("volume")?).await?;
    Ok(StatusCode::ACCEPTED)
}

/// List the volumes that units of an app see from its next deploy on, by path.
#[utoipa::path(get, path = "/api/v2/apps/{app}/volume-binds", operation_id = "list_volume_binds", tag = "volumes",
    params(
        ("app" = AppId, Path, description = "The app's id."),
        ("page[number]" = Option<u32>, Query, description = "The page, from 1."),
        ("page[size]" = Option<u32>, Query, description = "Rows on a page; 20 by default, 100 at most."),
    ),
    responses(
        (status = 200, body = ListDocument<Resource<BindWire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["app.read"])))]
async fn list_volume_binds(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let query = ListQuery::parse(&uri, Known::default())?;
    let rows = binding::list(&ctx, params.get("app")?).await?;
    let listed = Listed::of_all(rows, &query.page, |(bind, _)| bind.path.clone());
    Ok(list(query.document(listed, |(bind, _)| bind.path.clone(), bind)))
}

/// Bind an app to a volume: its units see it at a path. They do by one deploy, unless the bind is staged.
#[utoipa::path(post, path = "/api/v2/apps/{app}/volume-binds", operation_id = "create_volume_bind", tag = "volumes",
    params(("app" = AppId, Path, description = "The app's id.")),
    request_body = NewDocument<NewVolumeBind>,
    responses(
        (status = 201, body = Document<Resource<BindWire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 415, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
    ),
    security(("token" = ["app.update", "volume.bind"])))]
async fn create_volume_bind(ctx: Ctx, params: Params, body: Body<NewVolumeBind>) -> Result<impl IntoResponse> {
    let made = binding::create(&ctx, params.get("app")?, body.attributes()?).await?;
    Ok(created(bind(made)))
}

/// Take a volume away from an app. The units see that by one deploy, unless it is staged. The volume stays with all that is in it.
#[utoipa::path(delete, path = "/api/v2/volume-binds/{volume_bind}", operation_id = "delete_volume_bind", tag = "volumes",
    params(
        ("volume_bind" = VolumeBindId, Path, description = "The bind's id."),
        ("staged" = Option<bool>, Query,
            description = "Whether units see that only from the next deploy or restart on."),
    ),
    responses(
        (status = 204),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
    ),
    security(("token" = ["app.update"])))]
async fn delete_volume_bind(ctx: Ctx, params: Params, uri: Uri) -> Result<StatusCode> {
    let known = Known {
        filters: &["staged"],
        ..Known::default()
    };
    let is_staged = ListQuery::parse(&uri, known)?.parsed_filter("staged")?;
    binding::delete(&ctx, params.get("volume_bind")?, is_staged.unwrap_or_default()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// List the volumes that runs of a job see, by path.
#[utoipa::path(get, path = "/api/v2/jobs/{job}/volume-binds", operation_id = "list_job_volume_binds", tag = "volumes",
    params(
        ("job" = JobId, Path, description = "The job's id."),
        ("page[number]" = Option<u32>, Query, description = "The page, from 1."),
        ("page[size]" = Option<u32>, Query, description = "Rows on a page; 20 by default, 100 at most."),
    ),
    responses(
        (status = 200, body = ListDocument<Resource<JobVolumeBind>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["job.read"])))]
async fn list_job_volume_binds(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let query = ListQuery::parse(&uri, Known::default())?;
    let rows = of_jobs::list(&ctx, params.get("job")?).await?;
    let listed = Listed::of_all(rows, &query.page, |one: &Resource<JobVolumeBind>| one.id.clone());
    Ok(list(query.document(listed, |one| one.id.clone(), |one| one)))
}

/// Bind a job to a volume: the runs that begin from now on see it.
#[utoipa::path(post, path = "/api/v2/jobs/{job}/volume-binds", operation_id = "create_job_volume_bind", tag = "volumes",
    params(("job" = JobId, Path, description = "The job's id.")),
    request_body = NewDocument<NewJobVolumeBind>,
    responses(
        (status = 201, body = Document<Resource<JobVolumeBind>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 415, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
    ),
    security(("token" = ["job.update"])))]
async fn create_job_volume_bind(ctx: Ctx, params: Params, body: Body<NewJobVolumeBind>) -> Result<impl IntoResponse> {
    let job = jobs::service::load(&ctx, params.get("job")?, JOB_READ).await?;
    Ok(created(of_jobs::create(&ctx, job.id, body.attributes()?).await?))
}

/// Take a volume away from a job; the volume stays. Runs that go on keep it.
#[utoipa::path(delete, path = "/api/v2/job-volume-binds/{bind}", operation_id = "delete_job_volume_bind", tag = "volumes",
    params(("bind" = VolumeBindId, Path, description = "The bind's id.")),
    responses(
        (status = 204),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["job.update"])))]
async fn delete_job_volume_bind(ctx: Ctx, params: Params) -> Result<StatusCode> {
    of_jobs::delete(&ctx, params.get("bind")?).await?;
    Ok(StatusCode::NO_CONTENT)
}
