//! Routes of blueprints.

use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::IntoResponse;
use slipway_api::blueprints::{Blueprint as Wire, BlueprintChanges, NewBlueprint};
use slipway_api::ids::BlueprintId;
use slipway_api::{Document, ErrorDocument, ListDocument, Name, NewDocument, Resource};
use slipway_identity::organizations::{self, Organization};
use slipway_kernel::http::{Body, Known, ListQuery, Params, Routes, created, list, ok, require_unchanged};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Result};

use super::model::Blueprint;
use super::service;
use super::store::Filter;
use crate::permissions::{BLUEPRINT_DELETE, BLUEPRINT_READ};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_blueprints, create_blueprint))
        .routes(routes!(get_blueprint, update_blueprint, delete_blueprint))
}

/// List the blueprints of an organization, by name.
#[utoipa::path(get, path = "/api/v2/organizations/{organization}/blueprints", operation_id = "list_blueprints",
    tag = "blueprints",
    params(
        ("organization" = Name, Path, description = "The organization's name."),
        ("search[text]" = Option<String>, Query, description = "Part of the name, the description or a label."),
        ("filter[label]" = Option<String>, Query, description = "A whole label: `key` or `key=value`."),
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
    security(("token" = ["catalog.blueprint.read"])))]
async fn list_blueprints(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let known = Known {
        filters: &["search[text]", "filter[label]"],
        ..Known::default()
    };
    let query = ListQuery::parse(&uri, known)?;
    let filter = Filter {
        text: query.filter("search[text]"),
        label: query.filter("filter[label]"),
    };
    let listed = service::list(&ctx, &organization, &filter, &query.page).await?;
    Ok(list(query.document(
        listed,
        |row| row.name.to_string(),
        |row| resource(row, &organization),
    )))
}

/// Create a blueprint. What it says is checked against what is published now.
#[utoipa::path(post, path = "/api/v2/organizations/{organization}/blueprints", operation_id = "create_blueprint",
    tag = "blueprints",
    params(("organization" = Name, Path, description = "The organization's name.")),
    request_body = NewDocument<NewBlueprint>,
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
    security(("token" = ["catalog.blueprint.create"])))]
async fn create_blueprint(ctx: Ctx, params: Params, body: Body<NewBlueprint>) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let blueprint = service::create(&ctx, &organization, body.attributes()?).await?;
    let version = blueprint.version;
    Ok(created(resource(blueprint, &organization)).with_version(version))
}

/// Get a blueprint.
#[utoipa::path(get, path = "/api/v2/blueprints/{blueprint}", operation_id = "get_blueprint", tag = "blueprints",
    params(("blueprint" = BlueprintId, Path, description = "The blueprint's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["catalog.blueprint.read"])))]
async fn get_blueprint(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let blueprint = service::load(&ctx, params.get("blueprint")?, BLUEPRINT_READ).await?;
    let version = blueprint.version;
    Ok(ok(shown(&ctx, blueprint).await?).with_version(version))
}

/// Change a blueprint; lists are replaced as a whole. Workflows that carry it out stay as they are.
#[utoipa::path(patch, path = "/api/v2/blueprints/{blueprint}", operation_id = "update_blueprint", tag = "blueprints",
    params(
        ("blueprint" = BlueprintId, Path, description = "The blueprint's id."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change was made from."),
    ),
    request_body = NewDocument<BlueprintChanges>,
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
    security(("token" = ["catalog.blueprint.update"])))]
async fn update_blueprint(
    ctx: Ctx,
    params: Params,
    headers: HeaderMap,
    body: Body<BlueprintChanges>,
) -> Result<impl IntoResponse> {
    let seen = service::load(&ctx, params.get("blueprint")?, BLUEPRINT_READ).await?;
    require_unchanged(&headers, seen.version)?;
    let blueprint = service::update(&ctx, &seen, body.attributes()?).await?;
    let version = blueprint.version;
    Ok(ok(shown(&ctx, blueprint).await?).with_version(version))
}

/// Delete a blueprint. What was made by it stays, and so do its workflows.
#[utoipa::path(delete, path = "/api/v2/blueprints/{blueprint}", operation_id = "delete_blueprint", tag = "blueprints",
    params(
        ("blueprint" = BlueprintId, Path, description = "The blueprint's id."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the decision was made from."),
    ),
    responses(
        (status = 204),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 412, body = ErrorDocument),
    ),
    security(("token" = ["catalog.blueprint.delete"])))]
async fn delete_blueprint(ctx: Ctx, params: Params, headers: HeaderMap) -> Result<StatusCode> {
    let seen = service::load(&ctx, params.get("blueprint")?, BLUEPRINT_DELETE).await?;
    require_unchanged(&headers, seen.version)?;
    service::delete(&ctx, &seen).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn shown(ctx: &Ctx, blueprint: Blueprint) -> Result<Resource<Wire>> {
    let organization = organizations::by_id(ctx, blueprint.organization_id).await?;
    Ok(resource(blueprint, &organization))
}

fn resource(blueprint: Blueprint, organization: &Organization) -> Resource<Wire> {
    let described = blueprint.described();
    let attributes = Wire {
        name: described.name,
        description: described.description,
        labels: described.labels,
        constants: described.constants,
        externals: described.externals,
        parts: described.parts,
        wires: described.wires,
        revision: blueprint.version,
        created_at: blueprint.created_at,
        updated_at: blueprint.updated_at,
    };
    Resource::new(blueprint.id, attributes)
        .with("organization", "organizations", &organization.name)
        .with_link("self", format!("/api/v2/blueprints/{}", blueprint.id))
}
