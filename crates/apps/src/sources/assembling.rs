//! A source that is put together of its contents.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use slipway_tofu::digest::sha256_hex_of;

use super::error::SourceError;
use super::manifest::{Digest, Entry, Manifest};

/// A directory to which the contents come one after the other.
#[derive(Debug)]
pub struct Assembly {
    root: PathBuf,
    manifest: Manifest,
    /// Where each content belongs that has not come.
    places: BTreeMap<Digest, Vec<Place>>,
    /// When the newest content of a file came, by its path; in seconds.
    times: BTreeMap<String, u64>,
}

#[derive(Debug)]
struct Place {
    path: String,
    /// From where on in the file, in bytes.
    from: u64,
    /// Whether it is all of the file.
    is_whole: bool,
}

impl Assembly {
    /// Begins with the folders and links, in a directory that is there and empty. Blocks, as all of this does: call it where that is fine.
    ///
    /// # Errors
    /// When it cannot be written; what was written stays, so the caller removes the directory.
    pub fn begin(manifest: Manifest, destination: &Path) -> Result<Self, SourceError> {
        let mut places: BTreeMap<Digest, Vec<Place>> = BTreeMap::new();
        for (path, entry) in manifest.entries() {
            let full = destination.join(path);
            let failed = |source| unwritten(path, source);
            if let Some(above) = full.parent() {
                std::fs::create_dir_all(above).map_err(failed)?;
            }
            match entry {
                Entry::Folder => std::fs::create_dir_all(&full).map_err(failed)?,
                Entry::Link { to } => std::os::unix::fs::symlink(to, &full).map_err(failed)?,
                Entry::File { .. } => {}
            }
            let contents = entry.contents();
            let is_whole = contents.len() == 1;
            let mut from = 0;
            for (digest, size) in contents {
                let path = path.to_owned();
                let place = Place { path, from, is_whole };
                places.entry(digest.clone()).or_default().push(place);
                from += size;
            }
        }
        Ok(Self {
            root: destination.to_owned(),
            manifest,
            places,
            times: BTreeMap::new(),
        })
    }

    /// Puts a content, which is what its digest says, wherever it belongs. `came_at` is when it first came, in seconds since 1970.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn put(&mut self, digest: &Digest, content: &[u8], came_at: u64) -> Result<(), SourceError> {
        for place in self.places.remove(digest).unwrap_or_default() {
            let written = self.write(&place, content);
            written.map_err(|source| unwritten(&place.path, source))?;
            let time = self.times.entry(place.path).or_default();
            *time = came_at.max(*time);
        }
        Ok(())
    }

    fn write(&self, place: &Place, content: &[u8]) -> io::Result<()> {
        let full = self.root.join(&place.path);
        if place.is_whole {
            return File::create_new(full)?.write_all(content);
        }
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(full)?;
        file.write_all_at(content, place.from)
    }

    /// Everything came: files become programs where they are, and get their times.
    ///
    /// # Errors
    /// When a content did not come, when a file of several pieces is not the one that it is listed as, and when it cannot be written.
    pub fn end(self) -> Result<(), SourceError> {
        if let Some(digest) = self.places.into_keys().next() {
            return Err(SourceError::Missing(digest));
        }
        for (path, entry) in self.manifest.entries() {
            let Entry::File {
                sha256,
                program,
                pieces,
                ..
            } = entry
            else {
                continue;
            };
            let failed = |source| unwritten(path, source);
            let file = OpenOptions::new().read(true).write(true).open(self.root.join(path));
            let file = file.map_err(failed)?;
            if !pieces.is_empty() {
                let (found, _) = sha256_hex_of(&file).map_err(failed)?;
                if found != sha256.as_str() {
                    return Err(SourceError::Other {
                        digest: sha256.clone(),
                        reason: format!("its pieces make {found} of `{path}`"),
                    });
                }
            }
            let mode = if *program { 0o755 } else { 0o644 };
            file.set_permissions(Permissions::from_mode(mode)).map_err(failed)?;
            let came_at = self.times.get(path).copied().unwrap_or_default();
            file.set_modified(UNIX_EPOCH + time(came_at, sha256)).map_err(failed)?;
        }
        Ok(())
    }
}

/// Of the second in which it came, and of what is in it. BuildKit takes a file of the same size and time at the same path for the same; two
/// files that came in one moment may change places. What serves files says to browsers when they changed, so the second counts, too.
fn time(came_at: u64, digest: &Digest) -> Duration {
    let digits = digest.as_str().get(..8);
    let content = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
    Duration::new(came_at, content.unwrap_or_default() % 1_000_000_000)
}

fn unwritten(path: &str, source: io::Error) -> SourceError {
    SourceError::Write {
        path: path.to_owned(),
        source,
    }
}
