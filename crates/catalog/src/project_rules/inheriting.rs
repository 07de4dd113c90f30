//! Tags and settings of a project that are other ones now: resources that use them are not up to date any more.

use std::collections::BTreeSet;

use slipway_api::ids::{OrganizationId, ProjectId};
use slipway_api::resources::ResourceState;
use slipway_kernel::{Ctx, Result, Tx};

use super::model::Inherited;
use crate::resource_changes::{ProjectNews, mark_stale};
use crate::resources::{loading, store as resources};
use crate::source_code_versions::store as versions;

/// Marks them, in the transaction that changes the project's, which holds the project: nothing is ordered in it meanwhile.
///
/// # Errors
///
/// Those of the database.
pub(super) async fn spread(
    tx: &mut Tx,
    ctx: &Ctx,
    (organization, project): (OrganizationId, ProjectId),
    (before, after, version): (&Inherited, &Inherited, i64),
) -> Result<()> {
    let news = ProjectNews::between(before, after, version);
    if news.is_nothing() {
        return Ok(());
    }
    let ids = resources::ids_of_project(&**tx, project).await?;
    for resource in resources::hold_all(tx, &ids).await? {
        // What is being made may have been given its values before this.
        if resource.state == ResourceState::Destroyed {
            continue;
        }
        let version = match resource.specification.0.source_code_version {
            Some(id) => versions::find(&**tx, id).await?,
            None => None,
        };
        let Some(version) = version else { continue };
        let variables: BTreeSet<String> = version.interface.0.variables.into_iter().map(|one| one.name).collect();
        let parents = &resource.specification.0.parents;
        let ancestors = loading::ancestors(&**tx, organization, parents).await?;
        let reasons = news.concerning(&resource, (ancestors.as_slice(), &variables), ctx.now());
        mark_stale(tx, ctx, resource, reasons).await?;
    }
    Ok(())
}
