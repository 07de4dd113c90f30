//! The job: walks every column and every blob of a scope, and seals again what an older version sealed.

use std::time::Duration;

use serde_json::json;

use super::model::{Rotation, RotationState};
use super::{blobs, service, store};
use crate::ctx::Ctx;
use crate::errors::Result;
use crate::queue::leases;
use crate::secrets::columns::SealedColumn;
use crate::secrets::{Place, sealing};

/// Rows looked at in one transaction.
const BATCH: u64 = 100;
/// Blobs at a time; they may be large.
const MOST_BLOBS: u64 = 10;
/// How long a replica that fell silent keeps others from going on.
const LEASE: Duration = Duration::from_secs(60);
/// How often to look.
const PATIENCE: Duration = Duration::from_secs(2);
/// What comes after all columns.
pub(super) const BLOBS: &str = "blobs";

/// Goes on with rotations, for as long as the process lives. Whoever does not hold the lease stands by.
///
/// # Errors
///
/// Those of the database and of the object store; the caller starts it again.
pub async fn run(ctx: &Ctx, columns: &[SealedColumn], holder: &str) -> Result<()> {
    loop {
        while leases::hold(ctx, "key-rotation", holder, LEASE).await? && step(ctx, columns, BATCH).await? {}
        tokio::time::sleep(PATIENCE).await;
    }
}

/// Does a piece of `limit` rows or blobs of the first rotation that has something to do now; says whether there was one.
///
/// # Errors
///
/// Those of the database and of the object store: nothing of the piece was done then.
pub async fn step(ctx: &Ctx, columns: &[SealedColumn], limit: u64) -> Result<bool> {
    let open = store::open(ctx.db.reader()).await?;
    let Some(rotation) = open.into_iter().find(|rotation| rotation.is_due(ctx.now())) else {
        return Ok(false);
    };
    if crate::secrets::store::find(ctx.db.reader(), store::organization(&rotation.scope)?, None)
        .await?
        .is_none()
    {
        // The organization was deleted meanwhile.
        let tx = ctx.begin().await?;
        store::remove(&tx, &rotation.scope).await?;
        tx.commit().await?;
        return Ok(true);
    }
    if rotation.state == RotationState::Waiting {
        write(ctx, &rotation, &rotation.clone().checking(ctx.now())).await?;
    } else if rotation.place == BLOBS {
        blob_piece(ctx, rotation, limit).await?;
    } else {
        column_piece(ctx, columns, rotation, limit).await?;
    }
    Ok(true)
}

/// Writes how far it came, unless another replica did since.
async fn write(ctx: &Ctx, seen: &Rotation, rotation: &Rotation) -> Result<()> {
    let tx = ctx.begin().await?;
    if store::find(&*tx, &seen.scope).await?.as_ref() == Some(seen) {
        store::put(&tx, rotation).await?;
    }
    tx.commit().await
}

async fn column_piece(ctx: &Ctx, columns: &[SealedColumn], rotation: Rotation, limit: u64) -> Result<()> {
    let place = columns
        .iter()
        .position(|column| column.name() == rotation.place)
        .unwrap_or(0);
    let Some(column) = columns.get(place) else {
        return write(ctx, &rotation, &rotation.clone().walked(BLOBS, String::new(), 0)).await;
    };
    let tx = ctx.begin().await?;
    // As it is now: another replica may have done this piece.
    let Some(rotation) = store::find(&*tx, &rotation.scope).await?.filter(|now| *now == rotation) else {
        return Ok(());
    };
    let is_foreign = column.organization.is_none() && rotation.scope != "site";
    let found = if is_foreign {
        Vec::new()
    } else {
        store::sealed_after(&*tx, column, &rotation.scope, &rotation.cursor, limit).await?
    };
    let organization = store::organization(&rotation.scope)?;
    let mut resealed = 0;
    for value in &found {
        if i64::from(sealing::version(&value.sealed)?) >= rotation.version {
            continue;
        }
        let at = Place::new(column.table, column.place_column, &value.row);
        let plain = ctx.secrets.open(&*tx, organization, &at, &value.sealed).await?;
        let sealed = ctx.secrets.seal(&*tx, organization, &at, plain.expose()).await?;
        resealed += i64::from(store::replace(&tx, column, value, sealed).await?);
    }
    let is_walked = u64::try_from(found.len()).is_ok_and(|count| count < limit);
    let rotation = match (is_walked, columns.get(place + 1), found.last()) {
        (false, _, Some(last)) => rotation.walked(&column.name(), last.key.clone(), resealed),
        (_, Some(next), _) => rotation.walked(&next.name(), String::new(), resealed),
        (_, None, _) => rotation.walked(BLOBS, String::new(), resealed),
    };
    store::put(&tx, &rotation).await?;
    tx.commit().await
}

async fn blob_piece(ctx: &Ctx, rotation: Rotation, limit: u64) -> Result<()> {
    let organization = store::organization(&rotation.scope)?;
    let (resealed, cursor) = match organization {
        Some(organization) => blobs::reseal(ctx, organization, &rotation, limit.min(MOST_BLOBS)).await?,
        None => (0, None),
    };
    match cursor {
        Some(cursor) => write(ctx, &rotation, &rotation.clone().walked(BLOBS, cursor, resealed)).await,
        None => finish_pass(ctx, &rotation, resealed).await,
    }
}

async fn finish_pass(ctx: &Ctx, seen: &Rotation, resealed: i64) -> Result<()> {
    let rotation = seen.clone().walked(BLOBS, String::new(), resealed).passed(ctx.now());
    let organization = store::organization(&rotation.scope)?;
    let mut tx = ctx.begin().await?;
    if store::find(&*tx, &seen.scope).await?.as_ref() != Some(seen) {
        return Ok(());
    }
    store::put(&tx, &rotation).await?;
    match rotation.state {
        RotationState::Done => {
            crate::secrets::store::remove_between(&*tx, &rotation.scope, rotation.version).await?;
            let changes = json!({"version": rotation.version});
            service::note(&mut tx, ctx, "data-key.old-removed", organization, changes).await?;
        }
        RotationState::Waiting => {
            let changes = json!({"version": rotation.version, "resealed": rotation.resealed});
            service::note(&mut tx, ctx, "data-key.resealed", organization, changes).await?;
        }
        RotationState::Resealing | RotationState::Checking => {}
    }
    tx.commit().await?;
    if rotation.state == RotationState::Done {
        ctx.secrets.forget(organization);
    }
    Ok(())
}
