//! Blobs: an object is written anew with the newest key, and its row points to the new one.

use slipway_api::ids::OrganizationId;

use super::model::Rotation;
use crate::ctx::Ctx;
use crate::errors::Result;

/// Seals again the blobs of an organization after the rotation's cursor, at most so many; says how many it did, and the
/// new cursor while there are more. A blob that the store lost, or that is damaged, is passed over: it opens with no key.
pub(super) async fn reseal(
    ctx: &Ctx,
    organization: OrganizationId,
    rotation: &Rotation,
    limit: u64,
) -> Result<(i64, Option<String>)> {
    let blobs =
        crate::blobs::store::of_organization_after(ctx.db.reader(), organization, &rotation.cursor, limit).await?;
    let is_last = u64::try_from(blobs.len()).is_ok_and(|count| count < limit);
    let cursor = blobs.last().map(|blob| blob.id.to_string());
    let version = u32::try_from(rotation.version).unwrap_or(u32::MAX);
    let mut resealed = 0;
    for blob in blobs {
        resealed += i64::from(ctx.blobs.reseal(ctx, &blob, version).await?);
    }
    Ok((resealed, cursor.filter(|_| !is_last)))
}
