//! What people and deploys do with uploads.

use std::collections::BTreeSet;
use std::path::Path;
use std::pin::pin;
use std::time::Duration;

use aws_lc_rs::digest::{Context as Digest, SHA256};
use bytes::{Bytes, BytesMut};
use futures::{Stream, StreamExt};
use serde_json::json;
use slipway_api::ids::AppId;
use slipway_kernel::blobs::BlobAddress;
use slipway_kernel::db::Tx;
use slipway_kernel::text::sentence;
use slipway_kernel::{Ctx, Error, Result, blobs};
use slipway_tofu::archive::{self, Limits};

use super::listing;
use super::store::{self, Model};
use super::streaming::{Reader, Stopped};
use crate::apps::{App, service as apps, writing};
use crate::{deploys, source_contents, sources};

/// Size of a part, in bytes: what an upload takes of the server's memory.
pub(super) const PART: usize = 4 << 20;
/// How long an upload that nothing builds is kept.
pub(crate) const KEPT: Duration = Duration::from_secs(24 * 3_600);
/// How long the last list of an app, and what is in it, is kept: the next one is likely to have most of it.
pub(crate) const LAST_LIST_KEPT: Duration = Duration::from_secs(30 * 24 * 3_600);
/// Files, folders and links of one source.
const ENTRIES: u64 = 200_000;

/// Keeps an archive of source (tar, gzip) as it comes, in parts; every entry is checked meanwhile. The same archive again is the same
/// upload.
///
/// # Errors
///
/// `Invalid` for what is no harmless archive, with the entry named; those of its coming.
pub async fn keep(ctx: &Ctx, app: &App, coming: impl Stream<Item = Result<Bytes>>) -> Result<Model> {
    apps::require_there(app)?;
    let (came, blobs) = stored(ctx, app, coming).await?;
    let mut tx = ctx.begin().await?;
    let app = writing::hold(&tx, app.id).await?;
    if let Some(before) = store::find(&*tx, app.id, &came.digest).await? {
        return Ok(before);
    }
    let source = Model {
        id: ctx.new_id()?,
        app_id: app.id,
        organization_id: app.organization_id,
        digest: came.digest,
        size: came.size,
        is_list: false,
        created_at: ctx.now(),
    };
    insert(&mut tx, ctx, &app, (&source, &blobs)).await?;
    tx.commit().await?;
    Ok(source)
}

/// Writes an upload, what keeps its parts, and what is told of it.
pub(super) async fn insert(tx: &mut Tx, ctx: &Ctx, app: &App, (source, blobs): (&Model, &[BlobAddress])) -> Result<()> {
    store::insert(tx, source, blobs).await?;
    for blob in blobs {
        blobs::refer(tx, ctx, source.organization_id, blob, &source.owner()).await?;
    }
    let told = json!({"digest": source.digest, "size": source.size});
    writing::record(tx, ctx, app, "app.source-uploaded", told).await
}

/// What came.
struct Came {
    digest: String,
    size: i64,
}

/// Stores what comes, part by part. Nothing refers to the parts yet: what is broken off is collected some time.
async fn stored(ctx: &Ctx, app: &App, coming: impl Stream<Item = Result<Bytes>>) -> Result<(Came, Vec<BlobAddress>)> {
    let limits = limits(ctx);
    let inspect = move |coming| Ok(archive::inspect(coming, &limits).map(drop)?);
    let mut inspector = Some(Reader::begin(inspect));
    let mut coming = pin!(coming);
    let (mut digest, mut size, mut part, mut blobs) = (Digest::new(&SHA256), 0, BytesMut::new(), Vec::new());
    while let Some(bit) = coming.next().await {
        let bit = bit?;
        digest.update(&bit);
        size += bit.len();
        part.extend_from_slice(&bit);
        if let Some(reading) = inspector.take() {
            inspector = reading.read(bit).await.map_err(refused)?;
        }
        if part.len() >= PART {
            blobs.push(ctx.blobs.put(ctx, app.organization_id, part.split().freeze()).await?);
        }
    }
    if let Some(reading) = inspector {
        reading.end().await.map_err(refused)?;
    }
    if !part.is_empty() {
        blobs.push(ctx.blobs.put(ctx, app.organization_id, part.freeze()).await?);
    }
    let came = Came {
        digest: hex::encode(digest.finish()),
        size: i64::try_from(size).map_err(Error::internal)?,
    };
    Ok((came, blobs))
}

fn refused(stopped: Stopped) -> Error {
    match stopped {
        Stopped::Source(error) => {
            let detail = format!("{} Pack the source anew without it.", sentence(&error.to_string()));
            Error::new(slipway_api::Code::Invalid, detail)
        }
        Stopped::Broken(error) => error,
    }
}

/// Where a deploy names its source.
const AT: &str = "/data/attributes/source-digest";

/// An upload by its digest.
///
/// # Errors
///
/// `Invalid` where there is none, and where contents of it are missing.
pub async fn find(ctx: &Ctx, app: AppId, digest: &str) -> Result<Model> {
    let found = store::find(ctx.db.reader(), app, digest).await?;
    let source = found.ok_or_else(gone)?;
    if source.is_list {
        let missing = listing::missing(ctx, &source).await?.len();
        if missing > 0 {
            let detail = format!(
                "{missing} of the contents in the list of this source did not come yet. Send them, then deploy it."
            );
            return Err(Error::invalid(AT, detail));
        }
    }
    Ok(source)
}

/// Whether an upload is still there, in a transaction that holds its app: from then on the deploy that it begins keeps it.
///
/// # Errors
///
/// `Invalid` where it is not.
pub(crate) async fn require(tx: &Tx, app: AppId, digest: &str) -> Result<()> {
    store::find(&**tx, app, digest).await?.ok_or_else(gone).map(drop)
}

fn gone() -> Error {
    Error::invalid(
        AT,
        "No source with this digest was uploaded to the app, or it was a day ago. Upload it again.",
    )
}

/// Unpacks an upload into a folder that is there and empty.
///
/// # Errors
///
/// `Unavailable` when it cannot be read.
pub async fn unpack(ctx: &Ctx, source: &Model, folder: &Path) -> Result<()> {
    if source.is_list {
        return listing::assemble(ctx, source, folder).await;
    }
    let mut reader = Some(unpacker(ctx, folder));
    for blob in store::blobs(ctx.db.reader(), source.id).await? {
        let part = ctx.blobs.get(ctx, source.organization_id, &blob).await?;
        let Some(reading) = reader.take() else {
            break;
        };
        reader = reading.read(part).await.map_err(not_unpacked)?;
    }
    match reader {
        Some(reading) => reading.end().await.map_err(not_unpacked),
        None => Ok(()),
    }
}

/// Unpacks an archive into a folder that is there and empty.
///
/// # Errors
///
/// `Unavailable` when it cannot be read.
pub(crate) async fn unpack_bytes(ctx: &Ctx, content: Bytes, folder: &Path) -> Result<()> {
    let reading = unpacker(ctx, folder).read(content).await.map_err(not_unpacked)?;
    match reading {
        Some(reading) => reading.end().await.map_err(not_unpacked),
        None => Ok(()),
    }
}

fn unpacker(ctx: &Ctx, folder: &Path) -> Reader {
    let (folder, limits) = (folder.to_owned(), limits(ctx));
    Reader::begin(move |coming| sources::unpack(coming, &folder, &limits).map(drop))
}

pub(super) fn not_unpacked(stopped: Stopped) -> Error {
    match stopped {
        Stopped::Source(error) => Error::unavailable(sentence(&error.to_string())),
        Stopped::Broken(error) => error,
    }
}

pub(super) fn limits(ctx: &Ctx) -> Limits {
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
pub(crate) async fn forget_of(tx: &Tx, app: AppId) -> Result<()> {
    for source in store::of_app(&**tx, app).await? {
        blobs::release(tx, &source.owner()).await?;
        store::delete(tx, source.id).await?;
    }
    source_contents::service::forget_of(tx, app).await
}

/// Forgets what came a day ago and is not being built; of what was listed, all but the last list with its contents, which is kept for
/// longer. To be called now and then.
///
/// # Errors
///
/// Those of the database.
pub async fn sweep(ctx: &Ctx) -> Result<()> {
    let before = ctx.now().before(KEPT);
    let mut apps: BTreeSet<AppId> = BTreeSet::new();
    apps.extend(
        store::before(ctx.db.reader(), before)
            .await?
            .iter()
            .map(|source| source.app_id),
    );
    apps.extend(source_contents::store::apps_before(ctx.db.reader(), before).await?);
    for app in apps {
        let tx = ctx.begin().await?;
        // Who begins a deploy holds the app, too, and looks whether its source is there.
        let Ok(app) = writing::hold(&tx, app).await else {
            continue;
        };
        if deploys::store::active(&*tx, app.id).await?.is_some() {
            continue;
        }
        let last = store::newest_list(&*tx, app.id).await?;
        let last = last.filter(|list| list.created_at >= ctx.now().before(LAST_LIST_KEPT));
        for source in store::of_app(&*tx, app.id).await? {
            if source.created_at < before && last.as_ref().is_none_or(|last| last.id != source.id) {
                blobs::release(&tx, &source.owner()).await?;
                store::delete(&tx, source.id).await?;
            }
        }
        let unused = last.map_or(before, |last| last.created_at.min(before));
        source_contents::service::forget_before(&tx, app.id, unused).await?;
        tx.commit().await?;
    }
    Ok(())
}
