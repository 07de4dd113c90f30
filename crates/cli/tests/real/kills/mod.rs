//! Anything may be killed at any moment. What was killed is started again, and then: the run has an end with a reason,
//! its log is whole, nothing was done twice, nothing is locked, what may exist outside of the state is listed, and the
//! next run works.
//!
//! A moment is reached by stopping a process (SIGSTOP) there, so that it does not depend on the machine's speed. A
//! sample of all combinations is tried with a seed that is printed; `SLIPWAY_KILL_SEED` repeats one, `SLIPWAY_KILL_ALL=1`
//! tries all.

mod invariants;
mod moments;

use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;

use slipway_api::ids::{RunId, WorkspaceId};
use slipway_api::runs::RunStatus;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::actions::TEST_PROVIDER;
use crate::proof::{self, Proofs};
use crate::slipway::{Database, Slipway};
use moments::{Moment, Target};

/// Combinations of a normal test run.
const SAMPLE: usize = 8;
/// Combinations at the same time: most of their time they wait.
const PARALLEL: usize = 3;

/// What is killed, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Kill {
    moment: Moment,
    target: Target,
    database: Database,
}

impl Kill {
    fn all() -> Vec<Self> {
        let mut all = Vec::new();
        for database in [Database::Sqlite, Database::Postgres] {
            for moment in Moment::ALL {
                for target in Target::ALL {
                    let kill = Self {
                        moment,
                        target,
                        database,
                    };
                    if moment.has(target) {
                        all.push(kill);
                    }
                }
            }
        }
        all
    }

    /// A sample by a seed.
    fn sample(seed: u64) -> Vec<Self> {
        let mut all = Self::all();
        let mut state = seed.max(1);
        for last in (1..all.len()).rev() {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            all.swap(last, usize::try_from(state % (last as u64 + 1)).unwrap());
        }
        all.truncate(SAMPLE);
        all
    }

    /// The status that the run must end in.
    fn end(self) -> RunStatus {
        match (self.moment, self.target) {
            // A plan is made again when its runner was lost; an engine that dies has failed.
            (Moment::Planning, Target::Engine) => RunStatus::Errored,
            (Moment::Planning | Moment::Planned | Moment::Applied, _) | (_, Target::Server) => RunStatus::Applied,
            // An apply never runs again by itself.
            (_, Target::Runner | Target::Engine) => RunStatus::Errored,
        }
    }

    async fn try_out(self) {
        let slipway = Slipway::start(self.database).await;
        let proofs = Proofs::watch(&slipway);
        let workspace = slipway.workspace("killed").await;
        slipway
            .upload(workspace, &[("main.tf", &configuration()), proof::FILE])
            .await;
        let story = Story {
            slipway,
            proofs,
            workspace,
        };
        let (run, spooled) = story.kill(self).await;
        let settled = story.slipway.settled(run).await;
        if settled.status == RunStatus::Planned {
            story.slipway.confirm(run).await;
            story.slipway.settled(run).await;
        }
        story.check(self, run, &spooled).await;
    }
}

/// One server, one workspace, one run that something happens to.
struct Story {
    slipway: Slipway,
    proofs: Proofs,
    workspace: WorkspaceId,
}

/// What the engine had said when something was killed.
struct Spooled {
    phase: &'static str,
    log: String,
}

/// One by one: a line in the proof, much to log, something slow, and something that comes after it.
fn configuration() -> String {
    let file = |name: &str, after: &str, latency: u32| {
        format!(
            "resource \"test_file\" \"{name}\" {{\n  path = \"{}\"\n  line = \"{name}\"\n  latency_ms = {latency}\n  \
             depends_on = [{after}]\n}}\n",
            proof::FILE.0
        )
    };
    [
        TEST_PROVIDER.to_owned(),
        file("first", "", 0),
        "resource \"test_instance\" \"many\" {\n  count = 40\n  depends_on = [test_file.first]\n}\n".to_owned(),
        file("slow", "test_instance.many", 400),
        file("last", "test_file.slow", 0),
    ]
    .concat()
}

/// What says which sample is tried.
pub(crate) fn seed() -> u64 {
    let given = std::env::var_os("SLIPWAY_KILL_SEED").and_then(|seed| seed.to_str()?.parse().ok());
    given.unwrap_or_else(|| std::collections::hash_map::RandomState::new().build_hasher().finish())
}

#[tokio::test(flavor = "multi_thread")]
async fn anything_may_be_killed_at_any_moment() {
    let seed = seed();
    let kills = if let Some(wanted) = std::env::var_os("SLIPWAY_KILL_ONLY") {
        let wanted = wanted.to_string_lossy().into_owned();
        Kill::all()
            .into_iter()
            .filter(|kill| format!("{kill:?}").contains(&wanted))
            .collect()
    } else if std::env::var_os("SLIPWAY_KILL_ALL").is_some() {
        Kill::all()
    } else {
        eprintln!("a sample with SLIPWAY_KILL_SEED={seed}");
        Kill::sample(seed)
    };
    let permits = Arc::new(Semaphore::new(PARALLEL));
    let mut stories = JoinSet::new();
    for kill in kills {
        let permits = Arc::clone(&permits);
        stories.spawn(async move {
            let _permit = permits.acquire_owned().await.unwrap();
            let started = tokio::time::Instant::now();
            let ended = tokio::spawn(kill.try_out()).await;
            let word = if ended.is_ok() { "well" } else { "BADLY" };
            eprintln!("{kill:?} ended {word} after {:.1?}", started.elapsed());
            ended.is_err().then_some(kill)
        });
    }
    let bad: Vec<Kill> = stories.join_all().await.into_iter().flatten().collect();
    assert!(bad.is_empty(), "with seed {seed}: {bad:#?}");
}

/// The run that a story is about.
type Killed = (RunId, Spooled);
