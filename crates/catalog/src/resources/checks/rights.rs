//! What the requester may: asked outside of transactions.

use std::collections::{BTreeMap, BTreeSet};

use slipway_api::Code;
use slipway_api::ids::{IntegrationId, ResourceId};
use slipway_connections::integrations::service as integrations;
use slipway_connections::permissions::INTEGRATION_USE;
use slipway_identity::roles;
use slipway_kernel::grants::Scope;
use slipway_kernel::{Actor, Ctx, Result};

use super::Facts;
use crate::permissions::RESOURCE_READ;
use crate::resources::values::Ancestor;

/// What somebody may do with what a specification names.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rights {
    /// Names of the roles that he has where the resource stands; none of the server itself, which has all.
    roles: Option<BTreeSet<String>>,
    /// Resources that he may see, of those that it stands on directly.
    pub parents: BTreeSet<ResourceId>,
    /// Resources that he may see, of those whose outputs it names.
    pub below: BTreeSet<ResourceId>,
    /// Integrations that he may see.
    pub integrations: BTreeMap<IntegrationId, Usable>,
}

/// An integration as somebody may use it.
#[derive(Debug, Clone)]
pub(crate) struct Usable {
    /// Its kind.
    pub kind: String,
    /// Why he cannot use it.
    pub problem: Option<String>,
}

impl Rights {
    /// Whether he has one of these roles.
    pub(super) fn has_role(&self, names: &[String]) -> bool {
        let Some(roles) = &self.roles else { return true };
        names.iter().any(|name| roles.contains(name))
    }
}

/// Asks for what a specification needs.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn rights(ctx: &Ctx, facts: &Facts) -> Result<Rights> {
    let context = &facts.context;
    let granted = ctx.granted().await?;
    let seen = |is_wanted: &dyn Fn(&Ancestor) -> bool| -> BTreeSet<ResourceId> {
        let wanted = context.ancestors.iter().filter(|one| is_wanted(one));
        let seen = wanted.filter(|one| granted.allows(RESOURCE_READ, &one.resource.scope()));
        seen.map(|one| one.resource.id).collect()
    };
    let named: BTreeSet<ResourceId> = context
        .specification
        .references
        .values()
        .map(|one| one.resource)
        .collect();
    let mut usable = BTreeMap::new();
    for id in &context.specification.integrations {
        if let Some(found) = integration(ctx, facts, *id).await? {
            usable.insert(*id, found);
        }
    }
    let needs_role = context.settings.iter().any(|one| !one.restricted.is_empty());
    let roles = match (ctx.actor(), needs_role) {
        (Actor::System, _) => None,
        (_, false) => Some(BTreeSet::new()),
        (_, true) => {
            let scope = Scope::project(context.organization.0, context.project.0);
            Some(roles::service::held_names(ctx, &scope).await?)
        }
    };
    Ok(Rights {
        roles,
        parents: seen(&|ancestor| ancestor.distance == 1),
        below: seen(&|ancestor| named.contains(&ancestor.resource.id)),
        integrations: usable,
    })
}

/// An integration of the organization, as the caller may use it. What the resource has already, it may keep.
async fn integration(ctx: &Ctx, facts: &Facts, id: IntegrationId) -> Result<Option<Usable>> {
    let before = facts.before.as_ref();
    let is_kept = before.is_some_and(|before| before.specification.integrations.contains(&id));
    let found = match is_kept {
        true => integrations::of_system(ctx, id).await,
        false => integrations::load(ctx, id, INTEGRATION_USE).await,
    };
    let (found, problem) = match found {
        Ok(found) => {
            let problem = found.require_usable().err().map(|error| error.detail().to_owned());
            (found, problem)
        }
        Err(error) if error.code() == Code::NotFound => return Ok(None),
        Err(error) if error.code() == Code::Forbidden => {
            (integrations::of_system(ctx, id).await?, Some(error.detail().to_owned()))
        }
        Err(error) => return Err(error),
    };
    let is_here = found.organization_id == facts.context.organization.0;
    Ok(is_here.then_some(Usable {
        kind: found.kind,
        problem,
    }))
}
