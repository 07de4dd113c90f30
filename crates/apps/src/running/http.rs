//! Units over HTTP.

use axum::http::Uri;
use axum::response::IntoResponse;
use slipway_api::apps::AppUnit;
use slipway_api::ids::AppId;
use slipway_api::{ErrorDocument, ListDocument, Resource};
use slipway_kernel::http::{Known, ListQuery, Listed, Params, Routes, list};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Result};

use super::observed::{Observed, Seen};
use crate::apps::service as apps;
use crate::metrics::sampling::Usages;
use crate::permissions::APP_READ;

pub(crate) fn routes() -> Routes {
    Routes::new().routes(routes!(list_app_units))
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
    Ok(list(query.document(
        listed,
        |seen| seen.unit.name.clone(),
        |seen| unit(&ctx, seen),
    )))
}

fn unit(ctx: &Ctx, seen: Seen) -> Resource<AppUnit> {
    let usage = ctx.kept.get::<Usages>().of(seen.unit.app, &seen.unit.name);
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
        usage,
    };
    Resource::new(unit.name, attributes)
}
