//! Reading what decides on the values of a resource: outside of transactions for whoever looks, inside for whoever writes.

use std::collections::{BTreeSet, HashMap};

use slipway_api::Name;
use slipway_api::ids::{OrganizationId, ProjectId, ResourceId, TemplateId};
use slipway_api::resources::ResourceSpecification;
use slipway_api::source_code_versions::VersionVariable;
use slipway_kernel::{Error, Result};

use super::model::{Resource, Secrets};
use super::store::{self, Connection};
use super::values::{Ancestor, Context};
use crate::project_rules::store as rules;
use crate::source_code_versions::{SourceCodeVersion, store as versions};
use crate::templates::{Template, store as templates};

/// Where a resource stands, and what it is of.
#[derive(Debug, Clone)]
pub struct Place {
    /// Its organization.
    pub organization: (OrganizationId, Name),
    /// Its project.
    pub project: (ProjectId, Name),
    /// What it is of.
    pub template: Template,
}

/// Everything that decides on the values of a resource as it is described.
pub(crate) async fn context(
    connection: &impl Connection,
    place: Place,
    specification: ResourceSpecification,
    secrets: Secrets,
) -> Result<Context> {
    let version = match specification.source_code_version {
        Some(id) => versions::find(connection, id).await?,
        None => None,
    };
    let version = version.filter(|version| version.template_id == place.template.id);
    let settings = match &version {
        Some(version) => settings(connection, version).await?,
        None => Vec::new(),
    };
    let ancestors = ancestors(connection, place.organization.0, &specification.parents).await?;
    let of_project = rules::inherited(connection, place.project.0).await?;
    let is_demo = rules::is_demo(connection, place.project.0).await?;
    Ok(Context {
        resource: None,
        organization: place.organization,
        project: place.project,
        template: place.template,
        version,
        settings,
        specification,
        secrets,
        ancestors,
        of_project,
        is_demo,
    })
}

/// How the variables of a version are asked for.
async fn settings(connection: &impl Connection, version: &SourceCodeVersion) -> Result<Vec<VersionVariable>> {
    let rows = versions::variables(connection, &[version.id]).await?;
    let rows = rows.into_values().flatten().collect::<Vec<_>>();
    let referred: BTreeSet<TemplateId> = rows.iter().filter_map(|row| row.reference_template_id).collect();
    let referred: Vec<TemplateId> = referred.into_iter().collect();
    let keys: HashMap<TemplateId, _> = templates::keys(connection, &referred).await?.into_iter().collect();
    Ok(rows.into_iter().map(|row| row.said(&keys)).collect())
}

/// The template of a resource, which is there as long as the resource is.
pub(crate) async fn template(connection: &impl Connection, resource: &Resource) -> Result<Template> {
    let found = templates::find(connection, resource.template_id).await?;
    found.ok_or_else(|| Error::internal(format!("{} has no template", resource.id)))
}

/// What stands below, however many steps between, by what each one says of itself: one query per step.
pub(crate) async fn ancestors(
    connection: &impl Connection,
    organization: OrganizationId,
    parents: &[ResourceId],
) -> Result<Vec<Ancestor>> {
    let mut found: Vec<(Resource, u32)> = Vec::new();
    let mut seen = BTreeSet::new();
    let mut wanted = distinct(parents.iter().copied(), &mut seen);
    let mut distance = 0;
    while !wanted.is_empty() {
        distance += 1;
        let mut rows: HashMap<ResourceId, Resource> = store::of_ids(connection, organization, &wanted)
            .await?
            .into_iter()
            .map(|row| (row.id, row))
            .collect();
        let here: Vec<Resource> = wanted.iter().filter_map(|id| rows.remove(id)).collect();
        let next = here.iter().flat_map(|one| one.specification.0.parents.iter().copied());
        wanted = distinct(next, &mut seen);
        found.extend(here.into_iter().map(|one| (one, distance)));
    }
    let ids: BTreeSet<TemplateId> = found.iter().map(|(one, _)| one.template_id).collect();
    let ids: Vec<TemplateId> = ids.into_iter().collect();
    let keys: HashMap<TemplateId, _> = templates::keys(connection, &ids).await?.into_iter().collect();
    let known = found.into_iter().filter_map(|(resource, distance)| {
        Some(Ancestor {
            template: keys.get(&resource.template_id)?.clone(),
            resource,
            distance,
        })
    });
    Ok(known.collect())
}

/// Those that were not seen yet, in their order.
fn distinct(ids: impl Iterator<Item = ResourceId>, seen: &mut BTreeSet<ResourceId>) -> Vec<ResourceId> {
    ids.filter(|id| seen.insert(*id)).collect()
}
