//! The object store itself: a directory or an S3 bucket, with a limit on how long it may take.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use object_store::{ClientOptions, ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload, RetryConfig};

use crate::errors::{Error, Result};
use crate::secrets::master_key::make_private_directory;
use crate::settings::{Settings, Storage, StorageKind};

/// Where the objects of blobs lie.
pub struct Blobs {
    pub(super) objects: Arc<dyn ObjectStore>,
    patience: Duration,
}

/// How long the store may take for anything, before its size counts.
const PATIENCE: Duration = Duration::from_secs(30);
/// What the slowest store we wait for moves in a second.
const SLOWEST_BYTES_PER_SECOND: u64 = 512 << 10;

impl Blobs {
    /// Opens the store that the settings name.
    ///
    /// # Errors
    ///
    /// When the settings are incomplete, or the directory cannot be made.
    pub fn open(settings: &Settings) -> Result<Self> {
        let objects: Arc<dyn ObjectStore> = match settings.storage.kind {
            StorageKind::Disk => Arc::new(open_disk(settings)?),
            StorageKind::S3 => open_s3(&settings.storage)?,
        };
        Ok(Self::new(objects, PATIENCE))
    }

    /// Takes any store; `patience` is how long it may take for a small object.
    #[must_use]
    pub fn new(objects: Arc<dyn ObjectStore>, patience: Duration) -> Self {
        Self { objects, patience }
    }

    /// Writes an object under a key that was never used, and looks whether it is there.
    pub(super) async fn write(&self, key: &str, object: Vec<u8>) -> Result<()> {
        let size = u64::try_from(object.len()).unwrap_or(u64::MAX);
        let path = Path::from(key);
        let options = PutOptions::from(PutMode::Create);
        let payload = PutPayload::from(Bytes::from(object));
        self.within(size, self.objects.put_opts(&path, payload, options))
            .await?;
        // Some stores say yes before they have it. Nobody forgets his copy until we have seen ours.
        if self.size(key).await? == Some(size) {
            return Ok(());
        }
        Err(Error::unavailable(
            "The object store accepted an object and does not have it. Try again; if it stays so, check the store.",
        ))
    }

    /// How large the object is; none when there is none.
    pub(crate) async fn size(&self, key: &str) -> Result<Option<u64>> {
        let path = Path::from(key);
        let head = async {
            match self.objects.head(&path).await {
                Ok(meta) => Ok(Some(meta.size)),
                Err(object_store::Error::NotFound { .. }) => Ok(None),
                Err(error) => Err(error),
            }
        };
        self.within(0, head).await
    }

    /// Reads the first bytes of an object; none when there is none.
    pub(super) async fn beginning(&self, key: &str, bytes: usize) -> Result<Option<Bytes>> {
        let path = Path::from(key);
        let read = async {
            match self.objects.get_range(&path, 0..bytes as u64).await {
                Ok(found) => Ok(Some(found)),
                Err(object_store::Error::NotFound { .. }) => Ok(None),
                Err(error) => Err(error),
            }
        };
        self.within(0, read).await
    }

    /// Reads an object; none when there is none.
    pub(super) async fn read(&self, key: &str, size: u64) -> Result<Option<Bytes>> {
        let path = Path::from(key);
        let read = async {
            match self.objects.get(&path).await {
                Ok(found) => found.bytes().await.map(Some),
                Err(object_store::Error::NotFound { .. }) => Ok(None),
                Err(error) => Err(error),
            }
        };
        self.within(size, read).await
    }

    /// Removes an object; that it is gone already is fine.
    pub(crate) async fn remove(&self, key: &str) -> Result<()> {
        let path = Path::from(key);
        let remove = async {
            match self.objects.delete(&path).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
                Err(error) => Err(error),
            }
        };
        self.within(0, remove).await
    }

    async fn within<T>(&self, size: u64, work: impl Future<Output = object_store::Result<T>>) -> Result<T> {
        let patience = self.patience + Duration::from_secs(size / SLOWEST_BYTES_PER_SECOND);
        match tokio::time::timeout(patience, work).await {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(error)) => Err(unavailable().context(error)),
            Err(_) => Err(unavailable().context(format!("no answer within {patience:?}"))),
        }
    }
}

pub(super) fn unavailable() -> Error {
    Error::unavailable("The object store does not answer as it should. Try again in a moment.")
}

fn open_disk(settings: &Settings) -> Result<LocalFileSystem> {
    let directory = settings.server.data_dir.join("blobs");
    make_private_directory(&directory)?;
    let disk = LocalFileSystem::new_with_prefix(&directory).map_err(|error| {
        Error::unavailable(format!("The directory {} cannot be used: {error}", directory.display()))
    })?;
    // What was answered with success must survive a power cut.
    Ok(disk.with_fsync(true))
}

fn open_s3(storage: &Storage) -> Result<Arc<dyn ObjectStore>> {
    let bucket = storage
        .bucket
        .as_deref()
        .ok_or_else(|| Error::invalid("storage.bucket", "Set storage.bucket to the name of the bucket."))?;
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(bucket)
        .with_region(storage.region.as_deref().unwrap_or("us-east-1"))
        .with_allow_http(storage.allow_http)
        .with_client_options(
            ClientOptions::new()
                .with_allow_http(storage.allow_http)
                .with_timeout(Duration::from_secs(3_600)),
        )
        .with_retry(RetryConfig {
            max_retries: 3,
            retry_timeout: PATIENCE,
            ..RetryConfig::default()
        });
    if let Some(endpoint) = &storage.endpoint {
        builder = builder.with_endpoint(endpoint);
    }
    if let Some(id) = &storage.access_key_id {
        builder = builder.with_access_key_id(id);
    }
    if let Some(file) = &storage.secret_access_key_file {
        let secret = std::fs::read_to_string(file).map_err(|error| {
            let detail = format!("The file {} cannot be read: {error}", file.display());
            Error::invalid("storage.secret-access-key-file", detail)
        })?;
        builder = builder.with_secret_access_key(secret.trim());
    }
    let bucket = builder
        .build()
        .map_err(|error| Error::invalid("storage", format!("The bucket cannot be used: {error}")))?;
    Ok(match &storage.prefix {
        Some(prefix) => Arc::new(PrefixStore::new(bucket, prefix.as_str())),
        None => Arc::new(bucket),
    })
}
