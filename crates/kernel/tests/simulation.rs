//! A deterministic simulation of the queue: runners that claim, work, fail, fall silent, come back from the dead and
//! repeat themselves, on a clock that jumps, with transactions that are cut off.
//!
//! Everything follows from a seed, which is printed. `SLIPWAY_SIMULATION_SEED` repeats one history,
//! `SLIPWAY_SIMULATION_FAULTS` sets how many things happen in each.
//!
//! What must hold at every moment: of all who ever held an item at most one may still write; fences only grow; what may
//! have changed the world is begun once; the next item is the one that the order says. And at the end: nothing is lost.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that meets the unexpected should stop at once"
)]

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use sea_orm::EntityTrait;
use slipway_api::Timestamp;
use slipway_api::ids::{OrganizationId, WorkItemId};
use slipway_kernel::clock::Clock;
use slipway_kernel::queue::model::Entity;
use slipway_kernel::queue::{self, ItemState, Lease, NewItem, OnLost, WorkItem, store};
use slipway_kernel::random::Random;
use slipway_kernel::settings::Settings;
use slipway_kernel::{Ctx, Kernel};

const RUNNERS: u64 = 5;
const LEASE: Duration = Duration::from_secs(60);

/// A right that a runner was given once; it may have ended, and the runner may not know.
#[derive(Debug, Clone, Copy)]
struct Right {
    id: WorkItemId,
    fence: i64,
    on_lost: OnLost,
}

struct World {
    _directory: tempfile::TempDir,
    ctx: Ctx,
    choice: Random,
    organizations: Vec<OrganizationId>,
    /// What each runner believes to hold.
    runners: BTreeMap<u64, Vec<Right>>,
    /// Every right that was ever given.
    given: Vec<Right>,
    claims: HashMap<WorkItemId, i64>,
    begun: HashMap<WorkItemId, i64>,
    fences: HashMap<WorkItemId, i64>,
    enqueued: usize,
    history: Vec<String>,
}

impl World {
    async fn new(seed: u64) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut settings = Settings::default();
        settings.server.data_dir = directory.path().to_owned();
        let clock = Clock::manual(Timestamp::from_unix_ms(1_795_000_000_000));
        let migrations = slipway_kernel::migrations();
        let kernel = Kernel::open(settings, clock, Random::seeded(seed), &migrations)
            .await
            .unwrap();
        let ctx = Ctx::system(&kernel);
        Self {
            _directory: directory,
            choice: Random::seeded(!seed),
            organizations: (0..3).map(|_| ctx.new_id().unwrap()).collect(),
            ctx,
            runners: (0..RUNNERS).map(|runner| (runner, Vec::new())).collect(),
            given: Vec::new(),
            claims: HashMap::new(),
            begun: HashMap::new(),
            fences: HashMap::new(),
            enqueued: 0,
            history: Vec::new(),
        }
    }

    fn below(&self, limit: u64) -> u64 {
        self.choice.number().unwrap() % limit
    }

    fn note(&mut self, what: String) {
        self.history.push(what);
    }

    async fn step(&mut self) {
        match self.below(100) {
            0..20 => self.enqueue().await,
            20..45 => self.claim().await,
            45..52 => self.begin().await,
            52..60 => self.heartbeat().await,
            60..72 => self.finish().await,
            72..78 => self.fail().await,
            78..81 => self.die(),
            81..93 => self.time_passes().await,
            93..98 => self.reap().await,
            _ => self.withdraw().await,
        }
        self.check().await;
    }

    async fn enqueue(&mut self) {
        let organization = self.organizations[self.below(3) as usize];
        let on_lost = if self.below(3) == 0 {
            OnLost::Report
        } else {
            OnLost::Requeue
        };
        let item = NewItem {
            kind: "run.plan",
            subject: "run".to_owned(),
            pool: "pool".to_owned(),
            organization: Some(organization),
            priority: i64::try_from(self.below(3)).unwrap(),
            run_after: (self.below(4) == 0).then(|| self.ctx.now().after(LEASE)),
            max_attempts: 1 + i64::try_from(self.below(3)).unwrap(),
            on_lost,
            payload: serde_json::Value::Null,
        };
        let is_cut_off = self.is_cut_off();
        let mut tx = self.ctx.begin().await.unwrap();
        let id = queue::enqueue(&mut tx, &self.ctx, item).await.unwrap();
        if !is_cut_off {
            tx.commit().await.unwrap();
            self.enqueued += 1;
        }
        self.note(format!("enqueue {id} {is_cut_off}"));
    }

    async fn claim(&mut self) {
        let runner = self.below(RUNNERS);
        let before = self.items().await;
        let is_cut_off = self.is_cut_off();
        let lease = Lease {
            pools: &["pool".to_owned()],
            owner: runner.to_string(),
            duration: LEASE,
            token_hash: None,
        };
        let tx = self.ctx.begin().await.unwrap();
        let claimed = queue::claim(&tx, self.ctx.now(), &lease).await.unwrap();
        if !is_cut_off {
            tx.commit().await.unwrap();
        } else {
            drop(tx);
        }
        self.note(format!(
            "claim {runner} {:?} {is_cut_off}",
            claimed.as_ref().map(|item| item.id)
        ));
        check_order(&before, claimed.as_ref(), self.ctx.now());
        let Some(item) = claimed.filter(|_| !is_cut_off) else {
            return;
        };
        let claims = self.claims.entry(item.id).or_default();
        *claims += 1;
        assert!(
            item.on_lost == OnLost::Report || *claims <= item.max_attempts,
            "{} was claimed more often than it may",
            item.id
        );
        assert!(
            item.on_lost == OnLost::Requeue || !self.begun.contains_key(&item.id),
            "{} may have changed the world",
            item.id
        );
        let right = Right {
            id: item.id,
            fence: item.fence,
            on_lost: item.on_lost,
        };
        self.given.push(right);
        self.runners.get_mut(&runner).unwrap().push(right);
    }

    /// Some right that some runner believes in, or, now and then, one from long ago.
    fn some_right(&self) -> Option<Right> {
        let held: Vec<Right> = self.runners.values().flatten().copied().collect();
        let from = if self.below(4) == 0 || held.is_empty() {
            &self.given
        } else {
            &held
        };
        let last = u64::try_from(from.len()).unwrap().checked_sub(1)?;
        Some(from[usize::try_from(self.below(last + 1)).unwrap()])
    }

    async fn begin(&mut self) {
        let Some(right) = self.some_right() else { return };
        let is_cut_off = self.is_cut_off();
        let tx = self.ctx.begin().await.unwrap();
        let is_held = store::begin(&tx, right.id, right.fence, self.ctx.now()).await.is_ok();
        if !is_cut_off {
            tx.commit().await.unwrap();
        }
        if is_held && !is_cut_off {
            let fence = *self.begun.entry(right.id).or_insert(right.fence);
            let is_first = right.on_lost == OnLost::Requeue || fence == right.fence;
            assert!(is_first, "{} was begun by two holders", right.id);
        }
        self.note(format!("begin {} {is_held} {is_cut_off}", right.id));
    }

    async fn heartbeat(&mut self) {
        let Some(right) = self.some_right() else { return };
        let tx = self.ctx.begin().await.unwrap();
        let until = self.ctx.now().after(LEASE);
        let is_held = store::heartbeat(&tx, right.id, right.fence, until).await.is_ok();
        tx.commit().await.unwrap();
        self.note(format!("heartbeat {} {is_held}", right.id));
    }

    async fn finish(&mut self) {
        let Some(right) = self.some_right() else { return };
        let is_cut_off = self.is_cut_off();
        let mut tx = self.ctx.begin().await.unwrap();
        let is_held = store::finish(&mut tx, right.id, right.fence, self.ctx.now())
            .await
            .is_ok();
        if !is_cut_off {
            tx.commit().await.unwrap();
        }
        self.note(format!("finish {} {is_held} {is_cut_off}", right.id));
    }

    async fn fail(&mut self) {
        let Some(right) = self.some_right() else { return };
        let item = store::get(self.ctx.db.reader(), right.id).await.unwrap();
        let is_valid = item.state == ItemState::Leased && item.fence == right.fence;
        if right.on_lost == OnLost::Report && is_valid {
            return; // Who holds what must not be repeated ends it; it never asks for another try.
        }
        // As the holder saw it when it claimed.
        let remembered = WorkItem {
            fence: right.fence,
            ..item
        };
        let mut tx = self.ctx.begin().await.unwrap();
        store::retry(&mut tx, &remembered, self.ctx.now().after(LEASE / 4), "failed")
            .await
            .ok();
        tx.commit().await.unwrap();
        self.note(format!("fail {}", right.id));
    }

    /// A runner forgets what it had: killed, and started again under its name.
    fn die(&mut self) {
        let runner = self.below(RUNNERS);
        self.runners.insert(runner, Vec::new());
        self.note(format!("die {runner}"));
    }

    async fn time_passes(&mut self) {
        let seconds = [1, 5, 20, 70][self.below(4) as usize];
        self.ctx.clock.advance(Duration::from_secs(seconds));
        self.note(format!("time {seconds}"));
    }

    async fn reap(&mut self) {
        let mut tx = self.ctx.begin().await.unwrap();
        let count = store::reap(&mut tx, self.ctx.now()).await.unwrap();
        tx.commit().await.unwrap();
        self.note(format!("reap {count}"));
    }

    async fn withdraw(&mut self) {
        let items = self.items().await;
        if items.is_empty() {
            return;
        }
        let item = &items[self.below(items.len() as u64) as usize];
        let tx = self.ctx.begin().await.unwrap();
        store::withdraw(&tx, item.id, self.ctx.now()).await.unwrap();
        tx.commit().await.unwrap();
        self.note(format!("withdraw {}", item.id));
    }

    /// A process may die before its commit.
    fn is_cut_off(&self) -> bool {
        self.below(20) == 0
    }

    async fn items(&self) -> Vec<WorkItem> {
        let mut items = Entity::find().all(self.ctx.db.reader()).await.unwrap();
        items.sort_by_key(|item| item.id);
        items
    }

    async fn check(&mut self) {
        let items = self.items().await;
        assert_eq!(items.len(), self.enqueued, "an item was lost, or came from nowhere");
        for item in &items {
            let fence = self.fences.insert(item.id, item.fence).unwrap_or(0);
            assert!(item.fence >= fence, "the fence of {} went back", item.id);
            let valid = self
                .given
                .iter()
                .filter(|right| right.id == item.id && item.state == ItemState::Leased && right.fence == item.fence);
            let expected = usize::from(item.state == ItemState::Leased);
            assert_eq!(valid.count(), expected, "holders of {} that may write", item.id);
        }
    }

    /// The faults end; whatever can be done is done.
    async fn settle(&mut self) {
        loop {
            self.ctx.clock.advance(2 * LEASE);
            self.reap().await;
            let before = self.given.len();
            while let Some(right) = {
                let count = self.given.len();
                self.claim().await;
                self.given.get(count).copied()
            } {
                let mut tx = self.ctx.begin().await.unwrap();
                store::finish(&mut tx, right.id, right.fence, self.ctx.now())
                    .await
                    .unwrap();
                tx.commit().await.unwrap();
            }
            let open = [ItemState::Queued, ItemState::Leased];
            let is_settled = self.items().await.iter().all(|item| !open.contains(&item.state));
            if is_settled {
                break;
            }
            assert!(
                self.given.len() > before || self.history.len() < 1_000_000,
                "nothing moves"
            );
        }
        for item in self.items().await {
            match item.state {
                ItemState::Done => {}
                ItemState::Lost => assert!(item.on_lost == OnLost::Report || item.attempt >= item.max_attempts),
                ItemState::Dead => assert!(item.attempt >= item.max_attempts),
                ItemState::Queued | ItemState::Leased => panic!("{} is still open", item.id),
            }
        }
    }
}

/// Whether the claimed item was the one to be claimed: told from the rows, not by the code that decides.
fn check_order(before: &[WorkItem], claimed: Option<&WorkItem>, now: Timestamp) {
    let ready: Vec<&WorkItem> = before
        .iter()
        .filter(|item| item.state == ItemState::Queued && item.run_after <= now)
        .collect();
    let Some(claimed) = claimed else {
        assert!(ready.is_empty(), "something was ready and nobody got it");
        return;
    };
    let running = |organization| {
        let leased = before.iter().filter(|item| item.state == ItemState::Leased);
        leased.filter(|item| item.organization_id == organization).count()
    };
    for other in ready {
        if other.organization_id == claimed.organization_id {
            let is_first =
                (other.priority, std::cmp::Reverse(other.id)) <= (claimed.priority, std::cmp::Reverse(claimed.id));
            assert!(is_first, "{} goes before {} in its organization", other.id, claimed.id);
        } else {
            let (theirs, ours) = (running(other.organization_id), running(claimed.organization_id));
            assert!(
                theirs >= ours,
                "the organization of {} runs less than that of {}",
                other.id,
                claimed.id
            );
        }
    }
}

async fn simulate(seed: u64, faults: u64) -> Vec<String> {
    println!("SLIPWAY_SIMULATION_SEED={seed} SLIPWAY_SIMULATION_FAULTS={faults}");
    let mut world = World::new(seed).await;
    for _ in 0..faults {
        world.step().await;
    }
    world.settle().await;
    world.history
}

fn number(name: &str) -> Option<u64> {
    let text = std::env::var_os(name)?;
    Some(
        text.to_str()
            .and_then(|text| text.parse().ok())
            .unwrap_or_else(|| panic!("{name} must be a number")),
    )
}

#[tokio::test]
async fn the_queue_keeps_its_promises_whatever_happens() {
    let faults = number("SLIPWAY_SIMULATION_FAULTS").unwrap_or(250);
    if let Some(seed) = number("SLIPWAY_SIMULATION_SEED") {
        simulate(seed, faults).await;
        return;
    }
    let fresh = Random::system().number().unwrap();
    for seed in [1, 2, 3, fresh] {
        simulate(seed, faults).await;
    }
}

#[tokio::test]
async fn the_same_seed_gives_the_same_history() {
    assert_eq!(simulate(7, 150).await, simulate(7, 150).await);
}
