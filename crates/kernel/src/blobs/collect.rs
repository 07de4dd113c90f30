//! Collecting what nobody needs: blobs without references, and objects without blobs.

use std::time::Duration;

use futures::TryStreamExt;
use slipway_api::Timestamp;

use super::model::BlobId;
use super::objects::unavailable;
use super::store;
use crate::ctx::Ctx;
use crate::errors::Result;
use crate::secrets::rotation;

/// Blobs or objects looked at together.
const BATCH: usize = 100;

/// What a collection removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Collected {
    /// Blobs that nothing referred to.
    pub blobs: u64,
    /// Objects that belonged to no blob: left by a crash between object and row, or by a store that was away.
    pub objects: u64,
}

/// Removes blobs that nothing refers to and nobody touched for `older_than`, then objects as old that have no blob.
///
/// `older_than` must be longer than the longest time between a put and the commit that refers to it; an hour is.
///
/// # Errors
///
/// Those of the database and of the store; what was removed until then stays removed.
pub async fn collect(ctx: &Ctx, older_than: Duration) -> Result<Collected> {
    let before = ctx.now().before(older_than);
    let blobs = collect_blobs(ctx, before).await?;
    // An object that was just sealed again under another key is old by its name, and somebody may still be reading it.
    let objects = if rotation::has_resealed_since(ctx, before).await? {
        0
    } else {
        collect_objects(ctx, before).await?
    };
    Ok(Collected { blobs, objects })
}

async fn collect_blobs(ctx: &Ctx, before: Timestamp) -> Result<u64> {
    let mut collected = 0;
    loop {
        let candidates = store::unreferenced(ctx.db.reader(), before, BATCH as u64).await?;
        let mut removed = Vec::new();
        let tx = ctx.begin().await?;
        for blob in &candidates {
            if store::remove_unreferenced(&tx, blob.id, before).await? {
                removed.push(blob.object_key.as_str());
            }
        }
        // The row first: an object without row is harmless, a row without object is a loss.
        tx.commit().await?;
        for object_key in &removed {
            ctx.blobs.remove(object_key).await?;
        }
        collected += u64::try_from(removed.len()).unwrap_or(0);
        if candidates.len() < BATCH || removed.is_empty() {
            return Ok(collected);
        }
    }
}

async fn collect_objects(ctx: &Ctx, before: Timestamp) -> Result<u64> {
    let mut collected = 0;
    let listing = ctx.blobs.objects.list(None);
    let mut chunks = listing.try_chunks(BATCH);
    while let Some(chunk) = chunks.try_next().await.map_err(|error| unavailable().context(error))? {
        let old: Vec<String> = chunk
            .into_iter()
            .map(|object| object.location.to_string())
            .filter(|key| is_older(key, before))
            .collect();
        let known = store::known_objects(ctx.db.reader(), &old).await?;
        for orphan in old.iter().filter(|key| !known.contains(key)) {
            ctx.blobs.remove(orphan).await?;
            collected += 1;
        }
    }
    Ok(collected)
}

/// Whether an object of ours was begun before that moment. The id in its key says when, by our clock and not by the
/// store's; a key that is not ours is never touched.
fn is_older(key: &str, before: Timestamp) -> bool {
    let oldest_kept = BlobId::from_parts(before.unix_ms(), 0);
    let id = key.rsplit('/').next().and_then(|name| name.parse::<BlobId>().ok());
    id.is_some_and(|id| id < oldest_kept)
}
