//! Routes of versions.

use axum::http::Uri;
use axum::response::IntoResponse;
use slipway_api::deploys::AppVersion as Wire;
use slipway_api::ids::AppId;
use slipway_api::{ErrorDocument, ListDocument, Resource};
use slipway_kernel::http::{Known, ListQuery, Params, Routes, list};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Result};

use super::model::AppVersion;
use super::service;
use crate::apps::model::number;
use crate::apps::{self, App};
use crate::permissions::APP_READ;
use crate::running::observed::{Observed, Seen};

pub(crate) fn routes() -> Routes {
    Routes::new().routes(routes!(list_app_versions))
}

/// List the versions of an app, the newest first: each can be deployed again.
#[utoipa::path(get, path = "/api/v2/apps/{app}/versions", operation_id = "list_app_versions", tag = "deploys",
    params(
        ("app" = AppId, Path, description = "The app's id."),
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
    security(("token" = ["app.read"])))]
async fn list_app_versions(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let app = apps::service::load(&ctx, params.get("app")?, APP_READ).await?;
    let query = ListQuery::parse(&uri, Known::default())?;
    let listed = service::list(&ctx, &app, &query.page).await?;
    let seen = ctx.kept.get::<Observed>().of(app.id);
    Ok(list(query.document(
        listed,
        |version| version.number.to_string(),
        |version| resource(&app, version, &seen),
    )))
}

fn resource(app: &App, version: AppVersion, seen: &[Seen]) -> Resource<Wire> {
    let is_live = app.live_version == Some(version.number);
    let attributes = Wire {
        number: number(version.number),
        image: version.image,
        processes: apps::shown::processes(app, &version.processes, is_live.then_some(seen)),
        env: number(version.env_number),
        origin: version.origin,
        is_live,
        created_by: version.created_by,
        created_at: version.created_at,
        image_removed_at: version.image_removed_at,
    };
    Resource::new(version.id, attributes)
}
