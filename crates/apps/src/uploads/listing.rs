//! Uploads as lists of files: what of them is missing, and what they are put together to.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use bytes::Bytes;
use slipway_kernel::blobs::BlobAddress;
use slipway_kernel::text::sentence;
use slipway_kernel::{Ctx, Error, Result};

use super::service::{PART, insert, limits};
use super::store::{self, Model};
use crate::apps::{App, service as apps, writing};
use crate::source_contents as contents;
use crate::sources::{self, Assembly, Digest, Manifest, SourceError};

/// Where a list is, in what is sent.
const AT: &str = "/data/attributes/entries";

/// Keeps a list of files; says which of the contents the app does not have. The same list again is the same upload, whose contents are
/// kept for another while.
///
/// # Errors
///
/// `Invalid` for more than a source may have.
pub async fn list(ctx: &Ctx, app: &App, manifest: &Manifest) -> Result<(Model, Vec<Digest>)> {
    apps::require_there(app)?;
    let most = limits(ctx).total_bytes;
    if manifest.size() > most {
        let detail = format!(
            "The files are more than {most} bytes. Leave out what is not needed with a .slipwayignore, or ask the site's administrator \
             to raise the setting apps.source-bytes, of which this is eight times."
        );
        return Err(Error::invalid(AT, detail));
    }
    if manifest.files() == 0 {
        return Err(Error::invalid(AT, "There is no file in the list."));
    }
    let blobs = put(ctx, app, manifest).await?;
    let mut tx = ctx.begin().await?;
    let app = writing::hold(&tx, app.id).await?;
    let digest = manifest.digest().to_string();
    let source = match store::find(&*tx, app.id, &digest).await? {
        Some(mut before) => {
            before.created_at = ctx.now();
            store::touch(&tx, before.id, before.created_at).await?;
            before
        }
        None => {
            let source = Model {
                id: ctx.new_id()?,
                app_id: app.id,
                organization_id: app.organization_id,
                digest,
                size: i64::try_from(manifest.size()).map_err(Error::internal)?,
                is_list: true,
                created_at: ctx.now(),
            };
            insert(&mut tx, ctx, &app, (&source, &blobs)).await?;
            source
        }
    };
    let wanted: Vec<&Digest> = manifest.contents().into_keys().collect();
    contents::store::touch(&tx, app.id, &wanted, ctx.now()).await?;
    let known = contents::store::known(&*tx, app.id, &wanted).await?;
    tx.commit().await?;
    Ok((source, absent(manifest, &known)))
}

/// Stores a list, part by part.
async fn put(ctx: &Ctx, app: &App, manifest: &Manifest) -> Result<Vec<BlobAddress>> {
    let text = Bytes::from(serde_json::to_vec(manifest).map_err(Error::internal)?);
    let mut blobs = Vec::new();
    for from in (0..text.len()).step_by(PART) {
        let part = text.slice(from..text.len().min(from + PART));
        blobs.push(ctx.blobs.put(ctx, app.organization_id, part).await?);
    }
    Ok(blobs)
}

/// The list that an upload is.
pub(super) async fn manifest(ctx: &Ctx, source: &Model) -> Result<Manifest> {
    let mut text = Vec::new();
    for blob in store::blobs(ctx.db.reader(), source.id).await? {
        text.extend_from_slice(&ctx.blobs.get(ctx, source.organization_id, &blob).await?);
    }
    serde_json::from_slice(&text).map_err(Error::internal)
}

/// The contents of a list that the app does not have.
///
/// # Errors
///
/// When it cannot be read.
pub(super) async fn missing(ctx: &Ctx, source: &Model) -> Result<Vec<Digest>> {
    let manifest = manifest(ctx, source).await?;
    let wanted: Vec<&Digest> = manifest.contents().into_keys().collect();
    let known = contents::store::known(ctx.db.reader(), source.app_id, &wanted).await?;
    Ok(absent(&manifest, &known))
}

pub(super) fn absent(manifest: &Manifest, known: &BTreeSet<String>) -> Vec<Digest> {
    let missing = sources::missing(manifest, |digest| known.contains(digest.as_str()));
    missing.into_iter().cloned().collect()
}

/// Puts a list together in a folder that is there and empty: pack by pack, so that one of them is in memory at a time.
pub(super) async fn assemble(ctx: &Ctx, source: &Model, folder: &Path) -> Result<()> {
    let manifest = manifest(ctx, source).await?;
    let wanted: Vec<&Digest> = manifest.contents().into_keys().collect();
    let found = contents::store::found(ctx.db.reader(), source.app_id, &wanted).await?;
    let folder = folder.to_owned();
    let mut assembly = blocking(move || Assembly::begin(manifest, &folder)).await?;
    let mut packs: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for content in found {
        packs.entry(content.app_source_pack_id).or_default().push(content);
    }
    for (pack, inside) in packs {
        let bytes = contents::service::pack(ctx, source.organization_id, pack).await?;
        assembly = blocking(move || {
            for content in inside {
                let digest: Digest = content.digest.parse()?;
                let came_at = u64::try_from(content.created_at.unix_ms() / 1_000).unwrap_or_default();
                let (from, size) = (content.position, content.size);
                let range = usize::try_from(from).ok().zip(usize::try_from(from + size).ok());
                let slice = range.and_then(|(from, to)| bytes.get(from..to));
                let slice = slice.ok_or_else(|| SourceError::Missing(digest.clone()))?;
                assembly.put(&digest, slice, came_at)?;
            }
            Ok(assembly)
        })
        .await?;
    }
    blocking(move || assembly.end()).await
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, SourceError> + Send + 'static) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await.map_err(Error::internal)?;
    done.map_err(|error| Error::unavailable(sentence(&error.to_string())))
}
