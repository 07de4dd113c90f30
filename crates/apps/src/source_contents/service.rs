//! Keeping contents, finding them, and letting go of them.

use bytes::{Bytes, BytesMut};
use serde_json::json;
use slipway_api::Timestamp;
use slipway_api::ids::{AppId, AppSourcePackId, OrganizationId};
use slipway_kernel::db::Tx;
use slipway_kernel::{Ctx, Error, Result, blobs};

use super::store::{self, Content, Pack};
use crate::apps::{App, writing};
use crate::sources::{Digest, PIECE};

/// Contents that are kept as they come: a pack at a time.
pub(crate) struct Packing {
    app: AppId,
    organization: OrganizationId,
    bytes: BytesMut,
    contents: Vec<(Digest, usize)>,
    taken: u64,
}

impl Packing {
    pub(crate) fn new(app: &App) -> Self {
        Self {
            app: app.id,
            organization: app.organization_id,
            bytes: BytesMut::new(),
            contents: Vec::new(),
            taken: 0,
        }
    }

    /// Takes a content that is what its digest says.
    ///
    /// # Errors
    ///
    /// Those of the database and of the object store; what is in earlier packs is kept.
    pub(crate) async fn take(&mut self, ctx: &Ctx, digest: Digest, content: Vec<u8>) -> Result<()> {
        let most = usize::try_from(PIECE).map_err(Error::internal)?;
        if self.bytes.len() + content.len() > most {
            self.keep(ctx).await?;
        }
        self.contents.push((digest, content.len()));
        self.bytes.extend_from_slice(&content);
        Ok(())
    }

    /// There are no more; says how many there were.
    ///
    /// # Errors
    ///
    /// As [`Self::take`].
    pub(crate) async fn end(mut self, ctx: &Ctx) -> Result<u64> {
        self.keep(ctx).await?;
        Ok(self.taken)
    }

    async fn keep(&mut self, ctx: &Ctx) -> Result<()> {
        if self.contents.is_empty() {
            return Ok(());
        }
        let contents = std::mem::take(&mut self.contents);
        let bytes = self.bytes.split().freeze();
        let blob = ctx.blobs.put(ctx, self.organization, bytes).await?;
        let mut tx = ctx.begin().await?;
        // An app that went meanwhile has no contents.
        let app = writing::hold(&tx, self.app).await?;
        let pack = Pack {
            id: ctx.new_id()?,
            app_id: self.app,
            organization_id: self.organization,
            address: blob,
            created_at: ctx.now(),
        };
        blobs::refer(&tx, ctx, self.organization, &pack.address, &pack.owner()).await?;
        self.taken += u64::try_from(contents.len()).unwrap_or_default();
        let mut position = 0;
        let mut rows = Vec::new();
        for (digest, size) in contents {
            let size = i64::try_from(size).map_err(Error::internal)?;
            rows.push(Content {
                app_id: self.app,
                digest: digest.to_string(),
                app_source_pack_id: pack.id,
                position,
                size,
                created_at: pack.created_at,
                used_at: pack.created_at,
            });
            position += size;
        }
        let told = json!({"contents": rows.len(), "size": position});
        store::insert(&tx, pack, rows).await?;
        writing::record(&mut tx, ctx, &app, "app.source-contents-uploaded", told).await?;
        tx.commit().await
    }
}

/// The bytes of a pack.
///
/// # Errors
///
/// When they cannot be read.
pub(crate) async fn pack(ctx: &Ctx, organization: OrganizationId, id: AppSourcePackId) -> Result<Bytes> {
    let found = store::find_pack(ctx.db.reader(), id).await?;
    let pack = found.ok_or_else(|| Error::not_found("pack of contents", id))?;
    ctx.blobs.get(ctx, organization, &pack.address).await
}

/// Lets go of all contents of an app.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn forget_of(tx: &Tx, app: AppId) -> Result<()> {
    store::delete_of(tx, app).await?;
    forget_empty(tx, app).await
}

/// Lets go of the contents of an app that no list had since a moment, and of packs of which none is left.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn forget_before(tx: &Tx, app: AppId, moment: Timestamp) -> Result<()> {
    store::delete_before(tx, app, moment).await?;
    forget_empty(tx, app).await
}

async fn forget_empty(tx: &Tx, app: AppId) -> Result<()> {
    for pack in store::empty_packs(&**tx, app).await? {
        blobs::release(tx, &pack.owner()).await?;
        store::delete_pack(tx, pack.id).await?;
    }
    Ok(())
}
