//! The directory of one run: `<root>/<run id>/{config,home,tmp,out}`.
//!
//! After the first phase its contents are the work of strangers: a file may have become a symbolic link to the server's
//! key. Reading and writing here goes by `openat2` beneath the directory and without links, never by path.

use std::collections::BTreeSet;
use std::fs::{self, DirBuilder, File};
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Component, Path, PathBuf};

use rustix::fs::{CWD, Dir, FileType, Mode, OFlags, ResolveFlags, openat, openat2};

/// Unix sockets of providers live in the run's `tmp` and their whole path must stay below 108 bytes; what go-plugin
/// appends, a run id and `tmp` leave this much for the root. Below a longer one the `tmp` of a run is in `/tmp`: unlike
/// the rest, its path need not be the same at plan and apply.
pub const LONGEST_ROOT_BYTES: usize = 50;

/// Why a run's directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    /// Somebody else has made the run's directory below `/tmp`.
    #[error("{path} belongs to somebody else: remove it, or choose a shorter directory for runs")]
    Taken {
        /// The directory.
        path: String,
    },
    /// A run id, working directory or file name that could leave the directory.
    #[error("`{path}` is not a path inside the run's directory")]
    Outside {
        /// What was given.
        path: String,
    },
    /// The system refused.
    #[error("cannot {verb} {path}")]
    Io {
        /// What was tried.
        verb: &'static str,
        /// On what.
        path: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

/// An open run directory.
#[derive(Debug)]
pub struct RunDirectory {
    path: PathBuf,
    tmp: PathBuf,
    handle: OwnedFd,
}

impl RunDirectory {
    /// Makes the directory of a run, or opens the one that is there.
    ///
    /// # Errors
    /// [`DirectoryError`].
    pub fn create(root: &Path, run: &str) -> Result<Self, DirectoryError> {
        let safe = |character: char| character.is_ascii_alphanumeric() || character == '-';
        if run.is_empty() || !run.chars().all(safe) {
            return Err(DirectoryError::Outside { path: run.to_owned() });
        }
        let path = root.join(run);
        for directory in [path.clone(), path.join("config"), path.join("home"), path.join("out")] {
            let made = DirBuilder::new().recursive(true).mode(0o700).create(&directory);
            made.map_err(|source| failed("make", &directory, source))?;
        }
        let tmp = if root.as_os_str().len() > LONGEST_ROOT_BYTES {
            Path::new("/tmp").join(format!("slipway-{run}"))
        } else {
            path.join("tmp")
        };
        make_own(&tmp)?;
        let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let handle = openat(CWD, &path, flags, Mode::empty()).map_err(|error| failed("open", &path, error.into()))?;
        Ok(Self { path, tmp, handle })
    }

    /// What everything in the run may write: the directory, and its `TMPDIR` where that is elsewhere.
    #[must_use]
    pub fn writable(&self) -> Vec<PathBuf> {
        let outside = Some(self.tmp.clone()).filter(|tmp| !tmp.starts_with(&self.path));
        [self.path.clone()].into_iter().chain(outside).collect()
    }

    /// `<root>/<run id>`.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where the configuration is unpacked.
    #[must_use]
    pub fn config(&self) -> PathBuf {
        self.path.join("config")
    }

    /// `HOME` of everything in the run.
    #[must_use]
    pub fn home(&self) -> PathBuf {
        self.path.join("home")
    }

    /// `TMPDIR` of everything in the run.
    #[must_use]
    pub fn tmp(&self) -> PathBuf {
        self.tmp.clone()
    }

    /// Path of a file that the engine writes for us, such as the plan.
    #[must_use]
    pub fn out(&self, name: &str) -> PathBuf {
        self.path.join("out").join(name)
    }

    /// The root module's directory, relative to the run's directory: `config` and the workspace's working directory.
    ///
    /// # Errors
    /// [`DirectoryError::Outside`] when it is absolute or climbs.
    pub fn module(working_directory: &str) -> Result<PathBuf, DirectoryError> {
        let outside = || DirectoryError::Outside {
            path: working_directory.to_owned(),
        };
        let mut path = PathBuf::from("config");
        for component in Path::new(working_directory).components() {
            match component {
                Component::Normal(name) => path.push(name),
                Component::CurDir => {}
                Component::ParentDir | Component::RootDir | Component::Prefix(_) => return Err(outside()),
            }
        }
        Ok(path)
    }

    /// Opens a regular file for reading; `None` when there is none.
    ///
    /// # Errors
    /// A link on the way, something that is no regular file, or what the system says.
    pub fn open(&self, relative: &Path) -> Result<Option<File>, DirectoryError> {
        // Not blocking: a named pipe in place of the file must not hold the runner.
        let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let file = match openat2(&self.handle, relative, flags, Mode::empty(), beneath()) {
            Ok(descriptor) => File::from(descriptor),
            Err(rustix::io::Errno::NOENT) => return Ok(None),
            Err(error) => return Err(failed("open", relative, error.into())),
        };
        let metadata = file.metadata().map_err(|source| failed("open", relative, source))?;
        if metadata.is_file() {
            Ok(Some(file))
        } else {
            Err(failed("open", relative, io::Error::other("it is not a regular file")))
        }
    }

    /// Opens a directory; `None` when there is none.
    ///
    /// # Errors
    /// A link on the way, something that is no directory, or what the system says.
    pub fn open_directory(&self, relative: &Path) -> Result<Option<OwnedFd>, DirectoryError> {
        let flags = OFlags::DIRECTORY | OFlags::RDONLY | OFlags::CLOEXEC;
        match openat2(&self.handle, relative, flags, Mode::empty(), beneath()) {
            Ok(descriptor) => Ok(Some(descriptor)),
            Err(rustix::io::Errno::NOENT) => Ok(None),
            Err(error) => Err(failed("open", relative, error.into())),
        }
    }

    /// Makes a symbolic link, and the directories above it.
    ///
    /// # Errors
    /// A link on the way, a name that is taken, or what the system says.
    pub fn link(&self, relative: &Path, target: &Path) -> Result<(), DirectoryError> {
        let invalid = || DirectoryError::Outside {
            path: relative.display().to_string(),
        };
        let name = relative.file_name().ok_or_else(invalid)?;
        let parent = self.parent(relative)?;
        rustix::fs::symlinkat(target, &parent, name).map_err(|error| failed("link", relative, error.into()))
    }

    /// Reads a whole file; `None` when there is none.
    ///
    /// # Errors
    /// As [`Self::open`], and when it is larger than the limit.
    pub fn read(&self, relative: &Path, limit_bytes: u64) -> Result<Option<Vec<u8>>, DirectoryError> {
        let Some(file) = self.open(relative)? else {
            return Ok(None);
        };
        let mut bytes = Vec::new();
        let read = file.take(limit_bytes.saturating_add(1)).read_to_end(&mut bytes);
        read.map_err(|source| failed("read", relative, source))?;
        if bytes.len() as u64 > limit_bytes {
            let reason = format!("it is larger than {limit_bytes} bytes");
            return Err(failed("read", relative, io::Error::other(reason)));
        }
        Ok(Some(bytes))
    }

    /// Writes a file with mode 0600, replacing what is there, whatever that is.
    ///
    /// # Errors
    /// A link on the way, or what the system says.
    pub fn write(&self, relative: &Path, bytes: &[u8]) -> Result<(), DirectoryError> {
        let invalid = || DirectoryError::Outside {
            path: relative.display().to_string(),
        };
        let name = relative.file_name().ok_or_else(invalid)?;
        let parent = self.parent(relative)?;
        // A new file under another name, then renamed: the name may be taken by a link or by an open file of a stranger.
        let draft = format!(".{}.draft", name.to_string_lossy());
        let _ = rustix::fs::unlinkat(&parent, &draft, rustix::fs::AtFlags::empty());
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let io = |source| failed("write", relative, source);
        let descriptor = openat(&parent, &draft, flags, Mode::RUSR | Mode::WUSR).map_err(|error| io(error.into()))?;
        File::from(descriptor).write_all(bytes).map_err(io)?;
        rustix::fs::renameat(&parent, &draft, &parent, name).map_err(|error| io(error.into()))
    }

    /// Removes a file or a whole tree, following nothing. Missing is success.
    ///
    /// # Errors
    /// A link on the way to it, or what the system says.
    pub fn remove(&self, relative: &Path) -> Result<(), DirectoryError> {
        let io = |source| failed("remove", relative, source);
        self.parent(relative)?;
        let path = self.path.join(relative);
        let removed = match fs::symlink_metadata(&path) {
            Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(&path),
            Ok(_) => fs::remove_file(&path),
            Err(error) => Err(error),
        };
        match removed {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(io(error)),
            _ => Ok(()),
        }
    }

    /// Regular files below a directory, relative to the run's directory. Links and everything inside `.terraform` are left
    /// out.
    ///
    /// # Errors
    /// What the system says, or more files than `limit`.
    pub fn files(&self, below: &Path, limit: usize) -> Result<BTreeSet<PathBuf>, DirectoryError> {
        let mut found = BTreeSet::new();
        let mut waiting = vec![below.to_path_buf()];
        while let Some(relative) = waiting.pop() {
            let io = |source| failed("list", &relative, source);
            let Some(directory) = self.open_directory(&relative)? else {
                continue;
            };
            for entry in Dir::read_from(&directory).map_err(|error| io(error.into()))? {
                let entry = entry.map_err(|error| io(error.into()))?;
                let Ok(name) = entry.file_name().to_str() else { continue };
                if matches!(name, "." | ".." | ".terraform") {
                    continue;
                }
                match entry.file_type() {
                    FileType::Directory => waiting.push(relative.join(name)),
                    FileType::RegularFile => drop(found.insert(relative.join(name))),
                    _ => {}
                }
                if found.len() + waiting.len() > limit {
                    return Err(io(io::Error::other(format!("there are more than {limit} files"))));
                }
            }
        }
        Ok(found)
    }

    /// Removes the whole directory of the run.
    ///
    /// # Errors
    /// What the system says.
    pub fn delete(self) -> Result<(), DirectoryError> {
        for tree in self.writable() {
            match fs::remove_dir_all(&tree) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed("remove", &tree, error)),
                _ => {}
            }
        }
        Ok(())
    }

    /// The directory that holds a file, made if it is missing, reached without links.
    fn parent(&self, relative: &Path) -> Result<OwnedFd, DirectoryError> {
        let io = |source| failed("open", relative, source);
        let flags = OFlags::DIRECTORY | OFlags::RDONLY | OFlags::CLOEXEC;
        let dot = openat(&self.handle, ".", flags, Mode::empty()).map_err(|error| io(error.into()))?;
        let mut directory = dot;
        for component in relative.parent().unwrap_or(Path::new("")).components() {
            let Component::Normal(name) = component else {
                return Err(DirectoryError::Outside {
                    path: relative.display().to_string(),
                });
            };
            match rustix::fs::mkdirat(&directory, name, Mode::RWXU) {
                Ok(()) | Err(rustix::io::Errno::EXIST) => {}
                Err(error) => return Err(io(error.into())),
            }
            directory =
                openat(&directory, name, flags | OFlags::NOFOLLOW, Mode::empty()).map_err(|error| io(error.into()))?;
        }
        Ok(directory)
    }
}

/// Makes a private directory, or takes one of our own: in `/tmp` anybody may have been first.
fn make_own(path: &Path) -> Result<(), DirectoryError> {
    match DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        made => return made.map_err(|source| failed("make", path, source)),
    }
    let metadata = fs::symlink_metadata(path).map_err(|source| failed("open", path, source))?;
    let is_private = metadata.is_dir() && metadata.permissions().mode() & 0o077 == 0;
    if is_private && metadata.uid() == rustix::process::geteuid().as_raw() {
        Ok(())
    } else {
        Err(DirectoryError::Taken {
            path: path.display().to_string(),
        })
    }
}

fn beneath() -> ResolveFlags {
    ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS
}

fn failed(verb: &'static str, path: &Path, source: io::Error) -> DirectoryError {
    DirectoryError::Io {
        verb,
        path: path.display().to_string(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn directory() -> (tempfile::TempDir, RunDirectory) {
        let root = tempfile::tempdir().unwrap();
        let directory = RunDirectory::create(root.path(), "run-1").unwrap();
        fs::write(root.path().join("secret"), "key").unwrap();
        (root, directory)
    }

    #[test]
    fn files_are_written_private_and_read_back() {
        let (_root, directory) = directory();
        directory.write(Path::new("config/a/b.json"), b"one").unwrap();
        directory.write(Path::new("config/a/b.json"), b"two").unwrap();
        assert_eq!(
            directory.read(Path::new("config/a/b.json"), 10).unwrap().unwrap(),
            b"two"
        );
        assert!(directory.read(Path::new("config/a/b.json"), 2).is_err());
        assert!(directory.read(Path::new("config/none"), 10).unwrap().is_none());
        let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(directory.config().join("a/b.json")), 0o600);
        assert_eq!(mode(directory.path().to_path_buf()), 0o700);
    }

    #[test]
    fn links_are_never_followed() {
        let (root, directory) = directory();
        symlink(root.path().join("secret"), directory.config().join("state")).unwrap();
        symlink(root.path(), directory.config().join("up")).unwrap();
        assert!(directory.read(Path::new("config/state"), 10).is_err());
        assert!(directory.read(Path::new("config/up/secret"), 10).is_err());
        assert!(directory.read(Path::new("config/../../secret"), 10).is_err());
        assert!(directory.write(Path::new("config/up/secret"), b"x").is_err());
        assert!(directory.remove(Path::new("config/up/secret")).is_err());
        // A link in place of the file itself is replaced, not written through.
        directory.write(Path::new("config/state"), b"x").unwrap();
        directory.remove(Path::new("config/up")).unwrap();
        assert_eq!(fs::read_to_string(root.path().join("secret")).unwrap(), "key");
    }

    #[test]
    fn a_pipe_in_place_of_a_file_does_not_hold_the_runner() {
        let (_root, directory) = directory();
        let pipe = directory.config().join("state");
        assert!(
            std::process::Command::new("mkfifo")
                .arg(&pipe)
                .status()
                .unwrap()
                .success()
        );
        assert!(directory.read(Path::new("config/state"), 10).is_err());
    }

    #[test]
    fn below_a_long_root_temporary_files_are_elsewhere_and_go_with_the_directory() {
        let root = tempfile::tempdir().unwrap();
        let run = format!("run-{}", std::process::id());
        let directory = RunDirectory::create(&root.path().join("a".repeat(60)), &run).unwrap();
        let tmp = directory.tmp();
        assert!(tmp.as_os_str().len() < 50 && tmp.is_dir());
        assert_eq!(directory.writable(), [directory.path().to_path_buf(), tmp.clone()]);
        fs::set_permissions(&tmp, fs::Permissions::from_mode(0o755)).unwrap();
        let taken = RunDirectory::create(&root.path().join("a".repeat(60)), &run).unwrap_err();
        assert!(matches!(taken, DirectoryError::Taken { .. }));
        directory.delete().unwrap();
        assert!(!tmp.exists());
    }

    #[test]
    fn files_are_listed_without_links_and_what_init_made() {
        let (root, directory) = directory();
        for name in [
            "config/main.tf",
            "config/out/lambda.zip",
            "config/.terraform/modules/modules.json",
        ] {
            directory.write(Path::new(name), b"x").unwrap();
        }
        symlink(root.path(), directory.config().join("up")).unwrap();
        let files: Vec<_> = directory.files(Path::new("config"), 10).unwrap().into_iter().collect();
        assert_eq!(
            files,
            [PathBuf::from("config/main.tf"), PathBuf::from("config/out/lambda.zip")]
        );
        assert!(directory.files(Path::new("config"), 1).is_err());
    }

    #[rstest::rstest]
    #[case("..")]
    #[case("a/../../b")]
    #[case("/etc")]
    fn a_working_directory_that_leaves_is_refused(#[case] path: &str) {
        assert!(RunDirectory::module(path).is_err());
    }

    #[test]
    fn identifiers_are_checked() {
        let root = tempfile::tempdir().unwrap();
        for run in ["", ".", "..", "a/b", "a b"] {
            assert!(RunDirectory::create(root.path(), run).is_err(), "{run}");
        }
        assert_eq!(RunDirectory::module("./a/b").unwrap(), Path::new("config/a/b"));
    }
}
