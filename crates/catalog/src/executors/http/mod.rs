//! Executors over HTTP: the executors themselves here, their runs in `runs.rs`, what is shown of both in `shown.rs`.

mod runs;
mod schedules;
mod shown;

use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::IntoResponse;
use slipway_api::executors::{Executor as Wire, ExecutorChanges, ExecutorStatus, NewExecutor};
use slipway_api::ids::{ExecutorId, ProjectId, SourceCodeId};
use slipway_api::states::StateOutput;
use slipway_api::{Document, ErrorDocument, ListDocument, Name, NewDocument, Resource};
use slipway_identity::organizations;
use slipway_kernel::http::{Body, Known, ListQuery, Listed, Params, Routes, created, list, ok, require_unchanged};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Error, Result};

use super::store::{Filter, Sort};
use super::{outputs, service};
use crate::permissions::{EXECUTOR_DELETE, EXECUTOR_READ};
use shown::{resources, shown};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_executors, create_executor))
        .routes(routes!(get_executor, update_executor, delete_executor))
        .routes(routes!(enable_executor))
        .routes(routes!(disable_executor))
        .routes(routes!(list_executor_outputs))
        .merge(runs::routes())
        .merge(schedules::routes())
}

const LIST: Known = Known {
    filters: &[
        "search[text]",
        "filter[label]",
        "filter[project][id]",
        "filter[source-code]",
        "filter[status]",
        "filter[enabled]",
    ],
    sorts: &["name", "created-at"],
    includes: &[],
};

/// List the executors of an organization that the caller may see.
#[utoipa::path(get, path = "/api/v2/organizations/{organization}/executors", operation_id = "list_executors",
    tag = "executors",
    params(
        ("organization" = Name, Path, description = "The organization's name."),
        ("search[text]" = Option<String>, Query, description = "Part of the name, the description or a label."),
        ("filter[label]" = Option<String>, Query, description = "A whole label: `key` or `key=value`."),
        ("filter[project][id]" = Option<ProjectId>, Query, description = "Of this project."),
        ("filter[source-code]" = Option<SourceCodeId>, Query, description = "Of this source code."),
        ("filter[status]" = Option<String>, Query,
            description = "`new`, `running`, `waiting`, `succeeded`, `failed` or `stopped`: what came of the newest run."),
        ("filter[enabled]" = Option<bool>, Query, description = "Only those that can be run, or that cannot."),
        ("sort" = Option<String>, Query, description = "`name`, or `-created-at` for the newest first."),
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
async fn list_executors(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let query = ListQuery::parse(&uri, LIST)?;
    let filter = Filter {
        text: query.filter("search[text]"),
        label: query.filter("filter[label]"),
        project: query.parsed_filter("filter[project][id]")?,
        source_code: query.parsed_filter("filter[source-code]")?,
        status: query.filter("filter[status]").map(status).transpose()?,
        is_enabled: query.parsed_filter("filter[enabled]")?,
    };
    let sort = sort(&query)?;
    let listed = service::list(&ctx, &organization, &filter, (sort, &query.page)).await?;
    let cursors: Vec<String> = listed.rows.iter().map(|row| sort.cursor(row)).collect();
    let total = listed.total;
    let shown = resources(&ctx, listed.rows).await?;
    let listed = Listed {
        rows: shown.into_iter().zip(cursors).collect(),
        total,
    };
    Ok(list(query.document(
        listed,
        |(_, cursor)| cursor.clone(),
        |(shown, _)| shown,
    )))
}

fn status(text: &str) -> Result<ExecutorStatus> {
    serde_json::from_value(text.into()).map_err(|_| {
        let detail = "It is `new`, `running`, `waiting`, `succeeded`, `failed` or `stopped`.";
        Error::malformed_parameter("filter[status]", detail)
    })
}

fn sort(query: &ListQuery) -> Result<Sort> {
    match query.sort.as_ref().map(|(field, descends)| (field.as_str(), *descends)) {
        None | Some(("name", false)) => Ok(Sort::Name),
        Some(("created-at", true)) => Ok(Sort::Newest),
        Some(_) => Err(Error::malformed_parameter("sort", "It is `name` or `-created-at`.")),
    }
}

/// Create an executor of a module of a source code, with a workspace behind it.
#[utoipa::path(post, path = "/api/v2/organizations/{organization}/executors", operation_id = "create_executor",
    tag = "executors",
    params(("organization" = Name, Path, description = "The organization's name.")),
    request_body = NewDocument<NewExecutor>,
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
    security(("token" = ["executor.create"])))]
async fn create_executor(ctx: Ctx, params: Params, body: Body<NewExecutor>) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let executor = service::create(&ctx, &organization, body.attributes()?).await?;
    let version = executor.version;
    Ok(created(shown(&ctx, executor).await?).with_version(version))
}

/// Get an executor.
#[utoipa::path(get, path = "/api/v2/executors/{executor}", operation_id = "get_executor", tag = "executors",
    params(("executor" = ExecutorId, Path, description = "The executor's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["executor.read"])))]
async fn get_executor(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let executor = service::load(&ctx, params.get("executor")?, EXECUTOR_READ).await?;
    let version = executor.version;
    Ok(ok(shown(&ctx, executor).await?).with_version(version))
}

/// Change an executor. Its source code, directory, engine and project never change; what runs already is not changed.
#[utoipa::path(patch, path = "/api/v2/executors/{executor}", operation_id = "update_executor", tag = "executors",
    params(
        ("executor" = ExecutorId, Path, description = "The executor's id."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change was made from."),
    ),
    request_body = NewDocument<ExecutorChanges>,
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 412, body = ErrorDocument),
        (status = 415, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
        (status = 503, body = ErrorDocument),
    ),
    security(("token" = ["executor.update"])))]
async fn update_executor(
    ctx: Ctx,
    params: Params,
    headers: HeaderMap,
    body: Body<ExecutorChanges>,
) -> Result<impl IntoResponse> {
    let seen = service::load(&ctx, params.get("executor")?, EXECUTOR_READ).await?;
    require_unchanged(&headers, seen.version)?;
    let executor = service::update(&ctx, &seen, body.attributes()?).await?;
    let version = executor.version;
    Ok(ok(shown(&ctx, executor).await?).with_version(version))
}

/// Delete an executor with its state and its runs. While its state has resources that takes a reason: they stay where they are.
#[utoipa::path(delete, path = "/api/v2/executors/{executor}", operation_id = "delete_executor", tag = "executors",
    params(
        ("executor" = ExecutorId, Path, description = "The executor's id."),
        ("reason" = Option<String>, Query,
            description = "Why it is deleted although its state has resources, which nothing manages any more then."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the decision was made from."),
    ),
    responses(
        (status = 204),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 412, body = ErrorDocument),
    ),
    security(("token" = ["executor.delete"])))]
async fn delete_executor(ctx: Ctx, params: Params, uri: Uri, headers: HeaderMap) -> Result<StatusCode> {
    let known = Known {
        filters: &["reason"],
        ..Known::default()
    };
    let query = ListQuery::parse(&uri, known)?;
    let seen = service::load(&ctx, params.get("executor")?, EXECUTOR_DELETE).await?;
    require_unchanged(&headers, seen.version)?;
    service::delete(&ctx, &seen, query.filter("reason")).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Let runs of an executor be started again.
#[utoipa::path(post, path = "/api/v2/executors/{executor}/actions/enable", operation_id = "enable_executor",
    tag = "executors",
    params(("executor" = ExecutorId, Path, description = "The executor's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 412, body = ErrorDocument),
    ),
    security(("token" = ["executor.update"])))]
async fn enable_executor(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let executor = service::enable(&ctx, params.get("executor")?, true).await?;
    let version = executor.version;
    Ok(ok(shown(&ctx, executor).await?).with_version(version))
}

/// Let no run of an executor be started, by people or schedules; what runs already goes on.
#[utoipa::path(post, path = "/api/v2/executors/{executor}/actions/disable", operation_id = "disable_executor",
    tag = "executors",
    params(("executor" = ExecutorId, Path, description = "The executor's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 412, body = ErrorDocument),
    ),
    security(("token" = ["executor.update"])))]
async fn disable_executor(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let executor = service::enable(&ctx, params.get("executor")?, false).await?;
    let version = executor.version;
    Ok(ok(shown(&ctx, executor).await?).with_version(version))
}

/// List what an executor puts out: the outputs of its state. Secrets have no value unless they are revealed, which is recorded.
#[utoipa::path(get, path = "/api/v2/executors/{executor}/outputs", operation_id = "list_executor_outputs",
    tag = "executors",
    params(
        ("executor" = ExecutorId, Path, description = "The executor's id."),
        ("filter[sensitive]" = Option<String>, Query,
            description = "`revealed` shows the values of secrets to those who may read the states of its workspace."),
        ("page[number]" = Option<u32>, Query, description = "The page, from 1."),
        ("page[size]" = Option<u32>, Query, description = "Rows on a page; 20 by default, 100 at most."),
        ("page[after]" = Option<String>, Query, description = "`next-after` of the page before."),
    ),
    responses(
        (status = 200, body = ListDocument<Resource<StateOutput>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["executor.read", "workspace.state.read-outputs"])))]
async fn list_executor_outputs(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let known = Known {
        filters: &["filter[sensitive]"],
        ..Known::default()
    };
    let query = ListQuery::parse(&uri, known)?;
    let reveals = match query.filter("filter[sensitive]") {
        None => false,
        Some("revealed") => true,
        Some(_) => {
            let detail = "Only \"revealed\" is known here.";
            return Err(Error::malformed_parameter("filter[sensitive]", detail));
        }
    };
    let found = outputs::list(&ctx, params.get("executor")?, reveals).await?;
    let listed = Listed::of_all(found, &query.page, |output| output.row.id.to_string());
    let document = query.document(
        listed,
        |output| output.row.id.to_string(),
        |output| {
            let attributes = StateOutput {
                name: output.row.name,
                sensitive: output.row.sensitive,
                kind: output.row.kind,
                value: output.value,
            };
            Resource::new(output.row.id, attributes)
        },
    );
    Ok(list(document))
}
