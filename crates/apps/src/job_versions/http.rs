//! Routes of versions of jobs.

use axum::http::Uri;
use axum::response::IntoResponse;
use slipway_api::ids::JobId;
use slipway_api::jobs::JobVersion as Wire;
use slipway_api::{ErrorDocument, ListDocument, Resource};
use slipway_kernel::http::{Known, ListQuery, Params, Routes, list};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Result};

use super::model::JobVersion;
use super::store;
use crate::apps::model::number;
use crate::jobs;
use crate::permissions::JOB_READ;

pub(crate) fn routes() -> Routes {
    Routes::new().routes(routes!(list_job_versions))
}

/// List the versions of a job, the newest first: the next run has the first.
#[utoipa::path(get, path = "/api/v2/jobs/{job}/versions", operation_id = "list_job_versions", tag = "jobs",
    params(
        ("job" = JobId, Path, description = "The job's id."),
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
async fn list_job_versions(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let job = jobs::service::load(&ctx, params.get("job")?, JOB_READ).await?;
    let query = ListQuery::parse(&uri, Known::default())?;
    let listed = store::list(ctx.db.reader(), job.id, &query.page).await?;
    Ok(list(query.document(
        listed,
        |version| version.number.to_string(),
        resource,
    )))
}

fn resource(version: JobVersion) -> Resource<Wire> {
    let attributes = Wire {
        number: number(version.number),
        image: version.image,
        digest: version.digest,
        reason: version.reason,
        command: version.command.0,
        created_by: version.created_by,
        created_at: version.created_at,
    };
    Resource::new(version.id, attributes).with("job", "jobs", version.job_id)
}
