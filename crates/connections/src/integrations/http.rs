//! Routes of integrations and their kinds.

use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::IntoResponse;
use slipway_api::ids::IntegrationId;
use slipway_api::integrations::{
    Integration as Wire, IntegrationChanges, IntegrationDraft, IntegrationKind, IntegrationMethod, IntegrationTest,
    IntegrationUse, NewIntegration,
};
use slipway_api::{Document, ErrorDocument, ListDocument, Name, NewDocument, Resource};
use slipway_identity::organizations::{self, Organization};
use slipway_kernel::directory;
use slipway_kernel::http::{Body, Known, ListQuery, Listed, Params, Routes, created, list, ok, require_unchanged};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Result};

use super::kinds::{KINDS, Kind, schema};
use super::model::{Checked, Integration};
use super::store::Filter;
use super::{probes, service};
use crate::permissions::INTEGRATION_READ;
use crate::uses::{self, Counts};

pub(crate) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_integration_kinds))
        .routes(routes!(list_integrations, create_integration))
        .routes(routes!(get_integration, update_integration, delete_integration))
        .routes(routes!(test_integration))
        .routes(routes!(test_integration_draft))
        .routes(routes!(list_integration_uses))
}

/// List the kinds of outside systems, each with the form of its settings.
#[utoipa::path(get, path = "/api/v2/integration-kinds", operation_id = "list_integration_kinds", tag = "integrations",
    params(
        ("page[number]" = Option<u32>, Query, description = "The page, from 1."),
        ("page[size]" = Option<u32>, Query, description = "Rows on a page; 20 by default, 100 at most."),
        ("page[after]" = Option<String>, Query, description = "`next-after` of the page before."),
    ),
    responses(
        (status = 200, body = ListDocument<Resource<IntegrationKind>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
    ),
    security(("token" = [])))]
async fn list_integration_kinds(ctx: Ctx, uri: Uri) -> Result<impl IntoResponse> {
    service::require_somebody(&ctx)?;
    let query = ListQuery::parse(&uri, Known::default())?;
    let word = |kind: &&'static Kind| kind.word.to_owned();
    let listed = Listed::of_all(KINDS.to_vec(), &query.page, word);
    Ok(list(query.document(listed, word, described)))
}

/// List the integrations of an organization.
#[utoipa::path(get, path = "/api/v2/organizations/{organization}/integrations", operation_id = "list_integrations",
    tag = "integrations",
    params(
        ("organization" = Name, Path, description = "The organization's name."),
        ("filter[kind]" = Option<String>, Query, description = "Kinds, separated by commas."),
        ("filter[group]" = Option<String>, Query, description = "`cloud`, `forge`, `registry` or `chat`."),
        ("search[name]" = Option<String>, Query, description = "Part of the name."),
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
    security(("token" = ["integration.read"])))]
async fn list_integrations(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let known = Known {
        filters: &["filter[kind]", "filter[group]", "search[name]"],
        ..Known::default()
    };
    let query = ListQuery::parse(&uri, known)?;
    let filter = Filter {
        kinds: wanted_kinds(query.filter("filter[kind]"), query.filter("filter[group]")),
        name: query.filter("search[name]"),
    };
    let listed = service::list(&ctx, &organization, &filter, &query.page).await?;
    let ids: Vec<String> = listed.rows.iter().map(|row| row.id.to_string()).collect();
    let mut counts = uses::counts(&ctx, organization.id, &ids).await?;
    Ok(list(query.document(
        listed,
        |integration| integration.name.to_string(),
        |integration| {
            let uses = counts.remove(&integration.id.to_string()).unwrap_or_default();
            resource(integration, &organization, uses)
        },
    )))
}

/// Create an integration.
#[utoipa::path(post, path = "/api/v2/organizations/{organization}/integrations", operation_id = "create_integration",
    tag = "integrations",
    params(("organization" = Name, Path, description = "The organization's name.")),
    request_body = NewDocument<NewIntegration>,
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
    security(("token" = ["integration.manage"])))]
async fn create_integration(ctx: Ctx, params: Params, body: Body<NewIntegration>) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let integration = service::create(&ctx, &organization, body.attributes()?).await?;
    let version = integration.version;
    Ok(created(resource(integration, &organization, Counts::default())).with_version(version))
}

/// Get an integration, without its secrets.
#[utoipa::path(get, path = "/api/v2/integrations/{integration}", operation_id = "get_integration", tag = "integrations",
    params(("integration" = IntegrationId, Path, description = "The integration's id.")),
    responses(
        (status = 200, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["integration.read"])))]
async fn get_integration(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let integration = service::load(&ctx, params.get("integration")?, INTEGRATION_READ).await?;
    let version = integration.version;
    Ok(ok(shown(&ctx, integration).await?).with_version(version))
}

/// Change an integration. Secrets that are not mentioned stay, unless the address that they are shown to changes.
#[utoipa::path(patch, path = "/api/v2/integrations/{integration}", operation_id = "update_integration",
    tag = "integrations",
    params(
        ("integration" = IntegrationId, Path, description = "The integration's id."),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change was made from."),
    ),
    request_body = NewDocument<IntegrationChanges>,
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
    security(("token" = ["integration.manage"])))]
async fn update_integration(
    ctx: Ctx,
    params: Params,
    headers: HeaderMap,
    body: Body<IntegrationChanges>,
) -> Result<impl IntoResponse> {
    let seen = service::load(&ctx, params.get("integration")?, INTEGRATION_READ).await?;
    require_unchanged(&headers, seen.version)?;
    let integration = service::update(&ctx, &seen, body.attributes()?).await?;
    let version = integration.version;
    Ok(ok(shown(&ctx, integration).await?).with_version(version))
}

/// Delete an integration that nothing uses, or with force one that something does.
#[utoipa::path(delete, path = "/api/v2/integrations/{integration}", operation_id = "delete_integration",
    tag = "integrations",
    params(
        ("integration" = IntegrationId, Path, description = "The integration's id."),
        ("force" = Option<bool>, Query, description = "Also when something uses it."),
    ),
    responses(
        (status = 204),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
    ),
    security(("token" = ["integration.manage"])))]
async fn delete_integration(ctx: Ctx, params: Params, uri: Uri) -> Result<StatusCode> {
    let known = Known {
        filters: &["force"],
        ..Known::default()
    };
    let is_forced = ListQuery::parse(&uri, known)?.parsed_filter::<bool>("force")?;
    service::delete(&ctx, params.get("integration")?, is_forced.unwrap_or(false)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ask the other side of an integration who we are there, and what it does not let us do.
#[utoipa::path(post, path = "/api/v2/integrations/{integration}/actions/test", operation_id = "test_integration",
    tag = "integrations",
    params(("integration" = IntegrationId, Path, description = "The integration's id.")),
    responses(
        (status = 200, body = Document<Resource<IntegrationTest>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["integration.manage"])))]
async fn test_integration(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let id = params.get::<IntegrationId>("integration")?;
    Ok(ok(Resource::new(id, tested(probes::saved(&ctx, id).await?))))
}

/// Ask the other side of an integration that is not kept yet.
#[utoipa::path(post, path = "/api/v2/organizations/{organization}/integrations/actions/test",
    operation_id = "test_integration_draft", tag = "integrations",
    params(("organization" = Name, Path, description = "The organization's name.")),
    request_body = NewDocument<IntegrationDraft>,
    responses(
        (status = 200, body = Document<Resource<IntegrationTest>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
        (status = 415, body = ErrorDocument),
        (status = 422, body = ErrorDocument),
    ),
    security(("token" = ["integration.manage"])))]
async fn test_integration_draft(ctx: Ctx, params: Params, body: Body<IntegrationDraft>) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let draft = body.attributes()?;
    let kind = draft.kind.clone();
    Ok(ok(Resource::new(
        kind,
        tested(probes::draft(&ctx, &organization, draft).await?),
    )))
}

/// List what uses an integration, as far as you may see it.
#[utoipa::path(get, path = "/api/v2/integrations/{integration}/used-by", operation_id = "list_integration_uses",
    tag = "integrations",
    params(
        ("integration" = IntegrationId, Path, description = "The integration's id."),
        ("filter[kind]" = Option<String>, Query, description = "`organization`, `project`, `repository`, `storage` or `workspace`."),
        ("page[number]" = Option<u32>, Query, description = "The page, from 1."),
        ("page[size]" = Option<u32>, Query, description = "Rows on a page; 20 by default, 100 at most."),
        ("page[after]" = Option<String>, Query, description = "`next-after` of the page before."),
    ),
    responses(
        (status = 200, body = ListDocument<Resource<IntegrationUse>>),
        (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
    ),
    security(("token" = ["integration.read"])))]
async fn list_integration_uses(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let known = Known {
        filters: &["filter[kind]"],
        ..Known::default()
    };
    let query = ListQuery::parse(&uri, known)?;
    let integration = service::load(&ctx, params.get("integration")?, INTEGRATION_READ).await?;
    let (organization, id) = (integration.organization_id, integration.id.to_string());
    let listed = uses::list(&ctx, (organization, &id), query.filter("filter[kind]"), &query.page).await?;
    Ok(list(query.document(
        listed,
        |(object, _)| directory::store::place(object),
        |(object, why)| {
            let attributes = IntegrationUse {
                kind: object.kind,
                name: object.name,
                why,
            };
            Resource::new(object.id, attributes)
        },
    )))
}

fn wanted_kinds<'a>(words: Option<&'a str>, group: Option<&str>) -> Vec<&'a str> {
    let of_group = |word: &str| {
        let kind = KINDS.iter().find(|kind| kind.word == word);
        group.is_none_or(|group| kind.is_some_and(|kind| kind.group.word() == group))
    };
    let all: Vec<&str> = match (words, group) {
        (Some(words), _) => words.split(',').map(str::trim).filter(|word| of_group(word)).collect(),
        (None, Some(_)) => KINDS
            .iter()
            .map(|kind| kind.word)
            .filter(|word| of_group(word))
            .collect(),
        (None, None) => return Vec::new(),
    };
    match all.is_empty() {
        // A wish that nothing fulfils is not the wish for everything.
        true => vec!["-"],
        false => all,
    }
}

fn described(kind: &'static Kind) -> Resource<IntegrationKind> {
    let methods = kind.methods.iter().map(|method| IntegrationMethod {
        name: method.word.to_owned(),
        title: method.title.to_owned(),
        description: method.description.to_owned(),
        is_workload_identity: method.is_workload_identity,
        is_by_browser: method.is_by_browser,
    });
    let attributes = IntegrationKind {
        title: kind.title.to_owned(),
        description: kind.description.to_owned(),
        group: kind.group.word().to_owned(),
        methods: methods.collect(),
        schema: schema::of(kind),
    };
    Resource::new(kind.word, attributes)
}

async fn shown(ctx: &Ctx, integration: Integration) -> Result<Resource<Wire>> {
    let organization = organizations::by_id(ctx, integration.organization_id).await?;
    let id = integration.id.to_string();
    let mut counts = uses::counts(ctx, organization.id, std::slice::from_ref(&id)).await?;
    let uses = counts.remove(&id).unwrap_or_default();
    Ok(resource(integration, &organization, uses))
}

fn resource(integration: Integration, organization: &Organization, uses: Counts) -> Resource<Wire> {
    let needs_authorization = integration.needs_authorization();
    let kind = integration.kind().ok();
    let attributes = Wire {
        kind_title: kind.map_or(integration.kind.as_str(), |kind| kind.title).to_owned(),
        group: kind.map_or("cloud", |kind| kind.group.word()).to_owned(),
        name: integration.name,
        description: integration.description,
        kind: integration.kind,
        settings: integration.settings.0,
        secrets: integration.secret_names.0,
        is_enabled: integration.is_enabled,
        needs_authorization,
        poll_interval_seconds: integration.poll_seconds.and_then(|seconds| u32::try_from(seconds).ok()),
        account: integration.account,
        checked_at: integration.checked_at,
        check_error: integration.check_error,
        missing_rights: integration.missing_rights.0,
        expires_at: integration.expires_at,
        renewal_error: integration.renewal_error,
        authorization_error: integration.authorization_error,
        used_by: uses,
        created_at: integration.created_at,
        updated_at: integration.updated_at,
    };
    Resource::new(integration.id, attributes)
        .with("organization", "organizations", &organization.name)
        .with_link("self", format!("/api/v2/integrations/{}", integration.id))
}

fn tested(outcome: (Checked, Option<String>)) -> IntegrationTest {
    let (checked, not_tested) = outcome;
    IntegrationTest {
        is_usable: checked.error.is_none(),
        account: checked.account,
        error: checked.error,
        missing_rights: checked.missing,
        expires_at: checked.expires_at,
        not_tested,
    }
}
