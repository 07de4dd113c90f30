//! Runs over HTTP, in TFE's shapes.

use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use slipway_api::approvals::{ApprovalStatus, Approvals};
use slipway_api::ids::{ConfigurationVersionId, OrganizationId, RunId, WorkspaceId};
use slipway_api::jsonapi::{Attributes, Document, ErrorDocument, ListDocument, NewDocument, Resource};
use slipway_api::runs::{ActionRequest, NewRun, Run as Wire, RunPermissions, RunWaiting};
use slipway_api::vcs::RunCommit;
use slipway_api::{Name, Timestamp};
use slipway_identity::organizations;
use slipway_kernel::http::{Body, Known, ListQuery, Listed, Params, Plain, Routes, created, list, ok};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Error, Result};
use utoipa::ToSchema;

use super::comments;
use super::model::Run;
use super::service::{self, Detail, NewRunRequest};
use crate::permissions::WORKSPACE_READ;
use crate::phases;
use crate::sources::shown;
use crate::workspaces::http::resource as workspace_resource;
use crate::workspaces::model::Workspace;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(create_run))
        .routes(routes!(get_run))
        .routes(routes!(get_run_waiting))
        .routes(routes!(list_workspace_runs))
        .routes(routes!(list_organization_runs))
        .routes(routes!(apply_run))
        .routes(routes!(discard_run))
        .routes(routes!(cancel_run))
        .routes(routes!(force_cancel_run))
        .routes(routes!(list_run_comments, create_run_comment))
}

const LIST_OF_WORKSPACE: Known = Known {
    filters: &["filter[status]", "filter[status_group]", "filter[created-by][id]"],
    sorts: &[],
    includes: &["workspace"],
};
const LIST: Known = Known {
    filters: &[
        "filter[status]",
        "filter[status_group]",
        "filter[workspace][id]",
        "filter[project][id]",
        "filter[created-by][id]",
        "filter[since]",
        "filter[for-me]",
    ],
    sorts: &[],
    includes: &["workspace"],
};
const GET: Known = Known {
    filters: &[],
    sorts: &[],
    includes: &["plan", "apply", "workspace", "configuration-version", "created-by"],
};

/// Start a run. Without the relationship `configuration-version` it runs the newest one of the workspace.
#[utoipa::path(post, path = "/api/v2/runs", operation_id = "create_run", tag = "runs",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key again finds the run that the first request started")),
    request_body = NewDocument<NewRun>,
    responses((status = 201, body = Document<Resource<Wire>>), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument), (status = 409, body = ErrorDocument),
        (status = 422, body = ErrorDocument)),
    security(("token" = ["workspace.run.plan"])))]
async fn create_run(ctx: Ctx, headers: HeaderMap, body: Body<NewRun>) -> Result<impl IntoResponse> {
    let pointer = "/data/relationships/workspace";
    let workspace: WorkspaceId = body
        .0
        .related("workspace")
        .ok_or_else(|| Error::invalid(pointer, "Say which workspace the run is for."))?
        .parse()
        .map_err(|error| Error::invalid(pointer, format!("{error}.")))?;
    let configuration: Option<ConfigurationVersionId> = body
        .0
        .related("configuration-version")
        .map(str::parse)
        .transpose()
        .map_err(|error| Error::invalid("/data/relationships/configuration-version", format!("{error}.")))?;
    let attributes = body.0.data.attributes.unwrap_or_default();
    let run = service::start(
        &ctx,
        NewRunRequest {
            workspace,
            configuration,
            attributes,
            request_key: request_key(&headers),
        },
    )
    .await?;
    let detail = service::detail(&ctx, run.id).await?;
    Ok(created(detailed(&ctx, detail).await?))
}

fn request_key(headers: &HeaderMap) -> Option<String> {
    let value = headers.get("idempotency-key")?;
    Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
}

/// Get a run.
#[utoipa::path(get, path = "/api/v2/runs/{run}", operation_id = "get_run", tag = "runs",
    params(("run" = RunId, Path),
        ("include" = Option<String>, Query, description = "`plan`, `apply`, `workspace`; others of TFE's are accepted and left out")),
    responses((status = 200, body = Document<Resource<Wire>>), (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument), (status = 404, body = ErrorDocument)),
    security(("token" = ["workspace.run.read"])))]
async fn get_run(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let query = ListQuery::parse(&uri, GET)?;
    let detail = service::detail(&ctx, params.get("run")?).await?;
    let mut included = phases::http::included(&ctx, detail.run.id, &query.includes).await?;
    included.extend(included_workspaces(&ctx, &query, std::iter::once(&detail.workspace)).await?);
    Ok(ok(detailed(&ctx, detail).await?).including(included))
}

/// List a workspace's runs, newest first.
#[utoipa::path(get, path = "/api/v2/workspaces/{workspace}/runs", operation_id = "list_workspace_runs", tag = "runs",
    params(("workspace" = WorkspaceId, Path),
        ("filter[status]" = Option<String>, Query, description = "Statuses, separated by commas"),
        ("filter[status_group]" = Option<String>, Query, description = "`non_final`, `final` or `discardable`"),
        ("filter[created-by][id]" = Option<String>, Query, description = "Only those that this user started"),
        ("include" = Option<String>, Query, description = "`workspace`"),
        ("page[number]" = Option<u32>, Query), ("page[size]" = Option<u32>, Query), ("page[after]" = Option<String>, Query)),
    responses((status = 200, body = ListDocument<Resource<Wire>>), (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument), (status = 404, body = ErrorDocument)),
    security(("token" = ["workspace.run.read"])))]
async fn list_workspace_runs(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let query = ListQuery::parse(&uri, LIST_OF_WORKSPACE)?;
    let listed = service::list_of_workspace(&ctx, params.get("workspace")?, &query).await?;
    Ok(list(listed_document(&ctx, &query, listed).await?))
}

/// List the runs of an organization, newest first.
#[utoipa::path(get, path = "/api/v2/organizations/{organization}/runs", operation_id = "list_organization_runs",
    tag = "runs",
    params(("organization" = String, Path, description = "Name of the organization"),
        ("filter[status]" = Option<String>, Query, description = "Statuses, separated by commas"),
        ("filter[status_group]" = Option<String>, Query, description = "`non_final`, `final` or `discardable`"),
        ("filter[workspace][id]" = Option<String>, Query, description = "Only of this workspace"),
        ("filter[project][id]" = Option<String>, Query, description = "Only of workspaces of this project"),
        ("filter[created-by][id]" = Option<String>, Query, description = "Only those that this user started"),
        ("filter[since]" = Option<String>, Query, description = "Only those made since this time"),
        ("filter[for-me]" = Option<String>, Query, description = "`confirm`: plans that the caller may confirm; `failed`: failures \
            of the last seven days in workspaces that the caller may apply in, if they are the newest run there"),
        ("include" = Option<String>, Query, description = "`workspace`"),
        ("page[number]" = Option<u32>, Query), ("page[size]" = Option<u32>, Query), ("page[after]" = Option<String>, Query)),
    responses((status = 200, body = ListDocument<Resource<Wire>>), (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument), (status = 404, body = ErrorDocument)),
    security(("token" = ["workspace.run.read"])))]
async fn list_organization_runs(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let query = ListQuery::parse(&uri, LIST)?;
    let name: Name = params.get("organization")?;
    let organization: OrganizationId = organizations::find_visible(&ctx, &name).await?.id;
    let listed = service::list_of_organization(&ctx, organization, &query).await?;
    Ok(list(listed_document(&ctx, &query, listed).await?))
}

/// Say why a run does not go on by itself right now: what it waits for, and its place in the queue.
#[utoipa::path(get, path = "/api/v2/runs/{run}/waiting", operation_id = "get_run_waiting", tag = "runs",
    params(("run" = RunId, Path)),
    responses((status = 200, body = Document<Resource<RunWaiting>>), (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument)),
    security(("token" = ["workspace.run.read"])))]
async fn get_run_waiting(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let id: RunId = params.get("run")?;
    let waiting = service::waiting(&ctx, id).await?;
    let capacity = waiting.pool.as_ref().map(|(_, capacity)| capacity);
    let lock = waiting.lock.as_ref();
    let attributes = RunWaiting {
        reason: waiting.reason,
        detail: waiting.detail,
        position: waiting.position,
        locked_by: lock.map(|lock| lock.name.clone()),
        lock_reason: lock.map(|lock| lock.reason.clone()).filter(|reason| !reason.is_empty()),
        locked_at: lock.map(|lock| lock.at),
        pool_name: waiting.pool.as_ref().map(|(pool, _)| pool.name.clone()),
        runners: capacity.map(|capacity| capacity.runners),
        slots: capacity.map(|capacity| capacity.slots),
        busy_slots: capacity.map(|capacity| capacity.busy),
    };
    let pool = waiting.pool.map(|(pool, _)| pool.id);
    let resource = Resource::new(id, attributes)
        .with("run", "runs", id)
        .with_option("blocking-run", "runs", waiting.run)
        .with_option("agent-pool", "agent-pools", pool);
    Ok(ok(resource))
}

/// Confirm a run's plan: its apply is queued.
#[utoipa::path(post, path = "/api/v2/runs/{run}/actions/apply", operation_id = "apply_run", tag = "runs",
    params(("run" = RunId, Path)), request_body = ActionRequest,
    responses((status = 202), (status = 401, body = ErrorDocument), (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument), (status = 409, body = ErrorDocument)),
    security(("token" = ["workspace.run.apply"])))]
async fn apply_run(ctx: Ctx, params: Params, body: Plain<ActionRequest>) -> Result<StatusCode> {
    service::confirm(&ctx, params.get("run")?, &body.0.comment).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Discard a run's plan, or take a run back that waits for its turn.
#[utoipa::path(post, path = "/api/v2/runs/{run}/actions/discard", operation_id = "discard_run", tag = "runs",
    params(("run" = RunId, Path)), request_body = ActionRequest,
    responses((status = 202), (status = 401, body = ErrorDocument), (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument), (status = 409, body = ErrorDocument)),
    security(("token" = ["workspace.run.apply"])))]
async fn discard_run(ctx: Ctx, params: Params, body: Plain<ActionRequest>) -> Result<StatusCode> {
    service::discard(&ctx, params.get("run")?, &body.0.comment).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Ask a run to stop. The engine is interrupted and saves its state before it ends.
#[utoipa::path(post, path = "/api/v2/runs/{run}/actions/cancel", operation_id = "cancel_run", tag = "runs",
    params(("run" = RunId, Path)), request_body = ActionRequest,
    responses((status = 202), (status = 401, body = ErrorDocument), (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument), (status = 409, body = ErrorDocument)),
    security(("token" = ["workspace.run.cancel"])))]
async fn cancel_run(ctx: Ctx, params: Params, body: Plain<ActionRequest>) -> Result<StatusCode> {
    service::cancel(&ctx, params.get("run")?, &body.0.comment).await?;
    Ok(StatusCode::ACCEPTED)
}

/// Stop a run without waiting for its engine, when it was asked to stop and has not in time.
#[utoipa::path(post, path = "/api/v2/runs/{run}/actions/force-cancel", operation_id = "force_cancel_run", tag = "runs",
    params(("run" = RunId, Path)), request_body = ActionRequest,
    responses((status = 202), (status = 401, body = ErrorDocument), (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument), (status = 409, body = ErrorDocument)),
    security(("token" = ["workspace.run.force-cancel"])))]
async fn force_cancel_run(ctx: Ctx, params: Params, body: Plain<ActionRequest>) -> Result<StatusCode> {
    service::force_cancel(&ctx, params.get("run")?, &body.0.comment).await?;
    Ok(StatusCode::ACCEPTED)
}

/// A comment on a run.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Comment {
    /// What was said.
    pub body: String,
    /// Who said it; only in answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// When; only in answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
}

impl Attributes for Comment {
    const TYPE: &'static str = "comments";
}

/// List what was said on a run, oldest first.
#[utoipa::path(get, path = "/api/v2/runs/{run}/comments", operation_id = "list_run_comments", tag = "runs",
    params(("run" = RunId, Path)),
    responses((status = 200, body = ListDocument<Resource<Comment>>), (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument)),
    security(("token" = ["workspace.run.read"])))]
async fn list_run_comments(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let comments = service::history(&ctx, params.get("run")?).await?;
    let data = comments.into_iter().map(comment).collect();
    Ok(list(ListDocument {
        data,
        included: Vec::new(),
        links: std::collections::BTreeMap::default(),
        meta: None,
    }))
}

/// Say something on a run.
#[utoipa::path(post, path = "/api/v2/runs/{run}/comments", operation_id = "create_run_comment", tag = "runs",
    params(("run" = RunId, Path)), request_body = NewDocument<Comment>,
    responses((status = 201, body = Document<Resource<Comment>>), (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument), (status = 422, body = ErrorDocument)),
    security(("token" = ["workspace.run.read"])))]
async fn create_run_comment(ctx: Ctx, params: Params, body: Body<Comment>) -> Result<impl IntoResponse> {
    let text = body.attributes()?.body;
    Ok(created(comment(
        service::comment(&ctx, params.get("run")?, &text).await?,
    )))
}

fn comment(comment: comments::Model) -> Resource<Comment> {
    let attributes = Comment {
        body: comment.body,
        author: Some(comment.author),
        created_at: Some(comment.created_at),
    };
    Resource::new(comment.id, attributes).with("run", "runs", comment.run_id)
}

async fn listed_document(ctx: &Ctx, query: &ListQuery, listed: Listed<Run>) -> Result<ListDocument<Resource<Wire>>> {
    let now = ctx.now();
    let workspaces = service::workspaces_of(ctx, &listed.rows).await?;
    let granted = ctx.granted().await?;
    let included = included_workspaces(ctx, query, workspaces.values()).await?;
    let configurations: Vec<ConfigurationVersionId> =
        listed.rows.iter().map(|run| run.configuration_version_id).collect();
    let commits = shown::of_configurations(ctx, &configurations).await?;
    let mut document = query.document(
        listed,
        |run| run.id.to_string(),
        |run| {
            let workspace = workspaces.get(&run.workspace_id);
            let permissions = workspace.map(|workspace| service::permissions(&granted, workspace));
            let commit = commits.get(&run.configuration_version_id).cloned();
            resource(run, now, permissions.unwrap_or_default(), commit)
        },
    );
    document.included = included;
    Ok(document)
}

/// Those of the workspaces that the caller may see, if the query asks for workspaces.
async fn included_workspaces(
    ctx: &Ctx,
    query: &ListQuery,
    workspaces: impl Iterator<Item = &Workspace>,
) -> Result<Vec<serde_json::Value>> {
    if !query.includes.iter().any(|include| include == "workspace") {
        return Ok(Vec::new());
    }
    let granted = ctx.granted().await?;
    let visible: Vec<&Workspace> = workspaces
        .filter(|workspace| granted.allows(WORKSPACE_READ, &workspace.scope()))
        .collect();
    // A list is of one organization.
    let Some(first) = visible.first() else {
        return Ok(Vec::new());
    };
    let organization = organizations::by_id(ctx, first.organization_id).await?;
    let ids: Vec<WorkspaceId> = visible.iter().map(|workspace| workspace.id).collect();
    let sources = shown::of_workspaces(ctx, &ids).await?;
    let shown = visible.into_iter().map(|workspace| {
        let source = sources.get(&workspace.id).cloned().unwrap_or_default();
        let resource = workspace_resource(workspace.clone(), source, organization.name.as_str(), &granted);
        serde_json::to_value(resource).map_err(Error::internal)
    });
    shown.collect()
}

async fn detailed(ctx: &Ctx, detail: Detail) -> Result<Resource<Wire>> {
    let permissions = service::permissions(&*ctx.granted().await?, &detail.workspace);
    let configuration = detail.run.configuration_version_id;
    let commit = shown::of_configurations(ctx, &[configuration])
        .await?
        .remove(&configuration);
    let mut shown = resource(detail.run, ctx.now(), permissions, commit);
    let lacks = |approvals: &Approvals| matches!(approvals.status, ApprovalStatus::Waiting | ApprovalStatus::Rejected);
    if detail.approvals.as_ref().is_some_and(lacks) {
        shown.attributes.actions.is_confirmable = false;
    }
    shown.attributes.waiting_for = detail.waiting_for;
    shown.attributes.approvals = detail.approvals;
    Ok(shown)
}

fn resource(run: Run, now: Timestamp, permissions: RunPermissions, commit: Option<RunCommit>) -> Resource<Wire> {
    let relations = (run.id, run.workspace_id, run.configuration_version_id, run.created_by);
    let (plan, apply) = (run.plan_id(), run.apply_id());
    let attributes = Wire {
        status: run.status,
        status_timestamps: run.status_timestamps(),
        waiting_for: None,
        approvals: None,
        actions: run.actions(now),
        permissions,
        error_message: run.error_message,
        message: run.message,
        source: run.source,
        started_by: run.history.0.first().map(|step| step.by.clone()),
        is_destroy: run.options.plan.destroy,
        plan_only: run.options.plan_only,
        refresh_only: run.options.plan.refresh_only,
        refresh: run.options.plan.refresh,
        allow_empty_apply: run.options.allow_empty_apply,
        auto_apply: run.options.auto_apply,
        save_plan: run.options.save_plan,
        target_addrs: run.options.plan.targets,
        replace_addrs: run.options.plan.replace,
        variables: run.options.variables,
        has_changes: run.has_changes,
        unaccounted_resources: run.unaccounted.0,
        commit,
        created_at: run.created_at,
    };
    let (id, workspace, configuration, created_by) = relations;
    Resource::new(id, attributes)
        .with("workspace", "workspaces", workspace)
        .with("configuration-version", "configuration-versions", configuration)
        .with("plan", "plans", plan)
        .with("apply", "applies", apply)
        .with_option("created-by", "users", created_by)
        .with_link("self", format!("/api/v2/runs/{id}"))
}
