//! Judging what is to be made of a part before anything is there: by the checks of an order, with parts that are not there yet in
//! the place of what it will stand on. What they will put out is not known.

use std::collections::{BTreeMap, BTreeSet};

use slipway_api::Name;
use slipway_api::ids::{OrganizationId, ProjectId, ResourceId};
use slipway_api::resources::NewCatalogResource;
use slipway_api::templates::TemplateKey;
use slipway_kernel::{Ctx, Error, Result};

use crate::resources::checks::facts::of_context;
use crate::resources::checks::rights::rights;
use crate::resources::checks::{self, Facts};
use crate::resources::loading::{self, Place};
use crate::resources::model::Secrets;
use crate::resources::values::{Ancestor, Context};
use crate::resources::{Resource, naming, wanted as specifying};
use crate::templates::Template;
use crate::templates::specification::Problems;

/// What is there, or will be, by id: with the key of its template.
pub(super) type There = BTreeMap<ResourceId, (Resource, TemplateKey)>;

/// Where a part is judged.
pub(super) struct Site<'a> {
    pub(super) ctx: &'a Ctx,
    pub(super) organization: (OrganizationId, Name),
    pub(super) project: (ProjectId, Name),
    pub(super) there: &'a There,
    /// Of these, what is not there yet.
    pub(super) to_be: BTreeSet<ResourceId>,
}

impl Site<'_> {
    /// What the order is judged by, with those in the place of what it will stand on that are not there yet.
    pub(super) async fn facts(&self, order: &NewCatalogResource, template: &Template) -> Result<Facts> {
        let placeholder = "unnamed".parse().map_err(Error::internal)?;
        let specification = specifying::ordered(order, order.name.clone().unwrap_or(placeholder));
        let place = Place {
            organization: self.organization.clone(),
            project: self.project.clone(),
            template: template.clone(),
        };
        let reader = self.ctx.db.reader();
        let context = loading::context(reader, place, specification, Secrets::default()).await?;
        let context = Context {
            ancestors: ancestors(&order.parents, self.there),
            ..context
        };
        of_context(reader, context, None, order.name.clone()).await
    }

    /// Notes what is wrong with it.
    pub(super) async fn judge(
        &self,
        (order, facts): (&NewCatalogResource, &Facts),
        problems: &mut Problems<'_>,
    ) -> Result<()> {
        let mut rights = rights(self.ctx, facts).await?;
        rights.parents.extend(self.to_be.iter().copied());
        rights.below.extend(self.to_be.iter().copied());
        let mut found = Problems::at("");
        checks::check(facts, &rights, &mut found);
        // The template's name for it may have something in it that comes with what it stands on.
        let is_named_later = order.parents.iter().any(|id| self.to_be.contains(id))
            && matches!(naming::rendered(&facts.context, &facts.values), Some(Err(_)));
        for one in found.into_found() {
            let place = one.source.pointer.unwrap_or_default();
            let place = place.trim_start_matches('/');
            if !(is_named_later && place == "name") {
                problems.add(place, one.detail);
            }
        }
        Ok(())
    }
}

/// What the resource will be called, as far as that is known.
pub(super) fn known_name(order: &NewCatalogResource, facts: &Facts) -> Option<Name> {
    match naming::rendered(&facts.context, &facts.values) {
        Some(rendered) => rendered.ok(),
        None => order.name.clone(),
    }
}

/// All that something with these parents stands on, the nearer ones first, of what is there and what will be.
fn ancestors(parents: &[ResourceId], there: &There) -> Vec<Ancestor> {
    let (mut found, mut seen, mut distance) = (Vec::new(), BTreeSet::new(), 0);
    let mut wanted: Vec<ResourceId> = parents.to_vec();
    while !wanted.is_empty() {
        distance += 1;
        let here: Vec<&(Resource, TemplateKey)> = wanted
            .iter()
            .filter(|id| seen.insert(**id))
            .filter_map(|id| there.get(id))
            .collect();
        wanted = here
            .iter()
            .flat_map(|(resource, _)| resource.specification.0.parents.iter().copied())
            .collect();
        found.extend(here.into_iter().map(|(resource, template)| Ancestor {
            resource: resource.clone(),
            template: template.clone(),
            distance,
        }));
    }
    found
}
