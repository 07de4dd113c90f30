//! Approving runs over HTTP.

use axum::response::IntoResponse;
use slipway_api::approvals::Approvals;
use slipway_api::ids::RunId;
use slipway_api::jsonapi::{Document, ErrorDocument, Resource};
use slipway_api::runs::ActionRequest;
use slipway_kernel::http::{Params, Plain, Routes, ok};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Result};

use crate::approvals::model::Verdict;
use crate::approvals::runs::{self, Said};
use crate::approvals::standing::Standing;

pub(super) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(get_run_approvals))
        .routes(routes!(approve_run))
        .routes(routes!(reject_run))
        .routes(routes!(withdraw_run_approval))
}

/// Say what a run that waits lacks to be confirmed, by which rules, and who approved or rejected it.
#[utoipa::path(get, path = "/api/v2/runs/{run}/approvals", operation_id = "get_run_approvals", tag = "approvals",
    params(("run" = RunId, Path)),
    responses((status = 200, body = Document<Resource<Approvals>>), (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument), (status = 409, body = ErrorDocument)),
    security(("token" = ["workspace.run.read"])))]
async fn get_run_approvals(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let id = params.get("run")?;
    answer(&ctx, id, runs::get(&ctx, id).await?).await
}

/// Approve a run's plan. When nothing is missing any more, it can be confirmed; one that applies by itself goes on.
#[utoipa::path(post, path = "/api/v2/runs/{run}/actions/approve", operation_id = "approve_run", tag = "approvals",
    params(("run" = RunId, Path)), request_body = ActionRequest,
    responses((status = 200, body = Document<Resource<Approvals>>), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument), (status = 409, body = ErrorDocument),
        (status = 422, body = ErrorDocument)),
    security(("token" = ["workspace.run.approve"])))]
async fn approve_run(ctx: Ctx, params: Params, body: Plain<ActionRequest>) -> Result<impl IntoResponse> {
    say(&ctx, &params, Said::Vote(Verdict::Approve), &body.0.comment).await
}

/// Reject a run's plan: as long as that stands, it cannot be confirmed.
#[utoipa::path(post, path = "/api/v2/runs/{run}/actions/reject", operation_id = "reject_run", tag = "approvals",
    params(("run" = RunId, Path)), request_body = ActionRequest,
    responses((status = 200, body = Document<Resource<Approvals>>), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument), (status = 409, body = ErrorDocument),
        (status = 422, body = ErrorDocument)),
    security(("token" = ["workspace.run.approve"])))]
async fn reject_run(ctx: Ctx, params: Params, body: Plain<ActionRequest>) -> Result<impl IntoResponse> {
    say(&ctx, &params, Said::Vote(Verdict::Reject), &body.0.comment).await
}

/// Take one's own approval or rejection of a run back, while it waits.
#[utoipa::path(post, path = "/api/v2/runs/{run}/actions/withdraw-approval", operation_id = "withdraw_run_approval",
    tag = "approvals", params(("run" = RunId, Path)), request_body = ActionRequest,
    responses((status = 200, body = Document<Resource<Approvals>>), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument), (status = 409, body = ErrorDocument)),
    security(("token" = ["workspace.run.approve"])))]
async fn withdraw_run_approval(ctx: Ctx, params: Params, body: Plain<ActionRequest>) -> Result<impl IntoResponse> {
    say(&ctx, &params, Said::Withdrawn, &body.0.comment).await
}

async fn say(ctx: &Ctx, params: &Params, said: Said, comment: &str) -> Result<impl IntoResponse + use<>> {
    let id = params.get("run")?;
    answer(ctx, id, runs::say(ctx, id, said, comment).await?).await
}

async fn answer(ctx: &Ctx, id: RunId, standing: Standing) -> Result<impl IntoResponse + use<>> {
    let shown = standing.shown(ctx).await?;
    Ok(ok(Resource::new(id, shown).with("run", "runs", id)))
}
