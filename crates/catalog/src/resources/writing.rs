//! What goes with a resource's row: what it stands on, what it uses, and what nobody else may have.
//!
//! While a change is not over, both are kept: what the resource has, and what the change wants, so that nobody takes away
//! either.

use std::collections::BTreeSet;

use slipway_api::ids::{IntegrationId, ResourceId, SourceCodeVersionId, WorkspaceId};
use slipway_api::resources::ResourceSpecification;
use slipway_kernel::directory::{self, BACKED_BY};
use slipway_kernel::{Result, Tx};

use super::loading::{self, Place};
use super::model::{Resource, Secrets};
use super::uniqueness::Unique;
use super::{recording, store, values};
use crate::templates::Template;

/// Why a resource depends on another.
pub(crate) const PARENT: &str = "parent";
/// Why it depends on its template.
pub(crate) const INSTANCE: &str = "instance";
/// Why it depends on a version.
pub(crate) const VERSION: &str = "version";
/// Why it depends on an integration.
pub(crate) const CREDENTIALS: &str = "credentials";
/// Why it depends on a resource whose output it takes over others.
const REFERENCE: &str = "reference";

/// Writes what goes with the row of a resource that is to have all of `specifications`, and these unique values.
///
/// # Errors
///
/// `AlreadyExists` when another has one of the values.
pub(super) async fn hold_on(
    tx: &Tx,
    (resource, template): (&Resource, &Template),
    specifications: &[&ResourceSpecification],
    unique: Unique,
) -> Result<()> {
    let all = || specifications.iter().copied();
    let parents: Vec<ResourceId> = distinct(all().flat_map(|one| one.parents.iter().copied()));
    let integrations: Vec<IntegrationId> = distinct(all().flat_map(|one| one.integrations.iter().copied()));
    let versions: Vec<SourceCodeVersionId> = distinct(all().filter_map(|one| one.source_code_version));
    store::set_links(tx, resource, &parents).await?;
    store::set_unique(tx, resource.id, unique.rows(resource)).await?;
    directory::store::put(tx, &recording::object(resource, template)).await?;
    let id = resource.id.to_string();
    let references = all().flat_map(|one| one.references.values().map(|reference| reference.resource));
    let further = distinct(references.filter(|resource| !parents.contains(resource)));
    let workspaces: Vec<WorkspaceId> = resource.workspace_id.into_iter().collect();
    directory::store::replace(tx, &id, PARENT, &texts(&parents)).await?;
    directory::store::replace(tx, &id, REFERENCE, &texts(&further)).await?;
    directory::store::replace(tx, &id, BACKED_BY, &texts(&workspaces)).await?;
    directory::store::replace(tx, &id, CREDENTIALS, &texts(&integrations)).await?;
    directory::store::replace(tx, &id, VERSION, &texts(&versions)).await?;
    directory::store::replace(tx, &id, INSTANCE, &[resource.template_id.to_string()]).await
}

/// The unique values of a resource that stays as it is described.
///
/// # Errors
///
/// Those of the database.
pub(super) async fn unique_of(
    tx: &Tx,
    (resource, template): (&Resource, &Template),
    specification: &ResourceSpecification,
) -> Result<Unique> {
    let place = Place {
        organization: (resource.organization_id, resource.name.clone()),
        project: (resource.project_id, resource.name.clone()),
        template: template.clone(),
    };
    // Secrets are not unique, and names of places are no values.
    let context = loading::context(&**tx, place, specification.clone(), Secrets::default()).await?;
    Ok(Unique::of(&context, &values::resolved(&context)))
}

fn distinct<T: Ord + Copy>(ids: impl Iterator<Item = T>) -> Vec<T> {
    let mut seen = BTreeSet::new();
    ids.filter(|id| seen.insert(*id)).collect()
}

fn texts(ids: &[impl ToString]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}
