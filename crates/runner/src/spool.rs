//! The spool of one item: everything that must reach the server, on the disk before it is sent.
//!
//! `claim.json` (what was claimed), `begun`, `log.raw` and `events.raw` (written by the engine itself), `log` and `events`
//! (masked, as sent), `states/<number>`, `plan.bundle`, `outcome.json`, `started.json` and `exit.json` (the engine's
//! process), `secrets.json` (what was renewed). Whoever holds `lock` owns the spool; the kernel lets go of it when the owner
//! dies. Holds secrets: mode 0700, removed once delivered.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::FlockOperation;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use slipway_api::ids::WorkItemId;
use slipway_api::runner::{Claim, Completion, WorkPhase};
use slipway_tofu::sandbox::Started;

use crate::{private_code, secrets};

/// What the engine says.
pub(crate) const LOG: &str = "log.raw";
/// The file of an item that the server knows to be begun.
pub(crate) const BEGUN: &str = "begun";
/// The file of a spool that stays on the disk for people.
const KEPT: &str = "kept";
/// The ending of a spool that is being made or removed.
const UNFINISHED: &str = ".unfinished";
/// After so long whoever makes one has locked it: of an older one that is not locked the owner is dead.
const FORSAKEN: Duration = Duration::from_secs(5);

/// An owned spool.
#[derive(Debug)]
pub(crate) struct Spool {
    path: PathBuf,
    _lock: File,
}

/// How an item ended, and what was still to send.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Outcome {
    pub(crate) completion: Completion,
}

impl Spool {
    /// A new spool for a claim.
    pub(crate) fn create(root: &Path, claim: &Claim) -> io::Result<Self> {
        let name = format!("{}-{}", claim.work_item_id, claim.fence);
        // Nobody may find it before it is locked and says what it is.
        let path = root.join(format!("{name}{UNFINISHED}"));
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path.join("states"))?;
        let mut spool = Self {
            _lock: lock(&path)?,
            path,
        };
        spool.write_json("claim.json", claim)?;
        for name in ["log.raw", "events.raw", "init.events"] {
            append_to(&spool.file(name))?;
        }
        fs::rename(&spool.path, root.join(&name))?;
        spool.path = root.join(name);
        Ok(spool)
    }

    /// A predecessor's spool; `None` while its owner lives, and for what is no spool to deliver.
    pub(crate) fn adopt(path: PathBuf) -> io::Result<Option<Self>> {
        if path.to_string_lossy().ends_with(UNFINISHED) || path.join(KEPT).exists() || !path.is_dir() {
            return Ok(None);
        }
        match lock(&path) {
            Ok(lock) => {
                private_code::remove_left(&path);
                Ok(Some(Self { path, _lock: lock }))
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.path
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Adds a line of ours to the log.
    pub(crate) fn say(&self, line: &str) {
        say_in(&self.file(LOG), line);
    }

    /// Writes a file whole or not at all.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        write_whole(&self.file(name), bytes)
    }

    pub(crate) fn write_json(&self, name: &str, value: &impl Serialize) -> io::Result<()> {
        self.write(name, &serde_json::to_vec(value)?)
    }

    /// A JSON file; `None` when it is missing or was never finished.
    pub(crate) fn read_json<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        serde_json::from_slice(&fs::read(self.file(name)).ok()?).ok()
    }

    pub(crate) fn outcome(&self) -> Option<Completion> {
        self.read_json::<Outcome>("outcome.json")
            .map(|outcome| outcome.completion)
    }

    /// The numbers of the spooled states, in order.
    pub(crate) fn states(&self) -> Vec<u64> {
        let entries = fs::read_dir(self.file("states")).into_iter().flatten().flatten();
        let mut numbers: Vec<u64> = entries
            .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
            .collect();
        numbers.sort_unstable();
        numbers
    }

    pub(crate) fn state_file(&self, number: u64) -> PathBuf {
        self.file("states").join(number.to_string())
    }

    /// Everything was delivered.
    pub(crate) fn remove(self) {
        // Half a spool must look like none.
        let mut going = self.path.clone().into_os_string();
        going.push(UNFINISHED);
        let removed = fs::rename(&self.path, &going).and_then(|()| fs::remove_dir_all(&going));
        if let Err(error) = removed {
            tracing::warn!(%error, path = %self.path.display(), "cannot remove a delivered spool");
        }
    }

    /// Leaves it on the disk for people, and for no other runner: it holds what the server does not take.
    pub(crate) fn keep(self) {
        tracing::error!(spool = %self.path.display(), "kept: it holds a state that the server refused");
        let kept = self.write(KEPT, b"").and_then(|()| self.forget_secrets());
        if let Err(error) = kept {
            tracing::warn!(%error, "cannot mark a spool that is kept");
        }
    }

    /// Leaves of what was claimed which run it was, and of what the engine said what is masked.
    fn forget_secrets(&self) -> io::Result<()> {
        if let Some(mut claim) = self.read_json::<Claim>("claim.json") {
            claim.run_token.clear();
            (claim.context.identity, claim.context.git) = (None, None);
            claim.context.variables.retain(|variable| !variable.sensitive);
            self.write_json("claim.json", &claim)?;
        }
        for name in [LOG, "events.raw", secrets::FILE] {
            match fs::remove_file(self.file(name)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }
}

/// Removes what runners that were killed were making or removing.
pub(crate) fn sweep(root: &Path) {
    for entry in fs::read_dir(root).into_iter().flatten().flatten() {
        let path = entry.path();
        let age = entry.metadata().and_then(|file| file.modified()).ok();
        let age = age.and_then(|changed| changed.elapsed().ok()).unwrap_or_default();
        if path.to_string_lossy().ends_with(UNFINISHED) && age > FORSAKEN && lock(&path).is_ok() {
            let _ = fs::remove_dir_all(&path);
        }
    }
}

/// Whether an item can be left to another runner while the server is away: what its engine made is on the disk, or
/// nothing was begun that may not be begun again.
pub(crate) fn can_be_left(root: &Path, item: WorkItemId) -> bool {
    let prefix = format!("{item}-");
    let entries = fs::read_dir(root).into_iter().flatten().flatten();
    let mut spools = entries.filter(|spool| spool.file_name().to_string_lossy().starts_with(&prefix));
    spools.any(|spool| {
        let path = spool.path();
        let claim = fs::read(path.join("claim.json")).ok();
        let claim = claim.and_then(|bytes| serde_json::from_slice::<Claim>(&bytes).ok());
        let is_unbegun = match claim.map(|claim| claim.context.phase) {
            Some(WorkPhase::Plan) => !Started::read(&path).is_some_and(|engine| engine.is_running()),
            Some(WorkPhase::Apply) => !path.join(BEGUN).exists(),
            None => false,
        };
        is_unbegun || path.join("outcome.json").exists()
    })
}

fn lock(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path.join("lock"))?;
    rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive)?;
    Ok(file)
}

/// Adds a line of ours to a log.
pub(crate) fn say_in(log: &Path, line: &str) {
    let said = append_to(log).and_then(|mut file| file.write_all(format!("{line}\n").as_bytes()));
    if let Err(error) = said {
        tracing::warn!(%error, line, "cannot write the log");
    }
}

/// Writes a file whole or not at all.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut draft = path.as_os_str().to_owned();
    draft.push(".draft");
    let mut file = OpenOptions::new()
        .create(true)
        .write(true)
        .truncate(true)
        .mode(0o600)
        .open(&draft)?;
    file.write_all(bytes)?;
    fs::rename(draft, path)
}

pub(crate) fn append_to(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).mode(0o600).open(path)
}
