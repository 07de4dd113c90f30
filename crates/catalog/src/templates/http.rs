//! Routes of templates, and of documents that describe them.

use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::IntoResponse;
use slipway_api::catalog::{CatalogApplication, CatalogDocuments};
use slipway_api::ids::TemplateId;
use slipway_api::source_code_versions::TemplateImport;
use slipway_api::templates::{
    NewTemplate, Template as Wire, TemplateChanges, TemplateStatus, TemplateTree, TreeDirection,
};
use slipway_api::{Document, ErrorDocument, ListDocument, Name, NewDocument, Resource};
use slipway_identity::organizations::{self, Organization};
use slipway_kernel::http::{Body, Known, ListQuery, Params, Plain, Routes, created, list, ok, require_unchanged};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Error, Result};

use super::model::Template;
use super::store::{Filter, Sort, SortBy};
use super::{applying, importing, service};
use crate::permissions::{TEMPLATE_MANAGE, TEMPLATE_READ};
use crate::uses::{self, Counts};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_templates, create_template))
        .routes(routes!(get_template, update_template, delete_template))
        .routes(routes!(enable_template))
        .routes(routes!(disable_template))
        .routes(routes!(get_template_tree))
        .routes(routes!(import_template))
        .routes(routes!(apply_catalog))
}

/// Filters of the list.
const FILTERS: &[&str] = &[
    "search[text]",
    "filter[label]",
    "filter[parent]",
    "filter[abstract]",
    "filter[status]",
];

/// List the templates of an organization.
#[utoipa::path(get, path = "/api/v2/organizations/{organization}/templates", operation_id = "list_templates",
    tag = "templates",
    params(
        ("organization" = Name, Path, description = "The organization's name."),
        ("search[text]" = Option<String>, Query, description = "Part of the name, the key or a label."),
        ("filter[label]" = Option<String>, Query, description = "A whole label: `key` or `key=value`."),
        ("filter[parent]" = Option<String>, Query, description = "The id of a template that they stand on."),
        ("filter[abstract]" = Option<bool>, Query, description = "Only abstract ones, or only the others."),
        ("filter[status]" = Option<String>, Query, description = "`enabled` or `disabled`."),
        ("sort" = Option<String>, Query, description = "`key` (if absent), `name` or `updated-at`; `-` before it reverses."),
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
    security(("token" = ["catalog.template.read"])))]
async fn list_templates(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let known = Known {
        filters: FILTERS,
        sorts: &["key", "name", "updated-at"],
        ..Known::default()
    };
    let query = ListQuery::parse(&uri, known)?;
    let (filter, sort) = (filter(&query)?, sort(&query));
    let mut listed = service::list(&ctx, &organization, &filter, sort, &query.page).await?;
    let cursors: Vec<String> = listed.rows.iter().map(|row| sort.by.cursor(row)).collect();
    let shown = resources(&ctx, &organization, std::mem::take(&mut listed.rows)).await?;
    let listed = slipway_kernel::http::Listed {
        rows: shown.into_iter().zip(cursors).collect(),
        total: listed.total,
    };
    Ok(list(query.document(
        listed,
        |(_, cursor)| cursor.clone(),
        |(shown, _)| shown,
    )))
}

fn filter(query: &ListQuery) -> Result<Filter<'_>> {
    let status = match query.filter("filter[status]") {
        None => None,
        Some("enabled") => Some(TemplateStatus::Enabled),
        Some("disabled") => Some(TemplateStatus::Disabled),
        Some(_) => {
            let detail = "It is `enabled` or `disabled`.";
            return Err(Error::malformed_parameter("filter[status]", detail));
        }
    };
    Ok(Filter {
        text: query.filter("search[text]"),
        label: query.filter("filter[label]"),
        parent: query.parsed_filter("filter[parent]")?,
        is_abstract: query.parsed_filter("filter[abstract]")?,
        status,
    })
}

fn sort(query: &ListQuery) -> Sort {
    let (field, descending) = query.sort.clone().unwrap_or_default();
    let by = match field.as_str() {
        "name" => SortBy::Name,
        "updated-at" => SortBy::UpdatedAt,
        _ => SortBy::Key,
    };
    Sort { by, descending }
}

/// Create a template.
#[utoipa::path(post, path = "/api/v2/organizations/{organization}/templates", operation_id = "create_template",
    tag = "templates",
    params(("organization" = Name, Path, description = "The organization's name.")),
    request_body = NewDocument<NewTemplate>,
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
    security(("token" = ["catalog.template.manage"])))]
async fn create_template(ctx: Ctx, params: Params, body: Body<NewTemplate>) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let template = service::create(&ctx, &organization, body.attributes()?).await?;
    let version = template.version;
    Ok(created(shown(&ctx, template).await?).with_version(version))
}

/// Get a template.
#[utoipa::path(get, path = "/api/v2/templates/{template}", operation_id = "get_template", tag = "templates",
    params(("template" = TemplateId, Path, description = "The template's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["catalog.template.read"])))]
async fn get_template(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let template = service::load(&ctx, params.get("template")?, TEMPLATE_READ).await?;
    let version = template.version;
    Ok(ok(shown(&ctx, template).await?).with_version(version))
}

/// Change a template. Its key stays; lists are replaced as a whole.
#[utoipa::path(patch, path = "/api/v2/templates/{template}", operation_id = "update_template", tag = "templates",
    params(
        ("template" = TemplateId, Path, description = "The template's id."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change was made from."),
    ),
    request_body = NewDocument<TemplateChanges>,
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
    security(("token" = ["catalog.template.manage"])))]
async fn update_template(
    ctx: Ctx,
    params: Params,
    headers: HeaderMap,
    body: Body<TemplateChanges>,
) -> Result<impl IntoResponse> {
    let seen = service::load(&ctx, params.get("template")?, TEMPLATE_READ).await?;
    require_unchanged(&headers, seen.version)?;
    let template = service::update(&ctx, &seen, body.attributes()?).await?;
    let version = template.version;
    Ok(ok(shown(&ctx, template).await?).with_version(version))
}

/// Delete a template that nothing stands on, with its versions.
#[utoipa::path(delete, path = "/api/v2/templates/{template}", operation_id = "delete_template", tag = "templates",
    params(
        ("template" = TemplateId, Path, description = "The template's id."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the decision was made from."),
    ),
    responses(
        (status = 204),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 412, body = ErrorDocument),
    ),
    security(("token" = ["catalog.template.manage"])))]
async fn delete_template(ctx: Ctx, params: Params, headers: HeaderMap) -> Result<StatusCode> {
    let seen = service::load(&ctx, params.get("template")?, TEMPLATE_MANAGE).await?;
    require_unchanged(&headers, seen.version)?;
    service::delete(&ctx, &seen).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Let a template be ordered.
#[utoipa::path(post, path = "/api/v2/templates/{template}/actions/enable", operation_id = "enable_template",
    tag = "templates",
    params(("template" = TemplateId, Path, description = "The template's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 412, body = ErrorDocument),
    ),
    security(("token" = ["catalog.template.manage"])))]
async fn enable_template(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    turned(ctx, params, TemplateStatus::Enabled).await
}

/// Keep a template from being ordered. What was ordered stays.
#[utoipa::path(post, path = "/api/v2/templates/{template}/actions/disable", operation_id = "disable_template",
    tag = "templates",
    params(("template" = TemplateId, Path, description = "The template's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 412, body = ErrorDocument),
    ),
    security(("token" = ["catalog.template.manage"])))]
async fn disable_template(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    turned(ctx, params, TemplateStatus::Disabled).await
}

async fn turned(ctx: Ctx, params: Params, status: TemplateStatus) -> Result<impl IntoResponse> {
    let seen = service::load(&ctx, params.get("template")?, TEMPLATE_READ).await?;
    let template = service::set_status(&ctx, &seen, status).await?;
    let version = template.version;
    Ok(ok(shown(&ctx, template).await?).with_version(version))
}

/// Get all that a template stands on, or all that stands on it, as far as you may see it.
#[utoipa::path(get, path = "/api/v2/templates/{template}/tree", operation_id = "get_template_tree", tag = "templates",
    params(
        ("template" = TemplateId, Path, description = "The template's id."),
        ("direction" = Option<String>, Query, description = "`parents` (if absent) or `children`."),
    ),
    responses(
        (status = 200, body = Document<Resource<TemplateTree>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["catalog.template.read"])))]
async fn get_template_tree(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let known = Known {
        filters: &["direction"],
        ..Known::default()
    };
    let direction = ListQuery::parse(&uri, known)?.parsed_filter("direction")?;
    let template = service::load(&ctx, params.get("template")?, TEMPLATE_READ).await?;
    let tree = service::tree(&ctx, &template, direction.unwrap_or(TreeDirection::Parents)).await?;
    Ok(ok(Resource::new(template.id, tree)))
}

/// Make a template with its source code and its first version, from a repository, in one call.
#[utoipa::path(post, path = "/api/v2/organizations/{organization}/templates/actions/import",
    operation_id = "import_template", tag = "templates",
    params(("organization" = Name, Path, description = "The organization's name.")),
    request_body = NewDocument<TemplateImport>,
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
    security(("token" = ["catalog.template.manage"])))]
async fn import_template(ctx: Ctx, params: Params, body: Body<TemplateImport>) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let template = importing::import(&ctx, &organization, body.attributes()?).await?;
    let version = template.version;
    Ok(created(shown(&ctx, template).await?).with_version(version))
}

/// Make the catalog as documents describe it, all of them or none. Applied again, they change nothing.
///
/// What a document leaves out has its default; what no document names stays as it is.
#[utoipa::path(post, path = "/api/v2/organizations/{organization}/catalog/actions/apply", operation_id = "apply_catalog",
    tag = "templates",
    params(
        ("organization" = Name, Path, description = "The organization's name."),
        ("dry-run" = Option<bool>, Query, description = "Change nothing, only say what would change."),
    ),
    request_body = CatalogDocuments,
    responses(
        (status = 200, body = Document<Resource<CatalogApplication>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 415, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
    ),
    security(("token" = ["catalog.template.manage"])))]
async fn apply_catalog(
    ctx: Ctx,
    params: Params,
    uri: Uri,
    Plain(documents): Plain<CatalogDocuments>,
) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let known = Known {
        filters: &["dry-run"],
        ..Known::default()
    };
    let is_dry_run = ListQuery::parse(&uri, known)?.parsed_filter("dry-run")?;
    let applied = applying::apply(&ctx, &organization, documents, is_dry_run.unwrap_or(false)).await?;
    Ok(ok(Resource::new(&organization.name, applied)))
}

async fn shown(ctx: &Ctx, template: Template) -> Result<Resource<Wire>> {
    let organization = organizations::by_id(ctx, template.organization_id).await?;
    let mut shown = resources(ctx, &organization, vec![template]).await?;
    shown.pop().ok_or_else(|| Error::internal("one template was not shown"))
}

/// Templates with what they stand on and how much stands on them, in three queries for all.
async fn resources(ctx: &Ctx, organization: &Organization, templates: Vec<Template>) -> Result<Vec<Resource<Wire>>> {
    let ids: Vec<String> = templates.iter().map(|template| template.id.to_string()).collect();
    let mut counts = uses::counts(ctx, organization.id, &ids).await?;
    let mut described = service::described(ctx, &templates).await?;
    let shown = templates.into_iter().filter_map(|template| {
        let uses = counts.remove(&template.id.to_string()).unwrap_or_default();
        Some(resource(&template, described.remove(&template.id)?, organization, uses))
    });
    Ok(shown.collect())
}

fn resource(
    template: &Template,
    described: NewTemplate,
    organization: &Organization,
    used_by: Counts,
) -> Resource<Wire> {
    let attributes = Wire {
        key: described.key,
        name: described.name,
        description: described.description,
        documentation: described.documentation,
        is_abstract: described.is_abstract,
        status: described.status,
        parents: described.parents,
        allowed_integrations: described.allowed_integrations,
        one_per_integration: described.one_per_integration,
        required_settings: described.required_settings,
        naming: described.naming,
        labels: described.labels,
        secrets: described.secrets,
        service: described.service,
        engine: described.engine,
        engine_version: described.engine_version,
        revision: template.version,
        used_by,
        created_at: template.created_at,
        updated_at: template.updated_at,
    };
    Resource::new(template.id, attributes)
        .with("organization", "organizations", &organization.name)
        .with_link("self", format!("/api/v2/templates/{}", template.id))
}
