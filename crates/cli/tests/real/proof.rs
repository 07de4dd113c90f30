//! What was really done: each create of a `test_file` leaves a line in the run's `proof.txt`. The run's directory goes
//! away with the run, so a hard link to each such file is kept as soon as the file appears.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use slipway_api::ids::RunId;

use crate::slipway::Slipway;

/// Every configuration that proves something brings this file, so that it is there before anything is done.
pub(crate) const FILE: (&str, &str) = ("proof.txt", "");

pub(crate) struct Proofs {
    links: PathBuf,
    watching: tokio::task::JoinHandle<()>,
}

impl Proofs {
    /// Watches all runs of a server.
    pub(crate) fn watch(slipway: &Slipway) -> Self {
        let links = slipway.home.path().join("proofs");
        fs::create_dir(&links).unwrap();
        let (runs, kept) = (slipway.server.data.join("runner/runs"), links.clone());
        let watching = tokio::spawn(async move {
            loop {
                keep(&runs, &kept);
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        });
        Self { links, watching }
    }

    /// How often each line was written by a run, whichever of its directories it was in.
    pub(crate) fn lines(&self, run: RunId) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for entry in fs::read_dir(&self.links).unwrap().flatten() {
            if entry.file_name().to_string_lossy().starts_with(&run.to_string()) {
                for line in fs::read_to_string(entry.path()).unwrap().lines() {
                    *counts.entry(line.to_owned()).or_default() += 1;
                }
            }
        }
        counts
    }
}

impl Drop for Proofs {
    fn drop(&mut self) {
        self.watching.abort();
    }
}

fn keep(runs: &Path, links: &Path) {
    for run in fs::read_dir(runs).into_iter().flatten().flatten() {
        let file = run.path().join("config").join(FILE.0);
        let Ok(found) = fs::metadata(&file) else { continue };
        let link = links.join(format!("{}-{}", run.file_name().to_string_lossy(), found.ino()));
        // There already, or the run's directory has just gone.
        let _ = fs::hard_link(&file, link);
    }
}
