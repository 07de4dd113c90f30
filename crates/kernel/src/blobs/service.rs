//! Putting and getting blobs.

use std::sync::Arc;

use aws_lc_rs::hmac;
use bytes::Bytes;
use sea_orm::SqlErr;
use slipway_api::ids::OrganizationId;

use super::form::{self, Identity};
use super::model::{BlobAddress, BlobId, Model};
use super::objects::Blobs;
use super::store;
use crate::ctx::Ctx;
use crate::errors::{Error, Result};
use crate::secrets::sealing::Key;

impl Blobs {
    /// Stores `content` and returns its address; content that is there already is not stored again.
    ///
    /// Never call it while a transaction is open: it takes its own, after the object is safe. Until something
    /// [refers](super::refer) to the blob it may be collected, but not within a minute.
    ///
    /// # Errors
    ///
    /// `Unavailable` when the object store or the database is away: nothing was stored, or something that nobody sees.
    pub async fn put(&self, ctx: &Ctx, organization: OrganizationId, content: Bytes) -> Result<BlobAddress> {
        let address_key = ctx.secrets.address_key(ctx.db.reader(), organization).await?;
        let hashed = content.clone();
        let address = on_worker(move || Ok(address_of(&address_key, &hashed))).await?;
        let known = store::find(ctx.db.reader(), organization, &address).await?;
        if let Some(known) = &known
            && self.is_whole(known).await?
            && self.touch(ctx, known).await?
        {
            return Ok(address);
        }
        let blob = self.write_object(ctx, organization, &address, content).await?;
        match known {
            Some(lost) => self.replace(ctx, &lost, blob).await?,
            None => self.insert(ctx, blob).await?,
        }
        Ok(address)
    }

    /// The content of a blob, proved to be what was put.
    ///
    /// # Errors
    ///
    /// `NotFound` when there is no such blob; `Unavailable` when the store is away; `Internal` when the object is
    /// missing or damaged.
    pub async fn get(&self, ctx: &Ctx, organization: OrganizationId, address: &BlobAddress) -> Result<Bytes> {
        let blob = store::find(ctx.db.reader(), organization, address)
            .await?
            .ok_or_else(|| Error::not_found("blob", address))?;
        let size = u64::try_from(blob.stored_bytes).unwrap_or(0);
        let object = self.read(&blob.object_key, size).await?.ok_or_else(|| {
            form::damaged("missing").context(format!("blob {address} of {organization}, object {}", blob.object_key))
        })?;
        let version = form::version(&object)?;
        let key = ctx
            .secrets
            .version(ctx.db.reader(), Some(organization), version)
            .await?;
        let address_key = ctx.secrets.address_key(ctx.db.reader(), organization).await?;
        on_worker(move || read_object(object, &key, &address_key, &blob)).await
    }

    /// Writes the object of a blob anew when an older version than `version` of its organization's key sealed it; says
    /// whether it did. The object before is removed later, with what else belongs to no blob.
    pub(crate) async fn reseal(&self, ctx: &Ctx, blob: &Model, version: u32) -> Result<bool> {
        let Some(header) = self.beginning(&blob.object_key, form::HEADER).await? else {
            tracing::error!(
                object_key = blob.object_key,
                "an object is missing in the store; it is not sealed again"
            );
            return Ok(false);
        };
        if form::version(&header)? >= version {
            return Ok(false);
        }
        let content = match self.get(ctx, blob.organization_id, &blob.address).await {
            Ok(content) => content,
            Err(error) if error.code() == slipway_api::Code::Internal => {
                tracing::error!(%error, "a damaged object is not sealed again");
                return Ok(false);
            }
            // Collected meanwhile.
            Err(error) if error.code() == slipway_api::Code::NotFound => return Ok(false),
            Err(error) => return Err(error),
        };
        let anew = self
            .write_object(ctx, blob.organization_id, &blob.address, content)
            .await?;
        let tx = ctx.begin().await?;
        let replaced = store::replace_object(&tx, blob, &anew.object_key, anew.stored_bytes, blob.touched_at).await?;
        tx.commit().await?;
        Ok(replaced)
    }

    /// Whether there is such a blob.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub async fn exists(&self, ctx: &Ctx, organization: OrganizationId, address: &BlobAddress) -> Result<bool> {
        Ok(store::find(ctx.db.reader(), organization, address).await?.is_some())
    }

    /// Whether the object of a blob is there, as far as a look at its size tells.
    async fn is_whole(&self, blob: &Model) -> Result<bool> {
        let size = self.size(&blob.object_key).await?;
        Ok(size.and_then(|size| i64::try_from(size).ok()) == Some(blob.stored_bytes))
    }

    async fn touch(&self, ctx: &Ctx, blob: &Model) -> Result<bool> {
        let tx = ctx.begin().await?;
        let is_there = store::touch(&tx, blob.id, ctx.now()).await?;
        tx.commit().await?;
        Ok(is_there)
    }

    async fn write_object(
        &self,
        ctx: &Ctx,
        organization: OrganizationId,
        address: &BlobAddress,
        content: Bytes,
    ) -> Result<Model> {
        let (version, key) = ctx.secrets.newest(ctx.db.reader(), Some(organization)).await?;
        let id: BlobId = ctx.new_id()?;
        let size_bytes = i64::try_from(content.len()).map_err(Error::internal)?;
        let bound = address.clone();
        let random = ctx.random.clone();
        let object = on_worker(move || {
            let identity = Identity {
                organization,
                address: &bound,
            };
            form::pack(&content, &key, version, &identity, &random)
        })
        .await?;
        let now = ctx.now();
        let blob = Model {
            id,
            organization_id: organization,
            address: address.clone(),
            object_key: object_key(organization, id),
            size_bytes,
            stored_bytes: i64::try_from(object.len()).map_err(Error::internal)?,
            created_at: now,
            touched_at: now,
        };
        self.write(&blob.object_key, object).await?;
        Ok(blob)
    }

    async fn insert(&self, ctx: &Ctx, blob: Model) -> Result<()> {
        let (organization, address) = (blob.organization_id, blob.address.clone());
        let object_key = blob.object_key.clone();
        let tx = ctx.begin().await?;
        match store::insert(&tx, blob).await {
            Ok(()) => return tx.commit().await,
            Err(error) if matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_))) => drop(tx),
            Err(error) => return Err(error.into()),
        }
        // Somebody else put the same at the same time: theirs counts, ours goes (or is collected later).
        self.remove(&object_key).await.ok();
        match store::find(ctx.db.reader(), organization, &address).await? {
            Some(theirs) if self.touch(ctx, &theirs).await? => Ok(()),
            _ => Err(Error::unavailable("The upload met a clean-up. Try again.")),
        }
    }

    /// The row is there and its object is not: the store lost it, and here it is again.
    async fn replace(&self, ctx: &Ctx, lost: &Model, blob: Model) -> Result<()> {
        let tx = ctx.begin().await?;
        let replaced = store::replace_object(&tx, lost, &blob.object_key, blob.stored_bytes, ctx.now()).await?;
        if replaced {
            tracing::warn!(
                object_key = lost.object_key,
                "an object was lost by the store and is replaced"
            );
            return tx.commit().await;
        }
        drop(tx);
        self.insert(ctx, blob).await
    }
}

/// A key that no other upload ever has; two characters of the random part spread the files over directories.
fn object_key(organization: OrganizationId, id: BlobId) -> String {
    let spread: String = id.body().chars().rev().take(2).collect();
    format!("{organization}/{spread}/{id}")
}

fn address_of(key: &Key, content: &[u8]) -> BlobAddress {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
    let digest = hmac::sign(&key, content);
    BlobAddress(hex::encode(digest))
}

fn read_object(object: Bytes, key: &Arc<Key>, address_key: &Key, blob: &Model) -> Result<Bytes> {
    let identity = Identity {
        organization: blob.organization_id,
        address: &blob.address,
    };
    let size = usize::try_from(blob.size_bytes).map_err(Error::internal)?;
    let content = form::unpack(Vec::from(object), key, &identity, size)
        .map_err(|error| error.context(format!("object {}", blob.object_key)))?;
    if address_of(address_key, &content) != blob.address {
        return Err(form::damaged("not what was put").context(format!("object {}", blob.object_key)));
    }
    Ok(content.into())
}

/// Runs what computes for milliseconds where it does not keep others waiting.
async fn on_worker<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
}
