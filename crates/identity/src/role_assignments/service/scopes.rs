//! Where an assignment holds: from the text that people give to a scope, and back.

use std::collections::HashMap;

use slipway_api::ids::OrganizationId;
use slipway_kernel::grants::{SITE, Scope};
use slipway_kernel::{Ctx, Error, Result};

use crate::organizations::Organization;
use crate::projects;
use crate::role_assignments::RoleAssignment;
use crate::role_assignments::store;

/// What the text of a new assignment's scope means: the organization by its name or id, or an object in it by its id.
pub(crate) async fn scope_of(ctx: &Ctx, organization: &Organization, text: &str) -> Result<Scope> {
    if text == organization.name.as_str() || text == organization.id.to_string() {
        return Ok(Scope::organization(organization.id));
    }
    let found = store::object(ctx.db.reader(), text).await?;
    match found.filter(|object| object.organization_id == Some(organization.id)) {
        Some(object) => Ok(object_scope(organization.id, &object)),
        None => Err(Error::invalid(
            "/data/attributes/scope",
            format!(
                "There is no \"{text}\" in this organization. Give the organization's name, or the id of a project, \
                 workspace or runner pool in it."
            ),
        )),
    }
}

/// Where the scope of a stored assignment stands now; at its organization if its object is gone.
pub(crate) async fn stored_scope(ctx: &Ctx, organization: OrganizationId, text: &str) -> Result<Scope> {
    let object = store::object(ctx.db.reader(), text).await?;
    let inside = object.filter(|object| object.organization_id == Some(organization));
    Ok(inside.map_or_else(
        || Scope::organization(organization),
        |object| object_scope(organization, &object),
    ))
}

/// The same for many at once.
pub(super) async fn stored_scopes(ctx: &Ctx, assignments: &[RoleAssignment]) -> Result<Vec<Scope>> {
    let ids: Vec<String> = assignments.iter().map(|row| row.scope.clone()).collect();
    let objects = store::objects_by_ids(ctx.db.reader(), &ids).await?;
    let objects: HashMap<&str, &store::DirectoryObject> =
        objects.iter().map(|object| (object.id.as_str(), object)).collect();
    let scopes = assignments.iter().map(|row| {
        let Some(organization) = row.organization_id else {
            return Scope::site();
        };
        let object = objects.get(row.scope.as_str());
        let inside = object.filter(|object| object.organization_id == Some(organization));
        inside.map_or_else(
            || Scope::organization(organization),
            |object| object_scope(organization, object),
        )
    });
    Ok(scopes.collect())
}

pub(crate) fn object_scope(organization: OrganizationId, object: &store::DirectoryObject) -> Scope {
    if object.kind == projects::KIND
        && let Ok(project) = object.id.parse()
    {
        return Scope::project(organization, project);
    }
    Scope {
        organization: Some(organization),
        project: object.project_id,
        object: Some(object.id.clone()),
    }
}

/// The id that a scope is stored by.
pub(super) fn narrowest(scope: &Scope) -> String {
    let project = || scope.project.map(|id| id.to_string());
    let organization = || scope.organization.map(|id| id.to_string());
    let id = scope.object.clone().or_else(project).or_else(organization);
    id.unwrap_or_else(|| SITE.to_owned())
}
