//! What must be true after anything was killed.

use std::collections::BTreeSet;

use slipway_api::ids::RunId;
use slipway_api::runs::{Run, RunStatus};

use super::{Kill, Spooled, Story};
use crate::actions::addresses;
use crate::wait::until_true;

impl Story {
    pub(super) async fn check(&self, kill: Kill, id: RunId, spooled: &Spooled) {
        let run = self.slipway.run(id).await;
        assert_eq!(run.status, kill.end(), "{run:#?}\n{}", self.slipway.whole_log(id).await);
        self.check_reason(&run);
        self.check_log(kill, id, spooled).await;
        self.check_done(id, &run).await;
        self.check_remains(id).await;
        self.check_next().await;
    }

    fn check_reason(&self, run: &Run) {
        assert!(run.status.is_final());
        if run.status == RunStatus::Errored {
            let reason = run.error_message.as_ref().expect("an errored run says why");
            assert!(reason.len() > 20 && reason.is_ascii(), "{reason}");
        }
    }

    /// Every byte that the engine had said is in the log, in its place, and the log has an end.
    async fn check_log(&self, kill: Kill, id: RunId, spooled: &Spooled) {
        let log = self.slipway.coloured_log(id, spooled.phase).await;
        assert!(
            log.starts_with(&spooled.log),
            "{kill:?} lost:\n{}\n--- of\n{log}",
            spooled.log
        );
    }

    /// Nothing was done twice, and what was done is in the state or in the list of what may exist.
    async fn check_done(&self, id: RunId, run: &Run) {
        let lines = self.proofs.lines(id);
        assert!(lines.values().all(|count| *count == 1), "applied twice: {lines:?}");
        let state: BTreeSet<String> = addresses(&self.slipway.state(self.workspace).await)
            .into_iter()
            .collect();
        let listed: BTreeSet<String> = run
            .unaccounted_resources
            .iter()
            .map(|resource| resource.address.clone())
            .collect();
        assert_eq!(listed.len(), run.unaccounted_resources.len(), "listed twice: {run:#?}");
        let mut begun: BTreeSet<String> = lines.keys().map(|line| format!("test_file.{line}")).collect();
        if run.status_timestamps.contains_key("applying-at") {
            let log = self.slipway.log(id, "apply").await;
            let created = log.lines().filter_map(|line| line.split_once(": Creating..."));
            begun.extend(created.map(|(address, _)| address.to_owned()));
        }
        let unknown: Vec<&String> = begun.iter().filter(|address| !state.contains(*address)).collect();
        assert!(
            unknown.iter().all(|address| listed.contains(*address)),
            "not listed: {unknown:?} in {run:#?}"
        );
        assert_eq!(
            listed.intersection(&state).next(),
            None,
            "listed, and in the state: {run:#?}"
        );
        if run.status == RunStatus::Applied {
            assert_eq!(lines.len(), 3, "{lines:?}");
            assert_eq!(state.len(), 43, "{state:?}");
        }
    }

    /// Nothing of the run is left: no lock, no process, no directory, no spool.
    async fn check_remains(&self, id: RunId) {
        let workspace = self.slipway.client.workspace(self.workspace).await.unwrap().attributes;
        assert!(!workspace.locked, "{workspace:#?}");
        let is_gone = || {
            self.slipway.remains(id).is_empty()
                && !self.slipway.run_directory(id).exists()
                && self.slipway.spools(id, "plan").is_empty()
                && self.slipway.spools(id, "apply").is_empty()
        };
        let found = tokio::time::timeout(crate::wait::PATIENCE / 3, until_true("nothing to remain", is_gone)).await;
        assert!(
            found.is_ok(),
            "processes {:#?}, directory {}, spools {:?} {:?}",
            self.slipway.remains(id),
            self.slipway.run_directory(id).exists(),
            self.slipway.spools(id, "plan"),
            self.slipway.spools(id, "apply")
        );
    }

    /// The next run of the workspace finishes what was begun.
    async fn check_next(&self) {
        let next = self.slipway.apply(self.workspace).await;
        assert!(self.proofs.lines(next).values().all(|count| *count == 1));
        assert_eq!(addresses(&self.slipway.state(self.workspace).await).len(), 43);
    }
}
