//! Changes of resources over HTTP.

mod schedules;

use axum::http::Uri;
use axum::response::IntoResponse;
use slipway_api::ids::{ProjectId, ResourceChangeId, ResourceId, TemplateId, UserId};
use slipway_api::resource_changes::{ResourceChange as Wire, ResourceChangeDecision};
use slipway_api::{Document, ErrorDocument, ListDocument, Name, Resource};
use slipway_identity::organizations;
use slipway_kernel::http::{Known, ListQuery, Listed, Params, Plain, Routes, list, ok};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Result};

use super::model::ResourceChange;
use super::{deciding, listing};
use crate::permissions::RESOURCE_READ;
use crate::resources::service as resources;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_resource_changes))
        .routes(routes!(list_changes_of_resource))
        .routes(routes!(get_resource_change))
        .routes(routes!(approve_resource_change))
        .routes(routes!(withdraw_resource_change_approval))
        .routes(routes!(reject_resource_change))
        .routes(routes!(confirm_resource_change))
        .routes(routes!(retry_resource_change))
        .routes(routes!(cancel_resource_change))
        .merge(schedules::routes())
}

/// List the changes of an organization's resources, the newest first.
#[utoipa::path(get, path = "/api/v2/organizations/{organization}/resource-changes",
    operation_id = "list_resource_changes", tag = "resource changes",
    params(
        ("organization" = Name, Path, description = "The organization's name."),
        ("filter[status]" = Option<String>, Query, description = "In one of these, with commas: `waiting,failed`."),
        ("filter[project][id]" = Option<ProjectId>, Query, description = "Of resources of this project."),
        ("filter[template]" = Option<TemplateId>, Query, description = "Of resources of this template."),
        ("filter[requester]" = Option<UserId>, Query, description = "That this user asked for."),
        ("filter[for-me]" = Option<String>, Query,
            description = "`decide`: those that wait and that the caller may decide about."),
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
async fn list_resource_changes(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let known = Known {
        filters: listing::FILTERS,
        ..Known::default()
    };
    let query = ListQuery::parse(&uri, known)?;
    let listed = listing::list(&ctx, &organization, &query).await?;
    page(&ctx, &query, listed).await
}

/// List the changes of a resource, the newest first.
#[utoipa::path(get, path = "/api/v2/resources/{resource}/changes", operation_id = "list_changes_of_resource",
    tag = "resource changes",
    params(
        ("resource" = ResourceId, Path, description = "The resource's id."),
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
async fn list_changes_of_resource(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let resource = resources::load(&ctx, params.get("resource")?, RESOURCE_READ).await?;
    let query = ListQuery::parse(&uri, Known::default())?;
    let listed = listing::of_resource(&ctx, &resource, &query).await?;
    page(&ctx, &query, listed).await
}

/// Get a change of a resource: what it changes, how far it is, and what it waits for.
#[utoipa::path(get, path = "/api/v2/resource-changes/{resource_change}", operation_id = "get_resource_change",
    tag = "resource changes",
    params(("resource_change" = ResourceChangeId, Path, description = "The change's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["resource.read"])))]
async fn get_resource_change(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let (_, change) = deciding::load(&ctx, params.get("resource_change")?, RESOURCE_READ).await?;
    answer(&ctx, change).await
}

/// Approve the plan of a change. The last approval that its rules want confirms it.
#[utoipa::path(post, path = "/api/v2/resource-changes/{resource_change}/actions/approve",
    operation_id = "approve_resource_change", tag = "resource changes",
    params(("resource_change" = ResourceChangeId, Path, description = "The change's id.")),
    request_body = ResourceChangeDecision,
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
    ),
    security(("token" = ["resource.approve"])))]
async fn approve_resource_change(
    ctx: Ctx,
    params: Params,
    body: Plain<ResourceChangeDecision>,
) -> Result<impl IntoResponse> {
    let change = deciding::approve(&ctx, params.get("resource_change")?, &body.0).await?;
    answer(&ctx, change).await
}

/// Take one's own approval of a change back, while it waits.
#[utoipa::path(post, path = "/api/v2/resource-changes/{resource_change}/actions/withdraw",
    operation_id = "withdraw_resource_change_approval", tag = "resource changes",
    params(("resource_change" = ResourceChangeId, Path, description = "The change's id.")),
    request_body = ResourceChangeDecision,
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
    ),
    security(("token" = ["resource.approve"])))]
async fn withdraw_resource_change_approval(
    ctx: Ctx,
    params: Params,
    body: Plain<ResourceChangeDecision>,
) -> Result<impl IntoResponse> {
    let change = deciding::withdraw(&ctx, params.get("resource_change")?, &body.0).await?;
    answer(&ctx, change).await
}

/// Reject a change: its plan is discarded, and it is over.
#[utoipa::path(post, path = "/api/v2/resource-changes/{resource_change}/actions/reject",
    operation_id = "reject_resource_change", tag = "resource changes",
    params(("resource_change" = ResourceChangeId, Path, description = "The change's id.")),
    request_body = ResourceChangeDecision,
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
    ),
    security(("token" = ["resource.approve"])))]
async fn reject_resource_change(
    ctx: Ctx,
    params: Params,
    body: Plain<ResourceChangeDecision>,
) -> Result<impl IntoResponse> {
    let change = deciding::reject(&ctx, params.get("resource_change")?, &body.0).await?;
    answer(&ctx, change).await
}

/// Confirm the plan of a change that no approval is missing for: exactly that is applied.
#[utoipa::path(post, path = "/api/v2/resource-changes/{resource_change}/actions/confirm",
    operation_id = "confirm_resource_change", tag = "resource changes",
    params(("resource_change" = ResourceChangeId, Path, description = "The change's id.")),
    request_body = ResourceChangeDecision,
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
    ),
    security(("token" = ["resource.approve"])))]
async fn confirm_resource_change(
    ctx: Ctx,
    params: Params,
    body: Plain<ResourceChangeDecision>,
) -> Result<impl IntoResponse> {
    let change = deciding::confirm(&ctx, params.get("resource_change")?, &body.0).await?;
    answer(&ctx, change).await
}

/// Try a change again that failed, with a new run. It needs the permission that asking for it needed.
#[utoipa::path(post, path = "/api/v2/resource-changes/{resource_change}/actions/retry",
    operation_id = "retry_resource_change", tag = "resource changes",
    params(("resource_change" = ResourceChangeId, Path, description = "The change's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
    ),
    security(("token" = ["resource.update"])))]
async fn retry_resource_change(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let change = deciding::retry(&ctx, params.get("resource_change")?).await?;
    answer(&ctx, change).await
}

/// Take a change back, or ask one to stop that is being applied. It needs the permission that asking for it needed.
#[utoipa::path(post, path = "/api/v2/resource-changes/{resource_change}/actions/cancel",
    operation_id = "cancel_resource_change", tag = "resource changes",
    params(("resource_change" = ResourceChangeId, Path, description = "The change's id.")),
    request_body = ResourceChangeDecision,
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
    ),
    security(("token" = ["resource.update"])))]
async fn cancel_resource_change(
    ctx: Ctx,
    params: Params,
    body: Plain<ResourceChangeDecision>,
) -> Result<impl IntoResponse> {
    let change = deciding::cancel(&ctx, params.get("resource_change")?, &body.0.comment).await?;
    answer(&ctx, change).await
}

async fn page(ctx: &Ctx, query: &ListQuery, listed: Listed<ResourceChange>) -> Result<impl IntoResponse + use<>> {
    let listed = Listed {
        total: listed.total,
        rows: listing::shown_all(ctx, listed.rows).await?,
    };
    Ok(list(query.document(
        listed,
        |(change, _)| change.id.to_string(),
        resource,
    )))
}

async fn answer(ctx: &Ctx, change: ResourceChange) -> Result<impl IntoResponse + use<>> {
    let version = change.version;
    Ok(ok(resource(listing::shown(ctx, change).await?)).with_version(version))
}

/// A change on the wire.
fn resource((change, wire): (ResourceChange, Wire)) -> Resource<Wire> {
    Resource::new(change.id, wire)
        .with("resource", "resources", change.resource_id)
        .with("project", "projects", change.project_id)
        .with_option("run", "runs", change.run_id)
        .with_option("requester", "users", change.requester_id)
        .with_link("self", format!("/api/v2/resource-changes/{}", change.id))
}
