//! Runs of executors over HTTP. Their logs, plans and comments are those of runs.

use axum::http::{HeaderMap, Uri};
use axum::response::IntoResponse;
use slipway_api::approvals::Approvals;
use slipway_api::executors::{ExecutorDecision, ExecutorRun as Wire, NewExecutorRun};
use slipway_api::ids::{ExecutorId, RunId};
use slipway_api::runs::RunStatus;
use slipway_api::{Document, ErrorDocument, ListDocument, NewDocument, Resource};
use slipway_infra::approvals::runs::Said;
use slipway_infra::approvals::{Standing, Verdict};
use slipway_infra::managed;
use slipway_kernel::http::{Body, Known, ListQuery, Params, Plain, Routes, created, list, ok, request_key};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Error, Result};

use super::shown::{run, shown_run};
use crate::executors::deciding::{self, Meant};
use crate::executors::running::{self, Wanted};
use crate::executors::{service, store};
use crate::permissions::EXECUTOR_READ;

pub(super) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(run_executor))
        .routes(routes!(list_executor_runs))
        .routes(routes!(get_executor_run))
        .routes(routes!(confirm_executor_run))
        .routes(routes!(discard_executor_run))
        .routes(routes!(cancel_executor_run))
        .routes(routes!(approve_executor_run))
        .routes(routes!(reject_executor_run))
        .routes(routes!(withdraw_executor_run_approval))
}

/// Run an executor now: the module at the commit that its ref is on, with its values. The plan waits to be confirmed unless the
/// executor, or the request, says that it is applied without asking.
#[utoipa::path(post, path = "/api/v2/executors/{executor}/actions/run", operation_id = "run_executor", tag = "executors",
    params(
        ("executor" = ExecutorId, Path, description = "The executor's id."),
        ("Idempotency-Key" = Option<String>, Header,
            description = "The same key again finds the run that the first request started."),
    ),
    request_body = NewDocument<NewExecutorRun>,
    responses(
        (status = 201, body = Document<Resource<Wire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 415, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
        (status = 503, body = ErrorDocument),
    ),
    security(("token" = ["executor.run.plan"])))]
async fn run_executor(
    ctx: Ctx,
    params: Params,
    headers: HeaderMap,
    body: Body<NewExecutorRun>,
) -> Result<impl IntoResponse> {
    let executor = service::load(&ctx, params.get("executor")?, EXECUTOR_READ).await?;
    let wanted = Wanted {
        // Nothing is a whole description of a run.
        attributes: body.0.data.attributes.unwrap_or_default(),
        key: request_key(&ctx, &headers)?,
        can_wait: false,
    };
    let started = running::start(&ctx, &executor, wanted).await?;
    let meant = deciding::load(&ctx, executor.id, started.run_id).await?;
    Ok(created(shown_run(&ctx, &meant).await?))
}

/// List an executor's runs, newest first; plans that somebody made in its workspace are among them.
#[utoipa::path(get, path = "/api/v2/executors/{executor}/runs", operation_id = "list_executor_runs", tag = "executors",
    params(
        ("executor" = ExecutorId, Path, description = "The executor's id."),
        ("filter[status]" = Option<String>, Query, description = "Statuses of runs, separated by commas."),
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
    security(("token" = ["executor.read"])))]
async fn list_executor_runs(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let known = Known {
        filters: &["filter[status]"],
        ..Known::default()
    };
    let query = ListQuery::parse(&uri, known)?;
    let executor = service::load(&ctx, params.get("executor")?, EXECUTOR_READ).await?;
    let statuses = query.filter("filter[status]").map(statuses).transpose()?;
    let place = (executor.organization_id, executor.workspace_id);
    let listed = managed::runs::history(&ctx, place, statuses.unwrap_or_default(), &query.page).await?;
    let ids: Vec<RunId> = listed.rows.iter().map(|run| run.id).collect();
    let started = store::runs_of(ctx.db.reader(), &ids).await?;
    let document = query.document(
        listed,
        |row| row.id.to_string(),
        |row| run(&ctx, &executor, &row, started.get(&row.id)),
    );
    Ok(list(document))
}

fn statuses(text: &str) -> Result<Vec<RunStatus>> {
    let parse = |word: &str| {
        serde_json::from_value(word.trim().into())
            .map_err(|_| Error::malformed_parameter("filter[status]", format!("\"{word}\" is no status of a run.")))
    };
    text.split(',').map(parse).collect()
}

/// Get a run of an executor, with the approvals that it has and lacks.
#[utoipa::path(get, path = "/api/v2/executors/{executor}/runs/{run}", operation_id = "get_executor_run", tag = "executors",
    params(
        ("executor" = ExecutorId, Path, description = "The executor's id."),
        ("run" = RunId, Path, description = "The run's id."),
    ),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["executor.read"])))]
async fn get_executor_run(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let meant = deciding::load(&ctx, params.get("executor")?, params.get("run")?).await?;
    answer(&ctx, &meant).await
}

/// Confirm the plan of an executor's run: exactly that is applied, if no approval is missing.
#[utoipa::path(post, path = "/api/v2/executors/{executor}/actions/confirm", operation_id = "confirm_executor_run",
    tag = "executors",
    params(("executor" = ExecutorId, Path, description = "The executor's id.")),
    request_body = ExecutorDecision,
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
    ),
    security(("token" = ["executor.run.apply"])))]
async fn confirm_executor_run(ctx: Ctx, params: Params, body: Plain<ExecutorDecision>) -> Result<impl IntoResponse> {
    let meant = deciding::confirm(&ctx, params.get("executor")?, &body.0).await?;
    answer(&ctx, &meant).await
}

/// Discard the plan of an executor's run, or take one back that waits for its turn.
#[utoipa::path(post, path = "/api/v2/executors/{executor}/actions/discard", operation_id = "discard_executor_run",
    tag = "executors",
    params(("executor" = ExecutorId, Path, description = "The executor's id.")),
    request_body = ExecutorDecision,
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
    ),
    security(("token" = ["executor.run.apply"])))]
async fn discard_executor_run(ctx: Ctx, params: Params, body: Plain<ExecutorDecision>) -> Result<impl IntoResponse> {
    let meant = deciding::discard(&ctx, params.get("executor")?, &body.0).await?;
    answer(&ctx, &meant).await
}

/// Ask an executor's run to stop. The engine is interrupted and saves its state before it ends.
#[utoipa::path(post, path = "/api/v2/executors/{executor}/actions/cancel", operation_id = "cancel_executor_run",
    tag = "executors",
    params(("executor" = ExecutorId, Path, description = "The executor's id.")),
    request_body = ExecutorDecision,
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
    ),
    security(("token" = ["executor.run.cancel"])))]
async fn cancel_executor_run(ctx: Ctx, params: Params, body: Plain<ExecutorDecision>) -> Result<impl IntoResponse> {
    let meant = deciding::cancel(&ctx, params.get("executor")?, &body.0).await?;
    answer(&ctx, &meant).await
}

/// Approve the plan of an executor's run, where an approval rule wants that before it is applied.
#[utoipa::path(post, path = "/api/v2/executors/{executor}/actions/approve", operation_id = "approve_executor_run",
    tag = "executors",
    params(("executor" = ExecutorId, Path, description = "The executor's id.")),
    request_body = ExecutorDecision,
    responses(
        (status = 200, body = Document<Resource<Approvals>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
    ),
    security(("token" = ["executor.approve"])))]
async fn approve_executor_run(ctx: Ctx, params: Params, body: Plain<ExecutorDecision>) -> Result<impl IntoResponse> {
    say(&ctx, &params, Said::Vote(Verdict::Approve), &body.0).await
}

/// Reject the plan of an executor's run: as long as that stands, it cannot be confirmed.
#[utoipa::path(post, path = "/api/v2/executors/{executor}/actions/reject", operation_id = "reject_executor_run",
    tag = "executors",
    params(("executor" = ExecutorId, Path, description = "The executor's id.")),
    request_body = ExecutorDecision,
    responses(
        (status = 200, body = Document<Resource<Approvals>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
    ),
    security(("token" = ["executor.approve"])))]
async fn reject_executor_run(ctx: Ctx, params: Params, body: Plain<ExecutorDecision>) -> Result<impl IntoResponse> {
    say(&ctx, &params, Said::Vote(Verdict::Reject), &body.0).await
}

/// Take back what one said about the plan of an executor's run.
#[utoipa::path(post, path = "/api/v2/executors/{executor}/actions/withdraw-approval",
    operation_id = "withdraw_executor_run_approval", tag = "executors",
    params(("executor" = ExecutorId, Path, description = "The executor's id.")),
    request_body = ExecutorDecision,
    responses(
        (status = 200, body = Document<Resource<Approvals>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
    ),
    security(("token" = ["executor.approve"])))]
async fn withdraw_executor_run_approval(
    ctx: Ctx,
    params: Params,
    body: Plain<ExecutorDecision>,
) -> Result<impl IntoResponse> {
    say(&ctx, &params, Said::Withdrawn, &body.0).await
}

async fn say(ctx: &Ctx, params: &Params, said: Said, decision: &ExecutorDecision) -> Result<impl IntoResponse + use<>> {
    let now: Standing = deciding::say(ctx, params.get("executor")?, said, decision).await?;
    let shown = now.shown(ctx).await?;
    Ok(ok(Resource::new(now.subject.id, shown)))
}

async fn answer(ctx: &Ctx, meant: &Meant) -> Result<impl IntoResponse + use<>> {
    Ok(ok(shown_run(ctx, meant).await?))
}
