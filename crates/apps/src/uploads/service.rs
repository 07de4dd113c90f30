//! What people and deploys do with uploads.

use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use serde_json::json;
use slipway_api::ids::AppId;
use slipway_kernel::text::sentence;
use slipway_kernel::{Ctx, Error, Result, blobs};
use slipway_tofu::archive::{self, Limits};
use slipway_tofu::digest::sha256_hex;

use super::store::{self, Model};
use crate::apps::{App, service as apps, writing};
use crate::{deploys, sources};

/// How long an upload that nothing builds is kept.
const KEPT: Duration = Duration::from_secs(24 * 3_600);
/// Files, folders and links of one source.
const ENTRIES: u64 = 200_000;

/// Keeps an archive of source (tar, gzip), after every entry was checked. The same archive again is the same upload.
///
/// # Errors
///
/// `Invalid` for what is no harmless archive, with the entry named.
pub async fn keep(ctx: &Ctx, app: &App, content: Bytes) -> Result<Model> {
    apps::require_there(app)?;
    let limits = limits(ctx);
    let inspected = content.clone();
    let work = move || {
        (
            sha256_hex(&inspected),
            archive::inspect(&inspected[..], &limits).map(drop),
        )
    };
    let (digest, harmless) = tokio::task::spawn_blocking(work).await.map_err(Error::internal)?;
    if let Err(error) = harmless {
        let detail = format!("{} Pack the source anew without it.", sentence(&error.to_string()));
        return Err(Error::new(slipway_api::Code::Invalid, detail));
    }
    let size = i64::try_from(content.len()).map_err(Error::internal)?;
    let blob = ctx.blobs.put(ctx, app.organization_id, content).await?;
    let mut tx = ctx.begin().await?;
    let app = writing::hold(&tx, app.id).await?;
    if let Some(before) = store::find(&*tx, app.id, &digest).await? {
        return Ok(before);
    }
    let source = Model {
        id: ctx.new_id()?,
        app_id: app.id,
        organization_id: app.organization_id,
        digest,
        blob,
        size,
        created_at: ctx.now(),
    };
    store::insert(&tx, &source).await?;
    blobs::refer(&tx, ctx, source.organization_id, &source.blob, &source.owner()).await?;
    let told = json!({"digest": source.digest, "size": source.size});
    writing::record(&mut tx, ctx, &app, "app.source-uploaded", told).await?;
    tx.commit().await?;
    Ok(source)
}

/// An upload by its digest.
///
/// # Errors
///
/// `Invalid` where there is none.
pub async fn find(ctx: &Ctx, app: AppId, digest: &str) -> Result<Model> {
    let found = store::find(ctx.db.reader(), app, digest).await?;
    found.ok_or_else(|| {
        Error::invalid(
            "/data/attributes/source-digest",
            "No source with this digest was uploaded to the app, or it was a day ago. Upload it again.",
        )
    })
}

/// Unpacks an upload into a folder that is there and empty.
///
/// # Errors
///
/// `Unavailable` when it cannot be read.
pub async fn unpack(ctx: &Ctx, source: &Model, folder: &Path) -> Result<()> {
    let content = ctx.blobs.get(ctx, source.organization_id, &source.blob).await?;
    let (folder, limits) = (folder.to_owned(), limits(ctx));
    let work = move || sources::unpack(&content[..], &folder, &limits).map(drop);
    let unpacked = tokio::task::spawn_blocking(work).await.map_err(Error::internal)?;
    unpacked.map_err(|error| Error::unavailable(sentence(&error.to_string())))
}

fn limits(ctx: &Ctx) -> Limits {
    Limits {
        entries: ENTRIES,
        total_bytes: u64::try_from(ctx.settings.apps.source_bytes)
            .unwrap_or(u64::MAX)
            .saturating_mul(8),
        ..Limits::default()
    }
}

/// Forgets all uploads of an app.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn forget_of(tx: &slipway_kernel::Tx, app: AppId) -> Result<()> {
    for source in store::of_app(&**tx, app).await? {
        blobs::release(tx, &source.owner()).await?;
        store::delete(tx, source.id).await?;
    }
    Ok(())
}

/// Forgets what came a day ago and is not being built; to be called now and then.
///
/// # Errors
///
/// Those of the database.
pub async fn sweep(ctx: &Ctx) -> Result<()> {
    for source in store::before(ctx.db.reader(), ctx.now().before(KEPT)).await? {
        if deploys::store::active(ctx.db.reader(), source.app_id).await?.is_some() {
            continue;
        }
        let tx = ctx.begin().await?;
        blobs::release(&tx, &source.owner()).await?;
        store::delete(&tx, source.id).await?;
        tx.commit().await?;
    }
    Ok(())
}
