//! Routes of workflows.

use std::collections::HashMap;

use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::IntoResponse;
use slipway_api::ids::{ProjectId, ResourceId, WorkflowId};
use slipway_api::workflows::{NewWorkflow, Workflow as Wire, WorkflowStep, WorkflowStepChanges};
use slipway_api::{Document, ErrorDocument, ListDocument, Name, NewDocument, Resource};
use slipway_identity::organizations;
use slipway_kernel::http::{Body, Known, ListQuery, Listed, Params, Routes, created, list, ok, require_unchanged};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Error, Result};

use super::model::{Step, Workflow};
use super::parts::Part;
use super::store::Filter;
use super::{editing, service};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_workflows, create_workflow))
        .routes(routes!(get_workflow, delete_workflow))
        .routes(routes!(start_workflow))
        .routes(routes!(retry_workflow))
        .routes(routes!(cancel_workflow))
        .routes(routes!(change_workflow_step))
}

/// List the workflows of an organization, the newest first.
#[utoipa::path(get, path = "/api/v2/organizations/{organization}/workflows", operation_id = "list_workflows",
    tag = "workflows",
    params(
        ("organization" = Name, Path, description = "The organization's name."),
        ("filter[project]" = Option<ProjectId>, Query, description = "Whose resources are all of this project."),
        ("filter[status]" = Option<String>, Query, description = "In one of these, with commas: `running,failed`."),
        ("filter[kind]" = Option<String>, Query, description = "That do one of these, with commas: `destroy,create`."),
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
    security(("token" = ["resource.read"])))]
async fn list_workflows(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let known = Known {
        filters: &["filter[project]", "filter[status]", "filter[kind]"],
        ..Known::default()
    };
    let query = ListQuery::parse(&uri, known)?;
    let filter = Filter {
        project: query.parsed_filter("filter[project]")?,
        statuses: words(&query, "filter[status]", "status of a workflow")?,
        kinds: words(&query, "filter[kind]", "kind of workflow")?,
    };
    let (listed, mut steps) = service::list(&ctx, &organization, &filter, &query.page).await?;
    let rows = listed.rows.into_iter().map(|workflow| {
        let steps = steps.remove(&workflow.id).unwrap_or_default();
        (workflow.id, shown(&workflow, steps, HashMap::new()))
    });
    let listed = Listed {
        rows: rows.collect(),
        total: listed.total,
    };
    Ok(list(query.document(
        listed,
        |(id, _)| id.to_string(),
        |(_, shown)| shown,
    )))
}

fn words<T: serde::de::DeserializeOwned>(query: &ListQuery, name: &str, what: &str) -> Result<Vec<T>> {
    let parse = |word: &str| {
        serde_json::from_value(word.trim().into())
            .map_err(|_| Error::malformed_parameter(name, format!("\"{word}\" is no {what}.")))
    };
    match query.filter(name) {
        Some(text) => text.split(',').map(parse).collect(),
        None => Ok(Vec::new()),
    }
}

/// Create a workflow: a cascade of destructions, an upgrade of many resources, taking many to what is new below them, or
/// making those of a blueprint. Its steps are found now; nothing happens before it is started.
#[utoipa::path(post, path = "/api/v2/organizations/{organization}/workflows", operation_id = "create_workflow",
    tag = "workflows",
    params(("organization" = Name, Path, description = "The organization's name.")),
    request_body = NewDocument<NewWorkflow>,
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
    security(("token" = ["resource.update"])))]
async fn create_workflow(ctx: Ctx, params: Params, body: Body<NewWorkflow>) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let (workflow, steps) = service::create(&ctx, &organization, body.attributes()?).await?;
    Ok(created(whole(&ctx, &workflow, steps).await?))
}

/// Get a workflow with its steps.
#[utoipa::path(get, path = "/api/v2/workflows/{workflow}", operation_id = "get_workflow", tag = "workflows",
    params(("workflow" = WorkflowId, Path, description = "The workflow's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["resource.read"])))]
async fn get_workflow(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let (workflow, steps) = service::look(&ctx, params.get("workflow")?).await?;
    Ok(ok(whole(&ctx, &workflow, steps).await?).with_version(workflow.version))
}

/// Delete a workflow that is not carried out. The changes of its steps stay.
#[utoipa::path(delete, path = "/api/v2/workflows/{workflow}", operation_id = "delete_workflow", tag = "workflows",
    params(("workflow" = WorkflowId, Path, description = "The workflow's id.")),
    responses(
        (status = 204),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
    ),
    security(("token" = ["resource.update"])))]
async fn delete_workflow(ctx: Ctx, params: Params) -> Result<StatusCode> {
    service::delete(&ctx, params.get("workflow")?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Start a workflow. Its changes are asked for with your rights, as you have them when each begins.
#[utoipa::path(post, path = "/api/v2/workflows/{workflow}/actions/start", operation_id = "start_workflow",
    tag = "workflows",
    params(("workflow" = WorkflowId, Path, description = "The workflow's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
    ),
    security(("token" = ["resource.update"])))]
async fn start_workflow(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let (workflow, steps) = service::start(&ctx, params.get("workflow")?).await?;
    Ok(ok(whole(&ctx, &workflow, steps).await?))
}

/// Try the steps of a workflow again that failed, and those that were left out for that.
#[utoipa::path(post, path = "/api/v2/workflows/{workflow}/actions/retry", operation_id = "retry_workflow",
    tag = "workflows",
    params(("workflow" = WorkflowId, Path, description = "The workflow's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
    ),
    security(("token" = ["resource.update"])))]
async fn retry_workflow(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let (workflow, steps) = service::retry(&ctx, params.get("workflow")?).await?;
    Ok(ok(whole(&ctx, &workflow, steps).await?))
}

/// Stop a workflow: no other step begins, and plans that wait are taken back. What is being applied is applied.
#[utoipa::path(post, path = "/api/v2/workflows/{workflow}/actions/cancel", operation_id = "cancel_workflow",
    tag = "workflows",
    params(("workflow" = WorkflowId, Path, description = "The workflow's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
    ),
    security(("token" = ["resource.update"])))]
async fn cancel_workflow(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let (workflow, steps) = service::cancel(&ctx, params.get("workflow")?).await?;
    Ok(ok(whole(&ctx, &workflow, steps).await?))
}

/// Change what a step of a workflow makes, as long as nothing of it was ordered: what is absent stays, a value that is null is
/// taken away.
#[utoipa::path(patch, path = "/api/v2/workflows/{workflow}/steps/{resource}", operation_id = "change_workflow_step",
    tag = "workflows",
    params(
        ("workflow" = WorkflowId, Path, description = "The workflow's id."),
        ("resource" = ResourceId, Path, description = "The id that the step's resource will have."),
        ("If-Match" = Option<String>, Header, description = "The workflow's version that you read."),
    ),
    request_body = NewDocument<WorkflowStepChanges>,
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
    ),
    security(("token" = ["resource.create"])))]
async fn change_workflow_step(
    ctx: Ctx,
    params: Params,
    headers: HeaderMap,
    body: Body<WorkflowStepChanges>,
) -> Result<impl IntoResponse> {
    let seen = service::load(&ctx, params.get("workflow")?).await?;
    require_unchanged(&headers, seen.0.version)?;
    let (workflow, steps) = editing::change(&ctx, seen, params.get("resource")?, body.attributes()?).await?;
    Ok(ok(whole(&ctx, &workflow, steps).await?).with_version(workflow.version))
}

/// With what is made of each part.
async fn whole(ctx: &Ctx, workflow: &Workflow, steps: Vec<Step>) -> Result<Resource<Wire>> {
    let parts = service::parts(ctx, workflow).await?;
    Ok(shown(workflow, steps, parts))
}

fn shown(workflow: &Workflow, steps: Vec<Step>, mut parts: HashMap<ResourceId, Part>) -> Resource<Wire> {
    let count = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
    let attributes = Wire {
        kind: workflow.kind,
        title: workflow.title.clone(),
        reason: workflow.reason.clone(),
        status: workflow.status,
        parallel: count(workflow.parallel),
        stop_after: count(workflow.stop_after),
        auto_apply: workflow.auto_apply,
        requested_by: workflow.requested_by.clone(),
        steps: steps
            .into_iter()
            .map(|one| {
                let part = parts.remove(&one.resource_id);
                step(one, part)
            })
            .collect(),
        created_at: workflow.created_at,
        started_at: workflow.started_at,
        ended_at: workflow.ended_at,
    };
    Resource::new(workflow.id, attributes)
        .with_option("project", "projects", workflow.project_id)
        .with_option("blueprint", "blueprints", workflow.blueprint_id)
        .with_option(
            "source-code-version",
            "source-code-versions",
            workflow.source_code_version_id,
        )
        .with_link("self", format!("/api/v2/workflows/{}", workflow.id))
}

fn step(step: Step, part: Option<Part>) -> WorkflowStep {
    WorkflowStep {
        resource_id: step.resource_id,
        name: step.name,
        status: step.status,
        detail: step.detail,
        after: step.after.0.into_iter().collect(),
        change_id: step.change_id,
        started_at: step.started_at,
        ended_at: step.ended_at,
        part: part.map(Part::shown),
    }
}
