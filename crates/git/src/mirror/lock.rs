//! The right to write into a mirror.
//!
//! A lock on a file, which children inherit as their standard input. A mark beside it says that somebody began and has
//! not ended; whoever gets the lock and finds the mark removes what a killed `git` left: lock files, half packs,
//! credentials.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Mirror;
use crate::error::GitError;

const LOCK: &str = "slipway.lock";
const MARK: &str = "slipway.busy";
/// Where credentials lie while a remote is talked to.
const ACCESS: &str = "slipway.access";
/// Where the mirrors of submodules are, each with a lock of its own.
pub(super) const SUBMODULES: &str = "slipway.submodules";
/// How often a lock that is held is tried.
const PAUSE: Duration = Duration::from_millis(10);
/// Deeper than any reference may be named.
const DEEPEST: usize = 500;

/// The right to write, as long as this lives.
pub(super) struct Held {
    directory: PathBuf,
    lock: File,
}

impl Mirror {
    /// Waits for the right to write. The mirror is made if it is not there.
    pub(super) async fn hold(&self) -> Result<Held, GitError> {
        let file = |source| self.file_error(&self.directory, source);
        fs::create_dir_all(&self.directory).map_err(file)?;
        let path = self.directory.join(LOCK);
        let mut options = OpenOptions::new();
        let lock = options
            .create(true)
            .truncate(false)
            .write(true)
            .read(true)
            .open(path)
            .map_err(file)?;
        let wait = async {
            // Polled: a thread that waits in the kernel could not be called back at the deadline.
            while let Err(error) = lock.try_lock() {
                match error {
                    fs::TryLockError::WouldBlock => tokio::time::sleep(PAUSE).await,
                    fs::TryLockError::Error(source) => return Err(file(source)),
                }
            }
            Ok(())
        };
        let waited = tokio::time::timeout(self.limits.fetch, wait).await;
        waited.unwrap_or(Err(GitError::TimedOut {
            what: "waiting for another fetch of the same repository".to_owned(),
            seconds: self.limits.fetch.as_secs(),
        }))?;
        let held = Held {
            directory: self.directory.clone(),
            lock,
        };
        self.prepare(&held).await?;
        Ok(held)
    }

    async fn prepare(&self, held: &Held) -> Result<(), GitError> {
        let mark = self.directory.join(MARK);
        let was_broken_off = mark.exists();
        if was_broken_off {
            let directory = self.directory.clone();
            // A sweep that fails leaves a lock file, and git says so.
            let _ = tokio::task::spawn_blocking(move || sweep(&directory, 0)).await;
        }
        remove_access(&self.directory).map_err(|source| self.file_error(&held.access(), source))?;
        let made = File::create(&mark).and_then(|_| fs::DirBuilder::new().mode(0o700).create(held.access()));
        made.map_err(|source| self.file_error(&mark, source))?;
        if was_broken_off || !self.directory.join("HEAD").is_file() {
            let call = self.call("making the mirror");
            let answer = call
                .arguments(["init", "--quiet", "--bare", "--template=", "--initial-branch=main"])
                .run()
                .await?;
            if answer.code != Some(0) {
                return Err(super::local::local_failure(&answer));
            }
        }
        Ok(())
    }

    pub(super) fn file_error(&self, path: &Path, source: io::Error) -> GitError {
        GitError::File {
            path: path.to_owned(),
            source,
        }
    }
}

impl Held {
    /// A private directory for what opens a remote; gone with this value.
    pub(super) fn access(&self) -> PathBuf {
        self.directory.join(ACCESS)
    }

    /// The lock for a child to inherit.
    pub(super) fn inherited(&self) -> Option<File> {
        self.lock.try_clone().ok()
    }

    /// Says that everything that was begun has ended by itself.
    pub(super) fn ended(&self) {
        let _ = fs::remove_file(self.directory.join(MARK));
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Err(error) = remove_access(&self.directory) {
            tracing::error!(%error, "credentials of a fetch stay beside its mirror");
        }
    }
}

fn remove_access(directory: &Path) -> io::Result<()> {
    match fs::remove_dir_all(directory.join(ACCESS)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Removes lock files, and packs that were never finished.
fn sweep(directory: &Path, depth: usize) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let (name, path) = (entry.file_name(), entry.path());
        let name = name.to_string_lossy();
        if entry.file_type()?.is_dir() {
            if depth < DEEPEST && name != SUBMODULES {
                sweep(&path, depth + 1)?;
            }
            continue;
        }
        let is_pack = directory.ends_with("objects/pack") && (name.starts_with("tmp_") || name.starts_with(".tmp-"));
        // No reference may end so: gitglossary(7).
        if is_pack || (name.ends_with(".lock") && name != LOCK) {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}
