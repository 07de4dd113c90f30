//! Plans and applies over HTTP, in TFE's shapes, with their logs and what an apply did.

mod logs;
mod resources;

use axum::body::Bytes;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use slipway_api::ids::{ApplyId, PlanId, RunId};
use slipway_api::jsonapi::{Document, ErrorDocument, Resource};
use slipway_api::runs::Phase as Wire;
use slipway_kernel::http::{Params, Routes, ok};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Error, Result};

use super::model::{Phase, PhaseKind};
use super::service;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(get_plan))
        .routes(routes!(get_apply))
        .routes(routes!(get_plan_json))
        .routes(routes!(get_run_plan_json))
        .merge(logs::routes())
        .merge(resources::routes())
}

/// Get a plan.
#[utoipa::path(get, path = "/api/v2/plans/{plan}", operation_id = "get_plan", tag = "runs",
    params(("plan" = PlanId, Path)),
    responses((status = 200, body = Document<Resource<Wire>>), (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument)),
    security(("token" = ["workspace.run.read"])))]
async fn get_plan(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    Ok(ok(resource(service::plan(&ctx, params.get("plan")?).await?)))
}

/// Get an apply.
#[utoipa::path(get, path = "/api/v2/applies/{apply}", operation_id = "get_apply", tag = "runs",
    params(("apply" = ApplyId, Path)),
    responses((status = 200, body = Document<Resource<Wire>>), (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument)),
    security(("token" = ["workspace.run.read"])))]
async fn get_apply(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    Ok(ok(resource(service::apply(&ctx, params.get("apply")?).await?)))
}

/// Get a plan in the engine's JSON form. Like a state it has every value in clear, also those that are only marked as
/// sensitive.
#[utoipa::path(get, path = "/api/v2/plans/{plan}/json-output", operation_id = "get_plan_json", tag = "runs",
    params(("plan" = PlanId, Path)),
    responses((status = 200, content_type = "application/json"), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument)),
    security(("token" = ["workspace.state.read"])))]
async fn get_plan_json(ctx: Ctx, params: Params) -> Result<Response> {
    let phase = service::plan(&ctx, params.get("plan")?).await?;
    Ok(json(service::plan_json(&ctx, &phase).await?))
}

/// Get a run's plan in the engine's JSON form.
#[utoipa::path(get, path = "/api/v2/runs/{run}/plan/json-output", operation_id = "get_run_plan_json", tag = "runs",
    params(("run" = RunId, Path)),
    responses((status = 200, content_type = "application/json"), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument)),
    security(("token" = ["workspace.state.read"])))]
async fn get_run_plan_json(ctx: Ctx, params: Params) -> Result<Response> {
    let phase = service::of_run(&ctx, params.get("run")?, PhaseKind::Plan).await?;
    Ok(json(service::plan_json(&ctx, &phase).await?))
}

fn json(bytes: Bytes) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], bytes).into_response()
}

/// The phases of a run that `include` asks for.
pub(crate) async fn included(ctx: &Ctx, run: RunId, includes: &[String]) -> Result<Vec<Value>> {
    let mut included = Vec::new();
    for (name, kind) in [("plan", PhaseKind::Plan), ("apply", PhaseKind::Apply)] {
        if includes.iter().any(|include| include == name) {
            let phase = super::store::of_run(ctx.db.reader(), run, kind).await?;
            included.push(serde_json::to_value(resource(phase)).map_err(Error::internal)?);
        }
    }
    Ok(included)
}

fn resource(phase: Phase) -> Resource<Wire> {
    let (kind, path) = match phase.kind {
        PhaseKind::Plan => ("plans", "plans"),
        PhaseKind::Apply => ("applies", "applies"),
    };
    let counts = phase.report.counts;
    let attributes = Wire {
        status: phase.status,
        log_read_url: format!("/api/v2/{path}/{}/log", phase.id),
        resource_additions: counts.add,
        resource_changes: counts.change,
        resource_destructions: counts.destroy,
        resource_imports: counts.import,
        has_changes: counts.has_changes(),
        changes_available: phase.changes_address.is_some(),
        diagnostics: phase.report.diagnostics,
        status_timestamps: phase.status_times.0,
    };
    let mut resource = Resource::new(&phase.id, attributes);
    resource.kind = kind.to_owned();
    if phase.kind == PhaseKind::Plan {
        resource = resource.with_link("json-output", format!("/api/v2/plans/{}/json-output", phase.id));
    }
    resource.with("run", "runs", phase.run_id)
}
