//! What was measured of an app, over HTTP.

use axum::http::Uri;
use axum::response::IntoResponse;
use slipway_api::app_metrics::AppMetrics;
use slipway_api::ids::AppId;
use slipway_api::{Document, ErrorDocument, Resource};
use slipway_kernel::http::{Known, ListQuery, Params, Routes, ok};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Result};

use super::service::{self, Question};
use crate::apps::service as apps;
use crate::permissions::APP_READ;

pub(crate) fn routes() -> Routes {
    Routes::new().routes(routes!(get_app_metrics))
}

/// Show what an app took of its machines and how it answered: each 15 seconds of the last hour, each 5 minutes of the last 14 days.
#[utoipa::path(get, path = "/api/v2/apps/{app}/metrics", operation_id = "get_app_metrics", tag = "apps",
    params(
        ("app" = AppId, Path, description = "The app's id."),
        ("from" = Option<String>, Query, description = "From this moment (RFC 3339); an hour before the end by default."),
        ("to" = Option<String>, Query, description = "To this moment (RFC 3339); now by default."),
        ("step" = Option<u32>, Query, description = "Seconds between two points; as fine as there is by default."),
    ),
    responses((status = 200, body = Document<Resource<AppMetrics>>), (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument), (status = 404, body = ErrorDocument)),
    security(("token" = ["app.read"])))]
async fn get_app_metrics(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let app = apps::load(&ctx, params.get("app")?, APP_READ).await?;
    let known = Known {
        filters: &["from", "step", "to"],
        ..Known::default()
    };
    let query = ListQuery::parse(&uri, known)?;
    let question = Question {
        from: query.parsed_filter("from")?,
        to: query.parsed_filter("to")?,
        step: query.parsed_filter("step")?,
    };
    let metrics = service::read(&ctx, app.id, question).await?;
    Ok(ok(Resource::new(app.id.to_string(), metrics)))
}
