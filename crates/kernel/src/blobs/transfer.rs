//! Objects as they lie in the store, a piece at a time: for backup and restore, which neither open nor name them.

use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use object_store::ObjectStoreExt;
use object_store::buffered::BufWriter;
use object_store::path::Path;
use tokio::io::AsyncWriteExt;

use super::objects::{Blobs, unavailable};
use crate::errors::{Error, Result};

/// An object on its way into the store.
pub(crate) struct Upload<'a> {
    blobs: &'a Blobs,
    key: String,
    writer: BufWriter,
}

impl Blobs {
    /// The bytes of an object.
    pub(crate) async fn stream(&self, key: &str) -> Result<BoxStream<'static, Result<Bytes>>> {
        let failed = |error: object_store::Error| unavailable().context(error);
        let found = self.objects.get(&Path::from(key)).await.map_err(failed)?;
        Ok(found.into_stream().map_err(failed).boxed())
    }

    /// The key of any object; none when the store is empty.
    pub(crate) async fn first(&self) -> Result<Option<String>> {
        let first = self.objects.list(None).try_next().await;
        let first = first.map_err(|error| unavailable().context(error))?;
        Ok(first.map(|object| object.location.to_string()))
    }

    /// Begins to write an object.
    pub(crate) fn upload(&self, key: &str) -> Upload<'_> {
        Upload {
            blobs: self,
            key: key.to_owned(),
            writer: BufWriter::new(self.objects.clone(), Path::from(key)),
        }
    }
}

impl Upload<'_> {
    /// Writes a piece.
    pub(crate) async fn put(&mut self, piece: Bytes) -> Result<()> {
        let put = self.writer.put(piece).await;
        put.map_err(|error| not_written(&self.key).context(error))
    }

    /// Ends the object, which is in the store when this returns.
    pub(crate) async fn finish(mut self, size: u64) -> Result<()> {
        let ended = self.writer.shutdown().await;
        ended.map_err(|error| not_written(&self.key).context(error))?;
        if self.blobs.size(&self.key).await? == Some(size) {
            return Ok(());
        }
        Err(not_written(&self.key).context("the store accepted the object and does not have it"))
    }
}

fn not_written(key: &str) -> Error {
    Error::unavailable(format!("The object {key} cannot be written to the object store."))
}
