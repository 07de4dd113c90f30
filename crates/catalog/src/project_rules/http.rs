//! The rules of a project over HTTP.

use axum::http::HeaderMap;
use axum::response::IntoResponse;
use slipway_api::ids::ProjectId;
use slipway_api::resource_changes::{CatalogRules as Wire, CatalogRulesChanges};
use slipway_api::{Document, ErrorDocument, NewDocument, Resource};
use slipway_kernel::http::{Body, Params, Routes, ok, require_unchanged};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Result};

use super::model::{Inherited, ProjectRules};
use super::service;

pub(crate) fn routes() -> Routes {
    Routes::new().routes(routes!(get_catalog_rules, update_catalog_rules))
}

/// Get what a project says about its resources: what happens to one that is not up to date, what nobody has to
/// approve, which tags and settings all of them have, and whether they are planned and never made.
#[utoipa::path(get, path = "/api/v2/projects/{project}/catalog-rules", operation_id = "get_catalog_rules",
    tag = "resource changes",
    params(("project" = ProjectId, Path, description = "The project's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["project.read"])))]
async fn get_catalog_rules(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let (rules, inherited) = service::get(&ctx, params.get("project")?).await?;
    let version = rules.version;
    Ok(ok(resource(rules, inherited)).with_version(version))
}

/// Change what a project says about its resources.
#[utoipa::path(patch, path = "/api/v2/projects/{project}/catalog-rules", operation_id = "update_catalog_rules",
    tag = "resource changes",
    params(
        ("project" = ProjectId, Path, description = "The project's id."),
        ("If-Match" = Option<String>, Header, description = "The ETag that was read"),
    ),
    request_body = NewDocument<CatalogRulesChanges>,
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
    security(("token" = ["project.update"])))]
async fn update_catalog_rules(
    ctx: Ctx,
    params: Params,
    headers: HeaderMap,
    body: Body<CatalogRulesChanges>,
) -> Result<impl IntoResponse> {
    let (seen, before) = service::get(&ctx, params.get("project")?).await?;
    require_unchanged(&headers, seen.version)?;
    let (rules, inherited) = service::update(&ctx, (&seen, &before), body.attributes()?).await?;
    let version = rules.version;
    Ok(ok(resource(rules, inherited)).with_version(version))
}

fn resource(rules: ProjectRules, inherited: Inherited) -> Resource<Wire> {
    let attributes = Wire {
        when_stale: rules.when_stale,
        unapproved_fields: rules.unapproved_fields.0,
        git_workspace: rules.git_workspace_id,
        is_demo: rules.is_demo,
        tags: inherited.tags,
        settings: inherited.settings,
        updated_at: rules.updated_at,
    };
    Resource::new(rules.project_id, attributes)
        .with("project", "projects", rules.project_id)
        .with_link("self", format!("/api/v2/projects/{}/catalog-rules", rules.project_id))
}
