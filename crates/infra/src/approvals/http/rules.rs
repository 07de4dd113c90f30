//! Approval rules over HTTP.

use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::IntoResponse;
use slipway_api::approvals::{ApprovalRule as Wire, ApprovalRuleSettings};
use slipway_api::ids::{ApprovalRuleId, ProjectId};
use slipway_api::jsonapi::{Document, ErrorDocument, ListDocument, NewDocument, Resource};
use slipway_identity::organizations;
use slipway_kernel::http::{Body, Known, ListQuery, Params, Routes, created, list, ok, require_unchanged};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Error, Result};

use crate::approvals::model::Rule;
use crate::approvals::service;
use crate::permissions::{APPROVAL_RULE_MANAGE, APPROVAL_RULE_READ};

pub(super) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_approval_rules, create_approval_rule))
        .routes(routes!(get_approval_rule, update_approval_rule, delete_approval_rule))
}

/// List the approval rules of an organization and of its projects.
#[utoipa::path(get, path = "/api/v2/organizations/{organization}/approval-rules", operation_id = "list_approval_rules",
    tag = "approvals",
    params(("organization" = String, Path, description = "Name of the organization"),
        ("page[number]" = Option<u32>, Query), ("page[size]" = Option<u32>, Query), ("page[after]" = Option<String>, Query)),
    responses((status = 200, body = ListDocument<Resource<Wire>>), (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument), (status = 404, body = ErrorDocument)),
    security(("token" = ["approval-rule.read"])))]
async fn list_approval_rules(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let query = ListQuery::parse(&uri, Known::default())?;
    let listed = service::list(&ctx, &organization, &query.page).await?;
    Ok(list(query.document(listed, |rule| rule.name.to_string(), resource)))
}

/// Create an approval rule; with the relationship `project` for that project alone.
#[utoipa::path(post, path = "/api/v2/organizations/{organization}/approval-rules", operation_id = "create_approval_rule",
    tag = "approvals", params(("organization" = String, Path, description = "Name of the organization")),
    request_body = NewDocument<ApprovalRuleSettings>,
    responses((status = 201, body = Document<Resource<Wire>>), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument), (status = 409, body = ErrorDocument),
        (status = 422, body = ErrorDocument)),
    security(("token" = ["approval-rule.manage"])))]
async fn create_approval_rule(ctx: Ctx, params: Params, body: Body<ApprovalRuleSettings>) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let project = body.0.related("project").map(str::parse::<ProjectId>).transpose();
    let project = project.map_err(|error| Error::invalid("/data/relationships/project", format!("{error}.")))?;
    let rule = service::create(&ctx, &organization, project, &body.attributes()?).await?;
    let version = rule.version;
    Ok(created(resource(rule)).with_version(version))
}

/// Get an approval rule.
#[utoipa::path(get, path = "/api/v2/approval-rules/{approval_rule}", operation_id = "get_approval_rule",
    tag = "approvals", params(("approval_rule" = ApprovalRuleId, Path)),
    responses((status = 200, body = Document<Resource<Wire>>), (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument)),
    security(("token" = ["approval-rule.read"])))]
async fn get_approval_rule(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let rule = service::load(&ctx, params.get("approval_rule")?, APPROVAL_RULE_READ).await?;
    let version = rule.version;
    Ok(ok(resource(rule)).with_version(version))
}

/// Change an approval rule. What waits is looked at by the new rule at once.
#[utoipa::path(patch, path = "/api/v2/approval-rules/{approval_rule}", operation_id = "update_approval_rule",
    tag = "approvals",
    params(("approval_rule" = ApprovalRuleId, Path), ("If-Match" = Option<String>, Header, description = "The ETag that was read")),
    request_body = NewDocument<ApprovalRuleSettings>,
    responses((status = 200, body = Document<Resource<Wire>>), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument), (status = 409, body = ErrorDocument),
        (status = 412, body = ErrorDocument), (status = 422, body = ErrorDocument)),
    security(("token" = ["approval-rule.manage"])))]
async fn update_approval_rule(
    ctx: Ctx,
    params: Params,
    headers: HeaderMap,
    body: Body<ApprovalRuleSettings>,
) -> Result<impl IntoResponse> {
    let seen = service::load(&ctx, params.get("approval_rule")?, APPROVAL_RULE_MANAGE).await?;
    require_unchanged(&headers, seen.version)?;
    let rule = service::update(&ctx, &seen, &body.attributes()?).await?;
    let version = rule.version;
    Ok(ok(resource(rule)).with_version(version))
}

/// Delete an approval rule. What waited for it alone can be confirmed from now on.
#[utoipa::path(delete, path = "/api/v2/approval-rules/{approval_rule}", operation_id = "delete_approval_rule",
    tag = "approvals", params(("approval_rule" = ApprovalRuleId, Path)),
    responses((status = 204), (status = 401, body = ErrorDocument), (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument)),
    security(("token" = ["approval-rule.manage"])))]
async fn delete_approval_rule(ctx: Ctx, params: Params) -> Result<StatusCode> {
    service::delete(&ctx, params.get("approval_rule")?).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn resource(rule: Rule) -> Resource<Wire> {
    let needed = rule.needed();
    let attributes = Wire {
        name: rule.name,
        template: rule.template,
        tags: rule.tags.0,
        operations: rule.operations.0.into_iter().collect(),
        approvals: needed,
        teams: rule.teams.0.into_iter().collect(),
        own_approval_counts: rule.own_approval_counts,
        created_at: rule.created_at,
        updated_at: rule.updated_at,
    };
    Resource::new(rule.id, attributes)
        .with_option("project", "projects", rule.project_id)
        .with_link("self", format!("/api/v2/approval-rules/{}", rule.id))
}
