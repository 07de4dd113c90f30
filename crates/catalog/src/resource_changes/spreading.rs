//! Telling those that stand on a resource what is new of it, in the transaction that brings it.

use std::collections::{BTreeMap, BTreeSet};

use slipway_api::ids::{OrganizationId, SourceCodeVersionId};
use slipway_api::resources::ResourceState;
use slipway_kernel::events::{self, NewEvent};
use slipway_kernel::{Ctx, Result, Tx};

use super::news::{News, References, concerning, merged};
use super::{recording, waking};
use crate::resources::model::{KIND, StaleReason};
use crate::resources::{Resource, store as resources};
use crate::source_code_versions::store as versions;

/// Marks what is not up to date any more. `held` are those above the resource, which stay as they are.
pub(super) async fn spread(
    tx: &mut Tx,
    ctx: &Ctx,
    (before, after): (&Resource, &Resource),
    held: Vec<Resource>,
) -> Result<()> {
    let news = News::between(before, after);
    // What is being made may have been given its values before this.
    let is_there = |one: &Resource| one.state != ResourceState::Destroyed;
    let above: Vec<Resource> = held.into_iter().filter(is_there).collect();
    if news.is_nothing() || above.is_empty() {
        return Ok(());
    }
    let references = references(tx, after, &news).await?;
    let variables = variables(tx, after.organization_id, &above).await?;
    let none = BTreeSet::new();
    for one in above {
        let version = one.specification.0.source_code_version;
        let its = version.and_then(|id| variables.get(&id)).unwrap_or(&none);
        let reasons = concerning((&news, after, ctx.now()), &one, (&references, its));
        mark_stale(tx, ctx, one, reasons).await?;
    }
    Ok(())
}

async fn references(tx: &Tx, of: &Resource, news: &News) -> Result<References> {
    let mut references = References::new();
    for output in &news.outputs {
        let found = versions::referring(&**tx, of.template_id, output).await?;
        references.extend(
            found
                .into_iter()
                .map(|(version, variable)| (version, variable, output.clone())),
        );
    }
    Ok(references)
}

/// The variables that the code of these has, by version.
async fn variables(
    tx: &Tx,
    organization: OrganizationId,
    above: &[Resource],
) -> Result<BTreeMap<SourceCodeVersionId, BTreeSet<String>>> {
    let ids: BTreeSet<SourceCodeVersionId> = above
        .iter()
        .filter_map(|one| one.specification.0.source_code_version)
        .collect();
    let mut variables = BTreeMap::new();
    for id in ids {
        let version = versions::find(&**tx, id).await?;
        if let Some(version) = version.filter(|version| version.organization_id == organization) {
            let names = version.interface.0.variables.into_iter().map(|variable| variable.name);
            variables.insert(id, names.collect());
        }
    }
    Ok(variables)
}

/// Marks a resource that is held, where there are reasons, and has it followed.
///
/// # Errors
///
/// `Conflict` when the row is another by now.
pub(crate) async fn mark_stale(
    tx: &mut Tx,
    ctx: &Ctx,
    mut resource: Resource,
    reasons: Vec<StaleReason>,
) -> Result<()> {
    if reasons.is_empty() {
        return Ok(());
    }
    resource.stale.0 = merged(&resource.stale.0, reasons);
    resource.version += 1;
    if !resources::update(tx, &resource).await? {
        return Err(recording::changed_meanwhile());
    }
    if resource.state != ResourceState::Provisioned {
        return Ok(());
    }
    let event = NewEvent {
        action: "resource.stale",
        organization: Some(resource.organization_id),
        project: Some(resource.project_id),
        object_kind: KIND,
        object_id: resource.id.to_string(),
        object_name: resource.name.to_string(),
        access_id: None,
        changes: serde_json::json!({"stale": resource.stale}),
    };
    events::record(tx, ctx, event).await?;
    waking::follow(tx, ctx, &resource).await
}
