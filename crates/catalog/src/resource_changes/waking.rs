//! Having changes looked at: by whoever changed something that one may wait for.

use serde_json::json;
use slipway_api::ids::OrganizationId;
use slipway_kernel::queue::{NewItem, hasten_or_enqueue};
use slipway_kernel::{Ctx, Result, Tx};

use super::model::ResourceChange;
use super::store;
use crate::jobs::{RESOURCE_CHANGE, RESOURCE_FOLLOW};
use crate::resources::{Resource, store as resources};

/// Has a change looked at soon, after this transaction.
pub(super) async fn look(tx: &mut Tx, ctx: &Ctx, change: &ResourceChange) -> Result<()> {
    put(
        tx,
        ctx,
        RESOURCE_CHANGE,
        (change.id.to_string(), change.organization_id),
    )
    .await
}

/// A change is over or failed: what stands above and below its resource may have waited for that, and so may the resource.
pub(super) async fn around(tx: &mut Tx, ctx: &Ctx, resource: &Resource, change: &ResourceChange) -> Result<()> {
    let mut near = store::children(&**tx, resource.organization_id, resource.id).await?;
    let parents = &change.specification.0.parents;
    near.extend(resources::of_ids(&**tx, resource.organization_id, parents).await?);
    near.push(resource.clone());
    for one in near {
        if let Some(open) = one.change_id.filter(|open| *open != change.id) {
            put(tx, ctx, RESOURCE_CHANGE, (open.to_string(), change.organization_id)).await?;
        } else if !one.stale.0.is_empty() {
            put(tx, ctx, RESOURCE_FOLLOW, (one.id.to_string(), one.organization_id)).await?;
        }
    }
    Ok(())
}

/// Has a resource that is not up to date looked at soon.
pub(super) async fn follow(tx: &mut Tx, ctx: &Ctx, resource: &Resource) -> Result<()> {
    let of = (resource.id.to_string(), resource.organization_id);
    put(tx, ctx, RESOURCE_FOLLOW, of).await
}

async fn put(
    tx: &mut Tx,
    ctx: &Ctx,
    kind: &'static str,
    (subject, organization): (String, OrganizationId),
) -> Result<()> {
    let item = NewItem {
        organization: Some(organization),
        ..NewItem::job(kind, subject, json!({}))
    };
    hasten_or_enqueue(tx, ctx, item).await
}
