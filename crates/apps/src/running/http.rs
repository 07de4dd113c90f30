//! Units, and what they write, over HTTP.

use axum::body::Body;
use axum::http::{Uri, header};
use axum::response::{IntoResponse, Response};
use slipway_api::apps::AppUnit;
use slipway_api::ids::AppId;
use slipway_api::{ErrorDocument, ListDocument, Resource};
use slipway_kernel::http::{Known, ListQuery, Listed, Params, Routes, list};
use slipway_kernel::{Ctx, Result};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::lines::{self, Wanted};
use super::observed::{Observed, Seen};
use crate::apps::service as apps;
use crate::permissions::{APP_LOG_READ, APP_READ};

/// Lines where nobody says how many.
const LINES: usize = 100;
/// At most.
const MOST_LINES: usize = 10_000;

pub(crate) fn routes() -> Routes {
    OpenApiRouter::new()
        .routes(routes!(list_app_units))
        .routes(routes!(get_app_logs))
}

/// List the units of an app, as they were seen last.
#[utoipa::path(get, path = "/api/v2/apps/{app}/units", operation_id = "list_app_units", tag = "apps",
    params(
        ("app" = AppId, Path, description = "The app's id."),
        ("page[number]" = Option<u32>, Query, description = "The page, from 1."),
        ("page[size]" = Option<u32>, Query, description = "Rows on a page; 20 by default, 100 at most."),
    ),
    responses(
        (status = 200, body = ListDocument<Resource<AppUnit>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["app.read"])))]
async fn list_app_units(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let app = apps::load(&ctx, params.get("app")?, APP_READ).await?;
    let query = ListQuery::parse(&uri, Known::default())?;
    let seen = ctx.kept.get::<Observed>().of(app.id);
    let listed = Listed::of_all(seen, &query.page, |seen| seen.unit.name.clone());
    Ok(list(query.document(listed, |seen| seen.unit.name.clone(), unit)))
}

fn unit(seen: Seen) -> Resource<AppUnit> {
    let (status, reason) = seen.status();
    let unit = seen.unit;
    let attributes = AppUnit {
        name: unit.name.clone(),
        process: unit.process,
        app_version: unit.version,
        deploy: unit.deploy,
        status,
        reason,
        address: unit.address.map(|address| address.to_string()),
        restarts: unit.restarts,
        started_at: unit.started_at,
    };
    Resource::new(unit.name, attributes)
}

/// Read what the units of an app write: one line each, with the time and the unit before it. With `follow=true` what comes next is
/// sent as it comes, also of units that are started meanwhile.
#[utoipa::path(get, path = "/api/v2/apps/{app}/logs", operation_id = "get_app_logs", tag = "apps",
    params(
        ("app" = AppId, Path, description = "The app's id."),
        ("process" = Option<String>, Query, description = "Only of this process."),
        ("unit" = Option<String>, Query, description = "Only of this unit."),
        ("lines" = Option<usize>, Query, description = "How many that are there; 100 by default, 10,000 at most."),
        ("follow" = Option<bool>, Query, description = "Whether to go on with what comes."),
    ),
    responses((status = 200, content_type = "text/plain"), (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument), (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument),
        (status = 503, body = ErrorDocument)),
    security(("token" = ["app.log.read"])))]
async fn get_app_logs(ctx: Ctx, params: Params, uri: Uri) -> Result<Response> {
    let app = apps::load(&ctx, params.get("app")?, APP_LOG_READ).await?;
    let known = Known {
        filters: &["process", "unit", "lines", "follow"],
        ..Known::default()
    };
    let query = ListQuery::parse(&uri, known)?;
    let wanted = Wanted {
        process: query.filter("process").map(str::to_owned),
        unit: query.filter("unit").map(str::to_owned),
        last: query.parsed_filter::<usize>("lines")?.unwrap_or(LINES).min(MOST_LINES),
    };
    let body = match query.parsed_filter::<bool>("follow")?.unwrap_or(false) {
        true => Body::from_stream(lines::follow(&ctx, &app, wanted)),
        false => Body::from(lines::last(&ctx, &app, &wanted).await?),
    };
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], body).into_response())
}
