//! What uses an integration, as the directory knows it. What the caller may not see is not shown, only counted where
//! something is refused because of it.

use slipway_api::ids::{IntegrationId, OrganizationId, ProjectId};
use slipway_kernel::directory;
use slipway_kernel::directory::store::objects::Model as Object;
use slipway_kernel::grants::{Permission, Scope};
use slipway_kernel::{Ctx, Result};

use super::service::load;
use crate::permissions::INTEGRATION_READ;

/// Uses that are looked at.
const MOST: u64 = 1_000;
/// Uses that a sentence names.
const NAMED: usize = 5;

/// What uses the integration and the caller may see, by kind and name, each with what for.
///
/// # Errors
///
/// `NotFound` when the integration is missing or invisible.
pub async fn list(ctx: &Ctx, id: IntegrationId) -> Result<Vec<(Object, String)>> {
    let integration = load(ctx, id, INTEGRATION_READ).await?;
    let mut seen = Vec::new();
    for (object, why) in directory::store::uses(ctx.db.reader(), &id.to_string(), MOST).await? {
        if may_see(ctx, integration.organization_id, &object).await? {
            seen.push((object, why));
        }
    }
    Ok(seen)
}

/// The same in words, for a refusal; none where nothing uses it.
pub(super) async fn in_words(ctx: &Ctx, id: IntegrationId) -> Result<Option<String>> {
    let all = directory::store::uses(ctx.db.reader(), &id.to_string(), MOST)
        .await?
        .len();
    if all == 0 {
        return Ok(None);
    }
    let seen = list(ctx, id).await?;
    let named = seen.iter().take(NAMED);
    let mut words: Vec<String> = named
        .map(|(object, _)| format!("the {} \"{}\"", object.kind.replace('-', " "), object.name))
        .collect();
    let others = all - words.len();
    if others > 0 {
        words.push(match words.is_empty() {
            true => "something that you may not see".to_owned(),
            false => format!("{others} more"),
        });
    }
    Ok(Some(words.join(", ")))
}

async fn may_see(ctx: &Ctx, organization: OrganizationId, object: &Object) -> Result<bool> {
    let Some(permission) = permission(&object.kind) else {
        return Ok(false);
    };
    let scope = match object.project_id {
        Some(project) => Scope::project(organization, ProjectId::clone(&project)),
        None => Scope::organization(organization),
    };
    // A project is its own scope; whatever else is in one stands in it.
    let scope = match (object.kind.as_str(), object.id.parse()) {
        ("project", Ok(project)) => Scope::project(organization, project),
        ("organization", _) => scope,
        _ => scope.object(&object.id),
    };
    Ok(ctx.granted().await?.allows(permission, &scope))
}

/// The permission to see objects of a kind. This domain does not know those above it but by their words.
fn permission(kind: &str) -> Option<Permission> {
    Some(match kind {
        "organization" => Permission::new("organization.read"),
        "project" => Permission::new("project.read"),
        "repository" => Permission::new("repository.read"),
        "workspace" => Permission::new("workspace.read"),
        _ => return None,
    })
}
