//! Making an entry exactly once: a lock per key, a draft folder, a rename. The kernel drops the lock of a killed process,
//! and its draft is only a folder that nobody looks at.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::fs::FlockOperation;

use super::{Cache, CacheError, failed};

/// Holds the lock of a key until dropped.
#[derive(Debug)]
pub(super) struct KeyLock {
    _file: File,
}

/// A folder that will become an entry, removed when it does not.
#[derive(Debug)]
pub(super) struct Draft {
    path: PathBuf,
}

impl Cache {
    /// Waits for the lock of a key. Blocks: call it where that is allowed.
    pub(super) fn lock(&self, key: &str) -> Result<KeyLock, CacheError> {
        let path = self.folder("locks").join(key);
        let opened = OpenOptions::new()
            .create(true)
            .write(true)
            .truncate(false)
            .mode(0o600)
            .open(&path);
        let file = opened.map_err(|source| failed("lock", &path, source))?;
        rustix::fs::flock(&file, FlockOperation::LockExclusive).map_err(|error| failed("lock", &path, error.into()))?;
        Ok(KeyLock { _file: file })
    }

    /// An empty folder of this process alone.
    pub(super) fn draft(&self) -> Result<Draft, CacheError> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let name = format!("{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = self.folder("drafts").join(name);
        // A process with our id may have been killed here before.
        remove(&path)?;
        make_directory(&path)?;
        Ok(Draft { path })
    }
}

impl Draft {
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Puts a folder of the draft in its place, unless the place is taken: then the first one stays.
    pub(super) fn publish(&self, folder: &str, place: &Path) -> Result<(), CacheError> {
        match fs::rename(self.path.join(folder), place) {
            Err(error) if !place.is_dir() => Err(failed("make", place, error)),
            _ => Ok(()),
        }
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        let _ = remove(&self.path);
    }
}

/// Makes a private directory and its parents.
pub(super) fn make_directory(path: &Path) -> Result<(), CacheError> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|source| failed("make", path, source))
}

/// Removes a tree, also one whose directories are read-only; missing is success.
pub(super) fn remove(path: &Path) -> Result<(), CacheError> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(failed("remove", path, error)),
        _ => Ok(()),
    }
}
