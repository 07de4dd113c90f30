//! Values of secret outputs, which are not kept with their resource: a state has them, or a plan of a demo had them.

use std::collections::BTreeMap;

use serde_json::Value;
use slipway_infra::managed;
use slipway_kernel::{Ctx, Result};

use super::model::Resource;
use super::planned_secrets::{model::place, store};
use super::sealing;

/// Values of a resource's outputs by name, those of secrets among them. Nothing is recorded: the caller says who sees them.
///
/// # Errors
///
/// `Conflict` when its configuration encrypts its state; those of the blobs and of the database.
pub(crate) async fn outputs(ctx: &Ctx, resource: &Resource) -> Result<BTreeMap<String, Value>> {
    if let Some(kept) = store::find(ctx.db.reader(), resource.id).await? {
        let of = (kept.organization_id, &place(resource.id));
        return Ok(sealing::opened(ctx, ctx.db.reader(), of, Some(&kept.sealed)).await?.0);
    }
    let Some(workspace) = resource.workspace_id else {
        return Ok(BTreeMap::new());
    };
    let found = managed::outputs::of_workspace(ctx, workspace).await?;
    let all = found.into_iter().flat_map(|state| state.outputs);
    Ok(all.map(|one| (one.name, one.value)).collect())
}
