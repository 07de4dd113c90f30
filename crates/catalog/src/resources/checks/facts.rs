//! What a specification is checked against: read alike before and inside the transaction that keeps it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use slipway_api::Name;
use slipway_api::ids::{IntegrationId, ResourceId, TemplateId};
use slipway_api::resource_changes::ResourceChangeKind;
use slipway_api::resources::{ResourceSpecification, ResourceState};
use slipway_api::templates::TemplateKey;
use slipway_kernel::{Result, directory};

use crate::project_rules::store as rules;
use crate::resource_changes::store as changes;
use crate::resources::loading::{self, Place};
use crate::resources::model::{Resource, Secrets};
use crate::resources::store::Connection;
use crate::resources::uniqueness::Unique;
use crate::resources::values::{Context, ResolvedValue, resolved};
use crate::resources::writing::CREDENTIALS;
use crate::resources::{naming, store, wanted};
use crate::templates::hierarchy::Need;
use crate::templates::store as templates;

/// What somebody wants, before anything was read.
#[derive(Clone)]
pub(crate) struct Draft {
    /// Where.
    pub place: Place,
    /// The resource, where it is there, and its secrets.
    pub seen: Option<(Resource, Secrets)>,
    /// What, secrets still among the values.
    pub specification: ResourceSpecification,
    /// The name, where somebody gave one; else that of the specification is made by the template's rule.
    pub given_name: Option<Name>,
}

/// A resource as it is, against which a change is held.
pub(crate) struct Before {
    /// As it was last applied or ordered.
    pub specification: ResourceSpecification,
    /// Its secrets.
    pub secrets: Secrets,
    /// Whether anything was ever applied.
    pub is_made: bool,
}

impl Before {
    /// What was given for a variable.
    pub(super) fn given(&self, name: &str) -> Option<&Value> {
        self.specification.values.get(name).or_else(|| self.secrets.0.get(name))
    }
}

/// A resource that another shall stand on.
pub(crate) struct Parent {
    pub name: Name,
    pub template: TemplateId,
    pub template_key: TemplateKey,
    pub state: ResourceState,
    /// Whether a change wants it destroyed.
    pub is_going: bool,
    /// Whether it is a demo: planned, and never made.
    pub is_demo: bool,
}

/// All of it.
pub(crate) struct Facts {
    pub context: Context,
    pub values: Vec<ResolvedValue>,
    pub given_name: Option<Name>,
    pub before: Option<Before>,
    pub needs: Vec<(TemplateKey, Need)>,
    pub parents: BTreeMap<ResourceId, Parent>,
    pub is_circle: bool,
    pub is_name_taken: bool,
    pub unique: Unique,
    /// Variables whose values another has.
    pub taken_values: BTreeSet<String>,
    /// Integrations that carry another resource already.
    pub taken_integrations: BTreeSet<IntegrationId>,
}

impl Facts {
    /// What is given for a variable.
    pub(super) fn given(&self, name: &str) -> Option<&Value> {
        let context = &self.context;
        context
            .specification
            .values
            .get(name)
            .or_else(|| context.secrets.0.get(name))
    }
}

/// Reads what a draft is checked against.
pub(crate) async fn facts(connection: &impl Connection, draft: Draft) -> Result<Facts> {
    let Draft {
        place,
        seen,
        specification,
        given_name,
    } = draft;
    let (resource, secrets) = seen.map_or((None, Secrets::default()), |(row, secrets)| (Some(row), secrets));
    let id = resource.as_ref().map(|resource| resource.id);
    let before = resource.map(|resource| Before {
        is_made: resource.revision > 0,
        specification: resource.specification.0,
        secrets: secrets.clone(),
    });
    let context = loading::context(connection, place, specification, secrets).await?;
    let context = Context {
        resource: id,
        ..context
    };
    of_context(connection, context, before, given_name).await
}

/// The same where it is known already what decides on the values, secrets still among them.
pub(crate) async fn of_context(
    connection: &impl Connection,
    context: Context,
    before: Option<Before>,
    given_name: Option<Name>,
) -> Result<Facts> {
    let id = context.resource;
    let mut context = wanted::separated(context);
    let values = resolved(&context);
    if given_name.is_none()
        && before.is_none()
        && let Some(Ok(name)) = naming::rendered(&context, &values)
    {
        context.specification.name = name;
    }
    let unique = Unique::of(&context, &values);
    let taken = store::having(connection, context.template.id, &unique).await?;
    let others = taken.into_iter().filter(|taken| Some(taken.resource_id) != id);
    let taken_integrations = taken_integrations(connection, &context).await?;
    // Last: somebody whose values are there already, and who was faster with the name too, is seen by it.
    let key = (context.project.0, context.template.id);
    let named = store::named(connection, key, &context.specification.name).await?;
    Ok(Facts {
        needs: needs(connection, context.template.id).await?,
        parents: parents(connection, &context).await?,
        is_circle: id.is_some_and(|id| context.ancestors.iter().any(|one| one.resource.id == id)),
        is_name_taken: named.is_some_and(|other| Some(other.id) != id),
        taken_values: others.map(|taken| taken.variable).collect(),
        taken_integrations,
        context,
        values,
        given_name,
        before,
        unique,
    })
}

async fn needs(connection: &impl Connection, template: TemplateId) -> Result<Vec<(TemplateKey, Need)>> {
    let links = templates::parents_of(connection, &[template]).await?.remove(&template);
    let links = links.unwrap_or_default().into_iter();
    Ok(links.map(|(key, link)| (key, link.need())).collect())
}

async fn parents(connection: &impl Connection, context: &Context) -> Result<BTreeMap<ResourceId, Parent>> {
    let mut found = BTreeMap::new();
    let direct = || context.ancestors.iter().filter(|ancestor| ancestor.distance == 1);
    let demos = rules::demos(connection, direct().map(|one| one.resource.project_id)).await?;
    for ancestor in direct() {
        let change = match ancestor.resource.change_id {
            Some(id) => changes::find(connection, id).await?,
            None => None,
        };
        let parent = Parent {
            name: ancestor.resource.name.clone(),
            template: ancestor.resource.template_id,
            template_key: ancestor.template.clone(),
            state: ancestor.resource.state,
            is_going: change.is_some_and(|change| change.kind == ResourceChangeKind::Destroy),
            is_demo: demos.contains(&ancestor.resource.project_id),
        };
        found.insert(ancestor.resource.id, parent);
    }
    Ok(found)
}

/// Integrations of kinds that carry one resource of the template each, and that carry another.
async fn taken_integrations(connection: &impl Connection, context: &Context) -> Result<BTreeSet<IntegrationId>> {
    let mut taken = BTreeSet::new();
    if context.template.details.one_per_integration.is_empty() {
        return Ok(taken);
    }
    for id in &context.specification.integrations {
        let users = directory::store::dependents(connection, &id.to_string(), CREDENTIALS).await?;
        let users: Vec<ResourceId> = users.iter().filter_map(|id| id.parse().ok()).collect();
        let rows = store::of_ids(connection, context.organization.0, &users).await?;
        let is_other = |row: &Resource| row.template_id == context.template.id && Some(row.id) != context.resource;
        if rows.iter().any(is_other) {
            taken.insert(*id);
        }
    }
    Ok(taken)
}
