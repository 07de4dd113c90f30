//! Copies a tree that a stranger made and may still be changing. Every step is relative to an open directory and follows
//! no link: by path, a link swapped in at the right moment would make the runner copy its own secrets into the run.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{Context, SHA256};
use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, openat, readlinkat, statat};

use super::{CacheError, failed};

/// What a copy may hold.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// Files, directories and links.
    pub(super) entries: u64,
    /// Bytes in all.
    pub(super) bytes: u64,
    /// Whether symbolic links are copied as they are; otherwise they are refused.
    pub(super) links: bool,
}

/// A copied file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Copied {
    /// Path relative to the tree.
    pub(super) path: PathBuf,
    /// SHA-256 of its contents.
    pub(super) sha256: [u8; 32],
}

/// Opens a directory of a stranger: the last component must not be a link.
pub(super) fn open_directory(at: impl AsFd, path: &Path) -> io::Result<OwnedFd> {
    let flags = OFlags::DIRECTORY | OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    Ok(openat(at, path, flags, Mode::empty())?)
}

/// Opens a directory of ours.
pub(super) fn open_own(path: &Path) -> Result<OwnedFd, CacheError> {
    open_directory(CWD, path).map_err(|source| failed("open", path, source))
}

/// Copies everything below `from` into the empty directory `to`, and lists the files with their digests, sorted.
pub(super) fn copy(from: &OwnedFd, to: &Path, bounds: Bounds) -> Result<Vec<Copied>, CacheError> {
    let mut copy = Copy {
        bounds,
        files: Vec::new(),
    };
    copy.directory(from, to, Path::new(""))?;
    copy.files.sort_by(|left, right| left.path.cmp(&right.path));
    Ok(copy.files)
}

struct Copy {
    bounds: Bounds,
    files: Vec<Copied>,
}

impl Copy {
    fn directory(&mut self, from: &OwnedFd, to: &Path, relative: &Path) -> Result<(), CacheError> {
        let io = |source| failed("copy", relative, source);
        for entry in Dir::read_from(from).map_err(|error| io(error.into()))? {
            let entry = entry.map_err(|error| io(error.into()))?;
            let name = Path::new(std::ffi::OsStr::new(
                std::str::from_utf8(entry.file_name().to_bytes())
                    .map_err(|_| unsuitable(relative, "a file name is not UTF-8"))?,
            ));
            if name == Path::new(".") || name == Path::new("..") {
                continue;
            }
            self.entry(from, &to.join(name), &relative.join(name), name)?;
        }
        Ok(())
    }

    fn entry(&mut self, from: &OwnedFd, to: &Path, relative: &Path, name: &Path) -> Result<(), CacheError> {
        let io = |source| failed("copy", relative, source);
        self.bounds.entries = self
            .bounds
            .entries
            .checked_sub(1)
            .ok_or_else(|| unsuitable(relative, "too many files"))?;
        let stat = statat(from, name, AtFlags::SYMLINK_NOFOLLOW).map_err(|error| io(error.into()))?;
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::Directory => {
                std::fs::create_dir(to).map_err(io)?;
                let inner = open_directory(from, name).map_err(io)?;
                self.directory(&inner, to, relative)
            }
            FileType::RegularFile => self.file(from, to, relative, name),
            FileType::Symlink if self.bounds.links => {
                let target = readlinkat(from, name, Vec::new()).map_err(|error| io(error.into()))?;
                let target = target
                    .to_str()
                    .map_err(|_| unsuitable(relative, "a link is not UTF-8"))?;
                std::os::unix::fs::symlink(target, to).map_err(io)
            }
            FileType::Symlink => Err(unsuitable(relative, "it is a symbolic link")),
            _ => Err(unsuitable(relative, "it is neither a file nor a directory")),
        }
    }

    fn file(&mut self, from: &OwnedFd, to: &Path, relative: &Path, name: &Path) -> Result<(), CacheError> {
        let io = |source| failed("copy", relative, source);
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let source = openat(from, name, flags, Mode::empty()).map_err(|error| io(error.into()))?;
        let mut source = File::from(source);
        let metadata = source.metadata().map_err(io)?;
        if !metadata.is_file() {
            return Err(unsuitable(relative, "it is not a regular file"));
        }
        let mut target = File::create_new(to).map_err(io)?;
        let mut digest = Context::new(&SHA256);
        let mut buffer = vec![0; 256 * 1024];
        loop {
            let count = source.read(&mut buffer).map_err(io)?;
            let Some(chunk) = buffer.get(..count).filter(|chunk| !chunk.is_empty()) else {
                break;
            };
            let left = self.bounds.bytes.checked_sub(count as u64);
            self.bounds.bytes = left.ok_or_else(|| unsuitable(relative, "it is too large"))?;
            digest.update(chunk);
            target.write_all(chunk).map_err(io)?;
        }
        target.set_permissions(metadata.permissions()).map_err(io)?;
        let sha256 = digest.finish().as_ref().try_into().unwrap_or_default();
        self.files.push(Copied {
            path: relative.to_path_buf(),
            sha256,
        });
        Ok(())
    }
}

fn unsuitable(path: &Path, reason: &'static str) -> CacheError {
    CacheError::Unsuitable {
        path: path.display().to_string(),
        reason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::symlink;

    const BOUNDS: Bounds = Bounds {
        entries: 10,
        bytes: 100,
        links: false,
    };

    fn from(root: &Path) -> OwnedFd {
        open_own(&root.join("from")).unwrap()
    }

    fn tree() -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("from/b")).unwrap();
        fs::create_dir(root.path().join("to")).unwrap();
        fs::write(root.path().join("from/b/file"), "hello").unwrap();
        fs::write(root.path().join("secret"), "key").unwrap();
        root
    }

    #[test]
    fn files_are_copied_and_named() {
        let root = tree();
        let files = copy(&from(root.path()), &root.path().join("to"), BOUNDS).unwrap();
        assert_eq!(
            files.iter().map(|file| file.path.clone()).collect::<Vec<_>>(),
            [PathBuf::from("b/file")]
        );
        assert_eq!(fs::read_to_string(root.path().join("to/b/file")).unwrap(), "hello");
    }

    #[test]
    fn links_are_refused_or_stay_links() {
        let root = tree();
        symlink(root.path().join("secret"), root.path().join("from/link")).unwrap();
        assert!(copy(&from(root.path()), &root.path().join("to"), BOUNDS).is_err());
        let other = root.path().join("other");
        fs::create_dir(&other).unwrap();
        copy(&from(root.path()), &other, Bounds { links: true, ..BOUNDS }).unwrap();
        assert!(fs::symlink_metadata(other.join("link")).unwrap().is_symlink());
    }

    #[rstest::rstest]
    #[case(Bounds { entries: 1, ..BOUNDS })]
    #[case(Bounds { bytes: 4, ..BOUNDS })]
    fn a_tree_over_its_bounds_is_refused(#[case] bounds: Bounds) {
        let root = tree();
        assert!(copy(&from(root.path()), &root.path().join("to"), bounds).is_err());
    }

    #[test]
    fn the_tree_itself_must_not_be_a_link() {
        let root = tree();
        symlink(root.path().join("from"), root.path().join("link")).unwrap();
        assert!(open_own(&root.path().join("link")).is_err());
    }
}
