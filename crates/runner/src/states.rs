//! States during an apply: watched in the run's directory, spooled, sent in order.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use slipway_client::{Client, WorkLease};
use slipway_tofu::digest::sha256_hex;
use slipway_tofu::state::StateFile;
use tokio::sync::watch;

use crate::backoff::persist;
use crate::kept::HeldDirectory;
use crate::spool::Spool;

/// How often the state file is looked at.
const LOOK: Duration = Duration::from_millis(100);
/// A state larger than this stays on the runner's disk; it is said in the log.
const LIMIT_BYTES: u64 = 2 << 30;

/// The state file of a run, and the last state of it that was spooled.
pub(crate) struct StateWatch {
    spool: Arc<Spool>,
    directory: Arc<HeldDirectory>,
    /// Relative to the run's directory; later ones win.
    files: Vec<PathBuf>,
    seen: Option<String>,
    fingerprint: Option<Vec<(u64, i64, i64)>>,
    next: u64,
}

impl StateWatch {
    /// Watches `files`; `start` is the state that the run started from, which the server has.
    pub(crate) fn new(
        spool: Arc<Spool>,
        directory: Arc<HeldDirectory>,
        files: Vec<PathBuf>,
        start: Option<&[u8]>,
    ) -> Self {
        let next = spool.states().last().map_or(1, |number| number + 1);
        Self {
            spool,
            directory,
            files,
            seen: start.map(sha256_hex),
            fingerprint: None,
            next,
        }
    }

    /// Looks now and then until `finished`, then once more.
    pub(crate) async fn run(mut self, mut finished: watch::Receiver<bool>) {
        while !*finished.borrow_and_update() {
            self.look();
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                changed = finished.changed() => if changed.is_err() { break },
            }
        }
        self.fingerprint = None;
        self.look();
    }

    /// Spools the state if it is new and whole. The engine writes in place, so a torn state is left for the next look.
    pub(crate) fn look(&mut self) {
        let fingerprint = self.fingerprint();
        if self.fingerprint.as_ref() == Some(&fingerprint) {
            return;
        }
        for file in self.files.clone() {
            let bytes = match self.directory.read(&file, LIMIT_BYTES) {
                Ok(Some(bytes)) => bytes,
                Ok(None) => continue,
                Err(error) => {
                    tracing::warn!(%error, "cannot read the state");
                    continue;
                }
            };
            if StateFile::parse(&bytes).is_err() {
                return;
            }
            let digest = sha256_hex(&bytes);
            if self.seen.as_ref() != Some(&digest) && self.spool_state(&bytes) {
                self.seen = Some(digest);
            }
        }
        self.fingerprint = Some(fingerprint);
    }

    fn spool_state(&mut self, bytes: &[u8]) -> bool {
        match self.spool.write(&format!("states/{}", self.next), bytes) {
            Ok(()) => {
                self.next += 1;
                true
            }
            Err(error) => {
                tracing::error!(%error, "cannot spool a state, trying again");
                false
            }
        }
    }

    fn fingerprint(&self) -> Vec<(u64, i64, i64)> {
        use std::os::unix::fs::MetadataExt;
        let of = |file: &PathBuf| {
            let metadata = fs::symlink_metadata(self.directory.path().join(file)).ok()?;
            Some((metadata.len(), metadata.mtime(), metadata.mtime_nsec()))
        };
        self.files.iter().filter_map(of).collect()
    }
}

/// Sends spooled states in order until `finished` and nothing is left. Returns whether the server took them all.
pub(crate) async fn upload(
    client: Client,
    lease: WorkLease,
    spool: Arc<Spool>,
    mut finished: watch::Receiver<bool>,
) -> bool {
    let mut taken = true;
    loop {
        let is_last_look = *finished.borrow_and_update();
        for number in spool.states() {
            let file = spool.state_file(number);
            let Ok(bytes) = fs::read(&file) else { continue };
            let bytes = bytes::Bytes::from(bytes);
            let sent = persist("state", || client.put_work_state(lease, bytes.clone())).await;
            if let Err(error) = sent {
                tracing::error!(%error, number, "the server refused a state");
                taken = false;
                let _ = fs::rename(&file, spool.file(&format!("refused-state-{number}")));
            } else {
                let _ = fs::rename(&file, spool.file("sent-state"));
            }
        }
        if is_last_look {
            return taken;
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            changed = finished.changed() => if changed.is_err() { return taken },
        }
    }
}
