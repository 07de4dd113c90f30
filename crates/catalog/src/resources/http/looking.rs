//! Routes that look at resources.

use axum::http::Uri;
use axum::response::IntoResponse;
use slipway_api::ids::ResourceId;
use slipway_api::resources::{
    CatalogResource as Wire, ResourceOutput, ResourceOutputs, ResourceRevision, ResourceState, ResourceTree,
};
use slipway_api::templates::TreeDirection;
use slipway_api::{Document, ErrorDocument, ListDocument, Name, Resource};
use slipway_identity::organizations;
use slipway_kernel::http::{Known, ListQuery, Listed, Params, Routes, list, ok};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Error, Result};

use super::super::store::{Filter, Sort, SortBy};
use super::super::{service, shown};
use super::one;
use crate::permissions::RESOURCE_READ;

pub(super) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_resources))
        .routes(routes!(get_resource))
        .routes(routes!(get_resource_tree))
        .routes(routes!(list_resource_outputs))
        .routes(routes!(reveal_resource_output))
        .routes(routes!(list_resource_revisions))
}

/// Filters of the list.
const FILTERS: &[&str] = &[
    "search[text]",
    "filter[label]",
    "filter[parent]",
    "filter[project]",
    "filter[stale]",
    "filter[state]",
    "filter[template]",
    "filter[version]",
];

/// List the resources of an organization.
#[utoipa::path(get, path = "/api/v2/organizations/{organization}/resources", operation_id = "list_resources", tag = "resources",
    params(
        ("organization" = Name, Path, description = "The organization's name."),
        ("search[text]" = Option<String>, Query, description = "Part of the name or a label."),
        ("filter[label]" = Option<String>, Query, description = "A whole label: `key` or `key=value`."),
        ("filter[parent]" = Option<String>, Query, description = "The id of a resource that they stand on."),
        ("filter[project]" = Option<String>, Query, description = "The id of a project."),
        ("filter[stale]" = Option<bool>, Query, description = "Only those that should be brought up to date, or only the others."),
        ("filter[state]" = Option<String>, Query, description = "`requested`, `provisioned` or `destroyed`."),
        ("filter[template]" = Option<String>, Query, description = "The id of a template."),
        ("filter[version]" = Option<String>, Query, description = "The id of a source code version."),
        ("sort" = Option<String>, Query, description = "`name` (if absent) or `updated-at`; `-` before it reverses."),
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
async fn list_resources(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let known = Known {
        filters: FILTERS,
        sorts: &["name", "updated-at"],
        ..Known::default()
    };
    let query = ListQuery::parse(&uri, known)?;
    let (filter, sort) = (filter(&query)?, sort(&query));
    let listed = service::list(&ctx, &organization, &filter, sort, &query.page).await?;
    let cursors: Vec<String> = listed.rows.iter().map(|row| sort.by.cursor(row)).collect();
    let rows = shown::all(&ctx, &organization, listed.rows).await?;
    let listed = Listed {
        rows: rows.into_iter().zip(cursors).collect(),
        total: listed.total,
    };
    Ok(list(query.document(
        listed,
        |(_, cursor)| cursor.clone(),
        |(shown, _)| shown,
    )))
}

fn filter(query: &ListQuery) -> Result<Filter<'_>> {
    let state = match query.filter("filter[state]") {
        None => None,
        Some("requested") => Some(ResourceState::Requested),
        Some("provisioned") => Some(ResourceState::Provisioned),
        Some("destroyed") => Some(ResourceState::Destroyed),
        Some(_) => {
            let detail = "It is `requested`, `provisioned` or `destroyed`.";
            return Err(Error::malformed_parameter("filter[state]", detail));
        }
    };
    Ok(Filter {
        text: query.filter("search[text]"),
        label: query.filter("filter[label]"),
        project: query.parsed_filter("filter[project]")?,
        template: query.parsed_filter("filter[template]")?,
        version: query.parsed_filter("filter[version]")?,
        parent: query.parsed_filter("filter[parent]")?,
        state,
        is_stale: query.parsed_filter("filter[stale]")?,
    })
}

fn sort(query: &ListQuery) -> Sort {
    let (field, descending) = query.sort.clone().unwrap_or_default();
    let by = match field.as_str() {
        "updated-at" => SortBy::UpdatedAt,
        _ => SortBy::Name,
    };
    Sort { by, descending }
}

/// Get a resource.
#[utoipa::path(get, path = "/api/v2/resources/{resource}", operation_id = "get_resource", tag = "resources",
    params(
        ("resource" = ResourceId, Path, description = "The resource's id."),
    ),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["resource.read"])))]
async fn get_resource(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let resource = service::load(&ctx, params.get("resource")?, RESOURCE_READ).await?;
    let version = resource.version;
    Ok(ok(one(&ctx, resource).await?).with_version(version))
}

/// Get all that a resource stands on, or all that stands on it, as far as you may see it.
#[utoipa::path(get, path = "/api/v2/resources/{resource}/tree", operation_id = "get_resource_tree", tag = "resources",
    params(
        ("resource" = ResourceId, Path, description = "The resource's id."),
        ("direction" = Option<String>, Query, description = "`parents` (if absent) or `children`."),
    ),
    responses(
        (status = 200, body = Document<Resource<ResourceTree>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["resource.read"])))]
async fn get_resource_tree(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let known = Known {
        filters: &["direction"],
        ..Known::default()
    };
    let direction = ListQuery::parse(&uri, known)?.parsed_filter("direction")?;
    let resource = service::load(&ctx, params.get("resource")?, RESOURCE_READ).await?;
    let tree = service::tree(&ctx, &resource, direction.unwrap_or(TreeDirection::Parents)).await?;
    Ok(ok(Resource::new(resource.id, tree)))
}

/// Get the outputs of a resource; of secrets only that they are there.
#[utoipa::path(get, path = "/api/v2/resources/{resource}/outputs", operation_id = "list_resource_outputs", tag = "resources",
    params(
        ("resource" = ResourceId, Path, description = "The resource's id."),
    ),
    responses(
        (status = 200, body = Document<Resource<ResourceOutputs>>),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["resource.read"])))]
async fn list_resource_outputs(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let resource = service::load(&ctx, params.get("resource")?, RESOURCE_READ).await?;
    let outputs = service::outputs(&resource);
    Ok(ok(Resource::new(resource.id, ResourceOutputs { outputs })))
}

/// Get the value of one output. Looking at a secret is noted in the audit log.
#[utoipa::path(post, path = "/api/v2/resources/{resource}/outputs/{output}/actions/reveal", operation_id = "reveal_resource_output", tag = "resources",
    params(
        ("resource" = ResourceId, Path, description = "The resource's id."),
        ("output" = String, Path, description = "The output's name."),
    ),
    responses(
        (status = 200, body = Document<Resource<ResourceOutput>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
    ),
    security(("token" = ["workspace.state.read-outputs"])))]
async fn reveal_resource_output(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let resource = service::load(&ctx, params.get("resource")?, RESOURCE_READ).await?;
    let name: String = params.get("output")?;
    let output = service::output(&ctx, &resource, &name).await?;
    Ok(ok(Resource::new(resource.id, output)))
}

/// List what a resource was: its applied changes, the newest first.
#[utoipa::path(get, path = "/api/v2/resources/{resource}/revisions", operation_id = "list_resource_revisions", tag = "resources",
    params(
        ("resource" = ResourceId, Path, description = "The resource's id."),
        ("page[number]" = Option<u32>, Query, description = "The page, from 1."),
        ("page[size]" = Option<u32>, Query, description = "Rows on a page; 20 by default, 100 at most."),
        ("page[after]" = Option<String>, Query, description = "`next-after` of the page before."),
    ),
    responses(
        (status = 200, body = ListDocument<Resource<ResourceRevision>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["resource.read"])))]
async fn list_resource_revisions(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let query = ListQuery::parse(&uri, Known::default())?;
    let resource = service::load(&ctx, params.get("resource")?, RESOURCE_READ).await?;
    let listed = service::revisions(&ctx, &resource, &query.page).await?;
    Ok(list(query.document(
        listed,
        |row| row.revision.to_string(),
        |row| Resource::new(row.change, row),
    )))
}
