//! Directories of planned runs, kept for their apply: the fastest apply is the one that finds everything in place.
//!
//! Only memory knows them. A runner that starts removes what its predecessor kept, by the list on the disk; the apply then
//! makes its directory again from the plan bundle.

use std::collections::{BTreeSet, VecDeque};
use std::fs::{self, File};
use std::io;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use rustix::fs::FlockOperation;
use slipway_api::ids::RunId;
use slipway_tofu::commands::{DirectoryError, RunDirectory};

use crate::prepare::Prepared;

/// More planned runs than this wait for a person elsewhere: in their bundle.
const MOST: usize = 64;

/// A planned run.
pub(crate) struct KeptRun {
    pub(crate) run: RunId,
    /// Digest of the bundle that was uploaded.
    pub(crate) plan_digest: String,
    /// SHA-256 of the plan file itself, since the run's code could have changed it after.
    pub(crate) plan_file_digest: String,
    pub(crate) prepared: Prepared,
}

/// The planned runs of this runner.
pub(crate) struct KeptRuns {
    list: PathBuf,
    runs: Mutex<VecDeque<KeptRun>>,
}

impl KeptRuns {
    /// Starts with nothing, and removes what runners that are gone have left. A directory whose run still has a spool is
    /// left to its adoption: an engine may be saving its state there.
    pub(crate) fn new(work: &Path, spooled: &BTreeSet<String>) -> Self {
        let list = work.join("kept");
        for entry in fs::read_dir(&list).into_iter().flatten().flatten() {
            let run = entry.file_name().to_string_lossy().into_owned();
            if !spooled.contains(&run) && lock(&entry.path()).is_ok() {
                remove(&entry.path());
            }
        }
        let _ = fs::create_dir_all(&list);
        Self {
            list,
            runs: Mutex::new(VecDeque::new()),
        }
    }

    /// Removes the directory of a run whose runner is gone.
    pub(crate) fn remove_orphan(&self, run: RunId) {
        let note = self.list.join(run.to_string());
        if lock(&note).is_ok() {
            remove(&note);
        }
    }

    /// Makes the directory of a run from nothing, and notes that it exists before anything is in it.
    pub(crate) fn create(&self, root: &Path, run: RunId) -> Result<HeldDirectory, DirectoryError> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let (name, note) = (run.to_string(), self.list.join(run.to_string()));
        let mark = format!(
            "{}\n{}-{}",
            root.join(&name).display(),
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        // A new file, so that the lock of whoever held this run before is on another one.
        let draft = self.list.join(format!("{name}.draft"));
        let _ = fs::write(&draft, &mark);
        let lock = lock(&draft).ok();
        let _ = fs::rename(&draft, &note);
        if fs::symlink_metadata(root.join(&name)).is_ok() {
            RunDirectory::create(root, &name)?.delete()?;
        }
        let directory = Some(RunDirectory::create(root, &name)?);
        Ok(HeldDirectory {
            directory,
            note,
            mark,
            _lock: lock,
            is_doomed: AtomicBool::new(false),
        })
    }

    pub(crate) fn keep(&self, kept: KeptRun) {
        let mut runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
        runs.push_back(kept);
        let oldest = if runs.len() > MOST { runs.pop_front() } else { None };
        drop(runs);
        if let Some(oldest) = oldest {
            Self::delete(oldest.prepared);
        }
    }

    /// The directory of exactly this plan.
    pub(crate) fn take(&self, run: RunId, plan_digest: &str) -> Option<KeptRun> {
        let mut runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
        let at = runs
            .iter()
            .position(|kept| kept.run == run && kept.plan_digest == plan_digest)?;
        runs.remove(at)
    }

    /// Removes everything that is kept: nobody will take it any more.
    pub(crate) fn clear(&self) {
        let runs = std::mem::take(&mut *self.runs.lock().unwrap_or_else(PoisonError::into_inner));
        runs.into_iter().for_each(|kept| Self::delete(kept.prepared));
    }

    /// Removes a run's directory as soon as nobody reads from it any more.
    pub(crate) fn delete(prepared: Prepared) {
        prepared.directory.is_doomed.store(true, Ordering::Relaxed);
    }
}

/// A run's directory in use by the item itself and by what is still read from it.
#[derive(Debug)]
pub(crate) struct HeldDirectory {
    directory: Option<RunDirectory>,
    note: PathBuf,
    /// What the note says as long as the directory is ours: the same run may have got a new one in its place.
    mark: String,
    /// Says that its runner lives.
    _lock: Option<File>,
    is_doomed: AtomicBool,
}

fn lock(note: &Path) -> io::Result<File> {
    let file = File::open(note)?;
    rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive)?;
    Ok(file)
}

/// The directory first: a note without a directory is harmless, a directory without a note stays for ever.
fn remove(note: &Path) {
    if let Some(directory) = fs::read_to_string(note)
        .ok()
        .as_deref()
        .and_then(|mark| mark.lines().next())
    {
        let directory = Path::new(directory);
        if let (Some(root), Some(run), true) = (directory.parent(), directory.file_name(), directory.is_dir()) {
            let _ = RunDirectory::create(root, &run.to_string_lossy()).and_then(RunDirectory::delete);
        }
    }
    let _ = fs::remove_file(note);
}

impl Deref for HeldDirectory {
    type Target = RunDirectory;

    fn deref(&self) -> &RunDirectory {
        #[expect(clippy::expect_used, reason = "only Drop takes it")]
        self.directory.as_ref().expect("a directory until dropped")
    }
}

impl Drop for HeldDirectory {
    fn drop(&mut self) {
        let is_ours = fs::read_to_string(&self.note).is_ok_and(|mark| mark == self.mark);
        if !is_ours || !self.is_doomed.load(Ordering::Relaxed) {
            return;
        }
        if let Some(Err(error)) = self.directory.take().map(RunDirectory::delete) {
            tracing::warn!(%error, "cannot remove the directory of a run");
        }
        let _ = fs::remove_file(&self.note);
    }
}
