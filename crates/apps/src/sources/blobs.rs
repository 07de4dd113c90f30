//! The files of sources by what is in them, in a folder: taken once, put together to directories again and again.

use std::collections::BTreeSet;
use std::fs::{File, Permissions};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use slipway_tofu::digest::sha256_hex_of;
use tempfile::NamedTempFile;

use super::error::SourceError;
use super::manifest::{Digest, Entry, Manifest};

/// A folder of files. Whoever may ask what is in it learns what others sent to it: have one for each app.
#[derive(Debug, Clone)]
pub struct Blobs {
    root: PathBuf,
}

impl Blobs {
    /// Opens the folder, which is made where it is not there, for this user alone.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn open(root: &Path) -> Result<Self, SourceError> {
        let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(root);
        made.map_err(|source| unwritten(root.display().to_string(), source))?;
        Ok(Self { root: root.to_owned() })
    }

    /// Whether a file is here.
    #[must_use]
    pub fn has(&self, digest: &Digest) -> bool {
        self.path(digest).is_file()
    }

    /// Takes a file: reads as much as it says to be and no more, and keeps it when it is what it says. One that is here already is
    /// fine. Whoever is killed in between leaves nothing that counts. Blocks: call it where that is fine.
    ///
    /// # Errors
    /// When something else comes, and when it cannot be written.
    pub fn put(&self, digest: &Digest, size: u64, content: impl Read) -> Result<(), SourceError> {
        let failed = |source| unwritten(digest.to_string(), source);
        let other = |reason: String| SourceError::Other {
            digest: digest.clone(),
            reason,
        };
        let mut file = NamedTempFile::new_in(&self.root).map_err(failed)?;
        // One byte more than there should be, so that more is seen.
        let mut content = content.take(size.saturating_add(1));
        let written = io::copy(&mut content, file.as_file_mut()).map_err(failed)?;
        if written != size {
            let said = if written < size { "less" } else { "more" };
            return Err(other(format!("there is {said} than {size} bytes")));
        }
        let (found, _) = file.reopen().and_then(sha256_hex_of).map_err(failed)?;
        if found != digest.as_str() {
            return Err(other(format!("it is {found}")));
        }
        settle(file.as_file(), digest).map_err(failed)?;
        file.as_file().sync_data().map_err(failed)?;
        match file.persist_noclobber(self.path(digest)) {
            Ok(_) => Ok(()),
            Err(error) if error.error.kind() == ErrorKind::AlreadyExists => Ok(()),
            Err(error) => Err(failed(error.error)),
        }
    }

    /// Reads a file that is here.
    ///
    /// # Errors
    /// When it is not.
    pub fn get(&self, digest: &Digest) -> Result<File, SourceError> {
        File::open(self.path(digest)).map_err(|source| match source.kind() {
            ErrorKind::NotFound => SourceError::Missing(digest.clone()),
            _ => SourceError::Read {
                path: digest.to_string(),
                source,
            },
        })
    }

    /// Puts a source together in a directory that is not there yet. Files are the same as here where the file system can do that,
    /// so nobody may write into them; programs are copies. Blocks: call it where that is fine.
    ///
    /// # Errors
    /// When a file is not here, and when it cannot be written; what was written stays, so the caller removes the directory.
    pub fn assemble(&self, manifest: &Manifest, destination: &Path) -> Result<(), SourceError> {
        std::fs::create_dir(destination).map_err(|source| unwritten(destination.display().to_string(), source))?;
        for (path, entry) in manifest.entries() {
            let full = destination.join(path);
            let failed = |source| unwritten(path.to_owned(), source);
            if let Some(above) = full.parent() {
                std::fs::create_dir_all(above).map_err(failed)?;
            }
            match entry {
                Entry::Folder => std::fs::create_dir_all(&full).map_err(failed)?,
                Entry::Link { to } => std::os::unix::fs::symlink(to, &full).map_err(failed)?,
                Entry::File { sha256, program, .. } => self.lay(sha256, *program, &full, failed)?,
            }
        }
        Ok(())
    }

    fn lay(
        &self,
        digest: &Digest,
        is_program: bool,
        to: &Path,
        failed: impl Fn(io::Error) -> SourceError,
    ) -> Result<(), SourceError> {
        if !is_program && std::fs::hard_link(self.path(digest), to).is_ok() {
            return Ok(());
        }
        let mut from = self.get(digest)?;
        let modified = from
            .metadata()
            .and_then(|metadata| metadata.modified())
            .map_err(&failed)?;
        let mut file = File::create_new(to).map_err(&failed)?;
        io::copy(&mut from, &mut file).map_err(&failed)?;
        let mode = if is_program { 0o755 } else { 0o644 };
        file.set_permissions(Permissions::from_mode(mode)).map_err(&failed)?;
        file.set_modified(modified).map_err(&failed)
    }

    /// Removes every file that is not wanted any more and came before a moment, and what was left behind by whoever was killed
    /// while he sent; says how many. What came later may belong to a source of which only the files are here so far.
    ///
    /// # Errors
    /// When the folder cannot be read or written.
    pub fn sweep(&self, wanted: &BTreeSet<Digest>, before: SystemTime) -> Result<u64, SourceError> {
        let failed = |source| unwritten(self.root.display().to_string(), source);
        let mut removed = 0;
        for found in std::fs::read_dir(&self.root).map_err(failed)? {
            let found = found.map_err(failed)?;
            let name = found.file_name().to_string_lossy().into_owned();
            let is_wanted = name.parse().is_ok_and(|digest: Digest| wanted.contains(&digest));
            let modified = found.metadata().and_then(|metadata| metadata.modified());
            if is_wanted || modified.map_err(failed)? >= before {
                continue;
            }
            match std::fs::remove_file(found.path()) {
                Ok(()) => removed += 1,
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(source) => return Err(failed(source)),
            }
        }
        Ok(removed)
    }

    fn path(&self, digest: &Digest) -> PathBuf {
        self.root.join(digest.as_str())
    }
}

/// Lets everybody read it, and gives it a time of its own: of the second in which it came, and of what is in it. BuildKit takes a
/// file of the same size and time at the same path for the same; two files that came in one moment may change places.
fn settle(file: &File, digest: &Digest) -> io::Result<()> {
    file.set_permissions(Permissions::from_mode(0o644))?;
    let came = file
        .metadata()?
        .modified()?
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let content = digest
        .as_str()
        .get(..8)
        .and_then(|digits| u32::from_str_radix(digits, 16).ok());
    let part = content.unwrap_or_default() % 1_000_000_000;
    file.set_modified(UNIX_EPOCH + Duration::new(came.as_secs(), part))
}

fn unwritten(path: String, source: io::Error) -> SourceError {
    SourceError::Write { path, source }
}
