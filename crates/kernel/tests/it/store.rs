//! An object store that misbehaves on request.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, GetResultPayload, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    ObjectStoreExt, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Mood {
    /// As it should.
    Well = 0,
    /// Says no.
    Refuses = 1,
    /// Never answers.
    Hangs = 2,
    /// Says yes to a write and forgets it.
    Forgets = 3,
    /// Changes a byte of what it is asked for.
    Garbles = 4,
    /// Writes, and then never says so.
    WritesAndHangs = 5,
}

/// Objects in memory, and a mood.
#[derive(Debug, Clone, Default)]
pub struct Moody {
    pub objects: Arc<InMemory>,
    mood: Arc<AtomicU8>,
    pub writes: Arc<AtomicUsize>,
}

impl Moody {
    pub fn set(&self, mood: Mood) {
        self.mood.store(mood as u8, Ordering::SeqCst);
    }

    fn is(&self, mood: Mood) -> bool {
        self.mood.load(Ordering::SeqCst) == mood as u8
    }

    pub async fn keys(&self) -> Vec<String> {
        let listed = self
            .objects
            .list(None)
            .map(|object| object.unwrap().location.to_string());
        listed.collect().await
    }

    async fn answer(&self) -> Result<()> {
        if self.is(Mood::Hangs) {
            std::future::pending::<()>().await;
        }
        if self.is(Mood::Refuses) {
            return Err(Error::Generic {
                store: "moody",
                source: "no".into(),
            });
        }
        Ok(())
    }
}

impl fmt::Display for Moody {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("moody")
    }
}

#[async_trait]
impl ObjectStore for Moody {
    async fn put_opts(&self, location: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        self.answer().await?;
        self.writes.fetch_add(1, Ordering::SeqCst);
        let result = self.objects.put_opts(location, payload, options).await?;
        if self.is(Mood::Forgets) {
            self.objects.delete(location).await?;
        }
        if self.is(Mood::WritesAndHangs) {
            std::future::pending::<()>().await;
        }
        Ok(result)
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.objects.put_multipart_opts(location, options).await
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.answer().await?;
        let mut found = self.objects.get_opts(location, options).await?;
        if self.is(Mood::Garbles) && found.range.end > 0 {
            let (meta, range, attributes) = (found.meta.clone(), found.range.clone(), found.attributes.clone());
            let extensions = found.extensions.clone();
            let mut bytes = found.bytes().await?.to_vec();
            *bytes.last_mut().unwrap() ^= 1;
            let stream = futures::stream::once(async { Ok(Bytes::from(bytes)) }).boxed();
            found = GetResult {
                payload: GetResultPayload::Stream(stream),
                meta,
                range,
                attributes,
                extensions,
            };
        }
        Ok(found)
    }

    async fn get_ranges(&self, location: &Path, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        self.objects.get_ranges(location, ranges).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        if self.is(Mood::Refuses) {
            let refusal = Error::Generic {
                store: "moody",
                source: "no".into(),
            };
            return futures::stream::once(async { Err(refusal) }).boxed();
        }
        self.objects.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.objects.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.objects.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.objects.copy_opts(from, to, options).await
    }
}
