//! Unpacking below a directory, held by descriptor, one component at a time and never through a link.
//!
//! What the walk allowed is written; a file of the same path that is there already is replaced, so that files a plan
//! made can be laid over its configuration.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

use rustix::fs::{AtFlags, CWD, Mode, OFlags, mkdirat, openat, symlinkat, unlinkat};
use rustix::io::Errno;

use super::bounded::Bounded;
use super::error::ArchiveError;
use super::limits::Limits;
use super::walk::walk;

/// What an archive held.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Unpacked {
    /// Files and links.
    pub files: u64,
    /// Bytes in the files.
    pub bytes: u64,
}

/// Validates a tar.gz archive without writing anything.
///
/// # Errors
/// The first rule or limit that the archive breaks.
pub fn inspect(reader: impl Read, limits: &Limits) -> Result<Unpacked, ArchiveError> {
    walk(Bounded::gzip(reader, limits), limits, None)
}

/// Unpacks a tar.gz archive below `destination`, which is created if it is missing.
///
/// # Errors
/// The first rule or limit that the archive breaks; what was written before it stays, so the caller removes the
/// directory.
pub fn unpack(reader: impl Read, destination: &Path, limits: &Limits) -> Result<Unpacked, ArchiveError> {
    below(Bounded::gzip(reader, limits), destination, limits)
}

/// The same for a tar archive that is not compressed.
///
/// # Errors
/// As [`unpack`].
pub fn unpack_plain(reader: impl Read, destination: &Path, limits: &Limits) -> Result<Unpacked, ArchiveError> {
    below(Bounded::plain(reader, limits), destination, limits)
}

fn below(reader: Bounded<impl Read>, destination: &Path, limits: &Limits) -> Result<Unpacked, ArchiveError> {
    let open = |source| ArchiveError::Write {
        entry: destination.display().to_string(),
        source,
    };
    std::fs::create_dir_all(destination).map_err(open)?;
    let root =
        openat(CWD, destination, OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty()).map_err(|e| open(e.into()))?;
    walk(reader, limits, Some(&Destination { root }))
}

/// The directory that is written to.
pub(super) struct Destination {
    root: OwnedFd,
}

impl Destination {
    /// Makes a directory and those above it.
    pub(super) fn directory(&self, parts: &[String]) -> io::Result<()> {
        self.open(parts).map(drop)
    }

    /// Writes one file; the number of bytes that came is returned.
    pub(super) fn file(&self, parts: &[String], executable: bool, content: &mut impl Read) -> io::Result<u64> {
        let Some((name, above)) = parts.split_last() else {
            return Err(io::ErrorKind::InvalidFilename.into());
        };
        let directory = self.open(above)?;
        make_room(&directory, name)?;
        let flags = OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::WRONLY | OFlags::CLOEXEC;
        let mode = Mode::from_raw_mode(if executable { 0o755 } else { 0o644 });
        let mut file = File::from(openat(&directory, name.as_str(), flags, mode)?);
        io::copy(content, &mut file)
    }

    /// Makes a symbolic link whose target was checked.
    pub(super) fn link(&self, parts: &[String], target: &str) -> io::Result<()> {
        let Some((name, above)) = parts.split_last() else {
            return Err(io::ErrorKind::InvalidFilename.into());
        };
        let directory = self.open(above)?;
        make_room(&directory, name)?;
        Ok(symlinkat(target, &directory, name.as_str())?)
    }

    /// Opens a directory below the root, making what is missing; a link on the way is an error.
    fn open(&self, parts: &[String]) -> io::Result<OwnedFd> {
        let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mut current = self.root.try_clone()?;
        for part in parts {
            match mkdirat(&current, part.as_str(), Mode::from_raw_mode(0o755)) {
                Ok(()) | Err(Errno::EXIST) => {}
                Err(error) => return Err(error.into()),
            }
            current = openat(current.as_fd(), part.as_str(), flags, Mode::empty())?;
        }
        Ok(current)
    }
}

fn make_room(directory: &OwnedFd, name: &str) -> io::Result<()> {
    match unlinkat(directory, name, AtFlags::empty()) {
        Ok(()) | Err(Errno::NOENT) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
