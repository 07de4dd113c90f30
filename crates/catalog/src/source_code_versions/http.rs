//! Routes of versions of templates.

use std::collections::HashMap;

use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::IntoResponse;
use slipway_api::ids::{SourceCodeId, SourceCodeVersionId, TemplateId};
use slipway_api::source_code_versions::{
    Lifecycle, NewSourceCodeVersion, SourceCodeVersion as Wire, SourceCodeVersionChanges, SourceCodeVersionComparison,
    SourceCodeVersionDrift, SourceCodeVersionInterface, SourceCodeVersionRefresh, SourceCodeVersionSchema,
    VersionVariable,
};
use slipway_api::templates::TemplateKey;
use slipway_api::{Document, ErrorDocument, ListDocument, Name, NewDocument, Resource};
use slipway_identity::organizations;
use slipway_kernel::http::{Body, Known, ListQuery, Listed, Params, Routes, created, list, ok, require_unchanged};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Error, Result};

use super::model::SourceCodeVersion;
use super::service;
use super::store::{self, Filter};
use crate::permissions::{TEMPLATE_MANAGE, TEMPLATE_READ};
use crate::source_codes::{shown as interfaces, store as source_codes};
use crate::templates::store as templates;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_source_code_versions, create_source_code_version))
        .routes(routes!(
            get_source_code_version,
            update_source_code_version,
            delete_source_code_version
        ))
        .routes(routes!(get_source_code_version_interface))
        .routes(routes!(get_source_code_version_schema))
        .routes(routes!(get_source_code_version_drift))
        .routes(routes!(refresh_source_code_version))
        .routes(routes!(compare_source_code_versions))
}

/// List the versions of an organization's templates: by template, the newest first.
#[utoipa::path(get, path = "/api/v2/organizations/{organization}/source-code-versions",
    operation_id = "list_source_code_versions", tag = "source code versions",
    params(
        ("organization" = Name, Path, description = "The organization's name."),
        ("filter[template]" = Option<TemplateId>, Query, description = "Of this template."),
        ("filter[source-code]" = Option<SourceCodeId>, Query, description = "Made of this source code."),
        ("filter[lifecycle]" = Option<String>, Query,
            description = "`preview`, `active`, `deprecated` or `archived`."),
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
async fn list_source_code_versions(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let known = Known {
        filters: &["filter[template]", "filter[source-code]", "filter[lifecycle]"],
        ..Known::default()
    };
    let query = ListQuery::parse(&uri, known)?;
    let filter = Filter {
        template: query.parsed_filter("filter[template]")?,
        source_code: query.parsed_filter("filter[source-code]")?,
        lifecycle: query.filter("filter[lifecycle]").map(lifecycle).transpose()?,
    };
    let listed = service::list(&ctx, &organization, &filter, &query.page).await?;
    let cursors: Vec<String> = listed.rows.iter().map(store::cursor).collect();
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

fn lifecycle(text: &str) -> Result<Lifecycle> {
    serde_json::from_value(text.into()).map_err(|_| {
        Error::malformed_parameter(
            "filter[lifecycle]",
            "It is `preview`, `active`, `deprecated` or `archived`.",
        )
    })
}

/// Create a version of a template: the code of a module at the commit that a tag, branch or commit is on now.
#[utoipa::path(post, path = "/api/v2/organizations/{organization}/source-code-versions",
    operation_id = "create_source_code_version", tag = "source code versions",
    params(("organization" = Name, Path, description = "The organization's name.")),
    request_body = NewDocument<NewSourceCodeVersion>,
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
async fn create_source_code_version(
    ctx: Ctx,
    params: Params,
    body: Body<NewSourceCodeVersion>,
) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let made = service::create(&ctx, &organization, body.attributes()?).await?;
    // What it means for whoever uses the version before was computed after it was written.
    let version = service::load(&ctx, made.id, TEMPLATE_READ).await?;
    let number = version.version;
    Ok(created(shown(&ctx, version).await?).with_version(number))
}

/// Get a version of a template.
#[utoipa::path(get, path = "/api/v2/source-code-versions/{source_code_version}",
    operation_id = "get_source_code_version", tag = "source code versions",
    params(("source_code_version" = SourceCodeVersionId, Path, description = "The version's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["catalog.template.read"])))]
async fn get_source_code_version(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let version = service::load(&ctx, params.get("source_code_version")?, TEMPLATE_READ).await?;
    let number = version.version;
    Ok(ok(shown(&ctx, version).await?).with_version(number))
}

/// Change a version: how far it is published, how its variables are asked for. Its code stays.
#[utoipa::path(patch, path = "/api/v2/source-code-versions/{source_code_version}",
    operation_id = "update_source_code_version", tag = "source code versions",
    params(
        ("source_code_version" = SourceCodeVersionId, Path, description = "The version's id."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change was made from."),
    ),
    request_body = NewDocument<SourceCodeVersionChanges>,
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
async fn update_source_code_version(
    ctx: Ctx,
    params: Params,
    headers: HeaderMap,
    body: Body<SourceCodeVersionChanges>,
) -> Result<impl IntoResponse> {
    let seen = service::load(&ctx, params.get("source_code_version")?, TEMPLATE_READ).await?;
    require_unchanged(&headers, seen.version)?;
    let version = service::update(&ctx, &seen, body.attributes()?).await?;
    let version = service::load(&ctx, version.id, TEMPLATE_READ).await?;
    let number = version.version;
    Ok(ok(shown(&ctx, version).await?).with_version(number))
}

/// Delete a version that nothing uses.
#[utoipa::path(delete, path = "/api/v2/source-code-versions/{source_code_version}",
    operation_id = "delete_source_code_version", tag = "source code versions",
    params(
        ("source_code_version" = SourceCodeVersionId, Path, description = "The version's id."),
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
async fn delete_source_code_version(ctx: Ctx, params: Params, headers: HeaderMap) -> Result<StatusCode> {
    let seen = service::load(&ctx, params.get("source_code_version")?, TEMPLATE_MANAGE).await?;
    require_unchanged(&headers, seen.version)?;
    service::delete(&ctx, &seen).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Get what the module of a version takes and gives.
#[utoipa::path(get, path = "/api/v2/source-code-versions/{source_code_version}/interface",
    operation_id = "get_source_code_version_interface", tag = "source code versions",
    params(("source_code_version" = SourceCodeVersionId, Path, description = "The version's id.")),
    responses(
        (status = 200, body = Document<Resource<SourceCodeVersionInterface>>),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["catalog.template.read"])))]
async fn get_source_code_version_interface(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let version = service::load(&ctx, params.get("source_code_version")?, TEMPLATE_READ).await?;
    let found = SourceCodeVersionInterface {
        interface: interfaces::interface(&version.interface.0),
        problems: version.diagnostics.0.iter().map(interfaces::problem).collect(),
    };
    Ok(ok(Resource::new(version.id, found)))
}

/// Get what a form of a version asks for, as JSON Schema with annotations.
#[utoipa::path(get, path = "/api/v2/source-code-versions/{source_code_version}/schema",
    operation_id = "get_source_code_version_schema", tag = "source code versions",
    params(("source_code_version" = SourceCodeVersionId, Path, description = "The version's id.")),
    responses(
        (status = 200, body = Document<Resource<SourceCodeVersionSchema>>),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
    ),
    security(("token" = ["catalog.template.read"])))]
async fn get_source_code_version_schema(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let version = service::load(&ctx, params.get("source_code_version")?, TEMPLATE_READ).await?;
    let schema = service::form(&ctx, &version).await?;
    Ok(ok(Resource::new(version.id, SourceCodeVersionSchema { schema })))
}

/// Get how the code of a version differs from what its tag or branch is on now.
#[utoipa::path(get, path = "/api/v2/source-code-versions/{source_code_version}/drift",
    operation_id = "get_source_code_version_drift", tag = "source code versions",
    params(("source_code_version" = SourceCodeVersionId, Path, description = "The version's id.")),
    responses(
        (status = 200, body = Document<Resource<SourceCodeVersionDrift>>),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 503, body = ErrorDocument),
    ),
    security(("token" = ["catalog.template.read"])))]
async fn get_source_code_version_drift(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let version = service::load(&ctx, params.get("source_code_version")?, TEMPLATE_READ).await?;
    let found = service::drift(&ctx, &version).await?;
    Ok(ok(Resource::new(version.id, found)))
}

/// Take the commit that the tag or branch of a version is on now as its code. What was said about variables is kept as far
/// as it still fits, and the answer says what does not.
#[utoipa::path(post, path = "/api/v2/source-code-versions/{source_code_version}/actions/refresh",
    operation_id = "refresh_source_code_version", tag = "source code versions",
    params(
        ("source_code_version" = SourceCodeVersionId, Path, description = "The version's id."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the decision was made from."),
    ),
    responses(
        (status = 200, body = Document<Resource<SourceCodeVersionRefresh>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 412, body = ErrorDocument),
        (status = 503, body = ErrorDocument),
    ),
    security(("token" = ["catalog.template.manage"])))]
async fn refresh_source_code_version(ctx: Ctx, params: Params, headers: HeaderMap) -> Result<impl IntoResponse> {
    let seen = service::load(&ctx, params.get("source_code_version")?, TEMPLATE_MANAGE).await?;
    require_unchanged(&headers, seen.version)?;
    let (version, found) = service::refresh(&ctx, &seen).await?;
    Ok(ok(Resource::new(version.id, found)).with_version(version.version))
}

/// Compare a version with another: what changes for whoever goes from this one to that.
#[utoipa::path(get, path = "/api/v2/source-code-versions/{source_code_version}/compare",
    operation_id = "compare_source_code_versions", tag = "source code versions",
    params(
        ("source_code_version" = SourceCodeVersionId, Path, description = "The version's id."),
        ("with" = SourceCodeVersionId, Query, description = "The other version's id."),
    ),
    responses(
        (status = 200, body = Document<Resource<SourceCodeVersionComparison>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["catalog.template.read"])))]
async fn compare_source_code_versions(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let known = Known {
        filters: &["with"],
        ..Known::default()
    };
    let from = service::load(&ctx, params.get("source_code_version")?, TEMPLATE_READ).await?;
    let with: Option<SourceCodeVersionId> = ListQuery::parse(&uri, known)?.parsed_filter("with")?;
    let with = with.ok_or_else(|| Error::malformed_parameter("with", "Name the other version by its id."))?;
    let to = service::load(&ctx, with, TEMPLATE_READ).await?;
    if from.organization_id != to.organization_id {
        return Err(Error::not_found("source code version", with));
    }
    let found = service::compare(&ctx, &from, &to).await?;
    Ok(ok(Resource::new(from.id, found)))
}

async fn shown(ctx: &Ctx, version: SourceCodeVersion) -> Result<Resource<Wire>> {
    let mut shown = resources(ctx, vec![version]).await?;
    shown.pop().ok_or_else(|| Error::internal("one version was not shown"))
}

/// What versions are shown with.
struct Beside {
    templates: HashMap<TemplateId, TemplateKey>,
    source_codes: HashMap<SourceCodeId, Name>,
    recommended: HashMap<TemplateId, SourceCodeVersionId>,
    settings: HashMap<SourceCodeVersionId, Vec<VersionVariable>>,
}

/// Versions with what is shown beside them, in a few queries for all.
async fn resources(ctx: &Ctx, versions: Vec<SourceCodeVersion>) -> Result<Vec<Resource<Wire>>> {
    let of: Vec<TemplateId> = versions.iter().map(|version| version.template_id).collect();
    let from: Vec<SourceCodeId> = versions.iter().map(|version| version.source_code_id).collect();
    let reader = ctx.db.reader();
    let mut beside = Beside {
        templates: templates::keys(reader, &of).await?.into_iter().collect(),
        source_codes: source_codes::with_ids(reader, &from)
            .await?
            .into_iter()
            .map(|row| (row.id, row.name))
            .collect(),
        recommended: store::recommended(reader, &of).await?,
        settings: service::settings(ctx, &versions).await?,
    };
    Ok(versions
        .into_iter()
        .filter_map(|version| resource(version, &mut beside))
        .collect())
}

fn resource(version: SourceCodeVersion, beside: &mut Beside) -> Option<Resource<Wire>> {
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let link = format!("/api/v2/source-code-versions/{}", version.id);
    let (id, template, source_code) = (version.id, version.template_id, version.source_code_id);
    let labels = version.labels().map(str::to_owned).collect();
    let moved_to = version.moved.clone().filter(|moved| !moved.is_empty());
    let attributes = Wire {
        template: beside.templates.get(&template)?.clone(),
        source_code: beside.source_codes.get(&source_code)?.clone(),
        ref_kind: version.ref_kind,
        is_ref_gone: version.ref_commit().is_none(),
        name: version.ref_name,
        directory: version.directory,
        commit: version.commit_sha,
        digest: version.digest,
        size_bytes: version.size_bytes,
        status: version.status,
        lifecycle: version.lifecycle,
        is_recommended: beside.recommended.get(&template) == Some(&id),
        position: version.position,
        description: version.description,
        labels,
        moved_to,
        compared_with: version.computed.with,
        notes: version.computed.notes,
        breaking_changes: version.breaking_changes,
        variable_count: count(version.interface.0.variables.len()),
        output_count: count(version.interface.0.outputs.len()),
        variables: beside.settings.remove(&id).unwrap_or_default(),
        problems: version.diagnostics.0.iter().map(interfaces::problem).collect(),
        created_at: version.created_at,
        updated_at: version.updated_at,
    };
    let resource = Resource::new(id, attributes)
        .with("template", "templates", template)
        .with("source-code", "source-codes", source_code)
        .with_link("self", link);
    Some(resource)
}
