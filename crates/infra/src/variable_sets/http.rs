//! Variable sets over HTTP, in TFE's shapes.

use std::collections::HashMap;

use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use slipway_api::ids::{VariableId, VariableSetId};
use slipway_api::jsonapi::{Document, ErrorDocument, Identifier, ListDocument, NewDocument, Relationship, Resource};
use slipway_api::variable_sets::{VariableSet as Wire, VariableSetPermissions, VariableSetSettings};
use slipway_api::variables::{Variable as WireVariable, VariableSettings};
use slipway_identity::organizations;
use slipway_kernel::grants::GrantSet;
use slipway_kernel::http::{Body, Known, ListQuery, Params, Plain, Routes, created, list, ok, require_unchanged};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Error, Result};
use utoipa::ToSchema;

use super::model::VariableSet;
use super::model::target::{self, TargetKind};
use super::service::{self, Assignee};
use super::store;
use crate::http::listing::page_of;
use crate::permissions::{VARIABLE_SET_READ, VARIABLE_SET_WRITE};
use crate::variables;
use crate::variables::service::Owner;

pub(crate) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_variable_sets, create_variable_set))
        .routes(routes!(get_variable_set, update_variable_set, delete_variable_set))
        .routes(routes!(list_variables_of_set, create_variable_in_set))
        .routes(routes!(update_variable_in_set, delete_variable_in_set))
        .routes(routes!(
            assign_variable_set_to_workspaces,
            unassign_variable_set_from_workspaces
        ))
        .routes(routes!(
            assign_variable_set_to_projects,
            unassign_variable_set_from_projects
        ))
}

const KNOWN: Known = Known {
    filters: &["search[name]"],
    sorts: &[],
    includes: &[],
};

/// Resources by type and id, as relationships take them.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Identifiers {
    /// The resources.
    pub data: Vec<Identifier>,
}

/// List the variable sets of an organization.
#[utoipa::path(get, path = "/api/v2/organizations/{organization}/varsets", operation_id = "list_variable_sets",
    tag = "variable-sets",
    params(("organization" = String, Path, description = "Name of the organization"),
        ("search[name]" = Option<String>, Query, description = "Part of the name"),
        ("page[number]" = Option<u32>, Query), ("page[size]" = Option<u32>, Query), ("page[after]" = Option<String>, Query)),
    responses((status = 200, body = ListDocument<Resource<Wire>>), (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument), (status = 404, body = ErrorDocument)),
    security(("token" = ["variable-set.read"])))]
async fn list_variable_sets(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let query = ListQuery::parse(&uri, KNOWN)?;
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let listed = service::list(&ctx, &organization, query.filter("search[name]"), &query.page).await?;
    let parts = Parts::read(&ctx, &listed.rows).await?;
    let granted = ctx.granted().await?;
    let name = organization.name.as_str();
    Ok(list(query.document(
        listed,
        |set| set.name.to_string(),
        |set| parts.resource(set, name, &granted),
    )))
}

/// Create a variable set.
#[utoipa::path(post, path = "/api/v2/organizations/{organization}/varsets", operation_id = "create_variable_set",
    tag = "variable-sets", params(("organization" = String, Path, description = "Name of the organization")),
    request_body = NewDocument<VariableSetSettings>,
    responses((status = 201, body = Document<Resource<Wire>>), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument), (status = 409, body = ErrorDocument),
        (status = 422, body = ErrorDocument)),
    security(("token" = ["variable-set.write"])))]
async fn create_variable_set(ctx: Ctx, params: Params, body: Body<VariableSetSettings>) -> Result<impl IntoResponse> {
    let organization = organizations::find_visible(&ctx, &params.get("organization")?).await?;
    let set = service::create(&ctx, &organization, &body.attributes()?).await?;
    let version = set.version;
    let resource = Parts::default().resource(set, organization.name.as_str(), &*ctx.granted().await?);
    Ok(created(resource).with_version(version))
}

/// Get a variable set.
#[utoipa::path(get, path = "/api/v2/varsets/{variable_set}", operation_id = "get_variable_set", tag = "variable-sets",
    params(("variable_set" = VariableSetId, Path)),
    responses((status = 200, body = Document<Resource<Wire>>), (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument)),
    security(("token" = ["variable-set.read"])))]
async fn get_variable_set(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let set = service::load(&ctx, params.get("variable_set")?, VARIABLE_SET_READ).await?;
    shown(&ctx, set).await
}

/// Change a variable set.
#[utoipa::path(patch, path = "/api/v2/varsets/{variable_set}", operation_id = "update_variable_set",
    tag = "variable-sets",
    params(("variable_set" = VariableSetId, Path), ("If-Match" = Option<String>, Header, description = "The ETag that was read")),
    request_body = NewDocument<VariableSetSettings>,
    responses((status = 200, body = Document<Resource<Wire>>), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument), (status = 409, body = ErrorDocument),
        (status = 412, body = ErrorDocument), (status = 422, body = ErrorDocument)),
    security(("token" = ["variable-set.write"])))]
async fn update_variable_set(
    ctx: Ctx,
    params: Params,
    headers: HeaderMap,
    body: Body<VariableSetSettings>,
) -> Result<impl IntoResponse> {
    let seen = service::load(&ctx, params.get("variable_set")?, VARIABLE_SET_WRITE).await?;
    require_unchanged(&headers, seen.version)?;
    let set = service::update(&ctx, &seen, &body.attributes()?).await?;
    shown(&ctx, set).await
}

/// Delete a variable set with its variables.
#[utoipa::path(delete, path = "/api/v2/varsets/{variable_set}", operation_id = "delete_variable_set",
    tag = "variable-sets", params(("variable_set" = VariableSetId, Path)),
    responses((status = 204), (status = 401, body = ErrorDocument), (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument)),
    security(("token" = ["variable-set.write"])))]
async fn delete_variable_set(ctx: Ctx, params: Params) -> Result<StatusCode> {
    service::delete(&ctx, params.get("variable_set")?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// List the variables of a set; secrets without their values.
#[utoipa::path(get, path = "/api/v2/varsets/{variable_set}/relationships/vars",
    operation_id = "list_variables_of_set", tag = "variable-sets", params(("variable_set" = VariableSetId, Path)),
    responses((status = 200, body = ListDocument<Resource<WireVariable>>), (status = 401, body = ErrorDocument),
        (status = 404, body = ErrorDocument)),
    security(("token" = ["variable-set.read"])))]
async fn list_variables_of_set(ctx: Ctx, params: Params, uri: Uri) -> Result<impl IntoResponse> {
    let set = service::load(&ctx, params.get("variable_set")?, VARIABLE_SET_READ).await?;
    let rows = variables::store::of_owners(ctx.db.reader(), &[set.id.to_string()]).await?;
    let data = rows.into_iter().map(|row| variable(row, set.id));
    Ok(list(page_of(&uri, data.collect())?))
}

/// Add a variable to a set.
#[utoipa::path(post, path = "/api/v2/varsets/{variable_set}/relationships/vars",
    operation_id = "create_variable_in_set", tag = "variable-sets", params(("variable_set" = VariableSetId, Path)),
    request_body = NewDocument<VariableSettings>,
    responses((status = 201, body = Document<Resource<WireVariable>>), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument), (status = 409, body = ErrorDocument),
        (status = 422, body = ErrorDocument)),
    security(("token" = ["variable-set.write"])))]
async fn create_variable_in_set(ctx: Ctx, params: Params, body: Body<VariableSettings>) -> Result<impl IntoResponse> {
    let set = service::load(&ctx, params.get("variable_set")?, VARIABLE_SET_WRITE).await?;
    let row = variables::service::create_in(&ctx, &Owner::from(&set), body.attributes()?).await?;
    let version = row.version;
    Ok(created(variable(row, set.id)).with_version(version))
}

/// Change a variable of a set. A secret can be replaced, never read.
#[utoipa::path(patch, path = "/api/v2/varsets/{variable_set}/relationships/vars/{variable}",
    operation_id = "update_variable_in_set", tag = "variable-sets",
    params(("variable_set" = VariableSetId, Path), ("variable" = VariableId, Path),
        ("If-Match" = Option<String>, Header, description = "The ETag that was read")),
    request_body = NewDocument<VariableSettings>,
    responses((status = 200, body = Document<Resource<WireVariable>>), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument), (status = 409, body = ErrorDocument),
        (status = 412, body = ErrorDocument), (status = 422, body = ErrorDocument)),
    security(("token" = ["variable-set.write"])))]
async fn update_variable_in_set(
    ctx: Ctx,
    params: Params,
    headers: HeaderMap,
    body: Body<VariableSettings>,
) -> Result<impl IntoResponse> {
    let set = service::load(&ctx, params.get("variable_set")?, VARIABLE_SET_WRITE).await?;
    let owner = Owner::from(&set);
    let seen = variables::service::get_in(&ctx, &owner, params.get("variable")?).await?;
    require_unchanged(&headers, seen.version)?;
    let row = variables::service::update_in(&ctx, &owner, &seen, body.attributes()?).await?;
    let version = row.version;
    Ok(ok(variable(row, set.id)).with_version(version))
}

/// Remove a variable from a set.
#[utoipa::path(delete, path = "/api/v2/varsets/{variable_set}/relationships/vars/{variable}",
    operation_id = "delete_variable_in_set", tag = "variable-sets",
    params(("variable_set" = VariableSetId, Path), ("variable" = VariableId, Path)),
    responses((status = 204), (status = 401, body = ErrorDocument), (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument)),
    security(("token" = ["variable-set.write"])))]
async fn delete_variable_in_set(ctx: Ctx, params: Params) -> Result<StatusCode> {
    let set = service::load(&ctx, params.get("variable_set")?, VARIABLE_SET_WRITE).await?;
    variables::service::delete_in(&ctx, &Owner::from(&set), params.get("variable")?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Assign a variable set to workspaces.
#[utoipa::path(post, path = "/api/v2/varsets/{variable_set}/relationships/workspaces",
    operation_id = "assign_variable_set_to_workspaces", tag = "variable-sets",
    params(("variable_set" = VariableSetId, Path)), request_body = Identifiers,
    responses((status = 204), (status = 401, body = ErrorDocument), (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument), (status = 422, body = ErrorDocument)),
    security(("token" = ["variable-set.write"])))]
async fn assign_variable_set_to_workspaces(ctx: Ctx, params: Params, body: Plain<Identifiers>) -> Result<StatusCode> {
    service::assign(&ctx, params.get("variable_set")?, &workspaces(&body.0)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take a variable set back from workspaces.
#[utoipa::path(delete, path = "/api/v2/varsets/{variable_set}/relationships/workspaces",
    operation_id = "unassign_variable_set_from_workspaces", tag = "variable-sets",
    params(("variable_set" = VariableSetId, Path)), request_body = Identifiers,
    responses((status = 204), (status = 401, body = ErrorDocument), (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument), (status = 422, body = ErrorDocument)),
    security(("token" = ["variable-set.write"])))]
async fn unassign_variable_set_from_workspaces(
    ctx: Ctx,
    params: Params,
    body: Plain<Identifiers>,
) -> Result<StatusCode> {
    service::unassign(&ctx, params.get("variable_set")?, &workspaces(&body.0)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Assign a variable set to all workspaces of projects.
#[utoipa::path(post, path = "/api/v2/varsets/{variable_set}/relationships/projects",
    operation_id = "assign_variable_set_to_projects", tag = "variable-sets",
    params(("variable_set" = VariableSetId, Path)), request_body = Identifiers,
    responses((status = 204), (status = 401, body = ErrorDocument), (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument), (status = 422, body = ErrorDocument)),
    security(("token" = ["variable-set.write"])))]
async fn assign_variable_set_to_projects(ctx: Ctx, params: Params, body: Plain<Identifiers>) -> Result<StatusCode> {
    service::assign(&ctx, params.get("variable_set")?, &projects(&body.0)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take a variable set back from projects.
#[utoipa::path(delete, path = "/api/v2/varsets/{variable_set}/relationships/projects",
    operation_id = "unassign_variable_set_from_projects", tag = "variable-sets",
    params(("variable_set" = VariableSetId, Path)), request_body = Identifiers,
    responses((status = 204), (status = 401, body = ErrorDocument), (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument), (status = 422, body = ErrorDocument)),
    security(("token" = ["variable-set.write"])))]
async fn unassign_variable_set_from_projects(ctx: Ctx, params: Params, body: Plain<Identifiers>) -> Result<StatusCode> {
    service::unassign(&ctx, params.get("variable_set")?, &projects(&body.0)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn workspaces(identifiers: &Identifiers) -> Result<Vec<Assignee>> {
    let assignee = |(index, identifier): (usize, &Identifier)| {
        expect_type(index, identifier, "workspaces")?;
        let id = identifier
            .id
            .parse()
            .map_err(|_| Error::not_found("workspace", &identifier.id))?;
        Ok(Assignee::Workspace(id))
    };
    identifiers.data.iter().enumerate().map(assignee).collect()
}

fn projects(identifiers: &Identifiers) -> Result<Vec<Assignee>> {
    let assignee = |(index, identifier): (usize, &Identifier)| {
        expect_type(index, identifier, "projects")?;
        let id = identifier
            .id
            .parse()
            .map_err(|_| Error::not_found("project", &identifier.id))?;
        Ok(Assignee::Project(id))
    };
    identifiers.data.iter().enumerate().map(assignee).collect()
}

fn expect_type(index: usize, identifier: &Identifier, kind: &str) -> Result<()> {
    if identifier.kind == kind {
        return Ok(());
    }
    let detail = format!("The type must be \"{kind}\", not \"{}\".", identifier.kind);
    Err(Error::invalid(&format!("/data/{index}/type"), detail))
}

async fn shown(ctx: &Ctx, set: VariableSet) -> Result<impl IntoResponse + use<>> {
    let organization = organizations::by_id(ctx, set.organization_id).await?;
    let parts = Parts::read(ctx, std::slice::from_ref(&set)).await?;
    let version = set.version;
    let resource = parts.resource(set, organization.name.as_str(), &*ctx.granted().await?);
    Ok(ok(resource).with_version(version))
}

fn variable(row: variables::Variable, set: VariableSetId) -> Resource<WireVariable> {
    variables::http::resource(row).with("varset", "varsets", set)
}

/// What sets are shown with, for a whole page at once.
#[derive(Default)]
struct Parts {
    targets: Vec<target::Model>,
    counts: HashMap<String, i64>,
}

impl Parts {
    async fn read(ctx: &Ctx, sets: &[VariableSet]) -> Result<Self> {
        let ids: Vec<VariableSetId> = sets.iter().map(|set| set.id).collect();
        let owners: Vec<String> = ids.iter().map(ToString::to_string).collect();
        Ok(Self {
            targets: store::targets(ctx.db.reader(), &ids).await?,
            counts: variables::store::counts(ctx.db.reader(), &owners).await?,
        })
    }

    fn resource(&self, set: VariableSet, organization: &str, granted: &GrantSet) -> Resource<Wire> {
        let count = self.counts.get(&set.id.to_string()).copied().unwrap_or(0);
        let of_kind = |kind: TargetKind| {
            let targets = self.targets.iter().filter(move |target| target.kind == kind);
            targets
                .filter(|target| target.variable_set_id == set.id)
                .map(|target| target.target_id.clone())
        };
        let workspaces = Relationship::many("workspaces", of_kind(TargetKind::Workspace));
        let projects = Relationship::many("projects", of_kind(TargetKind::Project));
        let permissions = VariableSetPermissions {
            can_update: granted.allows(VARIABLE_SET_WRITE, &set.target().scope),
        };
        let attributes = Wire {
            permissions,
            name: set.name,
            description: set.description,
            global: set.global,
            priority: set.priority,
            tags: set.tags.0,
            var_count: u32::try_from(count).unwrap_or(0),
            updated_at: set.updated_at,
        };
        let mut resource = Resource::new(set.id, attributes).with("organization", "organizations", organization);
        resource.relationships.insert("workspaces".to_owned(), workspaces);
        resource.relationships.insert("projects".to_owned(), projects);
        resource
    }
}
